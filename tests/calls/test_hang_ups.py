"""Somebody hangs up, or a line drops, in each block of each flow and in between.

Whatever was going on: nobody is left on a call, the PIN of a call that came is used up, and the
agents take other calls.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

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
from operations.site import FLOWS, RETURN
from secure_transfer.domain.transfer import Status
from simulator import phones
from simulator.connect.agents import AVAILABLE, Agent, Handling
from simulator.connect.lambda_block import Reply
from simulator.connect.voice import VoiceContact
from simulator.flow_blocks import EFFECTS
from simulator.phones import Keys, PhoneCall, Process
from tests.calls.memory_site import MemoryFunctions, memory_call
from tests.calls.over import broken_off, nothing_is_left
from tests.calls.test_branches import (
    GOODBYE,
    NO_LINE,
    NO_PIN,
    NOT_RECORDED,
    NOT_SAVED,
    OTHER_AGENT,
    PLEASE_WAIT,
)

TRANSFER = "transfer-1"
"""The contact id of the click, which is the transfer's id."""

BROKEN = Reply(b'{"errorMessage": "broken"}', "broken")
USED = (Status.ANSWERED, Status.JOINED)


# ------------------------------------------------------------------------- whole calls to break


def clicks_and_joins(alice: AgentAtWork) -> None:
    alice.clicks(contact_id=TRANSFER)
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.leaves()


def to_its_end(call: Call, carol: Cardholder, alice: AgentAtWork) -> None:
    clicks_and_joins(alice)
    carol.hears(PLEASE_WAIT)
    reunite(call, alice, carol)
    alice.ends_the_call()
    carol.is_cut_off()


def usual(call: Call) -> None:
    carol, alice = conversation(call)
    to_its_end(call, carol, alice)


def outbound(call: Call) -> None:
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    call.talk(alice, carol)
    to_its_end(call, carol, alice)


def agent_never_comes(call: Call) -> None:
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    carol.hears(GOODBYE, within=900)
    carol.is_cut_off()


def nobody_is_in(call: Call) -> None:
    carol = call.cardholder()
    carol.dials()
    carol.hears("Nobody is free.", within=900)
    carol.is_cut_off()


def queue_is_full(call: Call) -> None:
    call.payments.most = 0
    carol = call.cardholder()
    carol.dials()
    carol.hears("All our lines are busy.")
    carol.is_cut_off()


def name_is_not_saved(call: Call) -> None:
    call.connect.broken_blocks["save_agent_name", "Save agent name"] = "NoMatchingError"
    carol, alice = call.cardholder(), call.agent()
    carol.dials()
    alice.accepts()
    alice.hears(NOT_SAVED)
    alice.is_connected()
    call.talk(alice, carol)
    alice.ends_the_call()


def there_is_no_pin(call: Call) -> None:
    functions_of(call).replies["AddAgent"] = [BROKEN] * 4
    comes_back(call, NO_PIN)


def line_is_busy(call: Call) -> None:
    call.pci_pal.takes = phones.busy
    comes_back(call, NO_LINE)


def comes_back(call: Call, words: str) -> None:
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    alice.hears(words)
    alice.resumes()
    call.talk(alice, carol)
    alice.ends_the_call()


def pin_is_refused(call: Call) -> None:
    call.network.keys.on_the_way = lambda digits: digits[:-1]
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    alice.joins()
    alice.hears(NOT_SECURED)
    call.talk(alice, carol)
    alice.ends_the_call()


def join_is_not_recorded(call: Call) -> None:
    functions_of(call).replies["AgentJoined"] = [BROKEN] * 4
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    alice.accepts()
    alice.hears(NOT_RECORDED)
    alice.is_connected()
    call.talk(alice, carol)
    alice.ends_the_call()


def other_agent_is_rung(call: Call) -> None:
    carol, alice = conversation(call)
    bob = call.agent("bob")
    call.connect.router.mistakes["alice"] = "bob"
    clicks_and_joins(alice)
    bob.accepts()
    bob.hears(OTHER_AGENT)
    bob.is_connected()
    bob.ends_the_call()
    carol.is_cut_off()


# ----------------------------------------------------------------- which blocks run in which call

Blocks = Mapping[str, tuple[str, ...]]

_INTO_THE_SHOP: Blocks = {
    "shop": ("Welcome", "Record", "Payments", "Wait"),
    "shop_queue": ("Say wait",),
}
_TO_THE_AGENT: Blocks = {**_INTO_THE_SHOP, "save_agent_name": ("Save agent name",)}
_TO_PCI_PAL = ("Logging off", "Stop recording", "AddAgent", "Delay and PIN", "Call PCI Pal")
_THE_LOOP: Blocks = {
    "transfer_to_pci_pal": (*_TO_PCI_PAL, "Forget PIN", "Hang up"),
    "answer_from_pci_pal": (
        "Logging off", "Read PIN", "GetAgent", "Keep transfer", "Whisper", "Waiting", "Same agent",
        "Say secure", "Ring agent",
    ),
    "secure_call_waiting": ("Say please wait",),
    "secure_call_joined": ("Save agent name", "AgentJoined", "Say secured"),
}  # fmt: skip

CALLS: Mapping[Callable[[Call], None], Blocks] = {
    usual: {**_TO_THE_AGENT, **_THE_LOOP},
    outbound: {"save_agent_name_outbound": ("Save agent name",), **_THE_LOOP},
    # Of the others, only the blocks that are not in the usual ones.
    agent_never_comes: {"secure_call_waiting": ("Say please wait", "Say goodbye", "Hang up")},
    nobody_is_in: {"shop_queue": ("Say wait", "Say goodbye", "End")},
    queue_is_full: {"shop": ("Sorry", "End")},
    name_is_not_saved: {"save_agent_name": ("Save agent name", "Say not saved")},
    there_is_no_pin: {"transfer_to_pci_pal": ("AddAgent", "Say no PIN", "Hang up")},
    line_is_busy: {"transfer_to_pci_pal": ("Call PCI Pal", "Forget unused PIN", "Say no line",
                                           "Hang up")},
    pin_is_refused: {"answer_from_pci_pal": ("GetAgent", "Say not secured", "Hang up")},
    join_is_not_recorded: {"secure_call_joined": ("AgentJoined", "Say not recorded")},
    other_agent_is_rung: {"secure_call_joined": ("AgentJoined", "Say wrong agent")},
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """As a block begins for the first time, or so many seconds later."""

    flow: str
    block: str
    later: float = 0.0

    def __str__(self) -> str:
        return f"{self.flow}: {self.block}" + (f" + {self.later} s" if self.later else "")


_LASTING = ("Say", "AddAgent", "Call PCI Pal", "Read PIN", "GetAgent", "AgentJoined", "Welcome")
"""How the names of blocks begin that take time."""


def moments(blocks: Blocks) -> Iterator[Moment]:
    for flow, names in blocks.items():
        for name in names:
            yield Moment(flow, name)
            if name.startswith(_LASTING):
                yield Moment(flow, name, 0.1)


HANG_UPS = [
    pytest.param(play, moment, id=f"{play.__name__}: {moment}")
    for play, blocks in CALLS.items()
    for moment in moments(blocks)
]
DROPS = [
    pytest.param(play, moment, id=f"{play.__name__}: {moment}")
    for play, blocks in CALLS.items()
    for moment in moments(blocks)
    if moment.flow in ("answer_from_pci_pal", "secure_call_waiting", "secure_call_joined")
]


STILL_THERE = [Moment("secure_call_waiting", "Say please wait", later) for later in (0.0, 0.1)]
"""When the agent has heard that the call is secure, and has not left yet."""


# --------------------------------------------------------------------------------------- helpers


def functions_of(call: Call) -> MemoryFunctions:
    functions = call.connect.functions
    assert isinstance(functions, MemoryFunctions)
    return functions


def at(call: Call, moment: Moment, act: Callable[[], None]) -> list[float]:
    """Have something done at a moment, once. Returns when it was, as soon as it was."""
    done: list[float] = []

    def do() -> None:
        done.append(call.world.now)
        act()

    def do_later() -> Process:
        yield call.world.env.timeout(moment.later)
        do()

    seen: list[bool] = []

    def watch(flow: str, block: str) -> None:
        if (flow, block) != (moment.flow, moment.block) or seen:
            return
        seen.append(True)
        if moment.later:
            call.world.env.process(do_later())
        else:
            do()

    call.connect.block_watchers.append(watch)
    return done


def contact(call: Call, label: str) -> VoiceContact:
    return next(one for one in call.connect.contacts if one.label == label)


def drops(call: Call, label: str) -> None:
    """Let a contact's line drop, whoever is at its other end."""
    line = contact(call, label).line
    assert line
    line.end("the line has dropped")


def status(call: Call) -> Status | None:
    transfer = functions_of(call).transfers.find(TRANSFER)
    return transfer.status if transfer else None


def pin_works_no_more(call: Call, stranger: Cardholder, reason: str) -> None:
    """Let a stranger key the transfer's PIN, who cannot know it, and be refused all the same."""
    transfer = functions_of(call).transfers.find(TRANSFER)
    assert transfer
    assert transfer.pin
    stranger.dials(RETURN)
    stranger.hears("Reading agent locator.")
    stranger.presses(transfer.pin)
    stranger.hears(NOT_SECURED)
    stranger.is_cut_off()
    name, _, answer = functions_of(call).invoked[-1]
    assert (name, answer["Reason"]) == ("GetAgent", reason)


def everything_is_over(call: Call) -> None:
    """Nobody is left, the PIN is dead, and every agent can take another call."""
    stranger = call.cardholder("a stranger")
    if status(call) in USED:
        pin_works_no_more(call, stranger, "PinAlreadyUsed")
    nothing_is_left(call)
    if status(call):
        used = status(call) in USED
        pin_works_no_more(call, stranger, "PinAlreadyUsed" if used else "PinExpired")
    agents_take_calls(call)


def agents_take_calls(call: Call) -> None:
    call.payments.most = None
    call.connect.router.mistakes.clear()
    agents = [one for one in call.people if isinstance(one, AgentAtWork)]
    dave = call.cardholder("dave")
    for agent in agents or [call.agent("late")]:
        for other in agents:
            other.goes(AVAILABLE if other is agent else "Break")
        dave.dials()
        agent.accepts()
        agent.is_connected()
        call.talk(agent, dave)
        dave.hangs_up()
    nothing_is_left(call)


# ------------------------------------------------------------------------------ block after block


@pytest.mark.parametrize(("play", "moment"), HANG_UPS)
def test_the_cardholder_hangs_up_in_a_block(play: Callable[[Call], None], moment: Moment) -> None:
    call = memory_call()
    heard: list[int] = []

    def hangs_up() -> None:
        heard.append(len(call.people[0].heard))
        drops(call, "the call")

    done = at(call, moment, hangs_up)
    broken_off(lambda: play(call))
    assert done
    everything_is_over(call)
    assert len(call.people[0].heard) == heard[0]  # nothing is heard after the hang-up


@pytest.mark.parametrize("leg", ["the transfer", "the looped call"])
@pytest.mark.parametrize(("play", "moment"), DROPS)
def test_a_line_to_pci_pal_drops_in_a_block(
    play: Callable[[Call], None], moment: Moment, leg: str
) -> None:
    """Before the agent has left, the two are alone together again; after that, all is over."""
    call = memory_call()
    on_the_call: list[Agent | None] = []

    def drop() -> None:
        on_the_call.append(contact(call, "the call").agent)
        drops(call, leg)

    at(call, moment, drop)
    broken_off(lambda: play(call))
    (agent,) = on_the_call
    if agent and not contact(call, "the call").over.triggered:
        carol, alice = call.people
        assert isinstance(carol, Cardholder)
        assert isinstance(alice, AgentAtWork)
        assert agent.contact is contact(call, "the call")
        call.talk(alice, carol)
        call.network.keys = Keys()
        secure(alice)
        reunite(call, alice, carol)
        carol.hangs_up()
    else:
        assert contact(call, "the call").over.triggered
    assert bool(agent) == (moment.flow == "answer_from_pci_pal" or moment in STILL_THERE)
    everything_is_over(call)


@pytest.mark.parametrize("play", CALLS, ids=lambda play: play.__name__)
def test_each_call_runs_the_blocks_that_are_listed(play: Callable[[Call], None]) -> None:
    """And comes to its end when nobody hangs up."""
    call = memory_call()
    begun: set[tuple[str, str]] = set()
    call.connect.block_watchers.append(lambda flow, block: begun.add((flow, block)))
    play(call)
    listed = {(flow, name) for flow, names in CALLS[play].items() for name in names}
    assert begun >= listed
    if play in (usual, outbound):
        assert begun == listed
    everything_is_over(call)


def test_there_is_a_hang_up_in_every_block_that_does_something() -> None:
    call = memory_call()
    there_are = {
        (name, action["Identifier"])
        for name in [*FLOWS, "shop", "shop_queue"]
        for action in call.connect.flow(call.connect.flow_arn(name)).content["Actions"]
        if action["Type"] in EFFECTS
    }
    listed = {(flow, name) for blocks in CALLS.values() for flow in blocks for name in blocks[flow]}
    assert listed == there_are


# ------------------------------------------------------------------------------- between blocks


def is_free_again(call: Call, alice: AgentAtWork) -> None:
    """Expect the agent to be free within moments, not only in the end."""
    call.wait(2)
    assert alice.ccp.agent.handling is Handling.NOTHING
    assert alice.ccp.agent.contact is None


def test_in_the_queue() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent(status="Break")
    carol.dials()
    carol.hears("Please hold the line.")
    carol.hangs_up()
    call.wait(1)
    alice.goes(AVAILABLE)
    call.wait(30)
    assert not alice.ccp.rings
    everything_is_over(call)


def test_while_it_rings_at_the_agent() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent()
    carol.dials()
    alice.is_rung()
    carol.hangs_up()
    is_free_again(call, alice)
    assert not alice.ccp.rings
    everything_is_over(call)


def test_while_it_rings_at_the_agent_and_another_call_waits() -> None:
    call = memory_call()
    carol, dave, alice = call.cardholder(), call.cardholder("eve"), call.agent(status="Break")
    for caller in (carol, dave):
        caller.dials()
        caller.hears("Please hold the line.")
    alice.goes(AVAILABLE)
    alice.is_rung()
    carol.hangs_up()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, dave)
    dave.hangs_up()
    everything_is_over(call)


def test_during_the_whisper() -> None:
    call = memory_call()
    call.connect.broken_blocks["save_agent_name", "Save agent name"] = "NoMatchingError"
    carol, alice = call.cardholder(), call.agent()
    carol.dials()
    alice.accepts()
    call.wait(0.5)
    carol.hangs_up()
    is_free_again(call, alice)
    assert alice.heard == []  # the whisper is broken off
    everything_is_over(call)


def test_in_conversation() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    carol.hangs_up()
    is_free_again(call, alice)
    everything_is_over(call)


def test_on_hold() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    alice.holds()
    carol.hangs_up()
    is_free_again(call, alice)
    everything_is_over(call)


@pytest.mark.parametrize("joins", [False, True], ids=["on hold", "joined"])
def test_while_the_agent_has_pci_pal_on_the_line(joins: bool) -> None:  # noqa: FBT001
    """Agent and PCI Pal stay, as any two of three do; the agent leaves, and nobody is called."""
    call = memory_call()
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    if joins:
        alice.joins()
    carol.hangs_up()
    alice.hears(CALL_SECURE)
    alice.leaves()
    is_free_again(call, alice)
    assert not alice.ccp.rings
    everything_is_over(call)
    assert SECURED_CALL not in alice.heard


def test_with_pci_pal_on_the_line_the_agent_may_end_it_all() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    carol.hangs_up()
    alice.ends_the_call()
    is_free_again(call, alice)
    everything_is_over(call)


@pytest.mark.parametrize("takes", [phones.busy, phones.unanswered])
def test_while_pci_pal_does_not_answer(takes: Callable[[PhoneCall], None]) -> None:
    call = memory_call()
    lines = lines_to_pci_pal(call, takes)
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    carol.hangs_up()
    alice.hears(NO_LINE)
    is_free_again(call, alice)
    assert lines[0].ended.triggered
    everything_is_over(call)


def test_while_pci_pals_phone_rings_and_the_agent_ends_it_all() -> None:
    """PCI Pal's phone stops ringing, and nobody is called back."""
    call = memory_call()
    lines = lines_to_pci_pal(call, phones.unanswered)
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    call.until(lambda: bool(lines), "PCI Pal's phone to ring")
    alice.ends_the_call()
    carol.is_cut_off()
    is_free_again(call, alice)
    assert lines[0].ended.triggered
    everything_is_over(call)


def lines_to_pci_pal(call: Call, takes: Callable[[PhoneCall], None]) -> list[PhoneCall]:
    """Let something happen to each call to PCI Pal, and note it."""
    lines: list[PhoneCall] = []

    def note(line: PhoneCall) -> None:
        lines.append(line)
        takes(line)

    call.pci_pal.takes = note
    return lines


def test_while_the_looped_call_rings() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    alice.is_rung()
    carol.hangs_up()
    is_free_again(call, alice)
    assert not alice.ccp.rings
    everything_is_over(call)
    assert status(call) is Status.ANSWERED


def test_while_waiting_for_an_agent_who_is_away() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    alice.goes("Break")
    clicks_and_joins(alice)
    carol.hears(PLEASE_WAIT)
    carol.hangs_up()
    call.wait(1)
    alice.goes(AVAILABLE)
    call.wait(30)
    assert not alice.ccp.rings
    everything_is_over(call)


def test_on_the_loop() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    is_free_again(call, alice)
    everything_is_over(call)
    assert status(call) is Status.JOINED


def test_while_keying_the_card() -> None:
    """PCI Pal has half of a card then, the payment stays open, and nobody else has a digit."""
    call = memory_call()
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    reunite(call, alice, carol)
    payment = alice.opens_payment()
    alice.keys_session_pin(payment)
    carol.presses("49927398", of_card=True)
    carol.hangs_up()
    carol.presses("716", of_card=True)
    is_free_again(call, alice)
    assert payment.digits == "49927398"
    assert not payment.is_filled_in
    assert call.card_is_safe
    everything_is_over(call)


# ------------------------------------------------------------------------------------- outbound


def test_whom_the_agent_dials_does_not_take_the_call() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    call.wait(5)
    carol.hangs_up()
    is_free_again(call, alice)
    assert carol.heard == alice.heard == []
    everything_is_over(call)


def test_the_agent_gives_up_before_anybody_answers() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    call.wait(5)
    alice.ends_the_call()
    is_free_again(call, alice)
    carol.is_cut_off(within=1)
    carol.answers()  # too late
    assert carol.heard == []
    everything_is_over(call)


def test_whom_the_agent_dials_has_no_such_number() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent()
    carol.number = "+447700900999"
    alice.dials(carol)
    call.wait(5)
    is_free_again(call, alice)
    everything_is_over(call)


def test_an_outbound_call_is_over_when_the_cardholder_hangs_up() -> None:
    call = memory_call()
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    call.talk(alice, carol)
    carol.hangs_up()
    is_free_again(call, alice)
    everything_is_over(call)


# -------------------------------------------------------------------------------- PCI Pal's line


def test_the_loop_drops_in_the_middle_of_the_card() -> None:
    """For the agent it is a call that ends; there is nobody to go back to."""
    call = memory_call()
    carol, alice = conversation(call)
    clicks_and_joins(alice)
    reunite(call, alice, carol)
    payment = alice.opens_payment()
    alice.keys_session_pin(payment)
    carol.presses("4992", of_card=True)
    drops(call, "the looped call")
    carol.is_cut_off()
    carol.presses("7398", of_card=True)
    is_free_again(call, alice)
    assert payment.digits == "4992"
    assert call.card_is_safe
    everything_is_over(call)


def test_the_line_drops_before_the_loop_is_closed() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    alice.clicks(contact_id=TRANSFER)
    alice.joins()
    drops(call, "the transfer")
    call.wait(1)
    call.talk(alice, carol)
    assert call.pci_pal.bridges == []
    call.network.keys = Keys()
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    everything_is_over(call)


def test_a_stranger_who_hangs_up_on_the_return_number_harms_nobody() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    stranger = call.cardholder("mallory")
    stranger.dials(RETURN)
    stranger.hears("Reading agent locator.")
    stranger.hangs_up()
    clicks_and_joins(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    everything_is_over(call)
