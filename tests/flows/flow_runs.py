"""Flows of one block, and a world in which flows run to their end."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from simulator import flow_effects as fe
from simulator.flow_engine import Flow, FlowContact, Run, fill, run
from tests.flows.flow_changes import Change
from tests.flows.flow_samples import block, end, flow, sample, to

VALUES = {
    "AddAgentFunctionArn": "arn:add",
    "GetAgentFunctionArn": "arn:get",
    "AgentJoinedFunctionArn": "arn:joined",
    "PciPalNumber": "+441632960001",
    "PinLength": "4",
    "SecureCallJoinedFlowArn": "arn:flow:joined",
    "SecureCallWaitingFlowArn": "arn:flow:waiting",
}
OK = {
    "arn:add": {"Result": "OK", "PIN": "0027", "TransferId": "t"},
    "arn:get": {"Result": "OK", "AgentName": "alice", "TransferId": "t"},
    "arn:joined": {"Result": "OK"},
}

World = Callable[[fe.Effect], Any]
Faults = Mapping[int, str]


def good_world(effect: fe.Effect) -> Any:
    """A day on which everything works."""
    match effect:
        case fe.ReadDigits():
            return "0027"
        case fe.Invoke(function_arn=function):
            return OK[function]
    return None


def finish(
    running: Run, world: World = good_world, faults: Faults | None = None
) -> tuple[list[fe.Effect], list[str]]:
    """Return what a flow did up to its end, and which ways it took.

    `faults`: which effect, counted from 0, fails with which error.
    """
    effects: list[fe.Effect] = []
    came = None
    while True:
        try:
            effect = running.send(came)
        except StopIteration as over:
            return effects, over.value
        error = (faults or {}).get(len(effects))
        effects.append(effect)
        came = fe.Failed(error) if error else world(effect)


def changed(name: str, *changes: Change) -> Flow:
    """Return a sample with its tokens filled in, after changes."""
    content = sample(name)
    for change in changes:
        change(content)
    return fill(json.dumps(content), VALUES, name)


def one_block(
    kind: str, given: Mapping[str, Any], flow_type: str = "contactFlow", **errors: str
) -> Flow:
    """Return a flow of one block, called Only, that leads to an end."""
    over = "EndFlowExecution" if "Whisper" in flow_type else "DisconnectParticipant"
    transitions = to("End", **errors) if kind != over else {}
    return flow(flow_type, block("Only", kind, dict(given), transitions), end("End", over))


def say(text: str, contact: FlowContact | None = None, flow_type: str = "contactFlow") -> fe.Effect:
    """Return what a flow says that reads something."""
    spoken = one_block("MessageParticipant", {"Text": text}, flow_type)
    return next(run(spoken, contact or FlowContact()))
