"""Telephones: calls that ring, are answered, are busy, end; and keys."""

import re

import pytest

from operations.site import CARDHOLDER
from simulator import phones
from simulator.errors import SimulatorError
from simulator.phones import Network, PhoneCall
from simulator.sound import Digit, Sound
from simulator.world import World
from tests.simulator.telephony import HELLO, NOBODY, SOMEBODY, YES, Heard, keys


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
