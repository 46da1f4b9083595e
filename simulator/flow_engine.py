"""Run a Connect flow, block by block, from the very file that is imported into Connect.

The engine knows the flow language, and nothing of phones, functions or time. What a block wants
done it yields as an effect; whoever runs the flow does it and sends back what came of it:

    flow = run(load("answer_from_pci_pal", values), contact)
    effect = next(flow)                      # Read digits
    effect = flow.send("0027")               # Invoke GetAgent
    effect = flow.send({"Result": "OK", …})  # and so on, until the flow ends

`Failed` sent back makes the block leave by that error branch. What exists, and where, is in the
linter's tables: `flow_actions`, `flow_paths`, `flow_language`. A block, parameter, path or way that
is not there, or that the simulator cannot run, is an error that names it.
"""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from simulator.errors import SimulatorError
from simulator.flow_actions import ACTIONS, CONTINUE_LOOPING, DONE_LOOPING
from simulator.flow_blocks import EFFECTS
from simulator.flow_effects import Effect, Invoke, ReadDigits, SetAttributes, ends_flow
from simulator.flow_language import TOKEN, FlowType
from simulator.flow_parameters import Parameters
from simulator.flow_paths import NAMESPACES, Needs, is_leaf, names_of
from simulator.flow_transitions import (
    END,
    NEXT,
    Block,
    block_of,
    blocks_of,
    start_of,
    target_of,
    type_of,
    way_after,
    way_for,
    ways_out,
)
from simulator.template import ROOT

Flow = dict[str, Any]
Run = Generator[Effect, Any, list[str]]
"""Yields effects; returns the ways that were taken, as `block: way`."""


@dataclass(slots=True)
class FlowContact:
    """What a flow can read and write of the contact that it runs for.

    No value is shown when a contact is printed: the PIN is among them.
    """

    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    """Shared by all contacts of a conversation: hand the same dict to each."""
    agent: str | None = None
    """The agent's user name, in the flows that know one: the whispers."""
    external: dict[str, str] = field(default_factory=dict, repr=False)
    """What the last Lambda answered; each invocation overwrites it."""
    stored_input: str | None = field(default=None, repr=False)
    system: dict[str, str] = field(default_factory=dict, repr=False)
    """What Connect itself knows, by path: `{"$.ContactId": …, "$.SystemEndpoint.Address": …}`."""
    block: str = ""
    """The block that runs, for whoever does what it wants done."""


def load(name: str, values: Mapping[str, str]) -> Flow:
    """Return `flows/<name>.json` with its tokens filled in.

    Raises `SimulatorError` for a token without a value.
    """
    file = f"flows/{name}.json"
    return fill((ROOT / file).read_text(encoding="utf-8"), values, file)


def fill(text: str, values: Mapping[str, str], name: str) -> Flow:
    """Return the flow of a JSON text with its tokens filled in.

    Raises `SimulatorError` for a token without a value; `name` is the file's, to be named.
    """

    def value(match: re.Match[str]) -> str:
        token = match[0].strip("${}")
        if token not in values:
            raise SimulatorError(f"{name}: no value for the token {match[0]}.")
        return json.dumps(values[token])[1:-1]  # it stands within a string

    flow: Flow = json.loads(TOKEN.sub(value, text))
    return flow


def run(flow: Flow, contact: FlowContact, taken: list[str] | None = None) -> Run:
    """Run a flow for a contact.

    Each way is appended to `taken` when it is taken: a run that is broken off tells as well.
    """
    taken = [] if taken is None else taken
    loops: dict[str, int] = {}
    block = start_of(flow)
    resolve = partial(_read, contact=contact, flow_type=type_of(flow))
    while True:
        contact.block = block.identifier
        shape = ACTIONS[block.kind].parameters
        parameters = Parameters(block.where, block.parameters, shape, resolve)
        effect, way = None, END
        if block.kind in EFFECTS:
            effect = EFFECTS[block.kind](parameters)
        else:
            way = _way_at_once(block, parameters, loops)
        parameters.nothing_left()
        if effect is not None:
            came = yield effect
            way = way_after(block, came)
            if way == NEXT:
                _remember(effect, came, contact)
        target = None if way == END else target_of(flow, block, way)
        taken.append(f"{block.identifier}: {way}")
        if target is None or (way == NEXT and ends_flow(effect)):
            return taken
        block = block_of(flow, target)


def ways(flow: Flow) -> set[str]:
    """Return every way that a run can take out of any block, by the names that `run` uses.

    Raises `SimulatorError` for a block that cannot run.
    """
    return {f"{block.identifier}: {way}" for block in blocks_of(flow) for way in ways_out(block)}


def _way_at_once(block: Block, parameters: Parameters, loops: dict[str, int]) -> str:
    match block.kind:
        case "Compare":
            return way_for(block, parameters.take("ComparisonValue"))
        case "Loop":
            return way_for(block, _looped(block, parameters.number("LoopCount"), loops))
    return END


def _looped(block: Block, times: int, loops: dict[str, int]) -> str:
    """Say whether to go round again. A Loop that is done counts anew."""
    done = loops.pop(block.identifier, 0)
    if done >= times:
        return DONE_LOOPING
    loops[block.identifier] = done + 1
    return CONTINUE_LOOPING


def _remember(effect: Effect, came: Any, contact: FlowContact) -> None:
    """Keep on the contact what came of a block that did not fail."""
    match effect:
        case ReadDigits():
            contact.stored_input = came
        case Invoke():
            contact.external.clear()
            contact.external.update(came)
        case SetAttributes(attributes):
            contact.attributes.update(attributes)


def _read(path: str, contact: FlowContact, flow_type: FlowType) -> str:
    """Return what stands behind a path. Raises `SimulatorError` where there is no such thing.

    An attribute that nobody set, and what the last Lambda did not answer, read as empty.
    """
    name, *leaves = names_of(path)
    namespace = NAMESPACES.get(name)
    if namespace is None or not is_leaf(path):
        raise SimulatorError(f"{path} does not exist in Connect.")
    if namespace.leaves and not namespace.leaves.issuperset(leaves):
        known = ", ".join(sorted(namespace.leaves))
        raise SimulatorError(f"{path} does not exist in Connect: there are only {known}.")
    if flow_type not in namespace.exists_in:
        raise SimulatorError(f"{path} does not exist in a flow of type {flow_type}.")
    value = _value(name, leaves, contact, namespace.needs)
    if value is None:
        raise SimulatorError(f"there is no {path} here.")
    return value


def _value(name: str, leaves: list[str], contact: FlowContact, needs: Needs) -> str | None:
    match needs, name, leaves:
        case Needs.LAMBDA, _, [leaf]:
            return contact.external.get(leaf, "")
        case Needs.STORED_INPUT, _, _:
            return contact.stored_input
        case _, "Attributes", [leaf]:
            return contact.attributes.get(leaf, "")
        case _, "Agent", ["UserName"]:
            return contact.agent
    # A path can be written in several ways.
    known = {names_of(path): value for path, value in contact.system.items()}
    return known.get((name, *leaves))
