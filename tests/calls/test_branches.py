"""Every way out of every block of every flow is taken by a call, and each is heard where it leads.

The demo's calls take the usual ways. These take the others: refusals, lines that fail, and blocks
that Connect itself breaks off.
"""

from collections.abc import Callable, Mapping

import pytest

from operations.call import AgentAtWork, Call, Cardholder
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    SECURED_CALL,
    conversation,
    reunite,
    secure,
)
from operations.site import FLOWS
from simulator import phones
from simulator.connect.lambda_block import Reply
from simulator.flow_engine import Flow, load, ways
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left

NO_PIN = "The call could not be secured. Go back to the caller and try again."
NO_LINE = "PCI Pal did not answer. The call is not secured. Go back to the caller and try again."
NOT_SAVED = "Your name was not saved. Secure payments will not work on this call."
NOT_RECORDED = "Secured call. It could not be recorded: tell your supervisor."
OTHER_AGENT = "This secured call belongs to another agent. End the call."
PLEASE_WAIT = "Your line is now secure. Please stay on the line while your agent comes back to you."
GOODBYE = "We could not reach your agent. Please call again. Goodbye."
WORDS = (
    NO_PIN, NO_LINE, NOT_SAVED, NOT_RECORDED, OTHER_AGENT, PLEASE_WAIT, GOODBYE,
    CALL_SECURE, NOT_SECURED, SECURED_CALL, "Reading agent locator.",
)  # fmt: skip
"""All that our flows say."""

LoadFlow = Callable[[str, Mapping[str, str]], Flow]

BROKEN = Reply(b'{"errorMessage": "broken"}', "broken")
ERROR = "NoMatchingError"


def heard(person: AgentAtWork | Cardholder) -> list[str]:
    """Return what a person has heard of our flows."""
    return [words for words in person.heard if words in WORDS]


def breaks(call: Call, flow: str, block: str, error: str = ERROR) -> None:
    call.connect.broken_blocks[flow, block] = error


def tries_to_secure(call: Call) -> tuple[Cardholder, AgentAtWork]:
    """Click, and wait until the click has come to nothing."""
    carol, alice = conversation(call)
    alice.clicks()
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the click to fail")
    alice.resumes()
    call.talk(alice, carol)
    return carol, alice


def fails_on_the_loop(call: Call) -> tuple[Cardholder, AgentAtWork]:
    """Click, join, and wait until the loop is over again."""
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the loop to be over")
    call.talk(alice, carol)
    return carol, alice


def attribute(call: Call, name: str) -> str:
    return call.connect.contacts[0].attributes.get(name, "")


# ------------------------------------------------------------------- saving the agent's name


def unsaved_name(call: Call) -> None:
    breaks(call, "save_agent_name", "Save agent name")
    carol, alice = tries_to_secure(call)
    assert heard(alice) == [NOT_SAVED, NO_PIN]
    assert heard(carol) == []


def unsaved_name_and_no_words_for_it(call: Call) -> None:
    breaks(call, "save_agent_name", "Save agent name")
    breaks(call, "save_agent_name", "Say not saved")
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_PIN]


def outbound_call(call: Call) -> None:
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    assert attribute(call, "QueueAgentName") == "alice"
    secure(alice)
    reunite(call, alice, carol)


def unsaved_name_on_an_outbound_call(call: Call) -> None:
    """The cardholder hears the outbound whisper, and must not hear of it."""
    breaks(call, "save_agent_name_outbound", "Save agent name")
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    alice.clicks()
    alice.hears(NO_PIN)
    assert heard(carol) == []


# -------------------------------------------------------------------------- the transfer flow


def usual(call: Call) -> None:
    carol, alice = conversation(call)
    assert call.connect.contacts[0].room.is_recorded
    alice.clicks()
    alice.joins()
    assert not call.connect.contacts[0].room.is_recorded
    assert attribute(call, "delay_and_PIN")[:7] == ",,,,,,,"
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)
    assert heard(alice) == ["Reading agent locator.", CALL_SECURE, SECURED_CALL]
    assert attribute(call, "QueueAgentName") == "alice"
    looped = call.connect.contacts[2]
    assert looped.attributes["QueueAgentName"] == "alice"
    assert looped.attributes["TransferId"] == call.connect.contacts[1].identity.contact_id
    carol.hangs_up()


def ends_at_pci_pal(call: Call) -> None:
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    alice.ends_the_call()
    carol.is_cut_off()
    assert attribute(call, "delay_and_PIN") == "used"


def add_agent_breaks(call: Call) -> None:
    call.connect.functions.replies["AddAgent"] = [BROKEN] * 4
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_PIN]


def add_agent_refuses(call: Call) -> None:
    call.connect.functions.replies["AddAgent"] = [Reply(b'{"Result": "ERROR", "Reason": "x"}')]
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_PIN]


def pin_cannot_be_kept(call: Call) -> None:
    breaks(call, "transfer_to_pci_pal", "Delay and PIN")
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_PIN]
    assert attribute(call, "delay_and_PIN") == ""


def no_pin_and_no_words_for_it(call: Call) -> None:
    breaks(call, "transfer_to_pci_pal", "Delay and PIN")
    breaks(call, "transfer_to_pci_pal", "Say no PIN")
    _, alice = tries_to_secure(call)
    assert heard(alice) == []
    assert attribute(call, "delay_and_PIN") == ""


def busy(call: Call) -> None:
    call.pci_pal.takes = phones.busy
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_LINE]
    assert attribute(call, "delay_and_PIN") == "not used"


def no_answer(call: Call) -> None:
    call.pci_pal.takes = phones.unanswered
    began = call.world.now
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_LINE]
    assert attribute(call, "delay_and_PIN") == "not used"
    assert 30 < call.world.now - began < 60  # the block's own limit, and the words


def call_to_pci_pal_breaks(call: Call) -> None:
    breaks(call, "transfer_to_pci_pal", "Call PCI Pal")
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_LINE]
    assert attribute(call, "delay_and_PIN") == "not used"


def unused_pin_cannot_be_forgotten(call: Call) -> None:
    call.pci_pal.takes = phones.busy
    breaks(call, "transfer_to_pci_pal", "Forget unused PIN")
    _, alice = tries_to_secure(call)
    assert heard(alice) == [NO_LINE]


def no_line_and_no_words_for_it(call: Call) -> None:
    call.pci_pal.takes = phones.busy
    breaks(call, "transfer_to_pci_pal", "Say no line")
    _, alice = tries_to_secure(call)
    assert heard(alice) == []
    assert attribute(call, "delay_and_PIN") == "not used"


def used_pin_cannot_be_forgotten(call: Call) -> None:
    breaks(call, "transfer_to_pci_pal", "Forget PIN")
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    alice.ends_the_call()
    carol.is_cut_off()


def used_pin_cannot_be_forgotten_and_the_first_call_goes_on(call: Call) -> None:
    """Nothing is said of it: the loop is over, and the PIN is used."""
    breaks(call, "transfer_to_pci_pal", "Forget PIN")
    get_agent_refuses(call)


# ---------------------------------------------------------------------------- the answer flow


def not_secured(call: Call, *before: str) -> None:
    _, alice = fails_on_the_loop(call)
    assert heard(alice) == [*before, NOT_SECURED]
    assert call.connect.contacts[2].over.triggered


def prompt_breaks(call: Call) -> None:
    breaks(call, "answer_from_pci_pal", "Read PIN")
    not_secured(call)


def get_agent_breaks(call: Call) -> None:
    call.connect.functions.replies["GetAgent"] = [BROKEN] * 4
    not_secured(call, "Reading agent locator.")


def get_agent_refuses(call: Call) -> None:
    call.network.keys.on_the_way = lambda digits: digits[:-1]
    not_secured(call, "Reading agent locator.")


def in_answer_breaks(block: str) -> Callable[[Call], None]:
    def play(call: Call) -> None:
        breaks(call, "answer_from_pci_pal", block)
        not_secured(call, "Reading agent locator.")

    return play


def agent_is_gone(call: Call) -> None:
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    agent = call.connect.agents.pop("alice")
    alice.hears(NOT_SECURED)
    call.connect.agents["alice"] = agent
    call.talk(alice, carol)
    assert heard(alice) == ["Reading agent locator.", NOT_SECURED]


def secure_without_words(call: Call) -> None:
    breaks(call, "answer_from_pci_pal", "Say secure")
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears("Reading agent locator.")
    carol.hears(PLEASE_WAIT)
    alice.leaves()
    reunite(call, alice, carol)


def own_queue_is_full(call: Call) -> None:
    carol, alice = conversation(call)
    alice.ccp.agent.queue.most = 0
    alice.clicks()
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.hears(NOT_SECURED)
    call.talk(alice, carol)


def queue_breaks(call: Call) -> None:
    breaks(call, "answer_from_pci_pal", "Ring agent")
    not_secured(call, "Reading agent locator.", CALL_SECURE)


def refusal_without_words(call: Call) -> None:
    breaks(call, "answer_from_pci_pal", "Say not secured")
    call.network.keys.on_the_way = lambda digits: digits[:-1]
    _, alice = fails_on_the_loop(call)
    assert heard(alice) == ["Reading agent locator."]


# -------------------------------------------------------------------------------- the whisper


def joins_and_hears(*words: str) -> Callable[[Call], None]:
    """Expect agent and cardholder to be together, after these words."""

    def play(call: Call) -> None:
        carol, alice = conversation(call)
        secure(alice)
        alice.accepts()
        alice.is_connected()
        assert heard(alice)[2:] == list(words)
        call.talk(alice, carol)

    return play


def second_name_cannot_be_saved(call: Call) -> None:
    """The looped call goes on, and cannot be secured a second time."""
    breaks(call, "secure_call_joined", "Save agent name")
    joins_and_hears(SECURED_CALL)(call)
    assert "QueueAgentName" not in call.connect.contacts[2].attributes
    function, _, answer = call.connect.functions.invoked[-1]
    assert (function, answer["Result"]) == ("AgentJoined", "OK")


def agent_joined_breaks(call: Call) -> None:
    call.connect.functions.replies["AgentJoined"] = [BROKEN] * 4
    joins_and_hears(NOT_RECORDED)(call)


def agent_joined_refuses(call: Call) -> None:
    call.connect.functions.replies["AgentJoined"] = [
        Reply(b'{"Result": "ERROR", "Reason": "TransferClosed"}')
    ]
    joins_and_hears(NOT_RECORDED)(call)


def nothing_recorded_and_no_words(call: Call) -> None:
    breaks(call, "secure_call_joined", "Say not recorded")
    call.connect.functions.replies["AgentJoined"] = [BROKEN] * 4
    joins_and_hears()(call)


def welcome_without_words(call: Call) -> None:
    breaks(call, "secure_call_joined", "Say secured")
    joins_and_hears()(call)


def wrong_agent(call: Call, *words: str) -> None:
    carol, alice = conversation(call)
    bob = call.agent("bob")
    call.connect.router.mistakes["alice"] = "bob"
    secure(alice)
    bob.accepts()
    bob.is_connected()
    assert heard(bob) == list(words)
    assert alice.ccp.agent.queue.agent == "alice"
    bob.ends_the_call()
    carol.is_cut_off()


def wrong_agent_is_told(call: Call) -> None:
    wrong_agent(call, OTHER_AGENT)


def wrong_agent_without_words(call: Call) -> None:
    breaks(call, "secure_call_joined", "Say wrong agent")
    wrong_agent(call)


# -------------------------------------------------------------------------------- the waiting


def agent_never_comes(call: Call) -> None:
    carol, alice = conversation(call)
    secure(alice)
    began = call.world.now
    carol.hears(GOODBYE, within=900)
    carol.is_cut_off()
    waiting = heard(carol)[2:]
    assert waiting == [PLEASE_WAIT] * 30 + [GOODBYE]
    assert call.world.now - began > 300  # the execution has given the agent up before


def goodbye_without_words(call: Call) -> None:
    breaks(call, "secure_call_waiting", "Say goodbye")
    carol, alice = conversation(call)
    secure(alice)
    carol.is_cut_off(within=900)
    assert heard(carol)[2:] == [PLEASE_WAIT] * 30


def waiting_without_words(call: Call) -> None:
    """With nothing to play there is nothing to wait by: goodbye comes at once."""
    breaks(call, "secure_call_waiting", "Say please wait")
    carol, alice = conversation(call)
    secure(alice)
    carol.is_cut_off()
    assert heard(carol)[2:] == [GOODBYE]


def waiting_without_words_once(call: Call) -> None:
    """What could not be played the first time is tried again."""
    breaks(call, "secure_call_waiting", "Say please wait")
    rounds: list[str] = []

    def mend(_: str, block: str) -> None:
        if block == "Say please wait":
            rounds.append(block)
        if len(rounds) == 2:
            call.connect.broken_blocks.clear()

    call.connect.block_watchers.append(mend)
    carol, alice = conversation(call)
    secure(alice)
    carol.hears(PLEASE_WAIT)
    reunite(call, alice, carol)


CALLS: tuple[Callable[[Call], None], ...] = (
    usual, ends_at_pci_pal, outbound_call,
    unsaved_name, unsaved_name_and_no_words_for_it, unsaved_name_on_an_outbound_call,
    add_agent_breaks, add_agent_refuses, pin_cannot_be_kept, no_pin_and_no_words_for_it,
    busy, no_answer, call_to_pci_pal_breaks, unused_pin_cannot_be_forgotten,
    no_line_and_no_words_for_it, used_pin_cannot_be_forgotten,
    used_pin_cannot_be_forgotten_and_the_first_call_goes_on,
    prompt_breaks, get_agent_breaks, get_agent_refuses,
    *(in_answer_breaks(block) for block in ("Keep transfer", "Whisper", "Waiting")),
    agent_is_gone, secure_without_words, own_queue_is_full, queue_breaks, refusal_without_words,
    second_name_cannot_be_saved, agent_joined_breaks, agent_joined_refuses,
    nothing_recorded_and_no_words, welcome_without_words,
    wrong_agent_is_told, wrong_agent_without_words,
    agent_never_comes, goodbye_without_words, waiting_without_words,
    waiting_without_words_once,
)  # fmt: skip


def played(play: Callable[[Call], None], load_flow: LoadFlow = load) -> Call:
    """Play a call to its end, which every cardholder makes by hanging up."""
    call = memory_call(load_flow=load_flow)
    play(call)
    for person in call.people:
        if isinstance(person, Cardholder):
            person.hangs_up()
    nothing_is_left(call)
    return call


@pytest.mark.parametrize("play", CALLS, ids=lambda play: play.__name__)
def test_call(play: Callable[[Call], None]) -> None:
    played(play)


def test_every_branch_is_taken_by_a_call(figure: Callable[[str], None]) -> None:
    calls = [played(play) for play in CALLS]
    for name in FLOWS:
        flow = calls[0].connect.flow(calls[0].connect.flow_arn(name))
        there_are = ways(flow.content)
        taken = {way for call in calls for run in call.connect.runs if run.flow == name
                 for way in run.taken}  # fmt: skip
        assert taken == there_are, name
        figure(f"flows/{name}.json: {len(taken)} of {len(there_are)} branches taken by calls")
