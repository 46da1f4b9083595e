from functools import partial
from typing import Any

import pytest

from secure_transfer.domain.errors import CallerLockedOut, PinUnknown, PlatformFault
from secure_transfer.domain.lockout import NO_LOCKOUT, REFUSALS, WINDOW_SECONDS, Lockout
from tests.fakes import FakeClock, at_once, platform_fault
from tests.unit.samples import CALLER_NUMBER, INSTANCE_ARN, OTHER_INSTANCE_ARN, a_call
from tests.unit.test_answer import Desk

PCI_PALS = "+441632960001"
LOCKOUT = Lockout.sparing(PCI_PALS, "a key")


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    """One transfer waits, with the PIN 0027."""
    desk = Desk(clock)
    desk.begin()
    return desk


def refusal(desk: Desk, pin: str = "0028", caller: Any = CALLER_NUMBER, **changes: Any) -> type:
    contact = f"guess-{len(desk.audit.events)}"
    call = a_call(contact, caller_number=caller)
    return desk.refusal(pin, **{"call": call, "lockout": LOCKOUT, **changes})


def is_refused(desk: Desk, times: int = REFUSALS, caller: Any = CALLER_NUMBER) -> None:
    for _ in range(times):
        assert refusal(desk, caller=caller) is PinUnknown


def is_answered(desk: Desk, caller: Any, lockout: Lockout = LOCKOUT) -> bool:
    call = a_call("loop-1", caller_number=caller)
    return desk.answer(call=call, lockout=lockout).loop_contact_id == "loop-1"


def test_caller_that_was_refused_five_times_is_locked_out_whatever_its_pin(desk: Desk) -> None:
    assert REFUSALS == 5
    is_refused(desk)
    looked_at = desk.pins.calls["find"]

    assert refusal(desk, pin="0027") is CallerLockedOut
    assert refusal(desk, pin="27") is CallerLockedOut

    assert desk.pins.calls["find"] == looked_at
    assert [event.data["reason"] for event in desk.audit.events[REFUSALS:]] == [
        "CallerLockedOut",
        "CallerLockedOut",
    ]


def test_caller_that_was_refused_four_times_is_answered(desk: Desk) -> None:
    is_refused(desk, REFUSALS - 1)

    assert is_answered(desk, CALLER_NUMBER)


def test_other_callers_are_answered_meanwhile(desk: Desk) -> None:
    is_refused(desk)

    assert is_answered(desk, "+441632960998")


def test_lockout_ends_a_quarter_of_an_hour_after_the_first_refusal(desk: Desk) -> None:
    assert WINDOW_SECONDS == 15 * 60
    desk.begin(expires_at=2**40)
    is_refused(desk, 1)
    desk.clock.advance(WINDOW_SECONDS - 2)
    is_refused(desk, REFUSALS - 1)

    assert refusal(desk, pin="0027") is CallerLockedOut

    desk.clock.advance(2)
    assert is_answered(desk, CALLER_NUMBER)


def test_calls_that_are_locked_out_write_nothing_and_do_not_lengthen_it(desk: Desk) -> None:
    is_refused(desk)
    desk.clock.advance(WINDOW_SECONDS / 2)
    assert refusal(desk) is CallerLockedOut
    desk.clock.advance(WINDOW_SECONDS / 2)

    assert refusal(desk) is PinUnknown
    assert desk.transfers.calls["count_refusal"] == REFUSALS + 1


def test_every_kind_of_refusal_counts(desk: Desk) -> None:
    desk.begin("transfer-2", "0029", expires_at=0)
    is_answered(desk, "+441632960998")
    for pin in ("0027", "0028", "0029", "Timeout"):
        refusal(desk, pin)
    refusal(desk, instance_arn=OTHER_INSTANCE_ARN)

    assert refusal(desk, instance_arn=INSTANCE_ARN) is CallerLockedOut


@pytest.mark.parametrize("spared", [PCI_PALS, f"{PCI_PALS},+441632960003"])
def test_pci_pals_own_callers_are_never_locked_out_and_cost_no_call(
    desk: Desk, spared: str
) -> None:
    for number in spared.split(","):
        for _ in range(2 * REFUSALS):
            refused = refusal(desk, caller=number, lockout=Lockout.sparing(spared, "a key"))
            assert refused is PinUnknown
    assert is_answered(desk, PCI_PALS)

    assert desk.transfers.calls["refusals"] == desk.transfers.calls["count_refusal"] == 0


def test_while_no_caller_of_pci_pals_is_known_nobody_is_locked_out(desk: Desk) -> None:
    for lockout in (NO_LOCKOUT, Lockout.sparing("", "a key")):
        for _ in range(2 * REFUSALS):
            assert refusal(desk, lockout=lockout) is PinUnknown
    assert is_answered(desk, CALLER_NUMBER, NO_LOCKOUT)

    assert desk.transfers.calls["refusals"] == desk.transfers.calls["count_refusal"] == 0


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "anonymous",
        "sip:eve@example.com",
        "+",
        "+0441632960999",
        "441632960999",
        " +441632960999",
        "+441632960999\n",
        "+4416329609990000",
        "+44\u0661\u0662\u0663\u0664",
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("+" * 32_768, id="32 KB"),
    ],
)
def test_what_is_no_telephone_number_is_not_counted(desk: Desk, address: Any) -> None:
    is_refused(desk, 2 * REFUSALS, caller=address)

    assert is_answered(desk, address)


def test_caller_who_is_answered_is_not_counted(desk: Desk) -> None:
    assert is_answered(desk, CALLER_NUMBER)

    assert desk.transfers.calls["count_refusal"] == 0


def test_refusal_that_cannot_be_counted_is_answered_all_the_same(desk: Desk) -> None:
    desk.transfers.before["count_refusal"] = [platform_fault]

    assert refusal(desk) is PinUnknown


def test_count_that_cannot_be_read_is_a_fault_for_connect_to_repeat(desk: Desk) -> None:
    desk.transfers.before["refusals"] = [platform_fault]

    with pytest.raises(PlatformFault):
        is_answered(desk, CALLER_NUMBER)


def test_caller_that_calls_ten_times_at_once_is_locked_out_from_then_on(desk: Desk) -> None:
    """Those ten all come before the count: what one telephone can guess is 5 and its own lines."""
    calls = [a_call(f"guess-{number}", caller_number=CALLER_NUMBER) for number in range(10)]

    at_once(partial(desk.refusal, "0028", call=call, lockout=LOCKOUT) for call in calls)

    assert refusal(desk, pin="0027") is CallerLockedOut


def test_name_does_not_tell_the_number_without_the_key() -> None:
    name = LOCKOUT.name_of(CALLER_NUMBER)

    assert name
    assert CALLER_NUMBER[1:] not in name
    assert name == Lockout.sparing(PCI_PALS, "a key").name_of(CALLER_NUMBER)
    assert name != Lockout.sparing(PCI_PALS, "another key").name_of(CALLER_NUMBER)
    assert name != LOCKOUT.name_of("+441632960998")


def test_neither_numbers_nor_key_are_shown_where_a_lockout_is_printed() -> None:
    assert PCI_PALS not in repr(LOCKOUT)
    assert "a key" not in repr(LOCKOUT)


def test_numbers_may_be_given_with_spaces() -> None:
    assert Lockout.sparing("+441632960001, +441632960003", "").exempt == {
        "+441632960001",
        "+441632960003",
    }
