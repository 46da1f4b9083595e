"""Strangers telephone the number that PCI Pal calls, and key what they like."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from operations.call import Call, Cardholder
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    SECURED_CALL,
    conversation,
    reunite,
    secure,
)
from operations.site import PCI_PAL, RETURN
from secure_transfer.domain import pins
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.lockout import REFUSALS, Lockout
from tests.calls import memory_site
from tests.calls.memory_site import INSTANCE, MemoryFunctions, memory_call
from tests.calls.over import nothing_is_left
from tests.fakes import a_pin_record, a_transfer
from tests.unit.samples import OTHER_INSTANCE_ARN

READING = "Reading agent locator."
PIN, NEXT_PIN = "2580", "1470"
OTHER_NUMBER = "+441632960009"


@pytest.fixture(autouse=True)
def _pins_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "draw", lambda _: [PIN, NEXT_PIN])


def functions_of(call: Call) -> MemoryFunctions:
    functions = call.connect.functions
    assert isinstance(functions, MemoryFunctions)
    return functions


def asked(call: Call) -> list[str]:
    """Return what each GetAgent answered: OK or the Reason."""
    return [
        answer.get("Reason", "OK")
        for name, _, answer in functions_of(call).invoked
        if name == "GetAgent"
    ]


def rejected(call: Call) -> list[str]:
    """Return the reasons of the audited refusals."""
    return [
        event.data["reason"]
        for event in functions_of(call).audit.events
        if event.detail_type == "PinRejected"
    ]


def comes(eve: Cardholder, keys: str, number: str = RETURN) -> list[str]:
    """Dial, wait for the prompt, press keys, be cut off; return what was heard."""
    before = len(eve.heard)
    eve.dials(number)
    eve.hears(READING)
    eve.presses(keys)
    eve.is_cut_off()
    return eve.heard[before:]


def waits_for_a_pin(call: Call) -> None:
    """Wait until a click has got its PIN: from now on who keys it first has it."""
    functions = functions_of(call)
    call.until(lambda: "AddAgent" in [name for name, _, _ in functions.invoked], "a PIN")


def lock_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions know PCI Pal's own number, as a stack with PciPalCallerIds does."""
    lockout = Lockout.sparing(PCI_PAL, "a key")
    monkeypatch.setattr(memory_site, "answer_loop", partial(answer_loop, lockout=lockout))


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("0000", "PinUnknown"),
        (NEXT_PIN, "PinUnknown"),
        ("", "PinMalformed"),
        ("#", "PinMalformed"),
        ("****", "PinMalformed"),
        ("25#", "PinMalformed"),
        (f"0000{PIN}", "PinUnknown"),
        (f"0000#{PIN}#{PIN}#", "PinUnknown"),
        (PIN * 50, "PinExpired"),
    ],
)
def test_stranger_without_a_live_pin_has_one_attempt_and_reaches_nobody(
    keys: str, reason: str
) -> None:
    call = memory_call()
    carol, alice = conversation(call)
    functions = functions_of(call)
    functions.pins.seed(a_pin_record(PIN, expires_at=0))
    functions.transfers.seed(a_transfer(pin=PIN, expires_at=0))
    eve = call.cardholder("eve")

    assert comes(eve, keys) == [READING, NOT_SECURED]

    assert (asked(call), rejected(call)) == ([reason], [reason])
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_stranger_hears_the_same_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a PIN is held, used, expired or never was: who guesses learns nothing from it."""
    lock_out(monkeypatch)
    call = memory_call()
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    functions_of(call).invoked.clear()
    eve = call.cardholder("eve")

    heard = [comes(eve, keys) for keys in ("0000", PIN, "00", "", "1111", "2222")]

    assert asked(call) == [
        "PinUnknown",
        "PinAlreadyUsed",
        "PinMalformed",
        "PinMalformed",
        "PinUnknown",
        "CallerLockedOut",
    ]
    assert rejected(call) == asked(call)
    assert heard == 6 * [[READING, NOT_SECURED]]
    call.talk(alice, carol)


def test_stranger_who_replays_a_used_pin_does_not_disturb_the_secured_call() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    eve = call.cardholder("eve")

    comes(eve, PIN)

    assert asked(call) == ["OK", "PinAlreadyUsed"]
    assert rejected(call) == ["PinAlreadyUsed"]
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_lucky_guess_reaches_the_agent_and_the_right_call_is_refused_and_audited() -> None:
    """What must not happen often, and cannot be excluded. It is seen by its PinAlreadyUsed."""
    call = memory_call()
    eve = call.cardholder("eve")
    carol, alice = conversation(call, "carol", "alice")
    eve.dials(RETURN)
    eve.hears(READING)
    alice.clicks()
    waits_for_a_pin(call)
    eve.presses(PIN)
    eve.hears(CALL_SECURE)
    alice.joins()
    alice.hears(NOT_SECURED)

    assert asked(call) == ["OK", "PinAlreadyUsed"]
    answered, rejected = functions_of(call).audit.events  # no execution is there to be woken
    assert answered.detail_type == "LoopAnswered"
    assert rejected.data == {"reason": "PinAlreadyUsed"}
    call.talk(alice, carol)
    carol.hangs_up()
    call.wait(1)
    alice.accepts()
    alice.hears(SECURED_CALL)
    alice.is_connected()
    call.talk(alice, eve)


def test_pin_of_a_call_that_comes_back_is_live_for_under_ten_seconds_of_call_time(
    figure: Callable[[str], None],
) -> None:
    """What the page on guessing reckons with."""
    lives = sorted(life_of_the_pin(seed) for seed in range(20))

    assert lives[-1] < 10
    figure(f"a PIN is live for {lives[0]:.1f} to {lives[-1]:.1f} s of call time in 20 calls")


def life_of_the_pin(seed: int) -> float:
    call = memory_call(seed=seed)
    _, alice = conversation(call)
    secure(alice)
    (transfer_id,) = functions_of(call).workflow.started
    transfer = functions_of(call).transfers.find(transfer_id)
    assert transfer
    asked_at, answered_at = (
        datetime.fromisoformat(str(text)) for text in (transfer.requested_at, transfer.answered_at)
    )
    return (answered_at - asked_at).total_seconds()


def test_stranger_is_locked_out_and_pci_pals_calls_come_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock_out(monkeypatch)
    call = memory_call()
    eve = call.cardholder("eve")
    for _ in range(REFUSALS):
        comes(eve, "0000")
    carol, alice = conversation(call)
    eve.dials(RETURN)
    eve.hears(READING)
    alice.clicks()
    waits_for_a_pin(call)
    eve.presses(PIN)
    eve.is_cut_off()
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)

    assert asked(call) == [*REFUSALS * ["PinUnknown"], "CallerLockedOut", "OK"]


def test_live_pin_that_comes_by_another_number_is_refused_and_audited() -> None:
    call = memory_call()
    call.connect.claim_number(
        OTHER_NUMBER, call.connect.flow_arn("answer_from_pci_pal"), "another call"
    )
    _, alice = conversation(call)
    eve = call.cardholder("eve")
    alice.clicks()

    comes(eve, PIN, OTHER_NUMBER)

    assert "NotOurCall" in asked(call)
    assert rejected(call) == ["NotOurCall"]


def test_call_on_another_instance_gets_no_pin_and_is_audited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = memory_call()
    functions = functions_of(call)
    ours = functions.invoke
    monkeypatch.setattr(
        functions,
        "invoke",
        lambda arn, payload: ours(arn, payload.replace(INSTANCE, OTHER_INSTANCE_ARN)),
    )
    carol, alice = conversation(call)
    alice.clicks()
    alice.resumes()
    call.talk(alice, carol)

    assert [answer.get("Reason") for _, _, answer in functions.invoked] == ["NotOurCall"]
    (event,) = functions.audit.events
    assert (event.detail_type, event.data) == ("TransferFailed", {"reason": "NotOurCall"})
    assert functions.workflow.started == {}
