"""Every small defect of a value in the template: a reference, a name, a figure, a list, a text."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Found = Iterator[tuple[str, Callable[[dict[str, Any]], None]]]
Place = tuple[Any, ...]
_Placed = Iterator[tuple[Place, str, Callable[[dict[str, Any]], None]]]

_FAMILIES = [
    ["S", "N", "B"],
    ["HASH", "RANGE"],
    ["INCLUDE", "ALL", "KEYS_ONLY"],
    ["ALL", "ERROR", "FATAL", "OFF"],
    ["INFO", "DEBUG", "ERROR"],
    ["Sum", "Maximum", "Average", "SampleCount"],
    ["notBreaching", "breaching", "missing", "ignore"],
    [
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
    ],
    ["STANDARD", "EXPRESS"],
    ["arm64", "x86_64"],
    ["Allow", "Deny"],
    ["PAY_PER_REQUEST", "PROVISIONED"],
    ["lambda.amazonaws.com", "states.amazonaws.com", "events.amazonaws.com", "*"],
]
_PSEUDO = ["AWS::AccountId", "AWS::Region", "AWS::StackName", "AWS::NoValue"]
_IN_SUB = re.compile(r"\$\{([\w:.]+)\}")


def put(value: Any, *place: Any) -> Callable[[dict[str, Any]], None]:
    def change(template: dict[str, Any]) -> None:
        node, key = _find(template, place)
        node[key] = value

    return change


def drop(*place: Any) -> Callable[[dict[str, Any]], None]:
    def change(template: dict[str, Any]) -> None:
        node, key = _find(template, place)
        del node[key]

    return change


def value_mutants(template: dict[str, Any], place: Place, value: Any) -> _Placed:
    """Yield where each change is, what it is, and the change."""
    called = ".".join(map(str, place))
    match value:
        case {"Ref": str() as name} if len(value) == 1:
            for other in _references(template, name):
                yield place, f"{called} refers to {other}", put({"Ref": other}, *place)
            yield place, f"{called} is a text", put("something", *place)
        case {"Fn::GetAtt": [resource, attribute]}:
            for other in _with_attribute(template, attribute) - {resource}:
                got = {"Fn::GetAtt": [other, attribute]}
                yield place, f"{called} is {other}'s", put(got, *place)
            for got in ({"Fn::GetAtt": [resource, "Id"]}, {"Ref": resource}, "something"):
                yield place, f"{called} is {got}", put(got, *place)
        case dict():
            yield from _of_an_object(template, place, value)
        case list():
            yield from _of_a_list(template, place, value)
        case _:
            for other in dict.fromkeys(_scalars(template, place, value)):
                yield place, f"{called} is {other!r}", put(other, *place)


def _of_an_object(template: dict[str, Any], place: Place, value: dict[str, Any]) -> _Placed:
    called = ".".join(map(str, place))
    intrinsic = len(value) == 1 and next(iter(value)).startswith("Fn::")
    for key, inner in value.items():
        where = (*place, key)
        if not intrinsic:
            yield where, f"{called}.{key} is not there", drop(*where)
            renamed = {f"{k}2" if k == key else k: v for k, v in value.items()}
            yield where, f"{called}.{key} is called {key}2", put(renamed, *place)
        yield from value_mutants(template, where, inner)
    if "Fn::Not" in value:
        yield place, f"{called} is not denied", put(value["Fn::Not"][0], *place)
    if "Fn::Equals" in value:
        yield place, f"{called} is denied", put({"Fn::Not": [value]}, *place)
    if "Fn::If" in value:
        condition, one, other = value["Fn::If"]
        turned = {"Fn::If": [condition, other, one]}
        yield place, f"{called} is the other way round", put(turned, *place)
        for always in (one, other):
            yield place, f"{called} is always {always}", put(always, *place)


def _of_a_list(template: dict[str, Any], place: Place, value: list[Any]) -> _Placed:
    called = ".".join(map(str, place))
    if not str(place[-1]).startswith("Fn::"):
        for number in range(len(value)):
            yield place, f"{called} has no {number}", drop(*place, number)
        yield place, f"{called} has one more", put([*value, "something"], *place)
    for number, one in enumerate(value):
        yield from value_mutants(template, (*place, number), one)


def _with_attribute(node: Any, attribute: str) -> set[str]:
    """Return the resources that somebody in the template asks for it."""
    match node:
        case {"Fn::GetAtt": [resource, wanted]}:
            return {resource} if wanted == attribute else set()
        case dict():
            return set().union(*(_with_attribute(one, attribute) for one in node.values()))
        case list():
            return set().union(*(_with_attribute(one, attribute) for one in node))
    return set()


def _references(template: dict[str, Any], name: str) -> list[str]:
    """Return parameters for a parameter, resources of its type for a resource; a few others."""
    if name in template["Parameters"]:
        others = [*template["Parameters"], *_PSEUDO]
    elif name in template["Resources"]:
        kind = template["Resources"][name]["Type"]
        others = [other for other, one in template["Resources"].items() if one["Type"] == kind] + [
            "FallbackQueue",
            "PinTable",
            "PinLength",
        ]
    else:
        others = [*_PSEUDO, "PinLength"]
    return [other for other in dict.fromkeys(others) if other != name]


def _scalars(template: dict[str, Any], place: Place, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from {0, 1, value - 1, value + 1, value * 10} - {value}
    elif place[-1] == "Condition" or "Fn::If" in place[-2:]:
        yield from (name for name in template["Conditions"] if name != value)
    else:
        yield from (other for other in _texts(place, value) if other != value)


def _texts(place: Place, value: str) -> Iterator[str]:
    yield from ("", f"{value}2")
    for family in _FAMILIES:
        if value in family:
            yield from family
    for match in _IN_SUB.finditer(value):
        for other in ("AWS::StackName", "AWS::AccountId", "PinLength", "AuditDeadLetterQueue"):
            yield f"{value[: match.start(1)]}{other}{value[match.end(1) :]}"
        yield f"{value[: match.start()]}{value[match.end() :]}"
    if "PolicyDocument" in place:
        yield from _policies(value)
    service, _, action = value.partition(":")
    if re.fullmatch(r"[a-z]+", service) and action.isalpha():
        yield from (f"{service}:*", "*", f"{service}:Delete{action}")


def _policies(text: str) -> Iterator[str]:
    """Yield a policy that is written as a text with each of its words changed or lost."""
    for match in re.finditer(r'"([^"$]+)"', text):
        yield f"{text[: match.start(1)]}{match[1]}2{text[match.end(1) :]}"


def _find(template: dict[str, Any], place: Place) -> tuple[Any, Any]:
    *way, last = place
    node: Any = template
    for key in way:
        node = node[key]
    return node, last
