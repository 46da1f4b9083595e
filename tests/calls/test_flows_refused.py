"""Broken flows: Connect does not publish them, and a call that gets to the fault ends by its name.

Each of our flows is broken in each way, at a block through which every secure transfer goes.
"""

import re
from collections.abc import Callable
from copy import deepcopy

import pytest

from operations.call import Call
from operations.call_parts import conversation, reunite, secure
from operations.site import FLOWS
from simulator import phones
from simulator.connect.lambda_block import Reply
from simulator.errors import SimulatorError
from simulator.flow_engine import Flow
from simulator.flow_lint import Flow as LintedFlow
from simulator.flow_lint import set_by
from tests.calls.memory_site import MemoryFunctions, memory_call
from tests.calls.over import nothing_is_left
from tests.calls.test_branches import NO_LINE, PLEASE_WAIT
from tests.flows.flow_changes import Change, both, drop, put

BLOCKS = {
    "save_agent_name": "Save agent name",
    "save_agent_name_outbound": "Save agent name",
    "transfer_to_pci_pal": "AddAgent",
    "answer_from_pci_pal": "Read PIN",
    "secure_call_joined": "AgentJoined",
    "secure_call_waiting": "Say please wait",
}
TEXTS = {
    "save_agent_name": "Attributes/QueueAgentName",
    "save_agent_name_outbound": "Attributes/QueueAgentName",
    "transfer_to_pci_pal": "LambdaInvocationAttributes/AgentName",
    "answer_from_pci_pal": "Text",
    "secure_call_joined": "LambdaInvocationAttributes/AgentName",
    "secure_call_waiting": "SSML",
}
"""A parameter of that block whose value may be read from anywhere."""

WHISPERS = ("save_agent_name", "save_agent_name_outbound", "secure_call_joined")
EVERYWHERE = pytest.mark.parametrize("name", FLOWS)


# --------------------------------------------------------------------------------- what is played


def a_secure_transfer(call: Call) -> None:
    """Go through each of our flows for inbound calls."""
    carol, alice = conversation(call)
    secure(alice)
    carol.hears(PLEASE_WAIT)
    reunite(call, alice, carol)


def a_long_wait(call: Call) -> None:
    carol, alice = conversation(call)
    secure(alice)
    carol.hears(PLEASE_WAIT)
    carol.hears(PLEASE_WAIT)


def an_outbound_call(call: Call) -> None:
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()


def play_of(name: str) -> Callable[[Call], None]:
    """Return a call that goes through each block of a flow that is broken here, and past it."""
    plays = {"save_agent_name_outbound": an_outbound_call, "secure_call_waiting": a_long_wait}
    return plays.get(name, a_secure_transfer)


def content_of(call: Call, name: str) -> Flow:
    return deepcopy(call.connect.flow(call.connect.flow_arn(name)).content)


def attributes_of(call: Call) -> frozenset[str]:
    return set_by(LintedFlow(content_of(call, name)) for name in FLOWS)


def is_refused(name: str, change: Change) -> str:
    """Return why a changed flow is not published."""
    call = memory_call()
    content = content_of(call, name)
    change(content)
    with pytest.raises(SimulatorError) as caught:
        call.connect.publish(name, content, attributes=attributes_of(call))
    unchanged = call.connect.flow(call.connect.flow_arn(name)).content
    assert unchanged != content  # the instance keeps what it had
    return str(caught.value)


def ends(name: str, change: Change, prepare: Callable[[Call], None] = lambda _: None) -> str:
    """Return the error by which a call ends that gets to the change."""
    call = memory_call()
    content = content_of(call, name)
    change(content)
    call.connect.publish_unchecked(name, content)
    prepare(call)
    with pytest.raises(SimulatorError) as caught:
        play_of(name)(call)
    return str(caught.value)


def is_named(name: str, change: Change, block: str, fault: str) -> None:
    """Expect both, publishing and playing, to name flow, block and fault."""
    refusal = is_refused(name, change)
    assert refusal.startswith(f"The flow {name} cannot be published:\n  {name}: ")
    assert re.search(rf"{name}: {block}: .*{fault}", refusal)
    assert re.search(rf"^Secure transfer - .*: {block}: .*{fault}", ends(name, change))


# ------------------------------------------------------------------------------------- the faults


@EVERYWHERE
def test_an_action_that_does_not_exist(name: str) -> None:
    block = BLOCKS[name]
    is_named(name, put(f"Actions/{block}/Type", "PlayChess"), block, "PlayChess")


@EVERYWHERE
def test_an_action_that_does_not_exist_in_that_type_of_flow(name: str) -> None:
    block = BLOCKS[name]
    action = "TransferContactToQueue" if name in WHISPERS else "EndFlowExecution"
    if name == "secure_call_waiting":
        action = "UpdateContactTargetQueue"
    is_named(name, put(f"Actions/{block}/Type", action), block, action)


@EVERYWHERE
def test_a_transition_that_is_missing(name: str) -> None:
    block = BLOCKS[name]
    is_named(name, drop(f"Actions/{block}/Transitions/NextAction"), block, "NextAction")


@EVERYWHERE
def test_a_transition_to_no_block(name: str) -> None:
    block = BLOCKS[name]
    is_named(name, put(f"Actions/{block}/Transitions/NextAction", "Nobody"), block, "'Nobody'")


@EVERYWHERE
@pytest.mark.parametrize("value", [7, 0.5, True, None])
def test_a_value_that_is_no_string(name: str, value: object) -> None:
    block, place = BLOCKS[name], f"Actions/{BLOCKS[name]}/Parameters/{TEXTS[name]}"
    named = TEXTS[name].replace("/", r"\.")
    is_named(name, put(place, value), block, f"{named} is {value!r}.* string")


@pytest.mark.parametrize(
    ("name", "block", "parameter", "value"),
    [
        ("transfer_to_pci_pal", "AddAgent", "InvocationTimeLimitSeconds", 8),
        ("transfer_to_pci_pal", "Call PCI Pal", "ThirdPartyConnectionTimeLimitSeconds", 30),
        ("transfer_to_pci_pal", "Call PCI Pal", "ContinueFlowExecution", True),
        ("answer_from_pci_pal", "Read PIN", "InputTimeLimitSeconds", 40),
        ("answer_from_pci_pal", "Read PIN", "InputValidation/CustomValidation/MaximumLength", 4),
        ("answer_from_pci_pal", "Read PIN", "DTMFConfiguration/InterdigitTimeLimitSeconds", 5),
        ("answer_from_pci_pal", "Read PIN", "StoreInput", True),
        ("secure_call_waiting", "Wait", "LoopCount", 30),
    ],
)
def test_a_number_or_a_flag_where_a_string_must_be(
    name: str, block: str, parameter: str, value: object
) -> None:
    """As people write it who know JSON: Connect wants "8" and "True"."""
    change = put(f"Actions/{block}/Parameters/{parameter}", value)
    is_named(name, change, block, f"{parameter.replace('/', '[.]')} is {value!r}.* string")


@EVERYWHERE
@pytest.mark.parametrize("path", ["$.Caller.Name", "$.External", "$.Queue.Colour"])
def test_a_path_that_does_not_exist(name: str, path: str) -> None:
    change = put(f"Actions/{BLOCKS[name]}/Parameters/{TEXTS[name]}", path)
    is_named(name, change, BLOCKS[name], re.escape(path))


@pytest.mark.parametrize("name", [name for name in FLOWS if name not in WHISPERS])
def test_the_agents_path_where_there_is_no_agent(name: str) -> None:
    """Why the agent's name is kept in an attribute by the whisper."""
    change = put(f"Actions/{BLOCKS[name]}/Parameters/{TEXTS[name]}", "$.Agent.UserName")
    is_named(name, change, BLOCKS[name], r"\$\.Agent\.UserName does not exist in")


@EVERYWHERE
def test_a_parameter_that_does_not_exist(name: str) -> None:
    change = put(f"Actions/{BLOCKS[name]}/Parameters/Colour", "blue")
    is_named(name, change, BLOCKS[name], "Colour")


@EVERYWHERE
def test_a_flow_of_no_type(name: str) -> None:
    change = put("Metadata/type", "agentTransfer")
    assert "'agentTransfer'" in is_refused(name, change)
    assert "Metadata.type is 'agentTransfer'" in ends(name, change)


@EVERYWHERE
def test_a_start_that_is_no_block(name: str) -> None:
    change = put("StartAction", "Nobody")
    assert "'Nobody'" in is_refused(name, change)
    assert "StartAction is 'Nobody', which is no block" in ends(name, change)


def test_several_faults_are_all_told() -> None:
    said = is_refused(
        "answer_from_pci_pal",
        both(put("Actions/Read PIN/Type", "PlayChess"), put("Actions/Say secure/Type", "Sing")),
    )
    assert "Read PIN: " in said
    assert "PlayChess" in said
    assert "Say secure: " in said
    assert "Sing" in said


# --------------------------------------------------------------- what only some of the calls meet


def breaks(flow: str, block: str, error: str = "NoMatchingError") -> Callable[[Call], None]:
    def prepare(call: Call) -> None:
        call.connect.broken_blocks[flow, block] = error

    return prepare


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("save_agent_name", "Save agent name"),
        ("save_agent_name_outbound", "Save agent name"),
        ("transfer_to_pci_pal", "AddAgent"),
        ("transfer_to_pci_pal", "Delay and PIN"),
        ("answer_from_pci_pal", "Read PIN"),
        ("answer_from_pci_pal", "GetAgent"),
        ("answer_from_pci_pal", "Same agent"),
        ("answer_from_pci_pal", "Ring agent"),
        ("secure_call_joined", "AgentJoined"),
        ("secure_call_waiting", "Say please wait"),
    ],
)
def test_an_error_that_is_not_wired(name: str, block: str) -> None:
    """On a good day nobody would notice: it takes a block that fails."""
    change = drop(f"Actions/{block}/Transitions/Errors/NoMatchingError")
    assert re.search(rf"{name}: {block}: .*NoMatchingError", is_refused(name, change))
    said = ends(name, change, breaks(name, block))
    assert said.endswith(f"{block}: no branch for NoMatchingError.")


def test_a_good_day_does_not_meet_an_error_that_is_not_wired() -> None:
    call = memory_call()
    content = content_of(call, "answer_from_pci_pal")
    drop("Actions/GetAgent/Transitions/Errors/NoMatchingError")(content)
    call.connect.publish_unchecked("answer_from_pci_pal", content)
    a_secure_transfer(call)


def test_a_function_that_fails_meets_the_error_that_is_not_wired() -> None:
    def fails(call: Call) -> None:
        assert isinstance(call.connect.functions, MemoryFunctions)
        call.connect.functions.replies["GetAgent"] = [Reply(b"", "broken")] * 4

    change = drop("Actions/GetAgent/Transitions/Errors/NoMatchingError")
    said = ends("answer_from_pci_pal", change, fails)
    assert said.endswith("GetAgent: no branch for NoMatchingError.")


def test_an_error_that_the_block_cannot_have() -> None:
    """With ContinueFlowExecution False, Connect tells of no CallFailed."""
    call_out = "Actions/Call PCI Pal"
    change = put(f"{call_out}/Parameters/ContinueFlowExecution", "False")
    assert re.search(
        r"Call PCI Pal: .*no error 'CallFailed'", is_refused("transfer_to_pci_pal", change)
    )
    said = ends(
        "transfer_to_pci_pal", change, breaks("transfer_to_pci_pal", "Call PCI Pal", "CallFailed")
    )
    assert said.endswith("TransferParticipantToThirdParty as it is set has no CallFailed.")


@pytest.mark.parametrize("hook", ["Whisper/AgentWhisper", "Waiting/CustomerQueue"])
def test_a_hook_to_a_flow_that_is_not_there(hook: str) -> None:
    """Connect cannot know it when the flow is published: the call meets it when the event comes."""
    block, event = hook.split("/")
    change = put(f"Actions/{block}/Parameters/EventHooks/{event}", "arn:no-such-flow")
    assert ends("answer_from_pci_pal", change) == "The instance has no flow arn:no-such-flow."


def test_a_number_whose_flow_is_not_there() -> None:
    call = memory_call()
    call.connect.claim_number("+441632960009", call.connect.flow_arn("gone"), "the call")
    carol = call.cardholder()
    carol.dials("+441632960009")
    with pytest.raises(SimulatorError, match=r"The instance has no flow .*/contact-flow/gone"):
        call.wait(5)


def test_an_instance_without_a_whisper_says_so() -> None:
    call = memory_call()
    call.connect.agent_whisper_flow = ""
    with pytest.raises(SimulatorError, match="The instance has no flow for this event"):
        a_secure_transfer(call)


# ------------------------------------------------------------------------------- what is published


@pytest.mark.parametrize("name", [*FLOWS, "shop", "shop_queue"])
def test_what_has_no_fault_is_published_and_can_be_played(name: str) -> None:
    call = memory_call()
    content = content_of(call, name)
    arn = call.connect.publish(name, content, attributes=attributes_of(call))
    assert arn == call.connect.flow_arn(name)
    play_of(name)(call)


def does_not_go_on(content: Flow) -> None:
    """Give “Call PCI Pal” the form that Connect takes for certain in a transfer flow."""
    both(
        put("Actions/Call PCI Pal/Parameters/ContinueFlowExecution", "False"),
        drop("Actions/Call PCI Pal/Transitions/Errors/CallFailed"),
        drop("Actions/Call PCI Pal/Transitions/Errors/ConnectionTimeLimitExceeded"),
    )(content)
    # What came after the call is then reached by nobody.
    following = content["Actions"]
    content["Actions"] = [one for one in following if one["Identifier"] != "Forget PIN"]
    content["Metadata"]["ActionMetadata"].pop("Forget PIN")
    put("Actions/Call PCI Pal/Transitions/NextAction", "Hang up")(content)


def test_a_transfer_that_does_not_go_on_after_its_call_secures_calls_too() -> None:
    """But for the PIN, which stays on the contact: used by then."""
    call = memory_call()
    content = content_of(call, "transfer_to_pci_pal")
    does_not_go_on(content)
    call.connect.publish("transfer_to_pci_pal", content, attributes=attributes_of(call))
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    alice.ends_the_call()
    carol.is_cut_off()
    nothing_is_left(call)
    assert call.connect.contacts[0].attributes["delay_and_PIN"].startswith(",,,,,,,")


@pytest.mark.parametrize("takes", [phones.busy, phones.unanswered])
def test_a_transfer_that_does_not_go_on_tells_that_pci_pal_did_not_answer(
    takes: phones.Ring,
) -> None:
    call = memory_call()
    content = content_of(call, "transfer_to_pci_pal")
    does_not_go_on(content)
    call.connect.publish("transfer_to_pci_pal", content, attributes=attributes_of(call))
    call.pci_pal.takes = takes
    carol, alice = conversation(call)
    alice.clicks()
    alice.hears(NO_LINE)
    alice.resumes()
    call.talk(alice, carol)
    assert call.connect.contacts[0].attributes["delay_and_PIN"] == "not used"
    carol.hangs_up()
    nothing_is_left(call)


def test_an_attribute_that_no_flow_sets_is_told() -> None:
    call = memory_call()
    content = content_of(call, "transfer_to_pci_pal")
    others = attributes_of(call) - {"QueueAgentName"}
    with pytest.raises(SimulatorError, match=r"AddAgent: \$\.Attributes\.QueueAgentName"):
        call.connect.publish("transfer_to_pci_pal", content, attributes=others)
