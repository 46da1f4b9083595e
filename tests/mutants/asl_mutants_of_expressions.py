"""Every small defect of DynamoDB's expressions: a clause lost, an operator or a name changed."""

import re
from collections.abc import Callable, Iterator

from tests.mutants.asl_words import ATTRIBUTES

_OPERATORS = {
    " = ": [" <> ", " <= ", " >= "],
    " <= ": [" < ", " >= ", " = "],
    " OR ": [" AND "],
    " AND ": [" OR "],
    " IN ": [" = "],
    "attribute_not_exists": ["attribute_exists"],
    "ADD ": ["DELETE ", "SET "],
    "SET ": ["ADD ", "REMOVE "],
}
_VALUE = re.compile(r":\w+")
_NAME = re.compile(r"#?\b(?:[A-Z]\w*[a-z]\w*|PIN)\b")
"""An attribute, or what stands for one: no operator, those are all capitals."""


def conditions(there: str) -> Iterator[str]:
    for joint in (" OR ", " AND "):
        clauses = there.split(joint)
        for number in range(len(clauses)):
            left = clauses[:number] + clauses[number + 1 :]
            if left:
                yield joint.join(left)
            yield joint.join([*left, f"NOT {clauses[number]}"])
    yield from _changed(there)


def updates(there: str) -> Iterator[str]:
    """`SET A = :a, B = :b` or `ADD A :a SET B = :b`: each action and each assignment left out."""
    actions = re.findall(r"[A-Z]+ .*?(?=$| [A-Z]{3,} )", there)
    for number in range(len(actions)):
        yield " ".join(actions[:number] + actions[number + 1 :])
        verb, _, rest = actions[number].partition(" ")
        assignments = rest.split(", ")
        for one in range(len(assignments)):
            left = ", ".join(assignments[:one] + assignments[one + 1 :])
            changed = [f"{verb} {left}"] if left else []
            yield " ".join(actions[:number] + changed + actions[number + 1 :])
    yield from _changed(there)


def projections(there: str) -> Iterator[str]:
    names = there.split(", ")
    for number, name in enumerate(names):
        left = names[:number] + names[number + 1 :]
        yield ", ".join(left)
        for other in ATTRIBUTES:
            if other != name:
                yield ", ".join([*left, other])
    for other in ATTRIBUTES:
        if other not in names:
            yield f"{there}, {other}"


def _changed(there: str) -> Iterator[str]:
    yield from _operators_changed(there)
    yield from _values_changed(there)
    for match in _NAME.finditer(there):
        for name in ATTRIBUTES:
            if name != match[0]:
                yield f"{there[: match.start()]}{name}{there[match.end() :]}"


def _operators_changed(there: str) -> Iterator[str]:
    for operator, others in _OPERATORS.items():
        for match in re.finditer(re.escape(operator), there):
            for other in others:
                yield f"{there[: match.start()]}{other}{there[match.end() :]}"


def _values_changed(there: str) -> Iterator[str]:
    values = sorted(set(_VALUE.findall(there)))
    for match in _VALUE.finditer(there):
        for value in [*values, ":another"]:
            if value != match[0]:
                yield f"{there[: match.start()]}{value}{there[match.end() :]}"
        if there[match.end() :].startswith(", :"):  # in a list: one fewer
            yield f"{there[: match.start()]}{there[match.end() + 2 :]}"


EXPRESSIONS: dict[str, Callable[[str], Iterator[str]]] = {
    "ConditionExpression": conditions,
    "UpdateExpression": updates,
    "ProjectionExpression": projections,
}
