"""Whatever is changed in a flow file, somebody notices: the linter, a promise, or a call."""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from simulator.flow_engine import FlowContact, run
from tests.calls.test_branches import played, prompt_breaks
from tests.flows.flow_changes import Change, both, put
from tests.flows.flow_files import FLOWS
from tests.flows.flow_judges import (
    CountedBlocks,
    EndlessFlow,
    Judge,
    coverage,
    judge,
    serving,
    token_values,
)
from tests.flows.flow_mutants import Mutant, mutants_of
from tests.flows.flow_survivors import SURVIVORS
from tests.mutants.differences import values

READ_AGAIN = put("Actions/Read PIN/Transitions/Errors/NoMatchingError/NextAction", "Read PIN")


@cache
def mutants(name: str) -> list[Mutant]:
    return list(mutants_of(name, FLOWS[name], token_values()))


@cache
def judged(name: str) -> dict[str, Judge]:
    return {mutant.name: judge(mutant)[0] for mutant in mutants(name)}


@pytest.mark.parametrize("name", FLOWS)
def test_every_mutant_is_noticed_but_those_listed(name: str) -> None:
    survivors = {mutant for mutant, by in judged(name).items() if by is Judge.NOBODY}
    assert survivors == {mutant for mutant in SURVIVORS if mutant.startswith(f"{name}: ")}


def test_survivors_are_mutants_and_have_a_reason(figure: Callable[[str], None]) -> None:
    verdicts = {mutant: by for name in FLOWS for mutant, by in judged(name).items()}
    assert set(SURVIVORS) <= set(verdicts)
    assert all(SURVIVORS.values())
    by = Counter(verdicts.values())
    figure(
        f"Flow mutants: {len(verdicts)} in {len(FLOWS)} flows; "
        f"killed by the linter {by[Judge.LINTER]}, by promises {by[Judge.PROMISE]}, "
        f"by calls {by[Judge.CALL]}; survivors {by[Judge.NOBODY]}"
    )


# ---------------------------------------------------------------------- the mutants themselves


@pytest.mark.parametrize("name", FLOWS)
def test_every_mutant_differs_and_has_a_name_of_its_own(name: str) -> None:
    flow = FLOWS[name]
    texts = {json.dumps(_working(mutant.of(flow))) for mutant in mutants(name)}
    assert len({mutant.name for mutant in mutants(name)}) == len(mutants(name)) == len(texts)
    assert json.dumps(_working(flow)) not in texts


@pytest.mark.parametrize("name", FLOWS)
def test_every_value_of_a_flow_is_touched_by_a_mutant(name: str) -> None:
    """But for the types of blocks: another one would have other parameters."""
    there = dict(values(_working(FLOWS[name])))
    touched = set()
    for mutant in mutants(name):
        left = dict(values(_working(mutant.of(FLOWS[name]))))
        touched |= {place for place, value in there.items() if left.get(place) != value}
    untouched = there.keys() - touched
    assert {place[-1] for place in untouched} <= {"Type"}


def _working(flow: dict[str, Any]) -> dict[str, Any]:
    """Return what Connect runs of a flow, its blocks by name: not what only the designer has."""
    blocks = {
        one["Identifier"]: {key: value for key, value in one.items() if key != "Identifier"}
        for one in flow["Actions"]
    }
    return {**flow, "Metadata": flow["Metadata"]["type"], "Actions": blocks}


# ----------------------------------------------------------------------- whoever judges them


@pytest.mark.parametrize("name", FLOWS)
def test_nobody_notices_a_flow_without_a_defect(name: str) -> None:
    untouched = Mutant(name, "as it is", lambda _: None)
    assert any(one.tells(untouched) for one in coverage())
    assert judge(untouched) == (Judge.NOBODY, "")


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        (put("Actions/Is answered/Parameters/ComparisonValue", "$.External.Rseult"),
         Judge.LINTER, "answer-never-given"),
        (put("Actions/GetAgent/Parameters/InvocationTimeLimitSeconds", "3"),
         Judge.PROMISE, "test_functions_have_eight_seconds_and_are_waited_for"),
        (put("Actions/Say secure/Transitions/Errors/NoMatchingError/NextAction", "Hang up"),
         Judge.CALL, "secure_without_words"),
    ],
)  # fmt: skip
def test_each_judge_notices_what_is_its_own(change: Change, by: Judge, told: str) -> None:
    noticed_by, how = judge(Mutant("answer_from_pci_pal", "by hand", change))
    assert noticed_by is by
    assert told in how


def test_call_that_goes_round_without_end_is_broken_off() -> None:
    defect = Mutant("answer_from_pci_pal", "reads again", READ_AGAIN)
    load_flow = serving(defect.flow, defect.of(FLOWS[defect.flow]))
    with pytest.raises(EndlessFlow):
        played(prompt_breaks, load_flow)


def test_flow_that_goes_round_and_does_nothing_is_broken_off() -> None:
    change = both(
        put("StartAction", "Wait"),
        put("Actions/Wait/Transitions/Conditions/0/NextAction", "Wait"),
        put("Actions/Wait/Transitions/Conditions/1/NextAction", "Wait"),
    )
    flow = Mutant("secure_call_waiting", "waits for nothing", change).of(
        FLOWS["secure_call_waiting"]
    )
    flow["Actions"] = CountedBlocks(flow["Actions"])
    with pytest.raises(EndlessFlow):
        next(run(flow, FlowContact()))
