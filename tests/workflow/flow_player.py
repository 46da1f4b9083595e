"""Play a flow to its end at once: functions are invoked, digits are keyed, time does not pass."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.connect.lambda_block import LambdaBlockFailed
from simulator.flow_effects import (
    CallOut,
    Effect,
    Enqueue,
    Failed,
    Hook,
    Invoke,
    ReadDigits,
    Say,
    SetQueue,
)
from simulator.flow_engine import Flow, FlowContact, run

NOTHING_KEYED = "Timeout"
"""What Connect stores when no digit comes."""

InvokeFunction = Callable[[str, Mapping[str, str]], dict[str, str]]


@dataclass(slots=True)
class Played:
    """What came of a flow."""

    said: list[str] = field(default_factory=list)
    hooks: dict[str, str] = field(default_factory=dict)
    called: CallOut | None = None
    """The call that the flow made; the flow waits for its end."""
    queue_of: str | None = None
    """The agent whose own queue was set."""
    rings: str | None = None
    """The agent whose phone rings: the contact went to that queue."""
    failure: str = ""
    """Why a Lambda block left by its Error branch."""


def play(
    flow: Flow, contact: FlowContact, invoke: InvokeFunction, keyed: str = NOTHING_KEYED
) -> Played:
    """Play a flow until it ends, or until it has called somebody."""
    played, running = Played(), run(flow, contact)
    came: Any = None
    while played.called is None:
        try:
            effect = running.send(came)
        except StopIteration:
            break
        match effect:
            case ReadDigits(most=most):
                came = keyed if keyed == NOTHING_KEYED else keyed[:most]
            case Invoke(function_arn, parameters):
                came = _invoked(invoke, function_arn, parameters, played)
            case _:
                _note(effect, played)
                came = None
    return played


def _invoked(
    invoke: InvokeFunction, function_arn: str, parameters: Mapping[str, str], played: Played
) -> dict[str, str] | Failed:
    try:
        return invoke(function_arn, parameters)
    except LambdaBlockFailed as failure:
        played.failure = str(failure)
        return Failed()


def _note(effect: Effect, played: Played) -> None:
    match effect:
        case Say(text):
            played.said.append(text)
        case Hook(event, flow_arn):
            played.hooks[event] = flow_arn
        case SetQueue(agent):
            played.queue_of = agent or None
        case Enqueue():
            played.rings = played.queue_of
        case CallOut():
            played.called = effect
