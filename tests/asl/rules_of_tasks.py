"""Rules of single states: how long a task may take, what it repeats, what it does about errors.

A rule gets a machine and returns what breaks it, each a text that names the state.
"""

from collections.abc import Iterator
from typing import Any

from tests.asl.machine import CONDITION_FAILED, Machine, State, fields, tasks, waits, writes

Findings = list[str]

_TIMEOUTS = {"States.Timeout", "States.HeartbeatTimeout"}
_TOO_BROAD = {"States.ALL", "States.TaskFailed"}


def every_task_has_a_timeout(machine: Machine) -> Findings:
    return [
        name
        for name, task in tasks(machine).items()
        if not task.get("TimeoutSeconds") and not task.get("TimeoutSecondsPath")
    ]


def every_task_has_a_retry(machine: Machine) -> Findings:
    return [name for name, task in tasks(machine).items() if not task.get("Retry")]


def every_task_catches_all_errors_last(machine: Machine) -> Findings:
    def good(task: State) -> bool:
        caught = [catch["ErrorEquals"] for catch in task.get("Catch", [])]
        return caught[-1:] == [["States.ALL"]] and all("States.ALL" not in c for c in caught[:-1])

    return [name for name, task in tasks(machine).items() if not good(task)]


def every_retry_names_its_errors(machine: Machine) -> Findings:
    return [
        name
        for name, retry in _retries(machine)
        if not retry["ErrorEquals"] or _TOO_BROAD & set(retry["ErrorEquals"])
    ]


def every_retry_is_bounded_and_jittered(machine: Machine) -> Findings:
    def good(retry: dict[str, Any]) -> bool:
        return (
            retry.get("MaxAttempts", 0) > 0
            and retry.get("MaxDelaySeconds", 0) >= retry.get("IntervalSeconds", 0) > 0
            and isinstance(retry.get("BackoffRate"), float)  # statelint takes no whole number
            and retry.get("JitterStrategy") == "FULL"
        )

    return [name for name, retry in _retries(machine) if not good(retry)]


def no_retry_repeats_a_failed_condition(machine: Machine) -> Findings:
    """A condition that failed is an answer: asking again takes time and answers the same."""
    return [
        name for name, retry in _retries(machine) if CONDITION_FAILED & set(retry["ErrorEquals"])
    ]


def no_wait_repeats_a_timeout(machine: Machine) -> Findings:
    """A wait that is over is over: repeating it would double the time that a PIN may take."""
    return [
        name
        for name, retry in _retries(machine)
        if name in waits(machine) and (_TIMEOUTS | _TOO_BROAD) & set(retry["ErrorEquals"])
    ]


def every_wait_expires_by_either_timeout(machine: Machine) -> Findings:
    """AWS calls a missed heartbeat HeartbeatTimeout, moto calls it Timeout."""
    return [
        name
        for name, wait in waits(machine).items()
        if not all(_caught_by(wait, error).startswith("Expire") for error in _TIMEOUTS)
    ]


def every_wait_stores_its_task_token(machine: Machine) -> Findings:
    """And nobody else does: the token is not for any other state to see."""
    return [
        name
        for name, task in tasks(machine).items()
        if ("$$.Task.Token" in str(task["Parameters"])) != (name in waits(machine))
    ]


def every_conditional_write_goes_to_a_check(machine: Machine) -> Findings:
    """By either spelling of the error; what a failed condition means, only the item knows."""
    return [
        name
        for name, task in tasks(machine).items()
        if writes(task)
        and not all(
            _caught_by(task, error).startswith(("Check", "CountCollision"))
            for error in CONDITION_FAILED
        )
    ]


def every_check_reads_consistently(machine: Machine) -> Findings:
    return [
        name
        for name, task in tasks(machine).items()
        if task["Resource"].endswith(":getItem")
        and task["Parameters"].get("ConsistentRead") is not True
    ]


def every_catch_drops_the_error(machine: Machine) -> Findings:
    """An error's cause can quote what was sent: PIN, token."""
    return [
        f"{name} → {catch['Next']}"
        for name, task in tasks(machine).items()
        for catch in task.get("Catch", [])
        if catch.get("ResultPath", "$") is not None
    ]


def every_path_stands_under_a_path_key(machine: Machine) -> Findings:
    """Without `.$` at its end, a key gets the text `$.transferId` and not the transfer's id."""
    return [
        f"{name}: {key}"
        for name, state in machine["States"].items()
        for block in ("Parameters", "ResultSelector")
        for key, value in fields(state.get(block, {}))
        if isinstance(value, str)
        and value.startswith(("$.", "$$.", "States.")) != key.endswith(".$")
    ]


def _retries(machine: Machine) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, task in tasks(machine).items():
        for retry in task.get("Retry", []):
            yield name, retry


def _caught_by(task: State, error: str) -> str:
    """Return where a task goes by an error: the first catcher that names it decides."""
    for catch in task.get("Catch", []):
        if {error, "States.ALL"} & set(catch["ErrorEquals"]):
            return str(catch["Next"])
    return ""
