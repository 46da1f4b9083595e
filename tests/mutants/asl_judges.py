"""Who notices a defect of the state machine: a rule, a number of the design, or the linter."""

import inspect
from collections.abc import Callable
from enum import StrEnum

from statelint.linter import Linter

from tests.asl import test_asl_constants
from tests.asl.machine import Machine
from tests.asl.rules import RULES


class Judge(StrEnum):
    RULE = "rules"
    CONSTANT = "constants"
    LINTER = "the linter"
    NOBODY = "nobody"


# A test that asks for the machine and for nothing else can be asked about another one.
CONSTANTS: dict[str, Callable[[Machine], None]] = {
    name: test
    for name, test in inspect.getmembers(test_asl_constants, inspect.isfunction)
    if name.startswith("test_") and list(inspect.signature(test).parameters) == ["machine"]
}

_NOTHING_TO_ASK = (LookupError, TypeError, AttributeError, ValueError)
"""What a rule raises that does not find what it would ask about: it has noticed as well."""

_asked_first = list(RULES)
"""Neighbouring mutants are alike: whoever noticed the last one is asked first."""


def judge(machine: Machine) -> tuple[Judge, str]:
    """Return who notices that something is wrong with a machine, and how it is told."""
    for number, name in enumerate(_asked_first):
        if told := _findings(name, machine):
            _asked_first.insert(0, _asked_first.pop(number))
            return Judge.RULE, f"{name}: {told}"
    for name, test in CONSTANTS.items():
        try:
            test(machine)
        except (AssertionError, *_NOTHING_TO_ASK) as error:
            return Judge.CONSTANT, f"{name}: {error!r}"
    if told := "\n".join(Linter.validate(machine)):
        return Judge.LINTER, told
    return Judge.NOBODY, ""


def _findings(rule: str, machine: Machine) -> str:
    try:
        return "\n".join(RULES[rule](machine))
    except _NOTHING_TO_ASK as error:
        return repr(error)
