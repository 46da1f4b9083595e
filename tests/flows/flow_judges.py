"""Who notices a defect of a flow: the linter, else a promise of the flow files, else a call."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from operations.call import Call
from simulator.errors import SimulatorError
from simulator.flow_engine import fill, load
from simulator.flow_lint import Flow, lint_flows
from tests.calls.memory_site import memory_call
from tests.calls.test_branches import CALLS, LoadFlow, played
from tests.flows import test_flow_figures, test_flow_files
from tests.flows.flow_files import FLOWS, Flows, Json
from tests.flows.flow_mutants import Mutant

MOST_LOOK_UPS = 10_000
"""Of a flow's blocks in one call: dozens of times what the longest call needs."""

Play = Callable[[Call], None]


class Judge(StrEnum):
    LINTER = "the linter"
    PROMISE = "promises"
    CALL = "calls"
    NOBODY = "nobody"


# A promise that is written is one that is asked.
PROMISES: dict[str, Callable[[Flows], None]] = {
    name: promise
    for module in (test_flow_files, test_flow_figures)
    for name, promise in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_") and "flows" in inspect.signature(promise).parameters
}


class EndlessFlow(AssertionError):
    """A flow that goes round and round while no time passes."""


class CountedBlocks(list[Any]):
    """A flow's blocks, which can be looked up only so often: the engine does it at every step."""

    look_ups = 0

    def __iter__(self) -> Iterator[Any]:
        self.look_ups += 1
        if self.look_ups > MOST_LOOK_UPS:
            raise EndlessFlow
        return super().__iter__()


def serving(name: str, content: Json) -> LoadFlow:
    """Return how a site gets its flows where one of them has this content."""

    def load_flow(asked: str, values: Mapping[str, str]) -> Json:
        flow = fill(json.dumps(content), values, asked) if asked == name else load(asked, values)
        flow["Actions"] = CountedBlocks(flow["Actions"])
        return flow

    return load_flow


@cache
def token_values() -> dict[str, str]:
    """Return what the flows' tokens stand for on the site where the calls are played."""
    found: dict[str, str] = {}

    def load_flow(name: str, values: Mapping[str, str]) -> Json:
        found.update(values)
        return load(name, values)

    memory_call(load_flow=load_flow)
    return found


@dataclass
class Coverage:
    """Where a call comes by, on flows without a defect."""

    play: Play
    blocks: set[tuple[str, str]] = field(default_factory=set)
    ways: set[tuple[str, str]] = field(default_factory=set)

    def tells(self, mutant: Mutant) -> bool:
        """Whether the call comes to what was changed: up to there it cannot differ."""
        if mutant.way:
            return (mutant.flow, f"{mutant.block}: {mutant.way}") in self.ways
        if mutant.block:
            return (mutant.flow, mutant.block) in self.blocks
        return any(flow == mutant.flow for flow, _ in self.blocks)


@cache
def coverage() -> list[Coverage]:
    return [_covered(play) for play in CALLS]


def _covered(play: Play) -> Coverage:
    found = Coverage(play)

    def watched(call: Call) -> None:
        call.connect.block_watchers.append(lambda *block: found.blocks.add(block))
        play(call)

    for run in played(watched).connect.runs:
        found.ways |= {(run.flow, way) for way in run.taken}
        # Those who watch are not told of a block with nothing to do, such as Compare.
        found.blocks |= {(run.flow, way.rpartition(": ")[0]) for way in run.taken}
    return found


def judge(mutant: Mutant) -> tuple[Judge, str]:
    """Return who notices a mutant, and how it is told."""
    content = mutant.of(FLOWS[mutant.flow])
    flows = {**FLOWS, mutant.flow: content}
    load_flow = serving(mutant.flow, content)
    if told := _lint(flows):
        return Judge.LINTER, told
    if told := _broken_promise(flows):
        return Judge.PROMISE, told
    if told := _lint_filled_in(load_flow):
        return Judge.LINTER, told
    if told := _failed_call(load_flow, [one.play for one in coverage() if one.tells(mutant)]):
        return Judge.CALL, told
    return Judge.NOBODY, ""


def _lint(flows: Flows) -> str:
    return "\n".join(map(str, lint_flows({name: Flow(one) for name, one in flows.items()})))


def _broken_promise(flows: Flows) -> str:
    for name, promise in PROMISES.items():
        try:
            promise(flows)
        except (AssertionError, LookupError, ValueError) as error:  # or it finds nothing to ask
            return f"{name}: {error!r}"
    return ""


def _lint_filled_in(load_flow: LoadFlow) -> str:
    try:
        memory_call(load_flow=load_flow)
    except SimulatorError as faults:
        return str(faults)
    return ""


def _failed_call(load_flow: LoadFlow, plays: list[Play]) -> str:
    for play in plays:
        try:
            played(play, load_flow)
        except (AssertionError, SimulatorError, KeyError) as error:  # or asks for no function
            return f"{play.__name__}: {error!r}"
    return ""
