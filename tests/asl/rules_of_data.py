"""Rules of what the states read, write and give away."""

import re
from collections.abc import Iterator
from typing import Any

from secure_transfer.domain.transfer import Status
from tests.asl import facts
from tests.asl.dataflow import all_reads, unknown_reads
from tests.asl.machine import (
    Machine,
    entries,
    fields,
    paths_in,
    reachable,
    states,
    straight_edges,
    strings,
    tasks,
    waits,
)
from tests.asl.rules_of_tasks import Findings

_SECRET_NAME = re.compile(r"pin|token|candidates", re.IGNORECASE)
_ANY_PATH = re.compile(
    r"\$\$?(?![{$])(?:\.\w+)*"
)  # of the input or the context; no ${Substitution}
# As a whole these hold a secret somewhere.
_TOO_WIDE = {"$", "$$", "$.claim", "$.stored", "$.stored.Item", "$$.Execution.Input", "$$.Task"}

_RESULT_AT = {
    "CountCollision": "$.claim",
    "FindFreePin": "$.claim",
    "CountAttempt": "$.conversation",
    "AwaitLoop": "$.loop",
    "TakeAnswer": "$.loop",
    "AwaitJoin": "$.join",
    "TakeJoin": "$.join",
}


def every_result_has_its_place(machine: Machine) -> Findings:
    """What a write answers is read by nobody, and would travel on to the end."""
    findings = []
    for name, state in machine["States"].items():
        place = "$.stored" if name.startswith("Check") else _RESULT_AT.get(name)
        if state["Type"] == "Pass":
            place = place or "$.failure"
        if state["Type"] in ("Task", "Pass") and state.get("ResultPath", "$") != place:
            findings.append(name)
    return findings


def no_state_narrows_what_goes_on(machine: Machine) -> Findings:
    """All of them take the whole data and pass it on; only the end gives away a part."""
    return [
        name
        for name, state in machine["States"].items()
        if "InputPath" in state or ("OutputPath" in state and state["Type"] != "Succeed")
    ]


def every_path_that_is_read_is_there(machine: Machine) -> Findings:
    """A path that is missing ends the execution as States.Runtime, which no Catch can name."""
    return unknown_reads(machine)


def every_field_of_the_input_is_read(machine: Machine) -> Findings:
    read = all_reads(machine)
    return [field for field in _leaves(facts.execution_input()) if field not in read]


def callbacks_bring_what_the_item_would_have_told(machine: Machine) -> Findings:
    """A Take… state stands in for a callback: the same fields in the same place."""
    standing_in = {"AwaitLoop": "TakeAnswer", "AwaitJoin": "TakeJoin"}
    findings = [name for name in waits(machine) if name not in standing_in]
    for name, take in standing_in.items():
        wait, stand_in = machine["States"][name], machine["States"][take]
        taken = {key.removesuffix(".$") for key in stand_in["Parameters"]}
        if taken != set(facts.callback_of(name)) or wait["ResultPath"] != stand_in["ResultPath"]:
            findings.append(take)
        if wait["Next"] != stand_in["Next"]:
            findings.append(take)
    return findings


def results_have_what_is_taken_out_of_them(machine: Machine) -> Findings:
    findings = []
    for name, task in tasks(machine).items():
        for path in sorted(paths_in(task.get("ResultSelector", {}))):
            head, _, field = path.removeprefix("$.").partition(".")
            answered = head == "Payload" and field in facts.search_answer()
            asked_for = head == "Attributes" and task["Parameters"].get("ReturnValues") == "ALL_NEW"
            if not answered and not asked_for:
                findings.append(f"{name}: {path}")
    return findings


def find_free_pin_is_given_what_it_takes(machine: Machine) -> Findings:
    payload = machine["States"]["FindFreePin"]["Parameters"]["Payload"]
    given = {key.removesuffix(".$") for key in payload}
    return sorted(given ^ facts.search_request())


def status_values_are_those_of_the_domain(machine: Machine) -> Findings:
    return sorted(statuses(machine) ^ set(Status))


def statuses(machine: Machine) -> set[str]:
    """Return the values that the machine writes into `Status` or compares it with."""
    found = set()
    for state in machine["States"].values():
        parameters = state.get("Parameters", {})
        found.add(parameters.get("Item", {}).get("Status", {}).get("S"))
        if "Status" in parameters.get("ExpressionAttributeNames", {}).values():
            values = parameters.get("ExpressionAttributeValues", {}).values()
            found |= {value.get("S") for value in values}
        found |= {test.get("StringEquals") for test in _tests_of(state.get("Choices", []))}
    return found - {None}


_EXPIRIES = {
    "Loop": (Status.TIMED_OUT, "#Status IN (:waiting, :closed)"),
    # Of the two ways to be ABANDONED, that of the cardholder who left has a Reason.
    "Join": (
        Status.ABANDONED,
        "#Status = :waiting OR #Status = :closed AND attribute_not_exists(Reason)",
    ),
}


def _tests_of(conditions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what Choices ask of a `Status`, however deep it stands."""
    for condition in conditions:
        if condition.get("Variable", "").endswith(".Status.S"):
            yield condition
        for within in ("And", "Or"):
            yield from _tests_of(condition.get(within, []))


def each_wait_expires_into_its_own_end(machine: Machine) -> Findings:
    """From the status that it waited in; its own earlier result is taken as well."""
    findings = []
    for name, (closed, condition) in _EXPIRIES.items():
        wait = machine["States"][f"Await{name}"]["Parameters"]
        expire = machine["States"][f"Expire{name}"]["Parameters"]
        values = expire["ExpressionAttributeValues"]
        if (
            values[":waiting"] != wait["ExpressionAttributeValues"][":expected"]
            or values[":closed"] != {"S": closed}
            or expire["ConditionExpression"] != condition
            or not expire["UpdateExpression"].startswith("SET #Status = :closed")
        ):
            findings.append(f"Expire{name}")
    return findings


def nothing_that_is_told_holds_a_secret(machine: Machine) -> Findings:
    """What leaves the execution: audit entries, its output, its error."""
    told = {
        **{name: entries(state) for name, state in states(machine, "Audit").items()},
        **{name: entries(state) for name, state in states(machine, "Keep").items()},
        **{
            name: [{key: value} for key, value in state.items() if key != "Comment"]
            for kind in ("Succeed", "Fail")
            for name, state in states(machine, kind).items()
        },
    }
    return [name for name, parts in told.items() if _mentions_a_secret(parts)]


def the_output_is_narrowed(machine: Machine) -> Findings:
    """A Succeed without an OutputPath would give away its whole input, candidates and all."""
    return [
        name
        for name, state in states(machine, "Succeed").items()
        if state.get("OutputPath", "$") in _TOO_WIDE
    ]


def no_pass_on_the_way_to_the_end_carries_a_secret(machine: Machine) -> Findings:
    """Only the states that look for a PIN handle PINs: those from which ClaimPin can follow."""
    return [
        name
        for name, state in states(machine, "Pass").items()
        if "ClaimPin" not in reachable(machine, name)
        and _mentions_a_secret([state.get("Parameters"), state.get("Result")])
    ]


def every_check_reads_what_is_taken_from_it(machine: Machine) -> Findings:
    """By the Choice after it and the states to which that leads; and nothing else."""
    findings = []
    for name, check in states(machine, "Check").items():
        choice = machine["States"][check["Next"]]
        read = paths_in(choice) | {
            path
            for target in straight_edges(choice)
            for path in paths_in(machine["States"][target].get("Parameters", {}))
        }
        taken = {path.split(".")[3] for path in read if path.startswith("$.stored.Item.")}
        if _projected(check["Parameters"]) != sorted(taken):
            findings.append(name)
    return findings


def no_check_reads_a_secret(machine: Machine) -> Findings:
    """What a getItem brings stays in the execution's data: PIN and tokens are left out of it."""
    return [
        name
        for name, task in tasks(machine).items()
        if task["Resource"].endswith(":getItem")
        and _SECRET_NAME.search(task["Parameters"].get("ProjectionExpression", "PIN"))
    ]


def _projected(parameters: dict[str, Any]) -> list[str]:
    names = parameters.get("ExpressionAttributeNames", {})
    asked_for = parameters.get("ProjectionExpression", "").split(", ")
    return sorted(names.get(name, name) for name in asked_for)


def _mentions_a_secret(node: object) -> bool:
    """Whether a path in `node` names a secret or is too wide, or a key promises one.

    Fixed texts may use the words: a Fail's Cause explains what a PIN was for.
    """
    named = {key.removesuffix(".$") for key, _ in fields(node)}
    read = {path for text in strings(node) for path in _ANY_PATH.findall(text)}
    return any(map(_SECRET_NAME.search, named | read)) or bool(read & _TOO_WIDE)


def _leaves(given: dict[str, object], path: str = "$") -> list[str]:
    found = []
    for key, value in given.items():
        inner = f"{path}.{key}"
        found += _leaves(value, inner) if isinstance(value, dict) else [inner]
    return found
