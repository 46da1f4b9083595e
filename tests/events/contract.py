"""Judge events by the audit contract: by its files, its published form, or the registry's form."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator
from referencing import Registry, Resource
from samtranslator.yaml_helper import yaml_parse

from operations.event_schemas.files import EVENTS, example, newest_version, published, read
from operations.event_schemas.stack import STACK

VERSION = newest_version()

Json = dict[str, Any]
Judge = Callable[[Any], bool]


@cache
def by_files(detail_type: str) -> Judge:
    """Judge as somebody who reads events/v…, with its references."""
    folder = EVENTS / f"v{VERSION}"
    resources = [
        (path.name, Resource.from_contents(read(path))) for path in folder.glob("*.schema.json")
    ]
    schema = {"$ref": f"{detail_type}.schema.json"}
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(schema, registry=registry).is_valid


@cache
def by_publication(detail_type: str) -> Judge:
    return Draft202012Validator(published(VERSION)[detail_type]).is_valid


@cache
def by_registry(detail_type: str) -> Judge:
    """Judge as somebody who has the schema from the registry."""
    return Draft4Validator(registered(detail_type)).is_valid


def registered(detail_type: str) -> Json:
    content: Json = json.loads(
        stack()["Resources"][f"{detail_type}Schema"]["Properties"]["Content"]
    )
    return content


@cache
def stack() -> Json:
    """Return the committed stack."""
    parsed: Json = yaml_parse(STACK.read_text(encoding="utf-8"))
    return parsed


def mutations(detail_type: str) -> Iterator[tuple[str, Json]]:
    """Yield the example with one thing in it gone, added or other; and what that is."""
    whole = example(detail_type, VERSION)
    for path in _paths(whole):
        place = ".".join(path)
        without = deepcopy(whole)
        del _holder(without, path)[path[-1]]
        yield f"{place} gone", without
        for other in _others(_holder(whole, path)[path[-1]]):
            changed = deepcopy(whole)
            _holder(changed, path)[path[-1]] = other
            yield f"{place} = {other!r}", changed
    for path in ((), ("detail",), ("detail", "metadata"), ("detail", "data")):
        more = deepcopy(whole)
        _holder(more, (*path, ""))["notYetKnown"] = {"a": [None]}
        yield f"{'.'.join(path)} has more", more


def _paths(value: Json, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, one in value.items():
        yield (*above, name)
        if isinstance(one, dict):
            yield from _paths(one, (*above, name))


def _holder(event: Json, path: tuple[str, ...]) -> Json:
    for name in path[:-1]:
        event = event[name]
    return event


def _others(value: Any) -> list[Any]:
    """Return values of every kind, and neighbours of this one."""
    others = [None, True, False, -1, 0, 7, 10**12, 0.5, "", "x", "Ä", " ", [], ["x"], [1], {}]
    if isinstance(value, str):
        others += [f"{value}x", f"x{value}", f"{value}\n", value.lower(), value.upper(), value * 40]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        others += [value + 1, -value - 1, value + 0.001, str(value)]
    return [other for other in others if type(other) is not type(value) or other != value]
