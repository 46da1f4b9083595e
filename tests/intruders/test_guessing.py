"""Who guesses hits what is live, once, and nothing else; and cannot do it unseen."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from secure_transfer.domain.errors import Refused
from secure_transfer.domain.lockout import REFUSALS, WINDOW_SECONDS, Lockout
from secure_transfer.domain.transfer import Status
from secure_transfer.domain.values import Call
from tests.fakes import FakeClock, a_pin_record, an_answered_transfer
from tests.unit.samples import INSTANCE_ARN, OTHER_INSTANCE_ARN, RETURN_NUMBER, a_call
from tests.unit.test_answer import Desk

EVERY_PIN = [f"{number:04d}" for number in range(10_000)]
PCI_PALS = "+441632960001"
LOCKOUT = Lockout.sparing(PCI_PALS, "a key")

OK = "OK"


@pytest.fixture
def desk() -> Desk:
    return Desk(FakeClock())


def begin(desk: Desk, live: int) -> dict[str, str]:
    """Let so many transfers wait, their PINs all over the pool; return them by PIN."""
    waiting = {pin: f"transfer-of-{pin}" for pin in EVERY_PIN[7 :: 10_000 // live]}
    for pin, transfer in waiting.items():
        desk.begin(transfer, pin)
    return waiting


def guess(desk: Desk, pin: str, call: Call, lockout: Lockout = LOCKOUT) -> str:
    """Come with a PIN to the number that PCI Pal calls; return OK or the Reason."""
    try:
        desk.answer(
            pin,
            call=call,
            lockout=lockout,
            instance_arn=INSTANCE_ARN,
            return_number=RETURN_NUMBER,
        )
    except Refused as refusal:
        return refusal.reason
    return OK


def a_stranger(name: str, number: int) -> Call:
    """Return a call from a telephone of its own."""
    return a_call(name, caller_number=f"+44163297{number:05d}")


def all_at_once(guesses: Iterable[Callable[[], str]]) -> list[str]:
    with ThreadPoolExecutor(32) as threads:
        return [answer.result() for answer in [threads.submit(one) for one in guesses]]


def reasons(desk: Desk) -> Counter[str]:
    """Return what was audited, by reason."""
    assert {event.detail_type for event in desk.audit.events} <= {"PinRejected"}
    return Counter(event.data["reason"] for event in desk.audit.events)


@pytest.mark.parametrize("live", [1, 10, 100])
def test_guessing_every_pin_from_ten_thousand_numbers_hits_exactly_the_live_ones(
    desk: Desk, live: int, figure: Callable[[str], None]
) -> None:
    waiting = begin(desk, live)

    answers = all_at_once(
        partial(guess, desk, pin, a_stranger(f"guess-{pin}", int(pin))) for pin in EVERY_PIN
    )

    assert {pin for pin, answer in zip(EVERY_PIN, answers, strict=True) if answer == OK} == set(
        waiting
    )
    assert reasons(desk) == {"PinUnknown": 10_000 - live}
    assert len({event.event_id for event in desk.audit.events}) == 10_000 - live
    assert len(desk.workflow.delivered) == live
    figure(f"10,000 guesses against {live} live PINs: {Counter(answers)}")


@pytest.mark.parametrize("live", [1, 10, 100])
def test_looped_call_that_comes_after_a_lucky_guess_is_refused_and_audited(
    desk: Desk, live: int
) -> None:
    waiting = begin(desk, live)
    for pin in EVERY_PIN:
        guess(desk, pin, a_stranger(f"guess-{pin}", int(pin)))
    desk.audit.events.clear()

    for pin, transfer in waiting.items():
        looped = a_call(f"looped-{pin}", caller_number=PCI_PALS)
        assert guess(desk, pin, looped) == "PinAlreadyUsed"
        told = desk.audit.events[-1].metadata
        assert (told["contactId"], told["transferId"]) == (f"looped-{pin}", transfer)
    assert reasons(desk) == {"PinAlreadyUsed": live}


@pytest.mark.parametrize("live", [1, 10, 100])
def test_of_three_guessers_and_the_looped_call_that_come_at_once_one_is_answered(
    desk: Desk, live: int
) -> None:
    waiting = begin(desk, live)
    calls = [
        (pin, call)
        for pin in waiting
        for call in (
            a_call(f"looped-{pin}", caller_number=PCI_PALS),
            *(a_stranger(f"guess-{number}-{pin}", int(pin) + number) for number in range(3)),
        )
    ]

    answers = all_at_once(partial(guess, desk, pin, call) for pin, call in calls)

    answered = Counter(pin for (pin, _), answer in zip(calls, answers, strict=True) if answer == OK)
    assert answered == dict.fromkeys(waiting, 1)
    assert reasons(desk) == {"PinAlreadyUsed": 3 * live}


def test_call_that_tries_every_pin_collects_one_transfer_at_most(desk: Desk) -> None:
    """Our flow asks once a call. Another flow might ask on."""
    begin(desk, 100)
    eve = a_call("loop-of-eve", caller_number=PCI_PALS)

    answers = Counter(guess(desk, pin, eve) for pin in EVERY_PIN)

    assert answers == {OK: 1, "ContactAlreadyAnswered": 99, "PinUnknown": 9_900}


def test_one_number_that_guesses_on_is_heard_five_times_a_quarter_of_an_hour(
    desk: Desk, figure: Callable[[str], None]
) -> None:
    answers: Counter[str] = Counter()
    for pin in EVERY_PIN:
        answers[guess(desk, pin, a_stranger(f"guess-{pin}", 1))] += 1
        desk.clock.advance(1)

    windows = -(-10_000 // WINDOW_SECONDS)
    assert answers["PinUnknown"] == desk.pins.calls["find"] == windows * REFUSALS
    assert answers["CallerLockedOut"] == 10_000 - windows * REFUSALS
    assert reasons(desk) == answers
    figure(f"one number, a guess a second for 10,000 s, with lockout: {dict(answers)}")


def test_one_number_that_guesses_on_is_always_heard_where_there_is_no_lockout(desk: Desk) -> None:
    for pin in EVERY_PIN:
        guess(desk, pin, a_stranger(f"guess-{pin}", 1), Lockout.sparing("", ""))

    assert reasons(desk) == {"PinUnknown": 10_000}


def test_ten_lines_of_one_number_are_heard_not_much_longer(desk: Desk) -> None:
    """Those that come together come before the count. A number has as many guesses as lines."""
    lines = 10
    heard = 0
    for burst in range(100):
        pins = EVERY_PIN[burst * lines : (burst + 1) * lines]
        heard += all_at_once(
            partial(guess, desk, pin, a_stranger(f"guess-{pin}", 1)) for pin in pins
        ).count("PinUnknown")

    assert REFUSALS <= heard < REFUSALS + lines


# ------------------------------------------------------------------------------------- replay

LIFE = [Status.ANSWERED, Status.JOINED, Status.ABANDONED]


@pytest.mark.parametrize("status", LIFE)
@pytest.mark.parametrize("seconds_later", [0, 89, 91, 269])
def test_used_pin_is_refused_to_every_other_call_as_long_as_it_is_held(
    desk: Desk, status: Status, seconds_later: int
) -> None:
    _use(desk, status)
    desk.clock.advance(seconds_later)

    assert guess(desk, "0027", a_stranger("eve-1", 1)) == "PinAlreadyUsed"
    assert guess(desk, "0027", a_call("eve-2", caller_number=PCI_PALS)) == "PinAlreadyUsed"

    assert reasons(desk) == {"PinAlreadyUsed": 2}


@pytest.mark.parametrize("status", LIFE)
def test_used_pin_is_answered_to_the_call_that_used_it_and_to_that_transfer_only(
    desk: Desk, status: Status
) -> None:
    _use(desk, status)
    before = desk.transfers.find("transfer-1")

    assert guess(desk, "0027", a_call("loop-1", caller_number=PCI_PALS)) == OK

    assert desk.transfers.find("transfer-1") == before


def test_used_pin_that_is_given_out_again_is_refused_to_the_call_that_used_it_first(
    desk: Desk,
) -> None:
    _use(desk, Status.JOINED)
    desk.begin("transfer-2", "0027")

    assert guess(desk, "0027", a_call("loop-1", caller_number=PCI_PALS)) == (
        "ContactAlreadyAnswered"
    )

    told = desk.audit.event.metadata
    assert (told["contactId"], told["transferId"]) == ("loop-1", "transfer-2")
    assert guess(desk, "0027", a_call("loop-2", caller_number=PCI_PALS)) == OK


# ------------------------------------------------------------------------------- not our calls


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"instance_arn": OTHER_INSTANCE_ARN}, id="another instance"),
        pytest.param({"instance_arn": None}, id="no instance"),
        pytest.param({"dialled_number": "+441632960003"}, id="another number"),
        pytest.param({"dialled_number": None}, id="no number"),
        pytest.param({"dialled_number": f"{RETURN_NUMBER} "}, id="a space after the number"),
    ],
)
def test_every_pin_that_comes_otherwise_than_by_our_number_is_refused_unseen(
    desk: Desk, odd: dict[str, Any]
) -> None:
    begin(desk, 100)

    answers = {
        guess(desk, pin, replace(a_stranger(f"guess-{pin}", int(pin)), **odd)) for pin in EVERY_PIN
    }

    assert answers == {"NotOurCall"}
    assert reasons(desk) == {"NotOurCall": 10_000}
    assert desk.pins.calls["find"] == 0


def _use(desk: Desk, status: Status) -> None:
    """Put a transfer on record whose looped call, loop-1, has come."""
    desk.pins.seed(a_pin_record())
    desk.transfers.seed(an_answered_transfer(status=status))
    desk.transfers.reserve_contact("loop-1", "transfer-1", desk.clock.now())
