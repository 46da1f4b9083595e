"""Every small defect of the state machine: one thing changed that a person could change by mistake.

Comments are left alone: they are for people. So are the types of the states that go on: another
type has other fields.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.asl.changes import drop, put
from tests.asl.machine import Machine, State
from tests.mutants.asl_mutants_of_choices import choice_mutants
from tests.mutants.asl_mutants_of_data import data_mutants
from tests.mutants.asl_mutants_of_errors import error_mutants
from tests.mutants.asl_words import PATHS, Found

_OTHER_END = {"Succeed": "Fail", "Fail": "Succeed"}
_PLACES = (None, "$", "$.claim", "$.failure", "$.stored", "$.loop", "$.join", "$.conversation")
"""Where a result can be put. None: it is dropped."""


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    change: Callable[[Machine], None]

    def of(self, text: str) -> Machine:
        """Return the machine that the text is of, with the defect."""
        machine: Machine = json.loads(text)
        self.change(machine)
        return machine


def mutants_of(machine: Machine) -> Iterator[Mutant]:
    for what, change in _of_the_whole(machine):
        yield Mutant(f"the machine {what}", change)
    for name, state in machine["States"].items():
        for what, change in _of_a_state(name, state, list(machine["States"])):
            yield Mutant(f"{name}: {what}", change)


def _of_the_whole(machine: Machine) -> Found:
    for name in machine["States"]:
        if name != machine["StartAt"]:
            yield f"starts with {name}", _top("StartAt", name)
    seconds = machine["TimeoutSeconds"]
    for other in (0, 1, seconds // 2, seconds - 1, seconds + 1, seconds * 10):
        yield f"ends after {other} seconds", _top("TimeoutSeconds", other)
    yield "has no time-out", lambda changed: changed.pop("TimeoutSeconds")


def _of_a_state(name: str, state: State, targets: list[str]) -> Found:
    yield "is not there", drop(name)
    if state["Type"] in _OTHER_END:
        yield f"is a {_OTHER_END[state['Type']]}", put(f"{name}/Type", _OTHER_END[state["Type"]])
    if "Next" in state:
        yield "leads nowhere", drop(f"{name}/Next")
        yield "is an end", put(f"{name}/End", value=True)
        yield from _retargets(f"{name}/Next", "leads", state["Next"], targets)
    yield from _of_the_ends(name, state)
    yield from _of_the_places(name, state)
    yield from _of_the_timeouts(name, state)
    yield from choice_mutants(name, state, targets)
    yield from error_mutants(name, state, targets)
    yield from data_mutants(name, state)


def _retargets(place: str, called: str, target: str, targets: list[str]) -> Found:
    for other in targets:
        if other != target:
            yield f"{called} to {other}", put(place, other)


def _of_the_ends(name: str, state: State) -> Found:
    for key in ("Error", "Cause", "ErrorPath", "OutputPath"):
        if key not in state:
            continue
        yield f"has no {key}", drop(f"{name}/{key}")
        others = PATHS if key.endswith("Path") else ["", f"{state[key]}2"]
        for other in others:
            if other != state[key]:
                yield f"has {other!r} as its {key}", put(f"{name}/{key}", other)


def _of_the_places(name: str, state: State) -> Found:
    if state["Type"] in ("Task", "Pass"):
        yield from _moved(f"{name}/ResultPath", state)
        yield "takes a part of its input only", put(f"{name}/InputPath", "$.claim")
        yield "gives a part of its output only", put(f"{name}/OutputPath", "$.claim")


def _moved(place: str, state: State) -> Found:
    if "ResultPath" in state:
        yield "puts its result where all was", drop(place)
    for other in _PLACES:
        if other != state.get("ResultPath", "$"):
            yield f"puts its result at {other}", put(place, other)


def _of_the_timeouts(name: str, state: State) -> Found:
    if "TimeoutSeconds" in state:
        seconds: int = state["TimeoutSeconds"]
        yield "has no time-out", drop(f"{name}/TimeoutSeconds")
        for other in (0, 1, seconds - 1, seconds + 1, seconds * 10):
            yield f"times out after {other} seconds", put(f"{name}/TimeoutSeconds", other)
    if "TimeoutSecondsPath" in state:
        yield "has no time-out", drop(f"{name}/TimeoutSecondsPath")
        for other in PATHS:
            if other != state["TimeoutSecondsPath"]:
                yield f"times out after {other}", put(f"{name}/TimeoutSecondsPath", other)
    if state["Type"] == "Task":
        yield "needs heartbeats", put(f"{name}/HeartbeatSeconds", 1)


def _top(key: str, value: Any) -> Callable[[Machine], None]:
    def change(machine: Machine) -> None:
        machine[key] = value

    return change
