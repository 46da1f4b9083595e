"""Ways to break a machine. A place is a path below its states: `ClaimPin/Retry/0/MaxAttempts`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.asl.machine import Machine

Change = Callable[[Machine], None]


@dataclass(frozen=True)
class Defect:
    """A change that a rule must notice, and what one of its findings then begins with."""

    rule: str
    change: Change
    found: str


def put(place: str, value: Any) -> Change:
    def change(machine: Machine) -> None:
        node, key = _find(machine, place)
        node[key] = value

    return change


def drop(place: str) -> Change:
    def change(machine: Machine) -> None:
        node, key = _find(machine, place)
        del node[key]

    return change


def add(place: str, *values: Any) -> Change:
    """Append to a list."""

    def change(machine: Machine) -> None:
        node, key = _find(machine, place)
        node[key].extend(values)

    return change


def rename(place: str, new: str) -> Change:
    def change(machine: Machine) -> None:
        node, key = _find(machine, place)
        node[new] = node.pop(key)

    return change


def swap(place: str, old: str, new: str) -> Change:
    """Replace a part of a text."""

    def change(machine: Machine) -> None:
        node, key = _find(machine, place)
        assert old in node[key]
        node[key] = node[key].replace(old, new)

    return change


def both(*changes: Change) -> Change:
    def change(machine: Machine) -> None:
        for one in changes:
            one(machine)

    return change


def _find(machine: Machine, place: str) -> tuple[Any, Any]:
    *way, last = place.split("/")
    node: Any = machine["States"]
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node, int(last) if isinstance(node, list) else last
