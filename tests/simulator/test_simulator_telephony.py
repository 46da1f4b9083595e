"""What calls rest on: telephones, PCI Pal, rooms, contact events, time, and what is kept secret."""

import json
import re
from collections import defaultdict
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

import pytest

from operations.call import Call
from operations.call_parts import conversation, listen_for_pins, pay, reunite, secure
from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from secure_transfer.domain import pins
from simulator import phones
from simulator.connect.room import Member, Room
from simulator.errors import SimulatorError
from simulator.flow_engine import load
from simulator.journal import Column
from simulator.pci_pal import FIELDS, PciPal
from simulator.phones import Network, PhoneCall, Process
from simulator.sound import Digit, Music, Sound, Words
from simulator.world import World
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left

SOMEBODY, NOBODY = "+447700900100", "+447700900199"
HELLO, YES = Words("Hello?"), Words("Yes.")
CARD = "1234567890123456" + "0130" + "789"

Heard = list[Sound]


def keys(sounds: Heard) -> str:
    return "".join(sound.key for sound in sounds if isinstance(sound, Digit))


def press(end: phones.End, digits: str) -> None:
    for digit in digits:
        end.send(Digit(digit))


# ---------------------------------------------------------------------------------- telephones


class Line:
    """A network with somebody on it, who notes which calls come and what is heard."""

    def __init__(self) -> None:
        self.world = World()
        self.network = Network(self.world)
        self.rung: list[PhoneCall] = []
        self.network.connect(SOMEBODY, self.rung.append)
        self.heard: Heard = []
        self.answered: Heard = []

    def dial(self, number: str = SOMEBODY) -> PhoneCall:
        call = self.network.dial(number, CARDHOLDER)
        call.caller.hears = self.answered.append
        call.callee.hears = self.heard.append
        return call

    def wait(self, seconds: float = 5) -> None:
        self.world.run_until(lambda: False, seconds)


def test_a_call_rings_after_a_moment_and_tells_who_calls() -> None:
    line = Line()
    call = line.dial()
    assert line.rung == []
    line.wait()
    assert line.rung == [call]
    assert (call.number, call.caller_number) == (SOMEBODY, CARDHOLDER)
    assert not call.is_up


def test_an_unknown_number_ends_the_call_and_says_why() -> None:
    line = Line()
    call = line.dial(NOBODY)
    line.wait()
    assert call.ended.value == "there is no such number"
    assert not call.answered.triggered


def test_a_number_cannot_be_had_twice() -> None:
    line = Line()
    with pytest.raises(SimulatorError, match=re.escape(f"The number {SOMEBODY} is taken.")):
        line.network.connect(SOMEBODY, line.rung.append)
    call = line.dial()
    line.wait()
    assert line.rung == [call]  # it is still the first one's


def test_who_is_on_the_call_hears_the_other_and_not_oneself() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.answer()
    call.caller.send(HELLO)
    call.callee.send(YES)
    assert line.heard == [HELLO]
    assert line.answered == [YES]


def test_sounds_before_the_answer_and_after_the_end_are_lost() -> None:
    line = Line()
    call = line.dial()
    call.caller.send(HELLO)
    line.wait()
    call.caller.send(Digit("1"))
    call.callee.send(YES)
    call.answer()
    call.end("over")
    call.caller.send(Digit("2"))
    call.callee.send(YES)
    assert line.heard == line.answered == []


def test_a_hang_up_while_it_rings_is_the_end() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.end("the caller has hung up")
    call.answer()
    call.caller.send(HELLO)
    assert not call.is_up
    assert not call.answered.triggered
    assert line.heard == []


def test_a_hang_up_before_it_rings_disturbs_nobody() -> None:
    line = Line()
    call = line.dial()
    call.end("the caller has hung up")
    line.wait()
    assert line.rung == []


def test_a_call_ends_once_and_for_its_first_reason() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.answer()
    call.answer()
    call.end("first")
    call.end("second")
    assert call.ended.value == "first"


@pytest.mark.parametrize(
    ("takes", "why"), [(phones.busy, "the line is busy"), (phones.unanswered, None)]
)
def test_a_line_that_nobody_answers(takes: phones.Ring, why: str | None) -> None:
    line = Line()
    line.network.connect(NOBODY, takes)
    call = line.dial(NOBODY)
    line.wait(300)
    assert not call.answered.triggered
    assert (call.ended.value if call.ended.triggered else None) == why


def test_a_machine_keys_at_a_pace_and_pauses_at_a_comma() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.answer()
    came: list[tuple[str, float]] = []
    began = line.world.now

    def note(sound: Sound) -> None:
        came.append((keys([sound]), round(line.world.now - began, 3)))

    call.callee.hears = note
    line.network.keys.digit_seconds, line.network.keys.comma_seconds = 0.2, 1.0
    line.world.env.process(line.network.key(",,1,2*#", call.caller))
    line.wait(10)
    assert came == [("1", 2.0), ("2", 3.2), ("*", 3.4), ("#", 3.6)]


def test_a_bad_line_makes_others_of_the_keys() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.answer()
    line.network.keys.on_the_way = lambda digits: digits[::-1]
    line.world.env.process(line.network.key("12", call.caller))
    line.wait()
    assert keys(line.heard) == "21"


def test_keys_into_a_call_that_has_ended_are_lost() -> None:
    line = Line()
    call = line.dial()
    line.wait()
    call.answer()
    line.world.env.process(line.network.key("12", call.caller))
    line.wait(0.1)
    call.end("over")
    line.wait()
    assert keys(line.heard) == "1"


def test_a_key_does_not_show_itself_when_it_is_printed() -> None:
    assert "7" not in repr(Digit("7"))
    assert "7" not in str([Digit("7", of_card=True)])


# ------------------------------------------------------------------------------------- PCI Pal


class Loop:
    """PCI Pal, a cardholder who calls it, and a customer whom it calls back."""

    def __init__(self, customer: phones.Ring = PhoneCall.answer) -> None:
        self.world = World()
        self.network = Network(self.world)
        self.pci_pal = PciPal(self.world, self.network, PCI_PAL, calls_back=RETURN)
        self.called_back: list[PhoneCall] = []
        self.customer_hears: Heard = []
        self.cardholder_hears: Heard = []
        self._answers = customer
        self.network.connect(RETURN, self._ring)
        self.call = self.dial()
        self.wait()

    def _ring(self, call: PhoneCall) -> None:
        self.called_back.append(call)
        call.callee.hears = self.customer_hears.append
        self._answers(call)

    def dial(self) -> PhoneCall:
        call = self.network.dial(PCI_PAL, CARDHOLDER)
        call.caller.hears = self.cardholder_hears.append
        return call

    def wait(self, seconds: float = 10) -> None:
        self.world.run_until(lambda: False, seconds)

    @property
    def back(self) -> PhoneCall:
        return self.called_back[0]

    @property
    def told(self) -> list[str]:
        return self.world.journal.of(Column.PCI_PAL)


def test_pci_pal_answers_calls_back_and_bridges_the_two() -> None:
    loop = Loop()
    assert loop.call.is_up
    assert loop.back.is_up
    assert loop.back.caller_number == PCI_PAL  # it presents its own number
    loop.call.caller.send(HELLO)
    loop.back.callee.send(YES)
    assert loop.customer_hears == [HELLO]
    assert loop.cardholder_hears == [YES]
    assert loop.told == ["its number rings", "answers", "calls the return number",
                         "bridges the two calls: the loop is closed"]  # fmt: skip


def test_sounds_before_the_loop_is_closed_are_lost() -> None:
    loop = Loop(customer=phones.unanswered)
    assert loop.call.is_up
    press(loop.call.caller, "1234")
    loop.back.answer()
    loop.wait(1)
    press(loop.call.caller, "5")
    assert keys(loop.customer_hears) == "5"


@pytest.mark.parametrize("who", ["cardholder", "customer"])
def test_when_one_leg_ends_the_other_does_too(who: str) -> None:
    loop = Loop()
    ends = loop.call if who == "cardholder" else loop.back
    ends.end("somebody has hung up")
    loop.wait(1)
    assert loop.call.ended.triggered
    assert loop.back.ended.triggered
    assert loop.told[-1] == "the loop is over"


def test_a_busy_return_number_ends_the_call_that_came() -> None:
    loop = Loop(customer=phones.busy)
    assert loop.call.ended.value == "the return number did not answer"
    assert loop.pci_pal.bridges == []


def test_an_unanswered_return_number_rings_until_the_caller_gives_up() -> None:
    loop = Loop(customer=phones.unanswered)
    loop.wait(300)
    assert loop.call.is_up
    loop.call.end("the caller has hung up")
    loop.wait(1)
    assert loop.back.ended.triggered
    loop.back.answer()
    assert not loop.back.is_up
    assert loop.pci_pal.bridges == []


def test_who_hangs_up_before_pci_pal_answers_is_not_called_back() -> None:
    loop = Loop()
    second = loop.dial()
    loop.world.run_until(lambda: loop.told.count("its number rings") == 2, 5)
    second.end("the caller has hung up")
    loop.wait()
    assert loop.called_back == [loop.back]
    assert not second.answered.triggered


def test_the_session_pin_links_a_payment_to_the_bridge_that_hears_it() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin[:3])
    assert not payment.is_linked
    press(loop.back.callee, payment.session_pin[3:])
    assert payment.is_linked
    assert "links the payment to this call" in loop.told


def test_a_session_pin_is_found_after_other_keys() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, f"19{payment.session_pin}")
    assert payment.is_linked


def test_a_session_pin_that_the_cardholder_keys_links_nothing() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.call.caller, payment.session_pin)
    assert not payment.is_linked
    assert keys(loop.customer_hears) == payment.session_pin


def test_a_session_pin_that_nobody_has_opened_masks_nothing() -> None:
    loop = Loop()
    opened = loop.pci_pal.open_payment()
    other = f"{(int(opened.session_pin) + 1) % 10_000:04d}"
    press(loop.back.callee, other)
    press(loop.call.caller, CARD)
    assert not opened.is_linked
    assert keys(loop.customer_hears) == CARD
    assert opened.digits == ""


def test_only_the_cardholders_keys_are_masked_and_only_once_linked() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.call.caller, "12")
    assert keys(loop.customer_hears) == "12"
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    loop.call.caller.send(HELLO)  # words pass
    press(loop.back.callee, "99")  # and so do the agent's keys
    loop.back.callee.send(YES)
    assert keys(loop.customer_hears) == "12"
    assert loop.customer_hears[-1] == HELLO
    assert keys(loop.cardholder_hears) == f"{payment.session_pin}99"
    assert loop.cardholder_hears[-1] == YES
    assert payment.digits == CARD
    assert payment.is_filled_in


def test_pci_pal_tells_which_field_is_complete_and_never_what_is_in_it() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    assert loop.told[-4:] == [
        "masks the cardholder's keys",
        "has the card number: 16 digits",
        "has the expiry date: 4 digits",
        "has the security code: 3 digits",
    ]
    assert payment.session_pin not in repr(payment)
    assert CARD not in repr(payment)


def test_when_the_payment_is_over_keys_pass_again() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    loop.pci_pal.close(payment, "accepted")
    press(loop.call.caller, "7")
    assert keys(loop.customer_hears) == "7"
    assert payment.digits == CARD
    press(loop.back.callee, payment.session_pin)  # it opens nothing any more
    press(loop.call.caller, "8")
    assert keys(loop.customer_hears) == "78"


def test_a_payment_belongs_to_the_loop_on_which_its_pin_was_keyed() -> None:
    loop = Loop()
    second = loop.dial()
    loop.wait()
    payment = loop.pci_pal.open_payment()
    press(loop.called_back[1].callee, payment.session_pin)
    press(loop.call.caller, "1")
    press(second.caller, "2")
    assert keys(loop.customer_hears) == "1"
    assert payment.digits == "2"


def test_two_payments_on_one_loop_are_masked_one_after_the_other() -> None:
    loop = Loop()
    first, second = loop.pci_pal.open_payment(), loop.pci_pal.open_payment()
    press(loop.back.callee, first.session_pin)
    press(loop.call.caller, CARD)
    loop.pci_pal.close(first, "declined")
    press(loop.back.callee, second.session_pin)
    press(loop.call.caller, CARD[::-1])
    assert (first.digits, second.digits) == (CARD, CARD[::-1])
    assert keys(loop.customer_hears) == ""


def test_the_session_pin_of_a_payment_that_is_over_does_not_end_the_masking_of_another() -> None:
    loop = Loop()
    first, second = loop.pci_pal.open_payment(), loop.pci_pal.open_payment()
    loop.pci_pal.close(first, "cancelled")
    press(loop.back.callee, second.session_pin)
    press(loop.back.callee, first.session_pin)
    press(loop.call.caller, CARD)
    assert keys(loop.customer_hears) == ""
    assert (first.is_linked, second.digits) == (False, CARD)


def test_after_the_loops_end_nothing_comes_to_the_payment() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, "4992")
    loop.back.end("the customer has hung up")
    press(loop.call.caller, "7398")
    loop.wait(1)
    press(loop.call.caller, "7398")
    assert keys(loop.customer_hears) == ""
    assert payment.digits in ("4992", "49927398")
    assert not payment.is_filled_in


# ------------------------------------------------------------- the return number, from Connect


def test_with_a_busy_return_number_the_agent_is_back_with_the_cardholder() -> None:
    """The flow has nothing to say of it: its call to PCI Pal was answered."""
    call = memory_call()
    dial = call.network.dial

    def busy_if_return(number: str, caller_number: str) -> PhoneCall:
        line = dial(number, caller_number)
        if number == RETURN:
            phones.busy(line)
        return line

    call.network.dial = busy_if_return  # type: ignore[method-assign]
    carol, alice = conversation(call)
    heard = len(alice.heard)
    alice.clicks()
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the loop to fail")
    assert alice.heard[heard:] == []
    assert "calls the return number" in call.world.journal.of(Column.PCI_PAL)
    alice.resumes()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_who_hangs_up_before_connect_answers_makes_no_contact() -> None:
    call = memory_call()
    line = PhoneCall(call.world.env, SHOP, CARDHOLDER)
    call.network.lines[SHOP](line)
    line.end("the caller has hung up")
    call.wait(5)
    assert call.connect.contacts == []


# ------------------------------------------------------------------------- rooms, hold, whisper


class Ear(Member):
    """A member who notes what is heard."""

    def __init__(self) -> None:
        self.heard: Heard = []
        super().__init__(self.heard.append)


def test_everybody_in_a_room_hears_everybody_else() -> None:
    room, one, two, three = Room(), Ear(), Ear(), Ear()
    for member in (one, two, three):
        room.add(member)
    room.play(HELLO, by=one)
    assert (one.heard, two.heard, three.heard) == ([], [HELLO], [HELLO])
    room.play(YES)  # of Connect itself
    assert (one.heard, two.heard, three.heard) == ([YES], [HELLO, YES], [HELLO, YES])


def test_who_is_on_hold_neither_hears_nor_is_heard() -> None:
    room, one, two, held = Room(), Ear(), Ear(), Ear()
    for member in (one, two, held):
        room.add(member)
    held.on_hold = True
    room.play(HELLO, by=one)
    room.play(Digit("1"), by=held)
    assert (one.heard, two.heard, held.heard) == ([], [HELLO], [])
    held.on_hold = False
    room.play(YES, by=held)
    assert (one.heard, two.heard, held.heard) == ([YES], [HELLO, YES], [])


def test_who_is_not_in_the_room_neither_hears_nor_is_heard() -> None:
    room, inside, outside = Room(), Ear(), Ear()
    room.add(inside)
    room.is_recorded = True
    room.play(HELLO, by=outside)
    room.play(YES, by=inside)
    assert (inside.heard, outside.heard) == ([], [])
    assert room.recording == [YES]
    room.remove(outside)  # who is not there can go all the same
    room.remove(inside)
    assert room.members == []


def test_a_room_is_recorded_while_it_is_and_without_who_is_on_hold() -> None:
    room, one = Room(), Ear()
    room.add(one)
    room.play(HELLO, by=one)
    room.is_recorded = True
    room.play(Digit("1"), by=one)
    one.on_hold = True
    room.play(Digit("2"), by=one)
    one.on_hold = False
    room.is_recorded = False
    room.play(Digit("3"), by=one)
    assert keys(room.recording) == "1"
    assert HELLO not in room.recording


def says_unheard(call: Call, speaker: Any, listener: Any) -> None:
    words = f"{speaker.name} speaks alone"
    speaker.says(words)
    call.wait(1)
    assert words not in listener.heard


def test_on_hold_the_cardholder_hears_music_and_nobody_hears_the_other() -> None:
    call = memory_call()
    music: Heard = []
    carol, alice = conversation(call)
    line = call.connect.contacts[0].line
    assert line
    listens = line.caller.hears

    def note(sound: Sound) -> None:
        music.append(sound)
        listens(sound)

    line.caller.hears = note
    alice.holds()
    says_unheard(call, alice, carol)
    says_unheard(call, carol, alice)
    assert music == [Music()]
    alice.resumes()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_the_transfers_flow_is_for_the_agent_until_the_three_are_joined() -> None:
    call = memory_call()
    call.pci_pal.takes = phones.unanswered
    carol, alice = conversation(call)
    alice.clicks()
    says_unheard(call, carol, alice)
    says_unheard(call, alice, carol)
    alice.hears("PCI Pal did not answer.")
    assert not any("PCI Pal" in words for words in carol.heard)
    carol.hangs_up()
    nothing_is_left(call)


def test_during_the_whisper_agent_and_cardholder_do_not_hear_each_other() -> None:
    call = memory_call()
    call.connect.broken_blocks["save_agent_name", "Save agent name"] = "NoMatchingError"
    carol, alice = call.cardholder(), call.agent()
    carol.dials()
    alice.accepts()
    says_unheard(call, alice, carol)
    alice.ccp.press("5")
    says_unheard(call, carol, alice)
    assert call.connect.contacts[0].agent is alice.ccp.agent
    assert alice.ccp.agent.member not in call.connect.contacts[0].room.members
    alice.hears("Your name was not saved.")
    assert not any("name" in words for words in carol.heard)
    alice.is_connected()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_after_leave_call_the_agent_hears_no_more_of_it() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    secure(alice)
    heard = len(alice.heard)
    carol.says("Hello?")
    carol.hears("Your line is now secure.")
    assert alice.heard[heard:] == []
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


# ---------------------------------------------------------------------------------- recordings


def test_the_first_leg_is_recorded_until_the_click_and_no_leg_after_it() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    first = call.connect.contacts[0].room
    assert Words("Yes, Alice.") in first.recording
    alice.clicks()
    alice.joins()
    taken = len(first.recording)
    call.talk(alice, carol)
    alice.hears("Call secure.")
    alice.leaves()
    reunite(call, alice, carol)
    carol.presses("123", of_card=True)
    assert len(first.recording) == taken
    assert call.connect.contacts[2].room.recording == []
    assert not first.is_recorded
    carol.hangs_up()
    nothing_is_left(call)


def test_after_a_click_that_came_to_nothing_the_call_stays_unrecorded() -> None:
    """The flow does not turn the recording on again: the next click may be a moment away."""
    call = memory_call()
    call.pci_pal.takes = phones.busy
    carol, alice = conversation(call)
    alice.clicks()
    alice.hears("PCI Pal did not answer.")
    alice.resumes()
    call.talk(alice, carol)
    assert not call.connect.contacts[0].room.is_recorded
    carol.hangs_up()
    nothing_is_left(call)


# ------------------------------------------------------------------------------- contact events


def told_by(call: Call) -> list[dict[str, Any]]:
    """Return the contact events that a call's instance tells of, as it goes on."""
    events: list[dict[str, Any]] = []
    call.connect.announce = events.append
    return events


def types_by_contact(events: list[dict[str, Any]]) -> list[list[str]]:
    """Return what is told of each contact, in the order in which the contacts began."""
    types: defaultdict[str, list[str]] = defaultdict(list)
    for event in events:
        types[event["contactId"]].append(event["eventType"])
    return list(types.values())


_ANSWERED = ["INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"]


def test_a_usual_call_tells_of_its_three_contacts_in_order() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    assert types_by_contact(events) == [_ANSWERED, ["INITIATED", "DISCONNECTED"], _ANSWERED]
    first, transfer, looped = (
        next(one for one in events if one["contactId"] == contact.identity.contact_id)
        for contact in call.connect.contacts
    )
    assert transfer["initiationMethod"] == "TRANSFER"
    assert transfer["previousContactId"] == transfer["initialContactId"] == first["contactId"]
    # The looped call is a conversation of its own: nothing but the PIN tells whose it is.
    assert looped["initiationMethod"] == first["initiationMethod"] == "INBOUND"
    assert looped["initialContactId"] == looped["contactId"]
    assert "previousContactId" not in looped
    put_through = [one for one in events if one["eventType"] == "CONNECTED_TO_AGENT"]
    assert [one["queueInfo"]["queueType"] for one in put_through] == ["STANDARD", "AGENT"]
    assert all(one["agentInfo"]["agentArn"].endswith("/agent/alice") for one in put_through)


def test_an_outbound_call_and_one_that_nobody_takes_are_told_of() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    carol.hangs_up()
    call.wait(5)
    alice.goes("Break")
    carol.dials()
    carol.hears("Please hold the line.")
    carol.hangs_up()
    nothing_is_left(call)
    assert types_by_contact(events) == [
        ["INITIATED", "CONNECTED_TO_AGENT", "DISCONNECTED"],
        ["INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "DISCONNECTED"],
    ]


def test_no_telephone_number_is_in_any_contact_event() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    call.wait(5)
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    carol.hangs_up()
    nothing_is_left(call)
    text = json.dumps(events)
    assert len(events) > 10
    for number in (carol.number, SHOP, PCI_PAL, RETURN):
        assert number not in text
        assert number.strip("+") not in text


# ------------------------------------------------------------------------------------------ time


class Engine:
    """An engine's clock with deadlines, and what became of it."""

    def __init__(self, *deadlines: float, began: float = 1_000.0) -> None:
        self.at = self.began = began
        self._deadlines = sorted(began + deadline for deadline in deadlines)
        self.happened: list[str] = []

    def now(self) -> float:
        return self.at

    def move_to(self, at: float) -> None:
        assert at >= self.at, "time does not run backwards"
        self.at = at

    def next_deadline(self) -> float | None:
        return self._deadlines[0] if self._deadlines else None

    def settle(self) -> None:
        while self._deadlines and self._deadlines[0] <= self.at:
            self.happened.append(f"deadline {self._deadlines.pop(0) - self.began:g}")


def ticks(world: World, happened: list[str], *times: float) -> None:
    """Have things happen in a world, in one process each."""

    def tick(at: float, name: str) -> Process:
        yield world.env.timeout(at)
        happened.append(name)

    for number, at in enumerate(times):
        world.env.process(tick(at, f"{number} at {at:g}"))


def test_things_happen_in_order_and_at_one_time_in_the_order_they_were_begun() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 3, 1, 2, 1)
    assert not world.run_until(lambda: False, 10)
    assert happened == ["1 at 1", "3 at 1", "2 at 2", "0 at 3"]
    assert world.now == 10


def test_no_more_happens_than_is_waited_for() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 1, 2, 2, 3)
    assert world.run_until(lambda: len(happened) == 2, 10)
    assert happened == ["0 at 1", "1 at 2"]
    assert world.now == 2


def test_what_is_so_already_takes_no_time() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 0)
    assert world.run_until(lambda: True, 10)
    assert (world.now, happened) == (0, [])


def test_what_happens_just_at_the_end_of_the_wait_still_counts() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 5, 5.001)
    assert world.run_until(lambda: bool(happened), 5)
    assert happened == ["0 at 5"]


def test_a_wait_takes_its_time_though_nothing_happens() -> None:
    world = World()
    assert not world.run_until(lambda: False, 60)
    assert not world.run_until(lambda: False, 60)
    assert world.now == 120


def test_an_engines_clock_moves_with_the_call_and_stops_at_its_deadlines() -> None:
    engine = Engine(2, 4)
    world = World(clock=engine)
    ticks(world, engine.happened, 1, 3, 5)
    world.run_until(lambda: False, 10)
    assert engine.happened == ["0 at 1", "deadline 2", "1 at 3", "deadline 4", "2 at 5"]
    assert (world.now, engine.at) == (10, 1_010)


def test_at_one_time_the_engine_comes_first() -> None:
    engine = Engine(2)
    world = World(clock=engine)
    ticks(world, engine.happened, 2)
    world.run_until(lambda: False, 10)
    assert engine.happened == ["deadline 2", "0 at 2"]


def test_a_deadline_that_has_passed_is_met_at_once() -> None:
    engine = Engine(-5)
    world = World(clock=engine)
    assert world.run_until(lambda: bool(engine.happened), 10)
    assert world.now == 0


def test_a_deadline_after_the_wait_is_left_for_the_next_one() -> None:
    engine = Engine(7)
    world = World(clock=engine)
    world.run_until(lambda: False, 5)
    assert engine.happened == []
    world.run_until(lambda: False, 5)
    assert engine.happened == ["deadline 7"]


def test_watchers_look_whenever_the_engine_has_come_to_rest() -> None:
    engine = Engine(1, 2)
    world = World(clock=engine)
    looks: list[tuple[float, int]] = []
    world.watchers.append(lambda: looks.append((world.now, len(engine.happened))))
    world.run_until(lambda: False, 5)
    world.settle()
    assert looks == [(1, 1), (2, 2), (5, 2)]


def test_what_happens_in_a_process_that_fails_comes_out_by_its_name() -> None:
    world = World()

    def fails() -> Process:
        yield world.env.timeout(1)
        raise SimulatorError("this and that")

    world.env.process(fails())
    with pytest.raises(SimulatorError, match="this and that"):
        world.run_until(lambda: False, 5)


# ------------------------------------------------------------------------- the same call again

Told = list[tuple[float, str, str, str]]


def usual_call(seed: int) -> Told:
    call = memory_call(seed)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    return [(note.at, note.column, note.who, note.text) for note in call.world.journal.notes]


def test_the_same_seed_plays_the_same_call_though_its_pin_is_another() -> None:
    assert usual_call(seed=7) == usual_call(seed=7)


def test_another_seed_has_another_timing_and_tells_the_same() -> None:
    one, other = usual_call(seed=7), usual_call(seed=8)
    assert [at for at, *_ in one] != [at for at, *_ in other]
    assert {text for *_, text in one} == {text for *_, text in other}


# ---------------------------------------------------------------------------- what is kept secret


def secrets_of_a_call(load_flow: Any = load) -> tuple[Call, list[str]]:
    """Play a usual call; return it with everything that nobody may read of it."""
    call = memory_call(load_flow=load_flow)
    keyed = listen_for_pins(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    (payment,) = call.pci_pal.payments
    ends = list(accumulate(FIELDS.values(), initial=0))
    fields = [payment.digits[start:end] for start, end in pairwise(ends)]
    numbers = [number.strip("+") for number in (carol.number, SHOP, PCI_PAL, RETURN)]
    assert [len(one) for one in (*keyed, *fields)] == [4, *FIELDS.values()]
    return call, [*keyed, payment.session_pin, *fields, *numbers]


def test_the_time_line_holds_no_number_pin_or_card() -> None:
    call, secrets = secrets_of_a_call()
    told = [f"{note.who} {note.text}" for note in call.world.journal.notes]
    assert len(told) > 50
    for secret in secrets:
        assert not any(secret in line for line in told)
    assert not any(re.search(r"\d{3}", line) for line in told)


def flow_logs(call: Call) -> list[tuple[str, str]]:
    """Return what CloudWatch would hold of each block, values and all."""
    return [
        (f"{flow}: {block}", json.dumps(asdict(effect)))
        for flow, block, effect in call.connect.flow_log
    ]


def pins_that_are_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> str:
    """Draw a PIN that is in no ARN and no contact id by chance. Returns it."""
    pin = "9753"
    monkeypatch.setattr(pins, "draw", lambda length: [pin[:length]])
    return pin


def logged_on(name: str, values: Any) -> Any:
    """Load a flow as it is, but that it turns its log on and not off."""
    content = load(name, values)
    for action in content["Actions"]:
        if action["Type"] == "UpdateFlowLoggingBehavior":
            action["Parameters"]["FlowLoggingBehavior"] = "Enabled"
    return content


def test_the_flow_log_holds_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, secrets = secrets_of_a_call()
    assert pin in secrets
    logs = flow_logs(call)
    assert logs
    assert [where for where, what in logs if pin in what] == []
    assert {where for where, _ in logs if "pci_pal" in where} == {
        "transfer_to_pci_pal: Logging off", "answer_from_pci_pal: Logging off",
    }  # fmt: skip


def test_without_the_blocks_that_turn_it_off_the_flow_log_would_hold_the_pin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, _ = secrets_of_a_call(logged_on)
    assert {where for where, what in flow_logs(call) if pin in what} == {
        "transfer_to_pci_pal: Delay and PIN",
        "transfer_to_pci_pal: Call PCI Pal",
        "answer_from_pci_pal: GetAgent",
    }


def test_a_log_that_is_off_stays_off_for_the_next_flows_of_the_contact() -> None:
    """Waiting and whisper of the looped call do not turn it on; the first leg's own stays on."""
    call, _ = secrets_of_a_call()
    logged = {flow for flow, _, _ in call.connect.flow_log}
    assert logged == {
        "shop", "shop_queue", "save_agent_name", "transfer_to_pci_pal", "answer_from_pci_pal",
    }  # fmt: skip


def test_a_transfer_inherits_a_log_that_is_off() -> None:
    call = memory_call()
    content = call.connect.flow(call.connect.flow_arn("transfer_to_pci_pal")).content
    content["StartAction"] = "Stop recording"
    carol, alice = conversation(call)
    call.connect.contacts[0].is_logged = False
    secure(alice)
    reunite(call, alice, carol)
    assert not any(flow == "transfer_to_pci_pal" for flow, _, _ in call.connect.flow_log)
    carol.hangs_up()
    nothing_is_left(call)


def test_what_is_printed_of_a_call_shows_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, _ = secrets_of_a_call(logged_on)
    for what in (call.connect.flow_log, call.connect.invocations, call.connect.runs):
        assert what
        assert pin not in repr(what)
