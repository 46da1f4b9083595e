"""Every small defect of a Choice: a rule or a part of it lost, turned round, led elsewhere."""

from typing import Any

from tests.asl.changes import drop, put, rename
from tests.asl.machine import State
from tests.mutants.asl_words import PATHS, STATUSES, Found

_OTHER_OPERATORS = {
    "IsPresent": ["IsNull", "IsString"],
    "StringEquals": ["StringLessThan", "StringGreaterThan", "StringMatches", "StringEqualsPath"],
    "BooleanEquals": ["StringEquals"],
    "NumericLessThanPath": [
        "NumericLessThanEqualsPath",
        "NumericGreaterThanPath",
        "NumericEqualsPath",
        "NumericLessThan",
    ],
}


def choice_mutants(name: str, state: State, targets: list[str]) -> Found:
    if state["Type"] != "Choice":
        return
    yield "has no Default", drop(f"{name}/Default")
    for other in targets:
        if other != state["Default"]:
            yield f"leads to {other} by default", put(f"{name}/Default", other)
    for number, rule in enumerate(state["Choices"]):
        place, called = f"{name}/Choices/{number}", f"rule {number}"
        yield f"has no {called}", drop(place)
        for other in targets:
            if other != rule["Next"]:
                yield f"{called} leads to {other}", put(f"{place}/Next", other)
        yield from _of_a_condition(place, called, rule)
    if len(state["Choices"]) > 1:
        yield "has its rules the other way round", put(f"{name}/Choices", state["Choices"][::-1])


def _of_a_condition(place: str, called: str, condition: dict[str, Any]) -> Found:
    for word, other in {"And": "Or", "Or": "And"}.items():
        if word in condition:
            yield f"{called} says {other}", rename(f"{place}/{word}", other)
            for number, part in enumerate(condition[word]):
                inner = f"{place}/{word}/{number}"
                yield f"{called} lacks part {number}", drop(inner)
                yield from _of_a_condition(inner, f"{called}, part {number}", part)
            turned = condition[word][::-1]
            yield f"{called} has its parts the other way round", put(f"{place}/{word}", turned)
    if "Variable" in condition:
        yield from _of_a_comparison(place, called, condition)


def _of_a_comparison(place: str, called: str, comparison: dict[str, Any]) -> Found:
    for path in PATHS:
        if path != comparison["Variable"]:
            yield f"{called} looks at {path}", put(f"{place}/Variable", path)
    (operator,) = comparison.keys() - {"Variable", "Next"}
    for other in _OTHER_OPERATORS[operator]:
        yield f"{called} asks {other}", rename(f"{place}/{operator}", other)
    for value in _operands(comparison[operator]):
        yield f"{called} compares with {value!r}", put(f"{place}/{operator}", value)


def _operands(there: Any) -> list[Any]:
    if isinstance(there, bool):
        return [not there]
    others = PATHS if there.startswith("$") else [*STATUSES, "", there.lower()]
    return [other for other in others if other != there]
