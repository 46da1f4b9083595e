import pytest

from tests.asl.machine import Machine
from tests.asl.rules import RULES


@pytest.mark.parametrize("rule", RULES)
def test_the_state_machine_keeps_the_rule(rule: str, machine: Machine) -> None:
    assert RULES[rule](machine) == []
