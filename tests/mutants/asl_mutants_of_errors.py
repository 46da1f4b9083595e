"""Every small defect of what a task repeats and of what it does about an error."""

from collections.abc import Iterator
from typing import Any

from tests.asl.changes import add, drop, put
from tests.asl.machine import State
from tests.mutants.asl_words import Found

_TOO_MANY = [
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "States.HeartbeatTimeout",
    "DynamoDB.ConditionalCheckFailedException",
    "DynamoDb.ConditionalCheckFailedException",
    "Another.Exception",
]
_FIGURES = ("IntervalSeconds", "BackoffRate", "MaxDelaySeconds", "MaxAttempts")


def error_mutants(name: str, state: State, targets: list[str]) -> Found:
    if "Retry" in state:
        yield "has no Retry", drop(f"{name}/Retry")
        for number, retry in enumerate(state["Retry"]):
            yield from _of_a_retry(f"{name}/Retry/{number}", retry)
    if "Catch" in state:
        yield "has no Catch", drop(f"{name}/Catch")
        for number, catch in enumerate(state["Catch"]):
            yield from _of_a_catch(f"{name}/Catch/{number}", catch, targets)
        yield from _in_another_order(f"{name}/Catch", state["Catch"])


def _of_a_retry(place: str, retry: dict[str, Any]) -> Found:
    yield from _of_the_errors(place, "repeats", retry["ErrorEquals"])
    for key in _FIGURES:
        yield f"repeats without {key}", drop(f"{place}/{key}")
        for other in _figures(retry[key]):
            yield f"repeats with {key} {other}", put(f"{place}/{key}", other)
    yield "repeats without JitterStrategy", drop(f"{place}/JitterStrategy")
    yield "repeats with JitterStrategy NONE", put(f"{place}/JitterStrategy", "NONE")


def _figures(there: float) -> Iterator[float]:
    for other in {0, 1, there - 1, there + 1, there * 10} - {there}:
        yield type(there)(other)


def _of_a_catch(place: str, catch: dict[str, Any], targets: list[str]) -> Found:
    called = f"at {catch['Next']}"
    yield f"does not catch {called}", drop(place)
    yield from _of_the_errors(place, f"catches {called}", catch["ErrorEquals"])
    for other in targets:
        if other != catch["Next"]:
            yield f"catches at {other} and not {called}", put(f"{place}/Next", other)
    yield f"catches {called} with the error in place of all", drop(f"{place}/ResultPath")
    for where in ("$", "$.error", "$.claim", "$.failure"):
        yield f"catches {called} with the error at {where}", put(f"{place}/ResultPath", where)


def _of_the_errors(place: str, called: str, errors: list[str]) -> Found:
    for number, error in enumerate(errors):
        if len(errors) > 1:  # else there is no Retry or Catch left, and that is a mutant too
            yield f"{called} without {error}", drop(f"{place}/ErrorEquals/{number}")
        for other in (f"{error}s", _respelt(error)):
            if other != error:
                yield f"{called} {other}, not {error}", put(f"{place}/ErrorEquals/{number}", other)
    for error in _TOO_MANY:
        if error not in errors:
            yield f"{called} {error} too", add(f"{place}/ErrorEquals", error)


def _respelt(error: str) -> str:
    """Return DynamoDB's name as the other integration spells it."""
    other = {"DynamoDB": "DynamoDb", "DynamoDb": "DynamoDB"}
    service, _, name = error.partition(".")
    return f"{other.get(service, service)}.{name}"


def _in_another_order(place: str, catches: list[Any]) -> Found:
    for number in range(len(catches) - 1):
        turned = [*catches]
        turned[number : number + 2] = reversed(turned[number : number + 2])
        yield f"catches {number + 1} before {number}", put(place, turned)
