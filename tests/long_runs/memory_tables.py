"""The two tables in memory, with as much of DynamoDB's expressions as this project uses.

Many times as fast as a real implementation. That it answers and leaves the same is a test: on all
that the explorer of the handshake has asked of moto.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from operator import eq, gt, le, ne
from typing import Any

from tests.handshake.tables import KEYS, Items, item_at, place_of, with_item
from tests.handshake.wire import Answer, Call, read, written

Item = dict[str, dict[str, Any]]

_COMPARISONS = {"=": eq, "<>": ne, "<=": le, ">": gt}


def ask(items: Items, called: Call) -> tuple[Items, Answer]:
    asked = read(called.body)
    if called.operation == "BatchGetItem":
        return items, _many(items, asked["RequestItems"])
    place = place_of(called)
    text = item_at(items, place)
    stored: Item | None = read(text) if text else None
    names = asked.get("ExpressionAttributeNames", {})
    if called.operation == "GetItem":
        return items, _one(stored, asked.get("ProjectionExpression"), names)
    values = asked.get("ExpressionAttributeValues", {})
    if not _holds(asked.get("ConditionExpression"), stored or {}, names, values):
        return items, Answer("{}", "ConditionalCheckFailedException")
    if called.operation == "PutItem":
        return with_item(items, place, written(asked["Item"])), Answer("{}")
    after = _updated(stored or asked["Key"], asked["UpdateExpression"], names, values)
    answer = {"Attributes": after} if asked.get("ReturnValues") == "ALL_NEW" else {}
    return with_item(items, place, written(after)), Answer(written(answer))


def _many(items: Items, asked: Mapping[str, Any]) -> Answer:
    there = dict(items)
    found = {}
    for table, wanted in asked.items():
        places = [f"{table}/{key[KEYS[table]]['S']}" for key in wanted["Keys"]]
        found[table] = [read(there[place]) for place in places if place in there]
    return Answer(written({"Responses": found}))


def _one(stored: Item | None, projection: str | None, names: Mapping[str, str]) -> Answer:
    if stored is None:
        return Answer("{}")
    if projection:
        wanted = {names.get(name, name) for name in projection.split(", ")}
        stored = {name: value for name, value in stored.items() if name in wanted}
    return Answer(written({"Item": stored}))


def _holds(
    condition: str | None, item: Item, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    """Judge `a AND b OR c`: there are no brackets but those of functions and lists."""
    if condition is None:
        return True
    return any(
        all(_is_so(term, item, names, values) for term in alternative.split(" AND "))
        for alternative in condition.split(" OR ")
    )


def _is_so(term: str, item: Item, names: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    if absent := re.fullmatch(r"attribute_not_exists\((\w+)\)", term):
        return absent[1] not in item
    if one_of := re.fullmatch(r"(#?\w+) IN \((.+)\)", term):
        stored = item.get(names.get(one_of[1], one_of[1]))
        return stored in [values[name] for name in one_of[2].split(", ")]
    name, comparison, value = term.split(" ")
    stored = item.get(names.get(name, name))
    if stored is None or stored.keys() != values[value].keys():
        return False
    return bool(_COMPARISONS[comparison](_comparable(stored), _comparable(values[value])))


def _comparable(value: Mapping[str, str]) -> str | Decimal:
    return Decimal(value["N"]) if "N" in value else value["S"]


def _updated(
    stored: Item, expression: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> Item:
    after = dict(stored)
    clauses = re.split(r"\b(SET|ADD) ", expression)[1:]
    for verb, clause in zip(clauses[::2], clauses[1::2], strict=True):
        if verb == "ADD":
            name, value = clause.split()
            members = set(after.get(name, {}).get("SS", [])) | set(values[value]["SS"])
            after[name] = {"SS": sorted(members)}
            continue
        for name, value in re.findall(r"(#?\w+) = (\S+?\([^)]+\)|:\w+)", clause):
            _set(after, names.get(name, name), value, values)
    return after


def _set(after: Item, name: str, value: str, values: Mapping[str, Any]) -> None:
    if default := re.fullmatch(r"if_not_exists\((\w+), (:\w+)\)", value):
        after[name] = after.get(default[1], values[default[2]])
    else:
        after[name] = values[value]
