"""What the flow files promise to agent and cardholder, and to the rest of the system.

Whatever takes `flows` can be asked of other flows than ours too: of ours with a defect, say.
"""

import json
import re

from tests.flows.flow_files import Flows, Json, actions_of, edges, of_type, spoken, the_template

TYPES = {
    "save_agent_name": "agentWhisper",
    "save_agent_name_outbound": "outboundWhisper",
    "transfer_to_pci_pal": "queueTransfer",
    "answer_from_pci_pal": "contactFlow",
    "secure_call_joined": "agentWhisper",
    "secure_call_waiting": "customerQueue",
}
# What is filled in before a flow is imported, and where.
TOKENS = {
    "transfer_to_pci_pal": {
        "AddAgent": ["${AddAgentFunctionArn}"],
        "Call PCI Pal": ["${PciPalNumber}"],
    },
    "answer_from_pci_pal": {
        "Read PIN": ["${PinLength}"],
        "GetAgent": ["${GetAgentFunctionArn}"],
        "Whisper": ["${SecureCallJoinedFlowArn}"],
        "Waiting": ["${SecureCallWaitingFlowArn}"],
    },
    "secure_call_joined": {"AgentJoined": ["${AgentJoinedFunctionArn}"]},
}
CLOCK_SKEW_SECONDS = 5
COMMA_SECONDS = 1.0  # the configuration guide's figure; AWS's own is 0.75


def test_these_are_the_flows(flows: Flows) -> None:
    assert {name: flow["Metadata"]["type"] for name, flow in flows.items()} == TYPES


def test_what_every_stack_has_of_its_own_is_filled_in(flows: Flows) -> None:
    """A number, a length or an ARN that is written out would be another stack's."""
    for name, flow in flows.items():
        tokens = {
            identifier: re.findall(r"\$\{\w+\}", json.dumps(action["Parameters"]))
            for identifier, action in actions_of(flow).items()
        }
        assert {block: found for block, found in tokens.items() if found} == TOKENS.get(name, {})


def test_tokens_of_functions_are_outputs_of_the_template() -> None:
    tokens = re.findall(r"\w+FunctionArn", str(TOKENS))
    assert len(tokens) == 3
    assert set(tokens) <= set(the_template()["Outputs"])


def test_every_error_leads_to_words(flows: Flows) -> None:
    """Whoever is on the line hears something before the flow ends by way of an error.

    A prompt that cannot be played, a PIN that cannot be overwritten after the loop is over, and a
    name that cannot be saved before an outbound call are the exceptions: there is nothing left to
    say, or nobody to say it to. An outbound whisper is heard by the cardholder, whom it does not
    concern; the agent is told at the click, by AddAgent's refusal.
    """
    silent = {
        f"{name}: {action['Identifier']}: {by}"
        for name, flow in flows.items()
        for action in flow["Actions"]
        if action["Type"] != "MessageParticipant"
        for by, target in edges(action)
        if by not in ("next", "OK") and _ends_silently(flow, target)
    }
    assert silent == {
        "transfer_to_pci_pal: Forget PIN: NoMatchingError",
        "save_agent_name_outbound: Save agent name: NoMatchingError",
    }


def _ends_silently(flow: Json, block: str) -> bool:
    actions, seen = actions_of(flow), set()
    while block not in seen:
        seen.add(block)
        action = actions[block]
        if action["Type"] == "MessageParticipant":
            return False
        ways = edges(action)
        if not ways:
            return True
        block = ways[0][1]
    return True


def test_call_secure_is_said_after_the_agents_queue_is_set_and_before_it_rings(
    flows: Flows,
) -> None:
    actions = actions_of(flows["answer_from_pci_pal"])
    (queue,) = of_type(flows["answer_from_pci_pal"], "UpdateContactTargetQueue")
    said = actions[queue["Transitions"]["NextAction"]]
    assert spoken(said) == "Call secure."
    assert actions[said["Transitions"]["NextAction"]]["Type"] == "TransferContactToQueue"


def test_every_refusal_of_the_looped_call_says_call_not_secured_and_ends(flows: Flows) -> None:
    actions = actions_of(flows["answer_from_pci_pal"])
    refused = actions["Say not secured"]
    assert spoken(refused) == "Call not secured."
    assert actions[refused["Transitions"]["NextAction"]]["Type"] == "DisconnectParticipant"
    for action in actions.values():
        for by, target in edges(action):
            if by not in ("next", "OK") and action["Type"] != "MessageParticipant":
                assert target == "Say not secured", f"{action['Identifier']}: {by}"


def test_pin_is_asked_for_once_a_call(flows: Flows) -> None:
    """No way leads back to the prompt: a call has one guess."""
    actions = actions_of(flows["answer_from_pci_pal"])
    assert len(of_type(flows["answer_from_pci_pal"], "GetParticipantInput")) == 1
    targets = {target for action in actions.values() for by, target in edges(action)}
    before = [a for a in actions.values() if "Read PIN" in [target for _, target in edges(a)]]
    assert [action["Identifier"] for action in before] == ["Logging off"]
    assert "Logging off" not in targets


def test_flow_log_is_off_before_a_pin_is_there(flows: Flows) -> None:
    for name in ("transfer_to_pci_pal", "answer_from_pci_pal"):
        start = actions_of(flows[name])[flows[name]["StartAction"]]
        assert start["Type"] == "UpdateFlowLoggingBehavior", name
        assert start["Parameters"] == {"FlowLoggingBehavior": "Disabled"}, name


def test_first_leg_is_not_recorded(flows: Flows) -> None:
    actions = actions_of(flows["transfer_to_pci_pal"])
    recording = actions[actions["Logging off"]["Transitions"]["NextAction"]]
    assert recording["Parameters"] == {"RecordingBehavior": {"RecordedParticipants": []}}


def test_pin_does_not_stay_on_the_contact(flows: Flows) -> None:
    """Whatever becomes of the loop, the attribute that held the PIN is overwritten."""
    (call,) = of_type(flows["transfer_to_pci_pal"], "TransferParticipantToThirdParty")
    actions = actions_of(flows["transfer_to_pci_pal"])
    for _, target in edges(call):
        attributes = actions[target]["Parameters"]["Attributes"]
        assert list(attributes) == ["delay_and_PIN"]
        assert "$." not in attributes["delay_and_PIN"]


def test_whispers_save_the_name_that_the_transfer_flow_reads(flows: Flows) -> None:
    for name in ("save_agent_name", "save_agent_name_outbound"):
        (saved,) = of_type(flows[name], "UpdateContactAttributes")
        assert saved["Parameters"]["Attributes"] == {"QueueAgentName": "$.Agent.UserName"}, name
    (add_agent,) = of_type(flows["transfer_to_pci_pal"], "InvokeLambdaFunction")
    given = add_agent["Parameters"]["LambdaInvocationAttributes"]
    assert given == {"AgentName": "$.Attributes.QueueAgentName"}


def test_second_secure_transfer_can_start_from_the_looped_call(flows: Flows) -> None:
    saved = actions_of(flows["secure_call_joined"])["Save agent name"]
    assert saved["Parameters"]["Attributes"] == {"QueueAgentName": "$.Agent.UserName"}


def test_delay_and_pin_fit_into_what_connect_can_key(flows: Flows) -> None:
    digits = actions_of(flows["transfer_to_pci_pal"])["Delay and PIN"]["Parameters"]["Attributes"]
    commas = digits["delay_and_PIN"].removesuffix("$.External.PIN")
    assert set(commas) == {","}
    longest_pin = the_template()["Parameters"]["PinLength"]["MaxValue"]
    assert len(commas) + longest_pin <= 50


def test_waiting_cardholder_is_told_longer_than_the_transfer_waits_for_the_agent(
    flows: Flows,
) -> None:
    (loop,) = of_type(flows["secure_call_waiting"], "Loop")
    words = spoken(actions_of(flows["secure_call_waiting"])["Say please wait"])
    pause = int(re.findall(r'<break time="(\d+)s"/>', words)[0])
    default = the_template()["Parameters"]["JoinTimeoutSeconds"]["Default"]
    assert int(loop["Parameters"]["LoopCount"]) * pause >= default


def test_quarantine_of_a_pin_outlives_the_latest_looped_call(flows: Flows) -> None:
    """Else a late call could reach the next one's agent. All of it computed from the flows."""
    parameters = the_template()["Parameters"]
    call = actions_of(flows["transfer_to_pci_pal"])["Call PCI Pal"]["Parameters"]
    digits = actions_of(flows["transfer_to_pci_pal"])["Delay and PIN"]["Parameters"]["Attributes"]
    read = actions_of(flows["answer_from_pci_pal"])["Read PIN"]["Parameters"]
    (get_agent,) = of_type(flows["answer_from_pci_pal"], "InvokeLambdaFunction")
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


def test_wrong_agent_is_told_so_and_other_failures_do_not_part_agent_and_cardholder(
    flows: Flows,
) -> None:
    actions = actions_of(flows["secure_call_joined"])
    (wrong,) = [a for a in actions.values() if "another agent" in spoken(a)]
    assert "End the call" in spoken(wrong)
    for action in actions.values():
        assert action["Type"] != "DisconnectParticipant"
