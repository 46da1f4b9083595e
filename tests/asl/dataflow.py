"""Which paths of its input a state can count on: those that are there on every way to it.

A forward walk over the machine. It begins with the execution's input; each state adds what its
ResultPath writes (and takes away what that overwrites); where ways meet, what both have stays.
What a `getItem` brings is there only after a Choice has asked: `IsPresent` for the path itself, a
`Status` for the attributes that every item of that status has; a `Reason` likewise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from secure_transfer.domain.transfer import CARDHOLDER_LEFT
from tests.asl import facts
from tests.asl.machine import Machine, State, paths_in, waits


@dataclass(frozen=True)
class Known:
    present: frozenset[str]
    perhaps: frozenset[str] = frozenset()
    """What was read from a table: there if the item has it."""

    def meet(self, other: "Known") -> "Known":
        return Known(self.present & other.present, self.perhaps & other.perhaps)

    def write(self, path: str, inner: set[str], perhaps: set[str]) -> "Known":
        def kept(paths: frozenset[str]) -> frozenset[str]:
            return frozenset(p for p in paths if p != path and not p.startswith(f"{path}."))

        return Known(
            kept(self.present) | {path} | {f"{path}.{name}" for name in inner},
            kept(self.perhaps) | {f"{path}.{name}" for name in perhaps},
        )

    def with_present(self, paths: frozenset[str]) -> "Known":
        return Known(self.present | paths, self.perhaps)


def known_in(machine: Machine) -> dict[str, frozenset[str]]:
    """Return the paths that are surely there, by state."""
    return {name: known.present for name, known in _walk(machine).items()}


def unknown_reads(machine: Machine) -> list[str]:
    """Return `State: $.path` for each read of what may not be there."""
    return [
        f"{name}: {path}"
        for name, known in _walk(machine).items()
        for path in sorted(_reads(machine["States"][name], known) - known.present)
    ]


def all_reads(machine: Machine) -> set[str]:
    nothing = Known(frozenset())
    found: set[str] = set()
    for state in machine["States"].values():
        found |= _reads(state, nothing) | paths_in(state.get("Choices", []))
    return found


def _walk(machine: Machine) -> dict[str, Known]:
    known = {machine["StartAt"]: Known(frozenset(_flat("$", facts.execution_input())))}
    ahead = [machine["StartAt"]]
    while ahead:
        name = ahead.pop()
        for target, after in _after(machine, name, known[name]):
            merged = known[target].meet(after) if target in known else after
            if target in machine["States"] and merged != known.get(target):
                known[target] = merged
                ahead.append(target)
    return known


def _after(machine: Machine, name: str, known: Known) -> Iterator[tuple[str, Known]]:
    state = machine["States"][name]
    for choice in state.get("Choices", []):
        yield choice["Next"], known.with_present(_judge(choice, known)[1])
    if "Default" in state:
        yield state["Default"], known
    for catch in state.get("Catch", []):
        yield catch["Next"], _written(known, catch.get("ResultPath", "$"), set(), set())
    if "Next" in state:
        inner, perhaps = _result(machine, name)
        yield state["Next"], _written(known, state.get("ResultPath", "$"), inner, perhaps)


def _written(known: Known, path: str | None, inner: set[str], perhaps: set[str]) -> Known:
    return known if path is None else known.write(path, inner, perhaps)


def _result(machine: Machine, name: str) -> tuple[set[str], set[str]]:
    """Return the fields of a state's result: those that are surely there, those that may be."""
    state = machine["States"][name]
    for block in ("ResultSelector", "Result"):
        if block in state:
            return {key.removesuffix(".$") for key in state[block]}, set()
    if state["Type"] == "Pass":
        return {key.removesuffix(".$") for key in state.get("Parameters", {})}, set()
    if name in waits(machine):
        return set(facts.callback_of(name)), set()
    return set(), {f"Item.{attribute}" for attribute in _projected(state)}


def _projected(task: State) -> Iterator[str]:
    """Yield the attributes that a getItem asks for, each as every type that it could have."""
    parameters = task.get("Parameters", {})
    names = parameters.get("ExpressionAttributeNames", {})
    for attribute in filter(None, parameters.get("ProjectionExpression", "").split(", ")):
        for kind in ("S", "N"):
            yield f"{names.get(attribute, attribute)}.{kind}"


def _reads(state: State, known: Known) -> set[str]:
    read = paths_in(state.get("Parameters", {}))
    for key in ("InputPath", "OutputPath", "TimeoutSecondsPath", "ErrorPath", "CausePath"):
        read |= paths_in(state.get(key, []))
    for choice in state.get("Choices", []):
        read |= _judge(choice, known)[0]
    return read


def _judge(condition: dict[str, Any], known: Known) -> tuple[set[str], frozenset[str]]:
    """Return what a condition reads without having asked whether it is there, and what it proves.

    Step Functions looks at an And's parts in their order and stops at the first that is false.
    """
    if "And" in condition:
        unguarded: set[str] = set()
        proven: frozenset[str] = frozenset()
        for part in condition["And"]:
            read, shown = _judge(part, known.with_present(proven))
            unguarded |= read - proven
            proven |= shown
        return unguarded, proven
    if "Or" in condition:
        parts = [_judge(part, known) for part in condition["Or"]]
        return (
            {path for read, _ in parts for path in read},
            frozenset.intersection(*(shown for _, shown in parts)),
        )
    variable = condition["Variable"]
    if "IsPresent" in condition:
        return set(), frozenset({variable}) if condition["IsPresent"] else frozenset()
    return paths_in(condition), _implied(variable, condition.get("StringEquals", ""), known)


def _implied(variable: str, value: str, known: Known) -> frozenset[str]:
    item, _, attribute = variable.partition(".Item.")
    if attribute == "Status.S":
        implied = facts.attributes_by(value)
    elif (attribute, value) == ("Reason.S", CARDHOLDER_LEFT):
        implied = facts.attributes_of_left()
    else:
        return frozenset()
    return frozenset(f"{item}.Item.{name}" for name in implied) & known.perhaps


def _flat(path: str, value: Any) -> Iterator[str]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{path}.{key}", item)
