"""The telephone network: calls that ring, are answered, are busy, end; and keys that are heard."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from simulator.errors import SimulatorError
from simulator.sound import Digit, Sound
from simulator.world import World

Process = Generator[simpy.Event, Any, Any]
"""What SimPy runs: yields what it waits for."""

SETUP_SECONDS = (0.8, 1.6)
"""From dialling to the first ring, on the public network."""

_PAUSE = ","


@dataclass(slots=True)
class Keys:
    """How keys that a machine presses come over a line: their pace, and what becomes of them."""

    digit_seconds: float = 0.3
    comma_seconds: float = 0.75
    """AWS's figure; the configuration guide says 1 s."""
    on_the_way: Callable[[str], str] = field(default=lambda digits: digits)
    """What a bad line makes of the digits that are keyed into it."""


class End:
    """One end of a call: what is sent in here is heard at the other end."""

    def __init__(self, call: "PhoneCall") -> None:
        self.call = call
        self.hears: Callable[[Sound], None] = lambda _: None
        self.other: End

    def send(self, sound: Sound) -> None:
        """Send a sound. Before the call is answered, and after its end, nobody hears it."""
        if self.call.is_up:
            self.other.hears(sound)


class PhoneCall:
    """A call to a number. `answered` and `ended` are events; an end's value says why."""

    def __init__(self, env: simpy.Environment, number: str, caller_number: str) -> None:
        self.number = number
        self.caller_number = caller_number
        self.answered = env.event()
        self.ended = env.event()
        self.caller, self.callee = End(self), End(self)
        self.caller.other, self.callee.other = self.callee, self.caller

    @property
    def is_up(self) -> bool:
        return self.answered.triggered and not self.ended.triggered

    def answer(self) -> None:
        if not self.answered.triggered and not self.ended.triggered:
            self.answered.succeed()

    def end(self, why: str) -> None:
        """Hang up, at whichever end. A call ends once."""
        if not self.ended.triggered:
            self.ended.succeed(why)


Ring = Callable[[PhoneCall], None]


class Network:
    """Knows who has which number."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lines: dict[str, Ring] = {}
        self.keys = Keys()

    @property
    def lines(self) -> Mapping[str, Ring]:
        return self._lines

    def connect(self, number: str, ring: Ring) -> None:
        """Give somebody a number: `ring` is called for each call to it."""
        if number in self._lines:
            raise SimulatorError(f"The number {number} is taken.")
        self._lines[number] = ring

    def dial(self, number: str, caller_number: str) -> PhoneCall:
        call = PhoneCall(self._world.env, number, caller_number)
        self._world.env.process(self._put_through(call))
        return call

    def key(self, digits: str, end: End) -> Process:
        """Press keys at one end of a call, as a machine does: each comma is a pause."""
        for one in self.keys.on_the_way(digits):
            if one == _PAUSE:
                yield self._world.env.timeout(self.keys.comma_seconds)
            else:
                end.send(Digit(one))
                yield self._world.env.timeout(self.keys.digit_seconds)

    def _put_through(self, call: PhoneCall) -> Process:
        yield self._world.env.timeout(self._world.chance.uniform(*SETUP_SECONDS))
        if call.ended.triggered:
            return
        if call.number in self._lines:
            self._lines[call.number](call)
        else:
            call.end("there is no such number")


def busy(call: PhoneCall) -> None:
    """Be a line that is in use."""
    call.end("the line is busy")


def unanswered(_: PhoneCall) -> None:
    """Be a line that rings and rings."""
