"""Compare a published flow with what the stack would publish with the same settings.

Which settings a published flow has is read from the flow itself; `flows_render` makes of them what
should be there, so whatever is left is a difference that no setting makes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from operations.flow_settings import WORDS, Json, parameters, split_words
from operations.flows_render import render
from simulator.errors import SimulatorError
from simulator.template import parameter_values

_RULES = parameters()
_FLOW_ARN = {
    "Type": "String",
    "AllowedPattern": r"arn:[a-z-]+:connect:[a-z0-9-]+:\d{12}:instance/[0-9a-f-]{36}"
    r"/contact-flow/[\w-]+",
    "ConstraintDescription": "The ARN of a flow.",
}
_TOKENS: dict[str, dict[str, tuple[str, ...]]] = {
    "transfer_to_pci_pal": {
        "AddAgentFunctionArn": ("AddAgent", "LambdaFunctionARN"),
        "PciPalNumber": ("Call PCI Pal", "ThirdPartyPhoneNumber"),
    },
    "answer_from_pci_pal": {
        "GetAgentFunctionArn": ("GetAgent", "LambdaFunctionARN"),
        "SecureCallJoinedFlowArn": ("Whisper", "EventHooks", "AgentWhisper"),
        "SecureCallWaitingFlowArn": ("Waiting", "EventHooks", "CustomerQueue"),
    },
    "secure_call_joined": {"AgentJoinedFunctionArn": ("AgentJoined", "LambdaFunctionARN")},
    "secure_call_waiting": {},
}
"""What has to be filled in, by flow: its name, and where it stands."""

_NUMBERS = {"ThirdPartyPhoneNumber", "CallerId"}
"""Parameters that hold telephone numbers: their values are not told."""


def parameter(flow: Mapping[str, Any], block: str, *path: str) -> Any:
    """Return a parameter of a block; None if there is no such block or parameter."""
    value: Any = _blocks(flow).get(block, {}).get("Parameters")
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def settings_of(name: str, flow: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that a published flow of ours has, those alone that can be set so."""
    return {
        setting: value
        for setting, value in _settings(name, flow)
        if isinstance(value, str) and _is_allowed(setting, value)
    }


def differences(name: str, flow: Mapping[str, Any]) -> list[str]:
    """Return how a published flow differs from ours, a sentence each, with the block's name."""
    values = settings_of(name, flow)
    missing = [
        f"block “{block}”: {path[-1]} is not filled in, or not as it should be"
        for token, (block, *path) in _TOKENS[name].items()
        if token not in values
    ]
    if missing:
        return missing
    try:
        expected = render(values, [name])[name]
    except SimulatorError as error:
        return [str(error)]
    return list(_differences(expected, flow))


# ------------------------------------------------------------------------- its settings


def _settings(name: str, flow: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for token, (block, *path) in _TOKENS[name].items():
        yield token, parameter(flow, block, *path)
    for setting, (speaking_flow, block, _) in WORDS.items():
        if speaking_flow == name:
            yield setting, _words(flow, block)
    logging = parameter(flow, "Logging off", "FlowLoggingBehavior")
    if name == "secure_call_waiting":
        yield "FallbackQueueArn", parameter(flow, "Fall back", "QueueId")
    if name == "secure_call_joined":
        yield "FallbackQueueArn", _compared_with(flow, "Is taken over")
    if name == "transfer_to_pci_pal":
        digits = parameter(flow, "Delay and PIN", "Attributes", "delay_and_PIN")
        yield "DelayCommas", str(str(digits).count(","))
        yield "CallerIdNumber", parameter(flow, "Call PCI Pal", "CallerId", "Number")
        goes_on = parameter(flow, "Call PCI Pal", "ContinueFlowExecution")
        yield "BranchOnCallFailure", "false" if goes_on == "False" else "true"
        stops = "Stop recording" in _blocks(flow)
        yield "RecordFirstLeg", "false" if stops else "true"
        yield "LogFlows", "true" if logging == "Enabled" else "false"
    if name == "answer_from_pci_pal":
        yield (
            "PinLength",
            parameter(flow, "Read PIN", "InputValidation", "CustomValidation", "MaximumLength"),
        )
        yield "FirstDigitSeconds", parameter(flow, "Read PIN", "InputTimeLimitSeconds")
        yield "LogFlows", "true" if logging == "Enabled" else "false"


def _compared_with(flow: Mapping[str, Any], block: str) -> str | None:
    conditions = _blocks(flow).get(block, {}).get("Transitions", {}).get("Conditions", [])
    operands = [
        str(one) for each in conditions for one in each.get("Condition", {}).get("Operands", [])
    ]
    return operands[0] if operands else None


def _words(flow: Mapping[str, Any], block: str) -> str | None:
    said = parameter(flow, block)
    if not isinstance(said, Mapping) or not {"Text", "SSML"} & said.keys():
        return None
    return split_words({key: str(value) for key, value in said.items()})[1]


def _is_allowed(setting: str, value: str) -> bool:
    rules = _RULES.get(setting, _FLOW_ARN)
    try:
        parameter_values({"Parameters": {setting: rules}}, {setting: value})
    except SimulatorError:
        return False
    return True


# -------------------------------------------------------------------------- differences


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    if theirs.get("StartAction") != ours["StartAction"]:
        yield f"it starts with block “{theirs.get('StartAction')}”, not “{ours['StartAction']}”"
    expected, found = _blocks(ours), _blocks(theirs)
    for identifier, block in expected.items():
        if identifier not in found:
            yield f"block “{identifier}” is missing"
        else:
            yield from _of_block(identifier, block, found[identifier])
    for identifier in found:
        if identifier not in expected:
            yield f"block “{identifier}” is not one of ours"


def _of_block(identifier: str, ours: Json, theirs: Json) -> Iterator[str]:
    where = f"block “{identifier}”"
    if theirs.get("Type") != ours["Type"]:
        yield f"{where} is a {theirs.get('Type')}, not a {ours['Type']}"
        return
    expected, found = dict(_leaves(ours["Parameters"])), dict(_leaves(theirs.get("Parameters")))
    for path in sorted(expected.keys() | found.keys()):
        if expected.get(path) != found.get(path):
            yield f"{where}: {_told(path, expected.get(path), found.get(path))}"
    ways, taken = dict(_ways(ours["Transitions"])), dict(_ways(theirs.get("Transitions", {})))
    for way in sorted(ways.keys() | taken.keys()):
        if ways.get(way) != taken.get(way):
            yield f"{where}: {way} leads to {_target(taken, way)}, not {_target(ways, way)}"


def _told(path: tuple[str, ...], ours: Any, theirs: Any) -> str:
    name = ".".join(path) or "its parameters"
    if path and path[0] in _NUMBERS:
        return f"{name} is not the number that belongs there"
    said = "is not there" if theirs is None else f"is {theirs!r}"
    return f"{name} {said}, not {ours!r}" if ours is not None else f"{name} {said}, ours has none"


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _leaves(one, (*path, key))
    elif value not in ({}, None):
        yield path, value


def _ways(transitions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where each way out of a block leads to, whatever their order."""
    if "NextAction" in transitions:
        yield "the next block", transitions["NextAction"]
    for one in transitions.get("Errors", []):
        yield f"error {one.get('ErrorType')}", one.get("NextAction")
    for one in transitions.get("Conditions", []):
        condition = one.get("Condition", {})
        operands = ", ".join(map(str, condition.get("Operands", [])))
        yield f"{condition.get('Operator')} {operands}", one.get("NextAction")


def _target(ways: Mapping[str, str], way: str) -> str:
    return f"“{ways[way]}”" if way in ways else "nothing"


def _blocks(flow: Mapping[str, Any]) -> dict[str, Json]:
    return {one["Identifier"]: one for one in flow.get("Actions", [])}
