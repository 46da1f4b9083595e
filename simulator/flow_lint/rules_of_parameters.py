"""Rules of a block's parameters: which there are, and what may stand in them."""

import re
from collections.abc import Iterator
from typing import Any

from simulator import flow_paths
from simulator.flow_language import (
    TOKEN,
    Group,
    Listing,
    ParameterClass,
    Shape,
    Source,
    Table,
    Text,
)
from simulator.flow_lint.flow import Block, Fault, Faults, Flow

_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_CLASSES_WITH_ONE_PATH = {ParameterClass.STATIC_OR_PATH, ParameterClass.PATH}


def unknown_parameter(flow: Flow) -> Faults:
    for block, place, shape, value in _groups(flow):
        for key in sorted(set(value) - set(shape.fields)):
            yield Fault(
                block.identifier,
                f"{block.type} has no parameter {_below(place, key)}: remove it",
                shape.source,
            )


def missing_parameter(flow: Flow) -> Faults:
    for block, place, shape, value in _groups(flow):
        for key, field in shape.fields.items():
            if field.required and key not in value:
                yield Fault(
                    block.identifier,
                    f"{block.type} needs {_below(place, key)}: add it",
                    field.source,
                )


def nothing_set(flow: Flow) -> Faults:
    for block, place, shape, value in _visits(flow):
        if isinstance(shape, Table) and shape.required and value == {}:
            yield Fault(block.identifier, f"{place} is empty: set something", Source.INFERRED)


def exactly_one_of(flow: Flow) -> Faults:
    for block, place, shape, value in _groups(flow):
        given = sorted((shape.one_of | shape.at_most_one_of) & set(value))
        if (shape.one_of and len(given) != 1) or len(given) > 1:
            names = ", ".join(sorted(shape.one_of | shape.at_most_one_of))
            yield Fault(
                block.identifier,
                f"{place or block.type} takes one of {names}, and has {', '.join(given) or 'none'}",
                shape.source,
            )


def parameter_shape(flow: Flow) -> Faults:
    kinds = {Text: (str, "a string"), Table: (dict, "an object"), Listing: (list, "a list"),
             Group: (dict, "an object")}  # fmt: skip
    for block, place, shape, value in _visits(flow):
        kind, name = kinds[type(shape)]
        scalar = isinstance(shape, Text) and not isinstance(value, dict | list)
        if not isinstance(value, kind) and not scalar:
            yield Fault(block.identifier, f"{place} is {value!r}: it must be {name}", shape.source)


def scalar_is_no_string(flow: Flow) -> Faults:
    for block in flow.blocks:
        for place, value in _scalars(block.parameters):
            if not isinstance(value, str):
                yield Fault(
                    block.identifier,
                    f"{place} is {value!r}, and every value must be a string: put it in quotes",
                    Source.DOCS,
                )


def empty_string(flow: Flow) -> Faults:
    for block in flow.blocks:
        for place, value in _scalars(block.parameters):
            if value == "":
                yield Fault(
                    block.identifier,
                    f"{place} is empty, which is rejected: write a space",
                    Source.LIVE,
                )


def path_in_static(flow: Flow) -> Faults:
    for block, place, shape, value in _texts(flow):
        paths = list(flow_paths.paths_in(value))
        if shape.kind is ParameterClass.STATIC and paths:
            yield Fault(
                block.identifier,
                f"{place} reads {', '.join(paths)}, and may only be static: write the value",
                shape.source,
            )


def path_mixed(flow: Flow) -> Faults:
    for block, place, shape, value in _texts(flow):
        if (
            shape.kind in _CLASSES_WITH_ONE_PATH
            and list(flow_paths.paths_in(value))
            and not flow_paths.PATH.fullmatch(value)
        ):
            yield Fault(
                block.identifier,
                f"{place} is {value!r}, and takes one whole path or none: mix it into an "
                "attribute first, and read that",
                shape.source,
            )


def path_wanted(flow: Flow) -> Faults:
    for block, place, shape, value in _texts(flow):
        if shape.kind is ParameterClass.PATH and not list(flow_paths.paths_in(value)):
            yield Fault(block.identifier, f"{place} is {value!r}: it must be a path", shape.source)


def malformed_path(flow: Flow) -> Faults:
    for block in flow.blocks:
        for place, value in _scalars(block.parameters):
            if isinstance(value, str) and flow_paths.is_malformed(value):
                yield Fault(
                    block.identifier,
                    f"{place} is {value!r}: write a path as $.Name.name or $.Name.['a name'], "
                    "a token as ${Name}",
                    Source.DOCS,
                )


def value_not_allowed(flow: Flow) -> Faults:
    for block, place, shape, value in _chosen_texts(flow):
        if shape.values and value not in shape.values:
            yield Fault(
                block.identifier,
                f"{place} is {value!r}: write {' or '.join(sorted(shape.values))}",
                shape.source,
            )


def value_out_of_range(flow: Flow) -> Faults:
    for block, place, shape, value in _chosen_texts(flow):
        if shape.between is None:
            continue
        least, most = shape.between
        if not _WHOLE_NUMBER.fullmatch(value) or not least <= int(value) <= most:
            yield Fault(
                block.identifier,
                f"{place} is {value!r}: write a whole number from {least} to {most}",
                shape.source,
            )


def value_too_long(flow: Flow) -> Faults:
    for block, place, shape, value in _static_texts(flow):
        if shape.longest is not None and len(value) > shape.longest:
            yield Fault(
                block.identifier,
                f"{place} has {len(value)} characters: {shape.longest} are allowed",
                shape.source,
            )


def value_characters(flow: Flow) -> Faults:
    """Count a token within a value as a digit: what it stands for is not known here."""
    for block, place, shape, value in _chosen_texts(flow):
        digits = TOKEN.sub("0", value)
        if shape.pattern is not None and not re.fullmatch(shape.pattern, digits, re.DOTALL):
            yield Fault(
                block.identifier,
                f"{place} is {value!r}: it must be of the form {shape.pattern}",
                shape.source,
            )


def attributes_too_large(flow: Flow) -> Faults:
    for block, place, shape, value in _visits(flow):
        if isinstance(shape, Table) and shape.most_bytes and isinstance(value, dict):
            size = sum(len(f"{key}{one}".encode(errors="replace")) for key, one in value.items())
            if size > shape.most_bytes:
                yield Fault(
                    block.identifier,
                    f"{place} has {size} bytes: {shape.most_bytes} are allowed",
                    shape.source,
                )


Visit = tuple[Block, str, Shape, Any]


def _visits(flow: Flow) -> Iterator[Visit]:
    """Walk every parameter with what the language says of it, from the block's own ("")."""
    for block in flow.blocks:
        if block.action:
            yield from _walk(block, "", block.action.parameters, block.parameters)


def _walk(block: Block, place: str, shape: Shape, value: Any) -> Iterator[Visit]:
    yield block, place, shape, value
    if isinstance(shape, Group) and isinstance(value, dict):
        for key, field in shape.fields.items():
            if key in value:
                yield from _walk(block, _below(place, key), field, value[key])
    elif isinstance(shape, Table) and isinstance(value, dict):
        for key, one in value.items():
            yield from _walk(block, _below(place, key), shape.each, one)
    elif isinstance(shape, Listing) and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _walk(block, _below(place, str(number)), shape.each, one)


def _groups(flow: Flow) -> Iterator[tuple[Block, str, Group, dict[str, Any]]]:
    for block, place, shape, value in _visits(flow):
        if isinstance(shape, Group) and isinstance(value, dict):
            yield block, place, shape, value


def _texts(flow: Flow) -> Iterator[tuple[Block, str, Text, str]]:
    for block, place, shape, value in _visits(flow):
        if isinstance(shape, Text) and isinstance(value, str) and value:
            yield block, place, shape, value


def _static_texts(flow: Flow) -> Iterator[tuple[Block, str, Text, str]]:
    """Those whose value is known by now: neither path nor token in it."""
    for block, place, shape, value in _chosen_texts(flow):
        if not TOKEN.search(value):
            yield block, place, shape, value


def _chosen_texts(flow: Flow) -> Iterator[tuple[Block, str, Text, str]]:
    """Those that are written here, not read; a token that is the whole value is filled in later."""
    for block, place, shape, value in _texts(flow):
        if not TOKEN.fullmatch(value) and not flow_paths.MEANT.search(TOKEN.sub("", value)):
            yield block, place, shape, value


def _scalars(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _scalars(one, _below(place, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _scalars(one, _below(place, str(number)))
    else:
        yield place, value


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
