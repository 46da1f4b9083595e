"""The blocks of a flow, and the ways out of them.

A way is called `next`, by an error's type, by a condition's operand, or `end` where the flow is
over. What a block compared never gives it its name: that may be a PIN.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import SimulatorError
from simulator.flow_actions import ACTIONS
from simulator.flow_blocks import BEHAVIOURS
from simulator.flow_effects import Failed
from simulator.flow_language import FLOW_TYPES, FlowType, Operator, Outcomes

NEXT = "next"
END = "end"


@dataclass(frozen=True, slots=True)
class Block:
    """`where` names it for people; `outcomes` None: it ends the flow."""

    where: str
    identifier: str
    kind: str
    parameters: Any
    transitions: Mapping[str, Any]
    outcomes: Outcomes | None


def type_of(flow: Mapping[str, Any]) -> FlowType:
    found = flow.get("Metadata", {}).get("type")
    if found not in FLOW_TYPES:
        known = ", ".join(sorted(FLOW_TYPES))
        raise SimulatorError(f"{_name(flow)}Metadata.type is {found!r}: it must be one of {known}.")
    return FLOW_TYPES[found]


def start_of(flow: Mapping[str, Any]) -> Block:
    start = flow.get("StartAction")
    if start not in _identifiers(flow):
        raise SimulatorError(f"{_name(flow)}StartAction is {start!r}, which is no block.")
    return block_of(flow, start)


def blocks_of(flow: Mapping[str, Any]) -> Iterator[Block]:
    for identifier in _identifiers(flow):
        yield block_of(flow, identifier)


def block_of(flow: Mapping[str, Any], identifier: str) -> Block:
    """Return a block. Raises `SimulatorError` if it cannot run in this flow, or not here."""
    action = next(one for one in flow["Actions"] if one["Identifier"] == identifier)
    where, kind, flow_type = f"{_name(flow)}{identifier}", action["Type"], type_of(flow)
    known = ACTIONS.get(kind)
    if known is None:
        raise SimulatorError(f"{where}: there is no action {kind} in Connect that is known here.")
    if flow_type not in known.allowed_in:
        raise SimulatorError(f"{where}: {kind} is not allowed in a flow of type {flow_type}.")
    if kind not in BEHAVIOURS:
        raise SimulatorError(f"{where}: the simulator cannot run the action {kind}.")
    parameters = action["Parameters"]
    outcomes = known.outcomes_with(parameters)
    return Block(where, identifier, kind, parameters, action["Transitions"], outcomes)


def ways_out(block: Block) -> set[str]:
    """Return the ways that a run can take from a block, as far as they are wired."""
    if block.outcomes is None:
        return {END}
    conditions = block.outcomes.conditions
    operands = set(_conditions(block)) if conditions else set()
    if conditions and conditions.operands:
        operands &= conditions.operands
    straight = {NEXT} if conditions is None and "NextAction" in block.transitions else set()
    return operands | straight | (block.outcomes.errors & set(_errors(block)))


def way_after(block: Block, came: Any) -> str:
    """Return the way on from a block whose effect came to something."""
    if not isinstance(came, Failed):
        return NEXT if block.outcomes else END
    if block.outcomes is None or came.error not in block.outcomes.errors:
        raise SimulatorError(f"{block.where}: {block.kind} as it is set has no {came.error}.")
    return came.error


def way_for(block: Block, value: str) -> str:
    """Return the way on from a block with conditions."""
    if value in _conditions(block):
        return value
    default = block.outcomes.default if block.outcomes else None
    if default is None:
        raise SimulatorError(f"{block.where}: no condition for {value}.")
    return default


def target_of(flow: Mapping[str, Any], block: Block, way: str) -> str:
    """Return the block that a way leads to."""
    if way == NEXT:
        target = block.transitions.get("NextAction")
        missing = "no NextAction"
    else:
        target = {**_errors(block), **_conditions(block)}.get(way)
        missing = f"no branch for {way}"
    if target is None:
        raise SimulatorError(f"{block.where}: {missing}.")
    if target not in _identifiers(flow):
        raise SimulatorError(f"{block.where}: {way} leads to {target!r}, which is no block.")
    return str(target)


def _conditions(block: Block) -> dict[str, Any]:
    """Return the target of each operand. Of two conditions with the same one the first holds."""
    targets: dict[str, Any] = {}
    for one in block.transitions.get("Conditions", []):
        match one["Condition"]:
            case {"Operator": Operator.EQUALS, "Operands": [str() as operand]}:
                targets.setdefault(operand, one["NextAction"])
            case condition:
                raise SimulatorError(f"{block.where}: the simulator does not know {condition}.")
    return targets


def _errors(block: Block) -> dict[str, Any]:
    return {one["ErrorType"]: one["NextAction"] for one in block.transitions.get("Errors", [])}


def _identifiers(flow: Mapping[str, Any]) -> list[str]:
    return [action["Identifier"] for action in flow["Actions"]]


def _name(flow: Mapping[str, Any]) -> str:
    """Return what to put before a block's name."""
    name = flow.get("Metadata", {}).get("name")
    return f"{name}: " if name else ""
