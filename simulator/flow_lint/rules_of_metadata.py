"""Rules of what only the visual designer reads. Connect takes anything here; people do not."""

from typing import Any

from simulator import flow_paths
from simulator.flow_language import Group, Operator, ParameterClass, Source, Table, Text
from simulator.flow_lint.flow import WHOLE_FLOW, Block, Fault, Faults, Flow


def position_missing(flow: Flow) -> Faults:
    if flow.envelope and not _is_position(flow.metadata.get("entryPointPosition")):
        yield Fault(
            WHOLE_FLOW, "Metadata.entryPointPosition needs the numbers x and y", Source.LIVE
        )
    for block in flow.blocks:
        if not _is_position(_metadata_of(flow, block).get("position")):
            yield Fault(
                block.identifier,
                "Metadata.ActionMetadata needs a position for it, with the numbers x and y",
                Source.LIVE,
            )


def metadata_of_nothing(flow: Flow) -> Faults:
    for name in _object(flow.metadata.get("ActionMetadata")):
        if name not in flow.named:
            yield Fault(name, "Metadata.ActionMetadata names it, and no block does", Source.LIVE)


def metadata_conditions(flow: Flow) -> Faults:
    """Where the designer is told of conditions, they are those that the block has.

    It has names of its own for the operators (Contains for TextContains), except for Equals.
    """
    for block in flow.blocks:
        told = _metadata_of(flow, block).get("conditionMetadata")
        if told is None:
            continue
        shown = [
            (
                _object(_object(one).get("operator")).get("value") == Operator.EQUALS,
                _object(one).get("value"),
            )
            for one in (told if isinstance(told, list) else [])
        ]
        real = [
            (
                one["Condition"]["Operator"] == Operator.EQUALS,
                next(iter(one["Condition"]["Operands"]), None),
            )
            for one in block.conditions
        ]
        if shown != real:
            yield Fault(
                block.identifier,
                f"conditionMetadata shows {[value for _, value in shown]!r}, the conditions "
                f"compare with {[value for _, value in real]!r}: make them and operators agree",
                Source.LIVE,
            )


def metadata_dynamic(flow: Flow) -> Faults:
    """Whatever is read from an attribute is shown as that, and nothing else is."""
    for block in flow.blocks:
        parameters = _object(_metadata_of(flow, block).get("parameters"))
        for place, dynamic in _dynamic(block).items():
            told: Any = parameters
            for key in place:
                told = _object(_object(told).get(key))
            if bool(told.get("useDynamic")) != dynamic:
                yield Fault(
                    block.identifier,
                    f"the metadata of {'.'.join(place)} must say useDynamic {str(dynamic).lower()}",
                    Source.LIVE,
                )


def _dynamic(block: Block) -> dict[tuple[str, ...], bool]:
    """Return which parameters read a path, of those whose metadata can say so."""
    found: dict[tuple[str, ...], bool] = {}
    fields = block.action.parameters if block.action else Group({}, Source.DOCS)
    for name, shape in fields.fields.items():
        value = block.parameters.get(name)
        if isinstance(shape, Text) and shape.kind is ParameterClass.STATIC_OR_PATH:
            if isinstance(value, str):
                found[name,] = _reads(value)
        elif isinstance(shape, Table) and isinstance(shape.each, Text) and isinstance(value, dict):
            found.update({(name, key): _reads(one) for key, one in value.items()})
    return found


def _reads(value: Any) -> bool:
    return isinstance(value, str) and any(flow_paths.paths_in(value))


def _metadata_of(flow: Flow, block: Block) -> dict[str, Any]:
    return _object(_object(flow.metadata.get("ActionMetadata")).get(block.identifier))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_position(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"x", "y"}
        and all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in value.values()
        )
    )
