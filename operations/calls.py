"""The calls of the demo, from the first ring to the last hang-up. The tests play the same ones.

`advice` is for agents; docs/agent-guide.md gives it with the lines that the call prints.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from operations.call import Call
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    conversation,
    listen_for_pins,
    pay,
    reunite,
    secure,
)
from operations.ops import ABANDONED, TIMED_OUT, Ops
from operations.site import RETURN
from secure_transfer.domain.pins import search_order
from simulator import phones

GOODBYE = "We could not reach your agent. Please call again. Goodbye."

# After both waits, whoever still waits hears goodbye.
_VERY_PATIENT = 600.0


@dataclass(frozen=True, slots=True)
class DemoCall:
    """`play` tells the call."""

    name: str
    title: str
    advice: str
    play: Callable[[Call, Ops], None]


def works(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured()
    call.check("no key of the card came to an agent or into a recording", holds=call.card_is_safe)


def outbound(call: Call, ops: Ops) -> None:
    carol, alice = call.cardholder("carol"), call.agent("alice")
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    call.talk(alice, carol)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    alice.ends_the_call()
    carol.is_cut_off()
    ops.sees_secured()


def no_looped_call(call: Call, ops: Ops) -> None:
    pins = listen_for_pins(call)
    call.pci_pal.takes = lambda line: line.answer()
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    call.talk(alice, carol)
    call.wait(60)
    alice.note("has not heard “Call secure.” for a minute")
    alice.ends_third_party()
    call.talk(alice, carol)
    ops.sees_failed("LoopTimedOut", TIMED_OUT)
    late = call.cardholder("a late call")
    late.dials(RETURN)
    late.hears("Reading agent locator.")
    late.presses(pins[0])
    late.hears(NOT_SECURED)
    late.is_cut_off()
    ops.sees_rejected("PinExpired")
    carol.hangs_up()


def guessed_pin(call: Call, ops: Ops) -> None:
    pins = listen_for_pins(call)
    carol, alice = conversation(call)
    alice.clicks()
    call.until(lambda: bool(pins), "the PIN to be keyed")
    stranger = call.cardholder("a stranger")
    stranger.dials(RETURN)
    stranger.hears("Reading agent locator.")
    stranger.presses(f"{(int(pins[0]) + 1) % 10_000:04d}")
    stranger.hears(NOT_SECURED)
    stranger.is_cut_off()
    ops.sees_rejected("PinUnknown")
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured()


def pins_taken(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    # The one free PIN stands where this transfer's search comes by early. That it is the very
    # first PIN drawn, so that nothing is taken, happens once in 10,000 runs.
    contact_id = str(uuid.uuid4())
    free = next(islice(search_order(contact_id, length=4), 150, None))
    with ops.stage.pins_held(free={free}):
        alice.clicks(contact_id=contact_id)
        alice.joins()
        alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)
    carol.hangs_up()
    events = ops.sees_secured()
    collisions = events["PinAllocated"]["data"]["collisions"]
    call.check("the record counts the PINs that were taken", holds=collisions >= 1)


def missed(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    secure(alice)
    alice.misses()
    alice.goes("Available")
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured()


def agent_never_picks_up(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    secure(alice)
    alice.misses()
    carol.hears("Your line is now secure.")
    ops.sees_failed("AgentNeverJoined", ABANDONED)
    carol.hears(GOODBYE, within=_VERY_PATIENT)
    carol.is_cut_off()


def two_agents_crossed(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call, "carol", "alice")
    dave, bob = conversation(call, "dave", "bob")
    alice.clicks()
    bob.clicks()
    alice.joins()
    bob.joins()
    bob.hears(CALL_SECURE)
    bob.leaves()
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, bob, dave)
    reunite(call, alice, carol)
    carol.hangs_up()
    dave.hangs_up()
    ops.sees_secured(0)
    ops.sees_secured(1)


def second_attempt(call: Call, ops: Ops) -> None:
    on_a_good_day = call.pci_pal.takes
    call.pci_pal.takes = lambda line: line.answer()
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    ops.sees_failed("LoopTimedOut", TIMED_OUT)
    alice.note("has not heard “Call secure.” for a minute")
    alice.ends_third_party()
    call.pci_pal.takes = on_a_good_day
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    events = ops.sees_secured(1)
    attempts = {event["metadata"]["attempt"] for event in events.values()}
    call.check("its events say attempt 2", holds=attempts == {2})


def line_busy(call: Call, ops: Ops) -> None:
    on_a_good_day = call.pci_pal.takes
    call.pci_pal.takes = phones.busy
    carol, alice = conversation(call)
    alice.clicks()
    alice.hears(
        "PCI Pal did not answer. The call is not secured. Go back to the caller and try again."
    )
    alice.resumes()
    call.talk(alice, carol)
    call.pci_pal.takes = on_a_good_day
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured(1)
    ops.sees_failed("LoopTimedOut", TIMED_OUT)


def digit_lost(call: Call, ops: Ops) -> None:
    call.network.keys.on_the_way = lambda digits: digits[:-2] + digits[-1:]
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(NOT_SECURED)
    call.network.keys.on_the_way = lambda digits: digits
    call.talk(alice, carol)
    ops.sees_rejected("PinMalformed")
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured(1)
    ops.sees_failed("LoopTimedOut", TIMED_OUT)


def leaves_early(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.leaves()
    carol.hears(CALL_SECURE)
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured()


def stays_joined(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(CALL_SECURE)
    carol.hears("Your line is now secure.")
    carol.keys_card()
    call.check("alice has heard the card", holds=alice.has_heard_a_card)
    alice.leaves()
    reunite(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured()


def wrong_agent(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    bob = call.agent("bob")
    call.connect.router.mistakes["alice"] = "bob"
    secure(alice)
    bob.accepts()
    bob.hears("This secured call belongs to another agent. End the call.")
    bob.is_connected()
    bob.ends_the_call()
    carol.is_cut_off()
    ops.sees_rejected("WrongAgent", "JoinRejected")
    ops.sees_failed("CardholderLeft", ABANDONED)


def declined(call: Call, ops: Ops) -> None:
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    payment = alice.opens_payment()
    alice.keys_session_pin(payment)
    carol.keys_card()
    alice.takes_payment(payment, "declined")
    call.talk(alice, carol)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    ops.sees_secured(0)
    ops.sees_secured(1)
    call.check("no key of a card came to an agent or into a recording", holds=call.card_is_safe)


CALLS = (
    DemoCall(
        "works",
        "A call that works",
        "Wait for “Call secure.” before you leave the call. The call that rings then is the same "
        "caller: accept it, and key the session PIN before the caller keys a card.",
        works,
    ),
    DemoCall(
        "outbound",
        "An outbound call",
        "A call that you have made yourself is secured in the same way.",
        outbound,
    ),
    DemoCall(
        "no-looped-call",
        "No looped call: timed out",
        "No “Call secure.” within a minute: hang up on PCI Pal. You are still with the caller.",
        no_looped_call,
    ),
    DemoCall(
        "second-attempt",
        "The same call tries again after a time-out",
        "Click “Secure call” again: a time-out spoils nothing.",
        second_attempt,
    ),
    DemoCall(
        "line-busy",
        "PCI Pal's line is busy",
        "Take the caller off hold, and click “Secure call” again after a moment.",
        line_busy,
    ),
    DemoCall(
        "digit-lost",
        "A digit of the PIN is lost on the line",
        "“Call not secured.”: you are still with the caller. Click “Secure call” again.",
        digit_lost,
    ),
    DemoCall(
        "leaves-early",
        "The agent leaves before “Call secure.”",
        "If you have left too early, wait: your phone rings all the same. But were the call "
        "refused now, nobody would be with the caller, who would be cut off.",
        leaves_early,
    ),
    DemoCall(
        "stays-joined",
        "The agent stays on the first call",
        "Leave the call as soon as you have heard “Call secure.”. On the first call nothing is "
        "masked: whoever is on it hears the card.",
        stays_joined,
    ),
    DemoCall(
        "missed",
        "The agent misses the looped call at first",
        "If you miss the call, set your status to Available: it rings again.",
        missed,
    ),
    DemoCall(
        "agent-never-picks-up",
        "The agent never picks up",
        "If you do not accept the call for some minutes, the caller hears goodbye and is cut off. "
        "Call back.",
        agent_never_picks_up,
    ),
    DemoCall(
        "wrong-agent",
        "Another agent's phone rings by mistake",
        "If you hear that the call belongs to another agent, end it at once. The caller is cut "
        "off, and the other agent has to call back.",
        wrong_agent,
    ),
    DemoCall(
        "declined",
        "The card is declined, and the call is secured again",
        "After a declined card, open a new payment and secure the call again.",
        declined,
    ),
    DemoCall(
        "two-agents-crossed",
        "Two agents, crossed in time",
        "Secure a call whenever you need to: each call finds its own agent, whoever comes first.",
        two_agents_crossed,
    ),
    DemoCall(
        "guessed-pin",
        "A guessed PIN: refused",
        "A stranger who guesses a PIN is refused. You notice nothing of it.",
        guessed_pin,
    ),
    DemoCall(
        "pins-taken",
        "The first PINs drawn are taken: retried",
        "When many secure calls at once, a PIN takes a moment longer. You notice nothing of it.",
        pins_taken,
    ),
)
