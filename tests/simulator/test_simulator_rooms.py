"""Who hears whom: rooms, hold, whispers, recordings."""

from typing import Any

from operations.call import Call
from operations.call_parts import conversation, reunite, secure
from simulator import phones
from simulator.connect.room import Member, Room
from simulator.sound import Digit, Music, Sound, Words
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left
from tests.simulator.telephony import HELLO, YES, Heard, keys


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
