"""A rule that never finds anything proves nothing: each is shown machines that break it."""

import pytest

from tests.asl import (
    defects_of_audit,
    defects_of_calls,
    defects_of_data,
    defects_of_graph,
    defects_of_tasks,
    defects_of_values,
)
from tests.asl.changes import Defect
from tests.asl.machine import Machine
from tests.asl.rules import RULES

DEFECTS = [
    defect
    for module in (
        defects_of_tasks,
        defects_of_calls,
        defects_of_graph,
        defects_of_audit,
        defects_of_data,
        defects_of_values,
    )
    for defect in module.DEFECTS
]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: f"{one.rule}: {one.found}")
def test_the_rule_notices(defect: Defect, machine: Machine) -> None:
    defect.change(machine)

    findings = RULES[defect.rule](machine)

    assert any(finding.startswith(defect.found) for finding in findings), findings


def test_each_rule_has_a_machine_that_breaks_it() -> None:
    assert {defect.rule for defect in DEFECTS} == set(RULES)
