"""Run a Connect flow, block by block, from the very file that is imported into Connect.

The engine knows the flow language, and nothing of phones, functions or time. What a block wants
done it yields as an effect; whoever runs the flow does it and sends back what came of it:

    flow = run(load("answer_from_pci_pal", values), contact)
    effect = next(flow)                      # Read digits
    effect = flow.send("0027")               # Invoke GetAgent
    effect = flow.send({"Result": "OK", …})  # and so on, until the flow ends

`Failed` sent back makes the block leave by that error branch. A block, parameter or path that the
engine does not know is an error that names it.
"""

import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import SimulatorError
from simulator.flow_language import TOKEN
from simulator.flow_paths import PATH, names_of
from simulator.template import ROOT

NO_MATCHING_ERROR = "NoMatchingError"


@dataclass(slots=True)
class FlowContact:
    """What a flow can read and write of the contact that it runs for."""

    attributes: dict[str, str] = field(default_factory=dict)
    """Shared by all contacts of a conversation: hand the same dict to each."""
    agent: str | None = None
    """The agent's user name, in the flows that know one: the whispers."""
    external: dict[str, str] = field(default_factory=dict)
    """What the last Lambda answered; each invocation overwrites it."""
    stored_input: str | None = None
    loops: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Sent back to a block: leave by this error."""

    error: str = NO_MATCHING_ERROR


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class ReadDigits:
    """Send back the digits, or `Timeout` if no digit came: that is no error in Connect."""

    prompt: str
    most: int
    first_within_seconds: int
    next_within_seconds: int


@dataclass(frozen=True, slots=True)
class Invoke:
    """Send back the function's answer, a flat map of strings."""

    function_arn: str
    parameters: dict[str, str]
    limit_seconds: int


@dataclass(frozen=True, slots=True)
class CallOut:
    """Send back anything when the call that was made has ended."""

    number: str
    digits: str = field(repr=False)  # the PIN is among them
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class SetAttributes:
    attributes: dict[str, str] = field(repr=False)  # the PIN is among them


@dataclass(frozen=True, slots=True)
class SetQueue:
    agent: str


@dataclass(frozen=True, slots=True)
class Hook:
    """Run another flow of the instance when `event` comes."""

    event: str
    flow_arn: str


@dataclass(frozen=True, slots=True)
class Record:
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogFlow:
    on: bool


@dataclass(frozen=True, slots=True)
class Enqueue:
    """The contact goes to the queue that was set; sent back anything, the flow is over."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over, and its leg of the call with it."""


Effect = (
    Say
    | ReadDigits
    | Invoke
    | CallOut
    | SetAttributes
    | SetQueue
    | Hook
    | Record
    | LogFlow
    | Enqueue
    | HangUp
)
Flow = dict[str, Any]
Run = Generator[Effect, Any, list[str]]
"""Yields effects; returns the blocks that were taken, as `block: way on`."""


def load(name: str, values: Mapping[str, str]) -> Flow:
    """Return `flows/<name>.json` with its tokens filled in.

    Raises `SimulatorError` for a token without a value.
    """

    def fill(match: re.Match[str]) -> str:
        token = match[0].strip("${}")
        if token not in values:
            raise SimulatorError(f"flows/{name}.json: no value for the token {match[0]}.")
        return values[token]

    flow: Flow = json.loads(TOKEN.sub(fill, (ROOT / "flows" / f"{name}.json").read_text()))
    return flow


def run(flow: Flow, contact: FlowContact) -> Run:
    """Run a flow for a contact."""
    actions = {action["Identifier"]: action for action in flow["Actions"]}
    taken = []
    block: str | None = flow["StartAction"]
    while block:
        action = actions[block]
        kind = action["Type"]
        parameters = _Parameters(block, action["Parameters"], contact)
        if kind in _BLOCKS:
            way = yield from _BLOCKS[kind](parameters, contact)
        elif kind in _INSTANT_BLOCKS:
            way = _INSTANT_BLOCKS[kind](parameters, contact)
        else:
            raise SimulatorError(f"{block}: the simulator does not know the action {kind}.")
        parameters.nothing_left()
        taken.append(f"{block}: {way}")
        block = _target(action, way)
    return taken


class _Parameters:
    """A block's parameters, each to be taken once, paths resolved."""

    def __init__(self, block: str, values: Mapping[str, Any], contact: FlowContact) -> None:
        self.block = block
        self._values = dict(values)
        self._contact = contact
        self._sections: list[_Parameters] = []

    def take(self, name: str) -> str:
        return self._resolve(str(self._raw(name)))

    def section(self, name: str) -> "_Parameters":
        section = _Parameters(self.block, self._raw(name), self._contact)
        self._sections.append(section)
        return section

    def all(self) -> dict[str, str]:
        values, self._values = self._values, {}
        return {name: self._resolve(str(value)) for name, value in values.items()}

    def list(self, name: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self._raw(name))

    def only(self, name: str, value: str) -> None:
        if self.take(name) != value:
            raise SimulatorError(f"{self.block}: the simulator knows only {name}={value!r}.")

    def has(self, name: str) -> bool:
        return name in self._values

    def nothing_left(self) -> None:
        if self._values:
            names = ", ".join(sorted(self._values))
            raise SimulatorError(
                f"{self.block}: the simulator does not know the parameter {names}."
            )
        for section in self._sections:
            section.nothing_left()

    def _raw(self, name: str) -> Any:
        if name not in self._values:
            raise SimulatorError(f"{self.block}: the parameter {name} is missing.")
        return self._values.pop(name)

    def _resolve(self, text: str) -> str:
        return PATH.sub(lambda match: self._read(match[0]), text)

    def _read(self, path: str) -> str:
        contact = self._contact
        match names_of(path):
            case ("External", leaf):
                return contact.external.get(leaf, "")
            case ("Attributes", leaf):
                return contact.attributes.get(leaf, "")
            case ("Agent", "UserName") if contact.agent is not None:
                return contact.agent
            case ("StoredCustomerInput",) if contact.stored_input is not None:
                return contact.stored_input
        raise SimulatorError(f"{self.block}: there is no {path} here.")


Block = Generator[Effect, Any, str]
"""Yields effects and returns the way on: `next`, an error type, or a condition's operand."""


def _way(came: Any) -> str:
    return came.error if isinstance(came, Failed) else "next"


def _say(parameters: _Parameters, _: FlowContact) -> Block:
    text = parameters.take("SSML" if parameters.has("SSML") else "Text")
    return _way((yield Say(text)))


def _read_digits(parameters: _Parameters, contact: FlowContact) -> Block:
    parameters.only("StoreInput", "True")
    keys = parameters.section("DTMFConfiguration")
    keys.only("DisableCancelKey", "True")
    keys.only("InputTerminationSequence", "#")
    between = int(keys.take("InterdigitTimeLimitSeconds"))
    validation = parameters.section("InputValidation").section("CustomValidation")
    came = yield ReadDigits(
        prompt=parameters.take("Text"),
        most=int(validation.take("MaximumLength")),
        first_within_seconds=int(parameters.take("InputTimeLimitSeconds")),
        next_within_seconds=between,
    )
    if isinstance(came, Failed):
        return came.error
    contact.stored_input = came
    return "next"


def _invoke(parameters: _Parameters, contact: FlowContact) -> Block:
    parameters.only("InvocationType", "SYNCHRONOUS")
    parameters.section("ResponseValidation").only("ResponseType", "STRING_MAP")
    came = yield Invoke(
        function_arn=parameters.take("LambdaFunctionARN"),
        parameters=parameters.section("LambdaInvocationAttributes").all(),
        limit_seconds=int(parameters.take("InvocationTimeLimitSeconds")),
    )
    if isinstance(came, Failed):
        return came.error
    contact.external.clear()
    contact.external.update(came)
    return "next"


def _update_attributes(parameters: _Parameters, contact: FlowContact) -> Block:
    parameters.only("TargetContact", "Current")
    attributes = parameters.section("Attributes").all()
    came = yield SetAttributes(attributes)
    if not isinstance(came, Failed):
        contact.attributes.update(attributes)
    return _way(came)


def _call_out(parameters: _Parameters, _: FlowContact) -> Block:
    parameters.only("ContinueFlowExecution", "True")
    came = yield CallOut(
        number=parameters.take("ThirdPartyPhoneNumber"),
        digits=parameters.take("ThirdPartyDTMFDigits"),
        ring_seconds=int(parameters.take("ThirdPartyConnectionTimeLimitSeconds")),
    )
    return _way(came)


def _set_queue(parameters: _Parameters, _: FlowContact) -> Block:
    return _way((yield SetQueue(parameters.take("AgentId"))))


def _enqueue(_: _Parameters, __: FlowContact) -> Block:
    came = yield Enqueue()
    return came.error if isinstance(came, Failed) else _OVER


def _hook(parameters: _Parameters, _: FlowContact) -> Block:
    ((event, flow_arn),) = parameters.section("EventHooks").all().items()
    return _way((yield Hook(event, flow_arn)))


def _record(parameters: _Parameters, _: FlowContact) -> Block:
    yield Record(parameters.section("RecordingBehavior").list("RecordedParticipants"))
    return "next"


def _log_flow(parameters: _Parameters, _: FlowContact) -> Block:
    yield LogFlow(on=parameters.take("FlowLoggingBehavior") == "Enabled")
    return "next"


def _hang_up(_: _Parameters, __: FlowContact) -> Block:
    yield HangUp()
    return _OVER


def _compare(parameters: _Parameters, _: FlowContact) -> str:
    return parameters.take("ComparisonValue")


def _loop(parameters: _Parameters, contact: FlowContact) -> str:
    done = contact.loops.get(parameters.block, 0)
    if done == int(parameters.take("LoopCount")):
        return "DoneLooping"
    contact.loops[parameters.block] = done + 1
    return "ContinueLooping"


def _end(_: _Parameters, __: FlowContact) -> str:
    return _OVER


_OVER = "the flow is over"
_BLOCKS: dict[str, Callable[[_Parameters, FlowContact], Block]] = {
    "DisconnectParticipant": _hang_up,
    "GetParticipantInput": _read_digits,
    "InvokeLambdaFunction": _invoke,
    "MessageParticipant": _say,
    "TransferContactToQueue": _enqueue,
    "TransferParticipantToThirdParty": _call_out,
    "UpdateContactAttributes": _update_attributes,
    "UpdateContactEventHooks": _hook,
    "UpdateContactRecordingBehavior": _record,
    "UpdateContactTargetQueue": _set_queue,
    "UpdateFlowLoggingBehavior": _log_flow,
}
_INSTANT_BLOCKS: dict[str, Callable[[_Parameters, FlowContact], str]] = {
    "Compare": _compare,
    "EndFlowExecution": _end,
    "Loop": _loop,
}


def _target(action: Mapping[str, Any], way: str) -> str | None:
    """Return the block that a way on leads to. None: the flow is over."""
    transitions = action["Transitions"]
    if way == _OVER:
        return None
    for condition in transitions.get("Conditions", []):
        if condition["Condition"]["Operator"] != "Equals":
            operator = condition["Condition"]["Operator"]
            raise SimulatorError(f"{action['Identifier']}: the operator {operator} is not known.")
        if condition["Condition"]["Operands"] == [way]:
            return str(condition["NextAction"])
    if action["Type"] == "Compare":
        way = "NoMatchingCondition"
    if way == "next":
        return str(transitions["NextAction"])
    for error in transitions.get("Errors", []):
        if error["ErrorType"] == way:
            return str(error["NextAction"])
    raise SimulatorError(f"{action['Identifier']}: no branch for {way}.")
