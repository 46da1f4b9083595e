"""Every small defect of a block's parameters: another figure, word, path, token, name, or none."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from simulator.flow_language import TOKEN, Group, Listing, ParameterClass, Shape, Table, Text
from simulator.flow_lint.answers import ANSWERS, ASKED
from simulator.flow_paths import NAMESPACES, PATH
from tests.flows.flow_changes import Change, put
from tests.flows.flow_files import Json

_ATTRIBUTES = ("QueueAgentName", "TransferId", "delay_and_PIN")
_LEAVES = {
    "Attributes": _ATTRIBUTES,
    "External": sorted(frozenset().union(*ANSWERS.values())),
}
_PATHS = [
    path
    for name, namespace in NAMESPACES.items()
    for path in (
        [f"$.{name}"]
        if namespace.leaves is None
        else [f"$.{name}.{leaf}" for leaf in _LEAVES.get(name, sorted(namespace.leaves))]
    )
]
_NAMES = sorted({*_ATTRIBUTES, *frozenset().union(*ASKED.values())})
_OPPOSITES = [("True", "False"), ("Enabled", "Disabled")]
_KEYS = "*#"
_SECRETS = ("$.External.PIN", "$.StoredCustomerInput")

Found = Iterator[tuple[str, Change]]


def parameter_changes(place: str, block: Json, shape: Shape, literals: Mapping[str, str]) -> Found:
    """Yield what is changed and the change, for each. `literals`: what the tokens stand for."""
    for where, there, known in _walk((), block["Parameters"], shape):
        at, called = "/".join([place, *where]), ".".join(where) or "Parameters"
        match there:
            case dict():
                yield from _keys_changed(at, called, there, known)
            case list():
                for other in _lists(there, known):
                    yield f"{called} is {other}", put(at, other)
            case str():
                for other in dict.fromkeys(_texts(there, known, literals)):
                    if other != there:
                        yield f"{called} is {other!r}", put(at, other)


def _walk(
    where: tuple[str, ...], there: Any, shape: Shape
) -> Iterator[tuple[tuple[str, ...], Any, Shape]]:
    yield where, there, shape
    if isinstance(there, dict):
        for key, value in there.items():
            match shape:
                case Group(fields=fields):
                    yield from _walk((*where, key), value, fields[key])
                case Table(each=each):
                    yield from _walk((*where, key), value, each)


# ------------------------------------------------------------------------- objects and lists


def _keys_changed(at: str, called: str, there: Json, shape: Shape) -> Found:
    """Take each key away, call it otherwise, and add what could be there too."""
    known = sorted(shape.fields) if isinstance(shape, Group) else [*_NAMES, "Another"]
    absent = [key for key in known if key not in there]
    for key in there:
        without = {name: value for name, value in there.items() if name != key}
        yield f"{called} has no {key}", put(at, without)
        for other in absent:
            renamed = {other if name == key else name: value for name, value in there.items()}
            yield f"{called} has {key} as {other}", put(at, renamed)
    for key in absent:
        added = _example(shape.fields[key]) if isinstance(shape, Group) else "something"
        yield f"{called} has {key} too", put(at, {**there, key: added})


def _example(shape: Shape) -> Any:
    match shape:
        case Group(fields=fields):
            key, one = next(iter(fields.items()))
            return {key: _example(one)}
        case Text(values=values) if values:
            return min(values)
        case Text(pattern=pattern) if pattern:
            return "+441632960009"
    return "something"


def _lists(there: list[str], shape: Shape) -> Iterator[list[str]]:
    """Yield every other choice of what the list can hold."""
    values: list[str] = []
    if isinstance(shape, Listing) and isinstance(shape.each, Text):
        values = sorted(shape.each.values)
    for number in range(len(values) + 1):
        for chosen in combinations(values, number):
            if list(chosen) != there:
                yield list(chosen)


# ---------------------------------------------------------------------------------- scalars


def _texts(there: str, shape: Shape, literals: Mapping[str, str]) -> Iterator[str]:
    if isinstance(shape, Text):
        yield from sorted(shape.values)
    yield from ("", " ")
    token = TOKEN.fullmatch(there)
    if token:
        yield from (f"${{{name}}}" for name in literals)
        yield literals[there.strip("${}")]
    elif PATH.search(there):
        yield from _paths(there)
    elif there.isdecimal():
        yield from (str(int(there) - 1), str(int(there) + 1), "0", "1", f"{there}0")
    elif len(there) == 1:
        yield from _KEYS
    else:
        yield from _words(there)
        if isinstance(shape, Text) and shape.kind is ParameterClass.MIXED:
            yield from _SECRETS
    for pair in _OPPOSITES:
        if there in pair:
            yield from pair


def _paths(there: str) -> Iterator[str]:
    """Read something else instead, or say the path; change what stands around it."""
    (path,) = PATH.findall(there)
    for other in _PATHS:
        yield there.replace(path, other)
    yield there.replace(path, "something")
    yield there.replace(path, f"{path}2")
    around = there.replace(path, "")
    if around:
        yield path
        yield f"{path}{around}"
        yield f"{there},"
        yield f"{around[:-1]}{path}"
        yield f"{around},{path}"
        yield f"{around[:-1]}{path},"


def _words(there: str) -> Iterator[str]:
    """Leave a word out, add one, write it otherwise; change each figure."""
    yield f"{there} again"
    yield there.lower()
    words = list(re.finditer(r"\S+\s*", there))
    if len(words) > 1:
        for word in words:
            yield (there[: word.start()] + there[word.end() :]).strip()
    for figure in re.finditer(r"\d+", there):
        number = int(figure[0])
        for other in (number - 1, number + 1, 1, number * 10):
            yield f"{there[: figure.start()]}{other}{there[figure.end() :]}"
