"""The state machine as data: how its states are found, followed and read.

A machine is the dict that the JSON file holds; nothing here knows this machine in particular.
"""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

Machine = dict[str, Any]
State = dict[str, Any]

FILE = Path(__file__).parents[2] / "statemachines" / "secure_transfer.asl.json"

CONDITION_FAILED = {
    "DynamoDB.ConditionalCheckFailedException",  # the optimised integration's spelling
    "DynamoDb.ConditionalCheckFailedException",  # the SDK integration's
}

# `$.a.b`, alone or within an intrinsic function's arguments; not the context object's `$$.a.b`.
_PATH = re.compile(r"(?<!\$)\$(?:\.\w+)+")


def load() -> Machine:
    machine: Machine = json.loads(FILE.read_text())
    return machine


def states(machine: Machine, kind: str) -> dict[str, State]:
    """Return the states of a type, or (`Audit`, `Keep`, `Expire`…) whose names begin so."""
    return {
        name: state
        for name, state in machine["States"].items()
        if state["Type"] == kind or re.match(rf"{kind}[A-Z]", name)
    }


def tasks(machine: Machine) -> dict[str, State]:
    return states(machine, "Task")


def waits(machine: Machine) -> dict[str, State]:
    return {
        name: state
        for name, state in tasks(machine).items()
        if state["Resource"].endswith(".waitForTaskToken")
    }


def straight_edges(state: State) -> list[str]:
    """Return where a state can lead when nothing goes wrong in it."""
    chosen = [choice["Next"] for choice in state.get("Choices", [])]
    return chosen + [state[key] for key in ("Next", "Default") if key in state]


def edges(state: State) -> list[str]:
    return straight_edges(state) + [catch["Next"] for catch in state.get("Catch", [])]


def reachable(machine: Machine, start: str, without: Collection[str] = ()) -> set[str]:
    """Return the states that can be come to from `start`, itself included."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in seen or name in without or name not in machine["States"]:
            continue
        seen.add(name)
        ahead += edges(machine["States"][name])
    return seen


def fields(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key and value of nested dicts, outer ones first."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from fields(value)
    elif isinstance(node, list):
        for item in node:
            yield from fields(item)


def strings(node: Any) -> set[str]:
    """Return every string that stands as a value somewhere in `node`."""
    if isinstance(node, str):
        return {node}
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return {text for item in inner for text in strings(item)}


def paths_in(node: Any) -> set[str]:
    """Return the paths of the state's input (`$.a.b`) that `node` reads, wherever they stand."""
    return {path for text in strings(node) for path in _PATH.findall(text)}


def entries(state: State) -> list[dict[str, Any]]:
    """Return the audit entries that an Audit… or a Keep… state sends."""
    parameters = state["Parameters"]
    found: list[dict[str, Any]] = parameters.get("MessageBody", parameters)["Entries"]
    return found


def writes(state: State) -> bool:
    """Whether the state is a write to DynamoDB under a condition."""
    return "ConditionExpression" in state.get("Parameters", {})
