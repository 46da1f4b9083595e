"""Outside events that are lost, late, early, doubled or out of order."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum

from werkzeug.wrappers import Response

from operations.site import PCI_PAL, RETURN
from simulator.calls import Answer
from simulator.flow_actions import NO_MATCHING_ERROR
from simulator.pci_pal import Bridge
from simulator.phones import PhoneCall, Process
from simulator.sound import Sound
from tests.faults.injection import Act, Injection, Played, on_its_way
from tests.faults.places import Place
from tests.workflow.faults import Fault, fault

_AFTER_THE_WAIT = 95.0
_PROMPT_SECONDS = 3.0
_SLOW_LINE = 10.0
_A_MOMENT = 0.1
_COMMAS_OF_A_MINUTE = 80


class Happens(StrEnum):
    LOST = "lost"
    LATE = "late"
    EARLY = "early"
    DOUBLED = "doubled"
    REORDERED = "out of order"


# --------------------------------------------------------------- what is sent, and says it arrived


def sent(place: Place, how: Happens, seconds: float = 0.0) -> Injection:
    """Let the first call from a place be acknowledged, and arrive late, twice or never."""

    def inject(played: Played) -> AbstractContextManager[object]:
        acts: dict[Happens, Act] = {
            Happens.LOST: lambda *_: _acknowledgement(place),
            Happens.LATE: _late(place, played, seconds),
            Happens.DOUBLED: _doubled,
        }
        return fault(played.stage.aws, place.which, acts[how], times=1)

    return inject


def _acknowledgement(place: Place) -> Response:
    taken = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
    body = json.dumps(taken if place.service == "events" else {})
    headers = {"x-amzn-RequestId": "injected"}
    return Response(body, 200, headers, content_type="application/x-amz-json-1.0")


def _doubled(_: Fault, pass_on: Answer) -> Response:
    answer = pass_on()
    pass_on()
    return answer


def _late(place: Place, played: Played, seconds: float) -> Act:
    def act(_: Fault, pass_on: Answer) -> Response:
        on_its_way(played, seconds, pass_on)
        return _acknowledgement(place)

    return act


# ------------------------------------------------------------------------------- the looped call


Take = Callable[[PhoneCall], None]


def looped_call(how: Happens) -> Injection:
    """Let PCI Pal call back never, late, early or twice; or the second call before the first."""

    @contextmanager
    def inject(played: Played) -> Iterator[None]:
        pci_pal = played.call.pci_pal
        on_a_good_day = pci_pal.takes
        play = _LOOPS[how]

        def takes(line: PhoneCall) -> None:
            played.call.world.env.process(play(played, line, on_a_good_day))

        pci_pal.takes = takes
        yield
        pci_pal.takes = on_a_good_day

    return inject


def _never(_: Played, line: PhoneCall, __: Take) -> Process:
    line.answer()
    yield line.ended


def _too_late(played: Played, line: PhoneCall, _: Take) -> Process:
    """Call back, with the right PIN, when nobody waits for it any more."""
    world, network = played.call.world, played.call.network
    line.answer()
    yield world.env.timeout(_AFTER_THE_WAIT)
    back = network.dial(RETURN, PCI_PAL)
    yield back.answered
    yield world.env.timeout(_PROMPT_SECONDS)
    yield from network.key(played.pin, back.caller)


def _at_once(played: Played, line: PhoneCall, _: Take) -> Process:
    """Call back before the cardholder's call is answered."""
    back = played.call.network.dial(RETURN, PCI_PAL)
    yield back.answered
    yield played.call.world.env.timeout(_PROMPT_SECONDS)
    line.answer()
    Bridge(played.call.pci_pal, line, back)
    yield line.ended | back.ended
    back.end("the loop is over")
    line.end("the loop is over")


def _twice(played: Played, line: PhoneCall, on_a_good_day: Take) -> Process:
    """Call back a second time; both calls hear the keys."""
    on_a_good_day(line)
    yield line.answered
    second = played.call.network.dial(RETURN, PCI_PAL)
    yield second.answered
    while not played.call.pci_pal.bridges:
        yield played.call.world.env.timeout(_A_MOMENT)
    bridged = line.callee.hears

    def hears(sound: Sound) -> None:
        bridged(sound)
        second.caller.send(sound)

    line.callee.hears = hears


def _the_first_slowly(played: Played, line: PhoneCall, on_a_good_day: Take) -> Process:
    first = played.call.connect.contacts[0].identity
    if line.caller_number == first.customer_number:
        yield played.call.world.env.timeout(_SLOW_LINE)
    on_a_good_day(line)


_LOOPS: dict[Happens, Callable[[Played, PhoneCall, Take], Process]] = {
    Happens.LOST: _never,
    Happens.LATE: _too_late,
    Happens.EARLY: _at_once,
    Happens.DOUBLED: _twice,
    Happens.REORDERED: _the_first_slowly,
}


# ---------------------------------------------------------------------------- the PIN's digits


def digits(how: Happens) -> Injection:
    """Let the keys come over a bad line."""

    @contextmanager
    def inject(played: Played) -> Iterator[None]:
        played.call.network.keys.on_the_way = _LINES[how]
        yield
        played.call.network.keys.on_the_way = lambda keyed: keyed

    return inject


def _step(pin: str) -> int:
    """Return where two digits that follow each other differ."""
    return next((place for place in range(len(pin) - 1) if pin[place] != pin[place + 1]), 0)


def _other(pin: str, changed: str) -> str:
    """Four equal digits are the same in any order: of them, another one is keyed."""
    return changed if changed[: len(pin)] != pin else f"{(int(pin) + 1) % 10_000:04d}"


def _one_twice(keyed: str) -> str:
    pin = keyed.lstrip(",")
    place = _step(pin)
    return keyed[: -len(pin)] + _other(pin, pin[: place + 1] + pin[place:])


def _two_exchanged(keyed: str) -> str:
    pin = keyed.lstrip(",")
    place = _step(pin)
    exchanged = pin[:place] + pin[place + 1] + pin[place] + pin[place + 2 :]
    return keyed[: -len(pin)] + _other(pin, exchanged)


_LINES: dict[Happens, Callable[[str], str]] = {
    Happens.LOST: lambda keyed: keyed[:-2] + keyed[-1:],
    Happens.LATE: lambda keyed: "," * _COMMAS_OF_A_MINUTE + keyed,
    Happens.EARLY: lambda keyed: keyed.lstrip(","),
    Happens.DOUBLED: _one_twice,
    Happens.REORDERED: _two_exchanged,
}


# ------------------------------------------------------------------------------ the agent's join


@contextmanager
def join_lost(played: Played) -> Iterator[None]:
    """Let Connect fail to invoke AgentJoined."""
    block = ("secure_call_joined", "AgentJoined")
    played.call.connect.broken_blocks[block] = NO_MATCHING_ERROR
    yield
    del played.call.connect.broken_blocks[block]


@contextmanager
def join_doubled(played: Played) -> Iterator[None]:
    """Let Connect invoke AgentJoined twice for one event."""
    twice = played.functions.invoked_twice
    arn = played.stage.stack.outputs["AgentJoinedFunctionArn"]
    twice.add(arn)
    yield
    twice.remove(arn)


@contextmanager
def nothing(_: Played) -> Iterator[None]:
    """Inject nothing: it is the people who are late, or out of order."""
    yield
