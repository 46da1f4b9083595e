"""Every small defect of a flow: one thing changed that a person could change by mistake.

What the visual designer is told is changed along, as the designer would do it: what notices a
mutant is then never that its picture disagrees.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.flow_actions import ACTIONS, CONTINUE_LOOPING
from simulator.flow_language import FLOW_TYPES, Operator
from simulator.flow_paths import paths_in
from tests.flows.flow_changes import Change, both, drop, put
from tests.flows.flow_files import Json
from tests.flows.flow_mutants_of_parameters import parameter_changes

_END = {"DisconnectParticipant", "EndFlowExecution"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """`block` and `way`: a run that does not come by there cannot differ. Empty: any can."""

    flow: str
    what: str
    change: Change
    block: str = ""
    way: str = ""

    @property
    def name(self) -> str:
        return ": ".join(one for one in (self.flow, self.block, self.what) if one)

    def of(self, flow: Json) -> Json:
        """Return the flow with the defect."""
        content: Json = json.loads(json.dumps(flow))
        self.change(content)
        for block in content["Actions"]:
            _draw(content["Metadata"]["ActionMetadata"][block["Identifier"]], block)
        return content


def mutants_of(name: str, flow: Json, literals: Mapping[str, str]) -> Iterator[Mutant]:
    """Yield every mutant of a flow file. `literals`: what the tokens stand for."""
    blocks = {block["Identifier"]: block for block in flow["Actions"]}
    for other in blocks:
        if other != flow["StartAction"]:
            yield Mutant(name, f"starts with {other}", put("StartAction", other))
    yield Mutant(name, "is of another version", put("Version", "2019-10-31"))
    for kind in FLOW_TYPES:
        if kind != flow["Metadata"]["type"]:
            yield Mutant(name, f"is of type {kind}", put("Metadata/type", kind))
    for identifier, block in blocks.items():
        for what, change, way in _changes_of(block, list(blocks), literals):
            yield Mutant(name, what, change, identifier, way)


_Change = tuple[str, Change, str]
"""What it is, the change itself, the way that it concerns."""


def _changes_of(block: Json, targets: list[str], literals: Mapping[str, str]) -> Iterator[_Change]:
    place = f"Actions/{block['Identifier']}"
    if block["Type"] in _END:
        for kind in sorted(_END - {block["Type"]}):
            yield f"is of type {kind}", put(f"{place}/Type", kind), ""
    yield from _retargets(block, f"{place}/Transitions", targets)
    yield from _branches_lost(block, f"{place}/Transitions")
    yield from _conditions_changed(block, f"{place}/Transitions")
    shape = ACTIONS[block["Type"]].parameters
    for what, change in parameter_changes(f"{place}/Parameters", block, shape, literals):
        yield what, change, ""


def _ways(block: Json, place: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield where each way on stands, its name for people, the engine's name, where it leads."""
    transitions = block["Transitions"]
    if "NextAction" in transitions:
        yield f"{place}/NextAction", "next", "next", transitions["NextAction"]
    for one in transitions.get("Errors", []):
        error = one["ErrorType"]
        yield f"{place}/Errors/{error}/NextAction", f"error {error}", error, one["NextAction"]
    for number, one in enumerate(transitions.get("Conditions", [])):
        (operand,) = one["Condition"]["Operands"]
        where = f"{place}/Conditions/{number}/NextAction"
        yield where, f"condition {operand}", operand, one["NextAction"]


def _retargets(block: Json, place: str, targets: list[str]) -> Iterator[_Change]:
    for where, called, way, target in _ways(block, place):
        for other in targets:
            if other != target:
                yield f"{called} leads to {other}", put(where, other), way
    if block["Type"] == "Compare":
        # The language wants these two to be equal.
        for other in targets:
            if other != block["Transitions"]["NextAction"]:
                change = both(
                    put(f"{place}/NextAction", other),
                    put(f"{place}/Errors/NoMatchingCondition/NextAction", other),
                )
                yield f"otherwise leads to {other}", change, "NoMatchingCondition"
    if block["Type"] == "Loop":
        for other in targets:
            if other != block["Transitions"]["NextAction"]:
                change = both(put(f"{place}/NextAction", other), put(_done(block, place), other))
                yield f"done leads to {other}", change, "DoneLooping"


def _done(block: Json, place: str) -> str:
    (number,) = [
        number
        for number, one in enumerate(block["Transitions"]["Conditions"])
        if one["Condition"]["Operands"] != [CONTINUE_LOOPING]
    ]
    return f"{place}/Conditions/{number}/NextAction"


def _branches_lost(block: Json, place: str) -> Iterator[_Change]:
    for where, called, way, _ in _ways(block, place):
        branch = where.removesuffix("/NextAction") if way != "next" else where
        yield f"has no {called}", drop(branch), way
    for error in [one["ErrorType"] for one in block["Transitions"].get("Errors", [])]:
        for other in sorted({"NoMatchingError", "CallFailed", "QueueAtCapacity"} - {error}):
            change = put(f"{place}/Errors/{error}/ErrorType", other)
            yield f"error {error} is {other}", change, ""


def _conditions_changed(block: Json, place: str) -> Iterator[_Change]:
    conditions = block["Transitions"].get("Conditions", [])
    for number, one in enumerate(conditions):
        (operand,) = one["Condition"]["Operands"]
        condition = f"{place}/Conditions/{number}/Condition"
        for operator in Operator:
            if operator != one["Condition"]["Operator"]:
                change = put(f"{condition}/Operator", operator.value)
                yield f"condition {operand} is {operator}", change, ""
        known = {"OK", "ERROR", "WrongAgent", "ContinueLooping", "DoneLooping", "Timeout"}
        for other in [*sorted(known - {operand}), operand.lower(), f"{operand}.", " "]:
            yield f"condition {operand} is {other!r}", put(f"{condition}/Operands", [other]), ""
        yield f"condition {operand} has no operand", put(f"{condition}/Operands", []), ""


def _draw(metadata: Json, block: Json) -> None:
    """Tell the designer what the block reads from attributes."""
    metadata.pop("conditionMetadata", None)
    metadata["parameters"] = _drawn(block["Parameters"])


def _drawn(parameters: Any) -> Json:
    return {
        key: {"useDynamic": any(paths_in(value))} if isinstance(value, str) else _drawn(value)
        for key, value in parameters.items()
        if isinstance(value, str | dict)
    }
