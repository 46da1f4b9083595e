"""What the flow files promise to agent and cardholder, and to the rest of the system."""

import json
import re
from typing import Any

import pytest

from simulator import template

FLOWS = {path.stem: json.loads(path.read_text()) for path in template.ROOT.glob("flows/*.json")}
TYPES = {
    "save_agent_name": "agentWhisper",
    "save_agent_name_outbound": "outboundWhisper",
    "transfer_to_pci_pal": "queueTransfer",
    "answer_from_pci_pal": "contactFlow",
    "secure_call_joined": "agentWhisper",
    "secure_call_waiting": "customerQueue",
}
# What is filled in before a flow is imported.
TOKENS = {
    "AddAgentFunctionArn",
    "GetAgentFunctionArn",
    "AgentJoinedFunctionArn",
    "PciPalNumber",
    "PinLength",
    "SecureCallJoinedFlowArn",
    "SecureCallWaitingFlowArn",
}
CLOCK_SKEW_SECONDS = 5
COMMA_SECONDS = 1.0  # the configuration guide's figure; AWS's own is 0.75


def _actions(flow: str) -> dict[str, dict[str, Any]]:
    return {action["Identifier"]: action for action in FLOWS[flow]["Actions"]}


def _of_type(flow: str, kind: str) -> list[dict[str, Any]]:
    return [action for action in FLOWS[flow]["Actions"] if action["Type"] == kind]


def _edges(action: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every way on from a block: by what, and where to."""
    transitions = action["Transitions"]
    on = [("next", transitions["NextAction"])] if "NextAction" in transitions else []
    errors = [(e["ErrorType"], e["NextAction"]) for e in transitions.get("Errors", [])]
    conditions = [
        (c["Condition"]["Operands"][0], c["NextAction"]) for c in transitions.get("Conditions", [])
    ]
    return on + errors + conditions


def _spoken(action: dict[str, Any]) -> str:
    parameters = action["Parameters"]
    return str(parameters.get("Text", parameters.get("SSML", "")))


def test_these_are_the_flows() -> None:
    assert {name: flow["Metadata"]["type"] for name, flow in FLOWS.items()} == TYPES


@pytest.mark.parametrize("name", FLOWS)
def test_flow_names_only_known_tokens(name: str) -> None:
    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(FLOWS[name]))) <= TOKENS


def test_tokens_of_functions_are_outputs_of_the_template() -> None:
    functions = {token for token in TOKENS if token.endswith("FunctionArn")}
    assert functions <= set(template.expand()["Outputs"])


@pytest.mark.parametrize("name", FLOWS)
def test_every_error_leads_to_words(name: str) -> None:
    """Whoever is on the line hears something before the flow ends by way of an error.

    A prompt that cannot be played, and a PIN that cannot be overwritten after the loop is over,
    are the exceptions: there is nothing left to say, or nobody to say it to.
    """
    actions = _actions(name)

    def ends_silently(block: str) -> bool:
        while True:
            action = actions[block]
            if action["Type"] == "MessageParticipant":
                return False
            ways = _edges(action)
            if not ways:
                return True
            block = ways[0][1]

    silent = {
        f"{block}: {by}"
        for block, action in actions.items()
        if action["Type"] != "MessageParticipant"
        for by, target in _edges(action)
        if by not in ("next", "OK") and ends_silently(target)
    }
    assert silent <= {"Forget PIN: NoMatchingError"}


def test_call_secure_is_said_after_the_agents_queue_is_set_and_before_it_rings() -> None:
    actions = _actions("answer_from_pci_pal")
    (queue,) = _of_type("answer_from_pci_pal", "UpdateContactTargetQueue")
    said = actions[queue["Transitions"]["NextAction"]]
    assert _spoken(said) == "Call secure."
    assert actions[said["Transitions"]["NextAction"]]["Type"] == "TransferContactToQueue"


def test_every_refusal_of_the_looped_call_says_call_not_secured_and_ends() -> None:
    actions = _actions("answer_from_pci_pal")
    refused = actions["Say not secured"]
    assert _spoken(refused) == "Call not secured."
    assert actions[refused["Transitions"]["NextAction"]]["Type"] == "DisconnectParticipant"
    for action in actions.values():
        for by, target in _edges(action):
            if by not in ("next", "OK") and action["Type"] != "MessageParticipant":
                assert target == "Say not secured", f"{action['Identifier']}: {by}"


def test_pin_is_asked_for_once_a_call() -> None:
    """No way leads back to the prompt: a call has one guess."""
    actions = _actions("answer_from_pci_pal")
    assert len(_of_type("answer_from_pci_pal", "GetParticipantInput")) == 1
    targets = {target for action in actions.values() for by, target in _edges(action)}
    before = [a for a in actions.values() if "Read PIN" in [target for _, target in _edges(a)]]
    assert [action["Identifier"] for action in before] == ["Logging off"]
    assert "Logging off" not in targets


@pytest.mark.parametrize("name", ["transfer_to_pci_pal", "answer_from_pci_pal"])
def test_flow_log_is_off_before_a_pin_is_there(name: str) -> None:
    start = _actions(name)[FLOWS[name]["StartAction"]]
    assert start["Type"] == "UpdateFlowLoggingBehavior"
    assert start["Parameters"] == {"FlowLoggingBehavior": "Disabled"}


def test_first_leg_is_not_recorded() -> None:
    actions = _actions("transfer_to_pci_pal")
    recording = actions[actions["Logging off"]["Transitions"]["NextAction"]]
    assert recording["Parameters"] == {"RecordingBehavior": {"RecordedParticipants": []}}


def test_pin_does_not_stay_on_the_contact() -> None:
    """Whatever becomes of the loop, the attribute that held the PIN is overwritten."""
    (call,) = _of_type("transfer_to_pci_pal", "TransferParticipantToThirdParty")
    actions = _actions("transfer_to_pci_pal")
    for _, target in _edges(call):
        attributes = actions[target]["Parameters"]["Attributes"]
        assert list(attributes) == ["delay_and_PIN"]
        assert "$." not in attributes["delay_and_PIN"]


@pytest.mark.parametrize("name", ["save_agent_name", "save_agent_name_outbound"])
def test_whisper_saves_the_name_that_the_transfer_flow_reads(name: str) -> None:
    (saved,) = _of_type(name, "UpdateContactAttributes")
    assert saved["Parameters"]["Attributes"] == {"QueueAgentName": "$.Agent.UserName"}
    (add_agent,) = _of_type("transfer_to_pci_pal", "InvokeLambdaFunction")
    given = add_agent["Parameters"]["LambdaInvocationAttributes"]
    assert given == {"AgentName": "$.Attributes.QueueAgentName"}


def test_second_secure_transfer_can_start_from_the_looped_call() -> None:
    saved = _actions("secure_call_joined")["Save agent name"]
    assert saved["Parameters"]["Attributes"] == {"QueueAgentName": "$.Agent.UserName"}


def test_delay_and_pin_fit_into_what_connect_can_key() -> None:
    digits = _actions("transfer_to_pci_pal")["Delay and PIN"]["Parameters"]["Attributes"]
    commas = digits["delay_and_PIN"].removesuffix("$.External.PIN")
    assert set(commas) == {","}
    longest_pin = template.expand()["Parameters"]["PinLength"]["MaxValue"]
    assert len(commas) + longest_pin <= 50


def test_waiting_cardholder_is_told_longer_than_the_transfer_waits_for_the_agent() -> None:
    (loop,) = _of_type("secure_call_waiting", "Loop")
    spoken = _spoken(_actions("secure_call_waiting")["Say please wait"])
    pause = int(re.findall(r'<break time="(\d+)s"/>', spoken)[0])
    default = template.expand()["Parameters"]["JoinTimeoutSeconds"]["Default"]
    assert int(loop["Parameters"]["LoopCount"]) * pause >= default


def test_quarantine_of_a_pin_outlives_the_latest_looped_call() -> None:
    """Else a late call could reach the next one's agent. All of it computed from the flows."""
    parameters = template.expand()["Parameters"]
    call = _actions("transfer_to_pci_pal")["Call PCI Pal"]["Parameters"]
    digits = _actions("transfer_to_pci_pal")["Delay and PIN"]["Parameters"]["Attributes"]
    read = _actions("answer_from_pci_pal")["Read PIN"]["Parameters"]
    (get_agent,) = _of_type("answer_from_pci_pal", "InvokeLambdaFunction")
    seconds = (
        int(call["ThirdPartyConnectionTimeLimitSeconds"])
        + digits["delay_and_PIN"].count(",") * COMMA_SECONDS
        + int(read["InputTimeLimitSeconds"])
        + parameters["PinLength"]["MaxValue"]
        * int(read["DTMFConfiguration"]["InterdigitTimeLimitSeconds"])
        + int(get_agent["Parameters"]["InvocationTimeLimitSeconds"])
        + CLOCK_SKEW_SECONDS
    )
    assert parameters["PinQuarantineSeconds"]["Default"] > seconds


def test_wrong_agent_is_told_so_and_other_failures_do_not_part_agent_and_cardholder() -> None:
    actions = _actions("secure_call_joined")
    (wrong,) = [a for a in actions.values() if "another agent" in _spoken(a)]
    assert "End the call" in _spoken(wrong)
    for action in actions.values():
        assert action["Type"] != "DisconnectParticipant"
