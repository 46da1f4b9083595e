"""Who notices a defect of the template: SAM, a test of `tests/template`, a rule of the machine."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest
from samtranslator.translator import translator

from simulator import template as simulated
from simulator.errors import SimulatorError
from tests.asl import facts
from tests.asl.machine import load
from tests.asl.rules import RULES
from tests.mutants.template_mutants import Json
from tests.template.expanded import FORMS, Template

_POLICIES = "make_policy_template_for_function_plugin"
_TESTS = Path(__file__).parents[1]


class Judge(StrEnum):
    SAM = "SAM"
    TEST = "tests"
    RULE = "rules of the machine"
    NOBODY = "nobody"


class Refused(Exception):
    """SAM's translator does not take the template."""


@dataclass(frozen=True)
class Case:
    name: str
    test: Callable[..., None]
    given: dict[str, Any]
    """What the test is parametrized with."""


def _cases() -> Iterator[Case]:
    """Yield every test that asks for the template: one that is written is one that is asked."""
    for path in [*sorted(_TESTS.glob("template/test_*.py")), _TESTS / "docs" / "test_docs.py"]:
        module = importlib.import_module(f"tests.{path.parent.name}.{path.stem}")
        _read_sources_once(module)
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and _asks_for_the_template(test):
                for given in _parametrized(test):
                    yield Case(f"{name}[{', '.join(map(str, given.values()))}]", test, given)


def _read_sources_once(module: ModuleType) -> None:
    """Keep what is read from the functions' sources: no mutant of the template changes it."""
    for name in ("_counted", "_variables_read_by"):
        if hasattr(module, name):
            setattr(module, name, cache(getattr(module, name)))


def _asks_for_the_template(test: Callable[..., None]) -> bool:
    source = inspect.getsource(test).partition("(")[2]
    return "Template" in source or "limited()" in source or "template.expand()" in source


def _parametrized(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    choices = []
    for mark in getattr(test, "pytestmark", []):
        names, rows = mark.args
        if isinstance(names, str):
            names = names.replace(" ", "").split(",")
        rows = [[row] for row in rows] if len(names) == 1 else list(rows)
        choices.append([dict(zip(names, row, strict=True)) for row in rows])
    for chosen in product(*choices):
        yield {name: value for part in chosen for name, value in part.items()}


CASES = list(_cases())

_NOTICED = (
    AssertionError,
    pytest.fail.Exception,
    SimulatorError,
    # A test that does not find what it would ask about has noticed as well.
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
)


def judge(expanded: Json) -> tuple[Judge, str]:
    """Return who notices that something is wrong with an expanded template, and how it is told."""
    with _in_place(expanded):
        forms: dict[str, Template] = {}
        for number, case in enumerate(CASES):
            if told := _failed(case, forms):
                # Neighbouring mutants are alike: who noticed the last one is asked first.
                CASES.insert(0, CASES.pop(number))
                return Judge.TEST, f"{case.name}: {told}"
        for name in RULES:
            if told := _findings(name):
                return Judge.RULE, f"{name}: {told}"
    return Judge.NOBODY, ""


@contextmanager
def _in_place(expanded: Json) -> Iterator[None]:
    """Let everybody who asks for the template have this one."""
    with mock.patch.object(simulated, "expand", return_value=expanded):
        _forget()
        yield
    _forget()


def _forget() -> None:
    for known in (facts.expanded_template, facts.substitutions, facts.keys_of_tables):
        known.cache_clear()


def expand(source: Json) -> Json:
    """Return what SAM makes of a template's source. Raises `Refused` for what it does not take."""
    with (
        mock.patch.object(simulated, "yaml_parse", return_value=source),
        # Most of the time goes into these, and they are the same for every template.
        mock.patch.object(boto3, "Session", return_value=_session()),
        mock.patch.object(translator, _POLICIES, return_value=_policies()),
    ):
        try:
            return simulated.expand()
        except (SimulatorError, LookupError, TypeError, AttributeError, ValueError) as error:
            raise Refused(repr(error)) from error


@cache
def _session() -> boto3.Session:
    return boto3.Session(region_name=simulated.REGION)


@cache
def _policies() -> Any:
    return getattr(translator, _POLICIES)()


def _failed(case: Case, forms: dict[str, Template]) -> str:
    try:
        wanted = set(inspect.signature(case.test).parameters) - set(case.given)
        for name in wanted - set(forms):
            forms[name] = Template(**FORMS[name])
        case.test(**case.given, **{name: forms[name] for name in wanted})
    except _NOTICED as error:
        return repr(error)
    return ""


def _findings(rule: str) -> str:
    try:
        return "\n".join(RULES[rule](load()))
    except _NOTICED as error:
        return repr(error)
