"""Every small defect of what a state asks for, sends, writes and takes out of a result."""

import re
from typing import Any

from tests.asl.changes import add, both, drop, put, rename
from tests.asl.machine import State
from tests.mutants.asl_mutants_of_expressions import EXPRESSIONS
from tests.mutants.asl_words import PATHS, RESULT_PATHS, STATUSES, TOKENS, Found

_RESOURCES = [
    "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::dynamodb:getItem",
    "arn:aws:states:::dynamodb:updateItem",
    "arn:aws:states:::dynamodb:deleteItem",
    "arn:aws:states:::aws-sdk:dynamodb:updateItem",
    "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:states:::events:putEvents",
    "arn:aws:states:::sqs:sendMessage",
]
_PATH = re.compile(r"\$\$?[\w.]*")
_FUNCTIONS = {
    "States.Format": "States.JsonToString",
    "States.Array": "States.ArrayUnique",
    "States.ArrayGetItem": "States.ArrayContains",
    "States.ArrayLength": "States.ArrayUnique",
    "States.MathAdd": "States.MathRandom",
}


def data_mutants(name: str, state: State) -> Found:
    """Yield what is changed and the change.

    Who changes an audit state changes its twin along: what notices is then never that they differ.
    """
    for resource in _RESOURCES:
        if "Resource" in state and resource != state["Resource"]:
            yield f"asks for {resource}", put(f"{name}/Resource", resource)
    if name.startswith("Audit"):
        twin = f"{name.replace('Audit', 'Keep')}/Parameters/MessageBody"
        entries = state["Parameters"]["Entries"]
        one, other = (
            _of_a_value(f"{place}/Entries", "both twins' Entries", entries, PATHS)
            for place in (f"{name}/Parameters", twin)
        )
        for (what, change), (_, along) in zip(one, other, strict=True):
            yield what, both(change, along)
    for block in ("Parameters", "ResultSelector", "Result"):
        if block in state:
            yield f"has no {block}", drop(f"{name}/{block}")
            paths = RESULT_PATHS if block == "ResultSelector" else PATHS
            yield from _of_an_object(f"{name}/{block}", block, state[block], paths)


def _of_an_object(place: str, called: str, there: dict[str, Any], paths: list[str]) -> Found:
    for key, value in there.items():
        where, inner = f"{place}/{key}", f"{called}.{key}"
        yield f"{inner} is not there", drop(where)
        for other in _names(key):
            yield f"{inner} is called {other}", rename(where, other)
        if key == "Entries":
            yield f"{inner} has something more", add(where, {})
            continue  # see above
        yield from _of_a_value(where, inner, value, paths)
    yield f"{called} has something more", put(f"{place}/More", "something")


def _names(key: str) -> list[str]:
    kinds = {"S": "N", "N": "S", "S.$": "N.$", "N.$": "S.$", "SS.$": "NS.$"}
    text = key.removesuffix(".$")
    return [f"{text}2{key.removeprefix(text)}", *([text] if text != key else []),
            *([kinds[key]] if key in kinds else [])]  # fmt: skip


def _of_a_value(where: str, called: str, value: Any, paths: list[str]) -> Found:
    if isinstance(value, dict):
        yield from _of_an_object(where, called, value, paths)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield f"{called} has no {number}", drop(f"{where}/{number}")
            yield from _of_an_object(f"{where}/{number}", f"{called}.{number}", one, paths)
        if len(value) > 1:
            yield f"{called} is turned round", put(where, value[::-1])
        yield f"{called} says all twice", put(where, value * 2)
    else:
        key = where.rpartition("/")[2]
        for other in dict.fromkeys(_others(key, value, paths)):
            if other != value or type(other) is not type(value):
                yield f"{called} is {other!r}", put(where, other)


def _others(key: str, value: Any, paths: list[str]) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value - 1, value + 1, 0, str(value)]
    if key in EXPRESSIONS:
        return list(EXPRESSIONS[key](value))
    if value.startswith("States."):
        return _intrinsics(value, paths)
    if value.startswith("$") and not value.startswith("${"):
        return [*paths, "something"]
    family = next((words for words in (TOKENS, STATUSES) if value in words), [])
    return [*family, "", f"{value}2", value.lower()]


def _intrinsics(value: str, paths: list[str]) -> list[str]:
    """Return the call with each of its paths, figures and texts changed, and other functions."""
    found = []
    for match in _PATH.finditer(value):
        before, after = value[: match.start()], value[match.end() :]
        found += [f"{before}{path}{after}" for path in paths if path != match[0]]
    for match in re.finditer(r"(?<=, )\d+", value):
        before, after = value[: match.start()], value[match.end() :]
        found += [f"{before}{figure}{after}" for figure in (-1, 0, int(match[0]) + 1)]
    for match in re.finditer(r"'([^']*)'", value):
        before, after = value[: match.start(1)], value[match.end(1) :]
        texts = ("", f"{match[1]}2", f"2{match[1]}", match[1].lower(), match[1].replace("{}", ""))
        found += [f"{before}{text}{after}" for text in texts]
    function = value.partition("(")[0]
    found.append(value.replace(function, _FUNCTIONS[function]))
    return [*found, value.partition("(")[2].removesuffix(")"), "something"]
