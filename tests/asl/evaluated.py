"""What a state sends, takes and decides, worked out by hand on one transfer's data.

As much of the language as this machine uses: paths with dots, five intrinsic functions, a Choice's
comparisons. What is beyond it raises `Unclear`.
"""

import re
from collections.abc import Mapping
from typing import Any

from tests.asl import facts
from tests.asl.machine import State

_TOKEN = re.compile(r"\s*(?:(States\.\w+)\(|'([^']*)'|(-?\d+)|(\$[\w.$]*)|([,)]))")

CONTEXT = {
    "Execution": {"Id": "arn:aws:states:eu-west-2:123456789012:execution:machine:transfer-1"},
    "State": {"EnteredTime": "2026-11-24T09:31:00.456Z"},
    "Task": {"Token": "a-task-token"},
}


class Unclear(ValueError):
    """It reads what is not there, or says what this machine has no use for."""


def data(**more: Any) -> dict[str, Any]:
    """Return a transfer's data on its way: no two values in it are the same."""
    index = facts.CANDIDATES.index(facts.TAKEN)
    claim = {"candidates": facts.CANDIDATES, "index": index, "collisions": 7}
    return {**facts.execution_input(), "claim": claim, "conversation": {"attempt": 2}, **more}


def evaluated(node: Any, given: Mapping[str, Any]) -> Any:
    """Return what a state makes of its Parameters or its ResultSelector."""
    if isinstance(node, dict):
        return {
            key.removesuffix(".$"): _value(value, given)
            if key.endswith(".$")
            else evaluated(value, given)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [evaluated(one, given) for one in node]
    return node


def _value(text: str, given: Mapping[str, Any]) -> Any:
    if not text.startswith(("$", "States.")):
        raise Unclear(text)
    value, rest = _argument(text, given)
    if rest:
        raise Unclear(text)
    return value


def _argument(text: str, given: Mapping[str, Any]) -> tuple[Any, str]:
    match = _TOKEN.match(text)
    if not match or match[5]:
        raise Unclear(text)
    function, quoted, figure, path, _ = match.groups()
    rest = text[match.end() :]
    if function:
        return _called(function, rest, given)
    if path:
        return at(path, given), rest
    return int(figure) if figure else quoted, rest


def _called(function: str, rest: str, given: Mapping[str, Any]) -> tuple[Any, str]:
    arguments = []
    end = ","
    while end == ",":
        argument, rest = _argument(rest, given)
        arguments.append(argument)
        match = _TOKEN.match(rest)
        if not match or not match[5]:
            raise Unclear(rest)
        end, rest = match[5], rest[match.end() :]
    try:
        return _FUNCTIONS[function](*arguments), rest
    except (LookupError, TypeError) as error:
        raise Unclear(function) from error


def _format(template: str, *values: Any) -> str:
    for value in values:
        if isinstance(value, dict | list):
            raise Unclear("States.Format takes no object.")
    if template.count("{}") != len(values):
        raise Unclear(template)
    return template.format(*values)


def _item(array: list[Any], index: int) -> Any:
    if not isinstance(array, list) or index < 0:
        raise Unclear("States.ArrayGetItem")
    return array[index]


def _length(array: list[Any]) -> int:
    if not isinstance(array, list):
        raise Unclear("States.ArrayLength")
    return len(array)


def _sum(one: int, other: int) -> int:
    if not isinstance(one, int) or not isinstance(other, int):
        raise Unclear("States.MathAdd")
    return one + other


_FUNCTIONS: dict[str, Any] = {
    "States.Format": _format,
    "States.Array": lambda *values: list(values),
    "States.ArrayGetItem": _item,
    "States.ArrayLength": _length,
    "States.MathAdd": _sum,
}


def at(path: str, given: Mapping[str, Any]) -> Any:
    """Return what stands at a path of the input (`$.a.b`) or of the context (`$$.a.b`)."""
    node: Any = CONTEXT if path.startswith("$$") else given
    for key in path.lstrip("$").split(".")[1:]:
        if not isinstance(node, Mapping) or key not in node:
            raise Unclear(path)
        node = node[key]
    return node


def decided(choice: State, given: Mapping[str, Any]) -> str:
    """Return where a Choice leads."""
    for rule in choice["Choices"]:
        if _holds(rule, given):
            return str(rule["Next"])
    if "Default" not in choice:
        raise Unclear("No rule holds, and there is no Default.")
    return str(choice["Default"])


def _holds(rule: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    if "And" in rule:
        return all(_holds(part, given) for part in rule["And"])
    if "Or" in rule:
        return any(_holds(part, given) for part in rule["Or"])
    (operator,) = rule.keys() - {"Variable", "Next"}
    if operator == "IsPresent":
        return _is_there(rule["Variable"], given) is rule[operator]
    value, operand = at(rule["Variable"], given), rule[operator]
    match operator:
        case "StringEquals" | "BooleanEquals":
            return bool(value == operand)
        case "NumericLessThanPath":
            return bool(value < at(operand, given))
    raise Unclear(operator)


def _is_there(path: str, given: Mapping[str, Any]) -> bool:
    try:
        at(path, given)
    except Unclear:
        return False
    return True
