"""Whatever is changed in what a queue to fall back on adds to the flows, somebody notices."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

from operations.call import Call
from operations.flow_fallback import BLOCKS, WAYS
from simulator.errors import SimulatorError
from simulator.flow_engine import fill
from simulator.flow_lint import Flow, lint_flow, set_by
from tests.calls.test_branches import LoadFlow, played
from tests.calls.test_fallback_queue import CALLS, QUEUE, with_fallback
from tests.flows.flow_files import FLOWS, Flows, Json, actions_of, of_type
from tests.flows.flow_judges import PROMISES, CountedBlocks, token_values
from tests.flows.flow_mutants import Mutant, mutants_of

_QUEUE = {"FallbackQueueArn": QUEUE}
_NOTICED = (AssertionError, LookupError, ValueError, SimulatorError)


@cache
def as_set(name: str) -> Json:
    """Return a flow that has such a queue, which is still a token."""
    text = json.dumps(with_fallback(name, token_values()))
    flow: Json = json.loads(text.replace(QUEUE, "${FallbackQueueArn}"))
    return flow


@cache
def mutants(name: str) -> list[Mutant]:
    """Return those of the blocks that are added, and of the ways to them."""
    added = {block["Identifier"] for block in BLOCKS[name]}
    return [
        mutant
        for mutant in mutants_of(name, as_set(name), _QUEUE)
        if mutant.block in added or (mutant.block == WAYS[name][0] and mutant.way)
    ]


def what_follows_a_call_that_has_moved_hangs_nobody_up(flows: Flows) -> None:
    """AWS's own example: the language wants a next block, and the queue's flow ends with it."""
    (moving,) = of_type(flows["secure_call_waiting"], "DequeueContactAndTransferToQueue")
    following = actions_of(flows["secure_call_waiting"])[moving["Transitions"]["NextAction"]]
    assert following["Type"] == "EndFlowExecution"


def the_queue_is_the_one_that_is_set(flows: Flows) -> None:
    """An ARN that is written out would be another instance's."""
    (moving,) = of_type(flows["secure_call_waiting"], "DequeueContactAndTransferToQueue")
    assert moving["Parameters"] == {"QueueId": "${FallbackQueueArn}"}


OF_THE_QUEUE = (
    what_follows_a_call_that_has_moved_hangs_nobody_up,
    the_queue_is_the_one_that_is_set,
)


def _holds(promise: Callable[[Flows], None], flows: Flows) -> bool:
    try:
        promise(flows)
    except _NOTICED:
        return False
    return True


@cache
def promises() -> dict[str, Callable[[Flows], None]]:
    """Return what holds with such a queue, too."""
    every = {**PROMISES, **{promise.__name__: promise for promise in OF_THE_QUEUE}}
    flows = {**FLOWS, **{name: as_set(name) for name in BLOCKS}}
    return {name: promise for name, promise in every.items() if _holds(promise, flows)}


def serving(name: str, content: Json) -> LoadFlow:
    def load_flow(asked: str, values: Mapping[str, str]) -> Json:
        if asked == name:
            flow = fill(json.dumps(content), _QUEUE, asked)
        else:
            flow = with_fallback(asked, values)
        flow["Actions"] = CountedBlocks(flow["Actions"])
        return flow

    return load_flow


@cache
def comes_by() -> list[tuple[Callable[[Call], None], set[tuple[str, str]]]]:
    """Return each call, and where it comes by without a defect: blocks, and ways out of them."""
    found = []
    for play in CALLS:
        runs = played(play, with_fallback).connect.runs
        ways = {(run.flow, way.replace(QUEUE, "${FallbackQueueArn}"))
                for run in runs for way in run.taken}  # fmt: skip
        found.append((play, ways | {(flow, way.partition(": ")[0]) for flow, way in ways}))
    return found


def _calls_for(mutant: Mutant) -> Iterator[Callable[[Call], None]]:
    place = f"{mutant.block}: {mutant.way}" if mutant.way else mutant.block
    return (play for play, places in comes_by() if (mutant.flow, place) in places)


def noticed(mutant: Mutant) -> bool:
    content = mutant.of(as_set(mutant.flow))
    attributes = set_by(Flow(flow) for flow in FLOWS.values())
    if lint_flow(mutant.flow, Flow(content), attributes):
        return True
    flows = {**FLOWS, **{name: as_set(name) for name in BLOCKS}, mutant.flow: content}
    if not all(_holds(promise, flows) for promise in promises().values()):
        return True
    return any(_fails(play, serving(mutant.flow, content)) for play in _calls_for(mutant))


def _fails(play: Callable[[Call], None], load_flow: LoadFlow) -> bool:
    try:
        played(play, load_flow)
    except _NOTICED:
        return True
    return False


@pytest.mark.parametrize("name", BLOCKS)
def test_every_mutant_is_noticed(name: str, figure: Callable[[str], None]) -> None:
    unnoticed = [mutant.name for mutant in mutants(name) if not noticed(mutant)]
    assert unnoticed == []
    figure(f"Mutants of the fallback queue in {name}: {len(mutants(name))}, each noticed")


@pytest.mark.parametrize("name", BLOCKS)
def test_nobody_notices_the_flow_without_a_defect(name: str) -> None:
    for block in BLOCKS[name]:
        assert not noticed(Mutant(name, "as it is", lambda _: None, block["Identifier"]))


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_that_is_added_has_mutants(name: str) -> None:
    assert {mutant.block for mutant in mutants(name)} == {
        WAYS[name][0],
        *(block["Identifier"] for block in BLOCKS[name]),
    }


def test_all_promises_but_two_hold_with_such_a_queue() -> None:
    """Not that no value is filled in, nor that goodbye is said before a call leaves its queue."""
    every = {*PROMISES, *(promise.__name__ for promise in OF_THE_QUEUE)}
    assert every - promises().keys() == {
        "test_what_every_stack_has_of_its_own_is_filled_in",
        "test_every_error_leads_to_words",
    }
