"""Whatever is changed in the state machine, somebody notices."""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.asl.changes import Change, both, put
from tests.asl.machine import Machine, load
from tests.mutants.asl_judges import CONSTANTS, Judge, judge
from tests.mutants.asl_mutants import Mutant, mutants_of
from tests.mutants.asl_survivors import SURVIVORS
from tests.mutants.differences import difference, untouched

TEXT = json.dumps(load())


@cache
def mutants() -> list[Mutant]:
    return list(mutants_of(load()))


@cache
def differences() -> list[dict[str, Any]]:
    whole = _parts(load())
    return [difference(whole, _parts(mutant.of(TEXT))) for mutant in mutants()]


def test_every_mutant_is_noticed_but_those_listed(figure: Callable[[str], None]) -> None:
    verdicts = {mutant.name: judge(mutant.of(TEXT))[0] for mutant in mutants()}
    by = Counter(verdicts.values())
    figure(
        f"ASL mutants: {len(verdicts)}; killed by rules {by[Judge.RULE]}, by constants "
        f"{by[Judge.CONSTANT]}, by the linter {by[Judge.LINTER]}; survivors {by[Judge.NOBODY]}"
    )
    survivors = {name for name, by in verdicts.items() if by is Judge.NOBODY}
    assert survivors == set(SURVIVORS)
    assert all(SURVIVORS.values())


def test_every_mutant_differs_and_has_a_name_of_its_own() -> None:
    texts = {json.dumps(one) for one in differences()}
    assert len({mutant.name for mutant in mutants()}) == len(mutants()) == len(texts)
    assert "{}" not in texts


def test_every_value_of_the_machine_is_touched_by_a_mutant() -> None:
    """But for comments, and for the types of states that go on: others have other fields."""
    places = untouched(_parts(load()), differences())
    assert {place[-1] for place in places} <= {"Comment", "Type"}


def test_nobody_notices_a_machine_without_a_defect() -> None:
    assert judge(load()) == (Judge.NOBODY, "")
    assert CONSTANTS


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        (put("LoopTimedOut/Error", "TooLate"), Judge.RULE, "every_end_is_called_what_it_is"),
        (put("TransferSecured/OutputPath", "$.join.joinedAt"),
         Judge.CONSTANT, "test_callbacks_and_the_output"),
        (put("TransferFailed/Retries", []), Judge.LINTER, "TransferFailed"),
    ],
)  # fmt: skip
def test_each_judge_notices_what_is_its_own(change: Change, by: Judge, told: str) -> None:
    machine = load()
    change(machine)
    noticed_by, how = judge(machine)
    assert noticed_by is by, how
    assert told in how


def test_an_audit_state_and_its_twin_can_be_wrong_together() -> None:
    """What notices must not be that they differ."""
    data = "Entries/0/Detail/data/agentName.$"
    machine = load()
    both(
        put(f"AuditLoopAnswered/Parameters/{data}", "$.initialContactId"),
        put(f"KeepLoopAnswered/Parameters/MessageBody/{data}", "$.initialContactId"),
    )(machine)
    assert "every_entry_has_exactly_the_declared_data" in judge(machine)[1]


def _parts(machine: Machine) -> dict[str, Any]:
    """Return the states by name, and what stands beside them."""
    return {**machine["States"], "": {key: machine[key] for key in machine if key != "States"}}
