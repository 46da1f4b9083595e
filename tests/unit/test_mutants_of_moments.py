"""The very moment in which something ends, and which moment is told."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any
from unittest import mock

import pytest

from secure_transfer.domain import allocate
from secure_transfer.domain.allocate import DEADLINE_SECONDS, Allocation, allocate_pin
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.errors import (
    PinExpired,
    PlatformFault,
    TransferNotStarted,
    TransferUnknown,
)
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.pins import search_order
from secure_transfer.domain.search import Found, find_free_pin
from secure_transfer.domain.transfer import Limits, Status, Transfer, timestamp
from tests.fakes import (
    NOW,
    NOW_EPOCH,
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
)
from tests.unit.samples import a_call

LIMITS = Limits(4, 90, 300, 180, 400)
NOW_ON_THE_SECOND = NOW.replace(microsecond=0)


@pytest.fixture
def given(
    transfers: FakeTransfers, workflow: FakeWorkflow, audit: FakeAuditTrail, clock: FakeClock
) -> dict[str, Any]:
    return {
        "instance_arn": "",
        "transfers": transfers,
        "workflow": workflow,
        "audit": audit,
        "clock": clock,
    }


def answered(pins: FakePins, given: dict[str, Any]) -> Transfer:
    return answer_loop(a_call("loop-1"), "0027", return_number="", pin_length=4, pins=pins, **given)


def test_an_allocation_is_a_transfer_that_waits_with_all_its_dates(clock: FakeClock) -> None:
    allocation = Allocation.of(a_call("transfer-1"), "jane.doe", LIMITS, clock)

    assert allocation == Allocation(
        transfer=Transfer(
            transfer_id="transfer-1",
            status=Status.AWAITING_LOOP,
            agent_name="jane.doe",
            initial_contact_id=a_call("transfer-1").initial_contact_id,
            requested_at=NOW_TEXT,
            expires_at=NOW_EPOCH + 90,
            purge_at=NOW_EPOCH + 400 * 86_400,
        ),
        requested_at=NOW_EPOCH,
        reusable_at=NOW_EPOCH + 270,
    )


def test_in_the_moment_of_the_deadline_nobody_looks_again(
    given: dict[str, Any], transfers: FakeTransfers, clock: FakeClock
) -> None:
    with (
        mock.patch.object(clock, "monotonic", side_effect=[7.0, 7.0 + DEADLINE_SECONDS]),
        pytest.raises(TransferNotStarted),
    ):
        allocate_pin(a_call("transfer-1"), "jane.doe", limits=LIMITS, **given)

    assert transfers.calls["find"] == 0


def test_between_two_looks_there_is_the_same_short_pause(
    given: dict[str, Any], transfers: FakeTransfers, clock: FakeClock
) -> None:
    transfers.before["find"] = [lambda: None, lambda: transfers.seed(a_transfer())]

    with mock.patch.object(clock, "sleep") as sleep:
        allocate_pin(a_call("transfer-1"), "jane.doe", limits=LIMITS, **given)

    sleep.assert_called_once_with(allocate.POLL_SECONDS)


def test_in_the_moment_of_its_expiry_a_pin_binds_no_call(
    given: dict[str, Any], pins: FakePins, transfers: FakeTransfers, clock: FakeClock
) -> None:
    clock.set(NOW_ON_THE_SECOND)
    pins.seed(a_pin_record(expires_at=NOW_EPOCH))
    transfers.seed(a_transfer(expires_at=NOW_EPOCH))

    with pytest.raises(PinExpired):
        answered(pins, given)

    assert (transfers.calls["reserve_contact"], transfers.calls["answer"]) == (0, 0)


def test_a_call_is_bound_and_bound_anew_as_of_now(
    given: dict[str, Any], pins: FakePins, transfers: FakeTransfers
) -> None:
    pins.seed(a_pin_record())
    transfers.seed(a_transfer(), an_answered_transfer("transfer-2", loop_contact_id="loop-9"))
    transfers.reserve_contact("loop-1", "transfer-2", NOW)

    with mock.patch.object(
        transfers, "reserve_contact", side_effect=transfers.reserve_contact
    ) as reserve:
        answered(pins, given)

    assert [call.args[2] for call in reserve.call_args_list] == [NOW, NOW]


def test_a_wake_up_without_a_recorded_time_of_the_answer_tells_now(
    given: dict[str, Any], pins: FakePins, transfers: FakeTransfers, workflow: FakeWorkflow
) -> None:
    pins.seed(a_pin_record())
    transfers.seed(an_answered_transfer(answered_at=None))
    workflow.waiting.add("loop-token")

    answered(pins, given)

    output = {"loopContactId": "loop-1", "answeredAt": NOW_TEXT}
    assert workflow.delivered == [("loop-token", output)]


def test_a_join_whose_record_has_no_time_yet_is_a_fault_and_wakes_nobody(
    given: dict[str, Any], transfers: FakeTransfers, workflow: FakeWorkflow
) -> None:
    transfers.seed(an_answered_transfer(status=Status.JOINED, joined_at=None))

    with pytest.raises(PlatformFault):
        join_agent(a_call("loop-1"), "jane.doe", "transfer-1", **given)

    assert workflow.calls["wake"] == 0


def test_a_refused_join_is_told_with_its_moment(
    given: dict[str, Any], audit: FakeAuditTrail
) -> None:
    with pytest.raises(TransferUnknown):
        join_agent(a_call("loop-1"), "jane.doe", "transfer-1", **given)

    assert audit.event.metadata["occurredAt"] == timestamp(NOW)


def test_a_pin_that_nobody_ever_held_is_free_from_the_first_second_on(pins: FakePins) -> None:
    wanted = a_pin_record("", "searching")

    found = find_free_pin(wanted, requested_at=0, collisions=0, pin_length=4, pins=pins)

    assert isinstance(found, Found)
    assert found.pin is not None


@pytest.mark.parametrize(
    ("transfer_id", "first"),
    [
        pytest.param("transfer-2", ["0135", "8958", "7781"], id="its step meets every PIN"),
        pytest.param("transfer-21", ["8744", "9681", "0618"], id="by 2 more, it does"),
        pytest.param("transfer-11", ["5702", "7619", "9536"], id="by 3 more, it does"),
    ],
)
def test_a_search_goes_by_the_digest_and_by_the_next_step_that_meets_every_pin(
    transfer_id: str, first: list[str]
) -> None:
    """935 is a multiple of 5 and 936 even; 1914 is even, 1915 a multiple of 5, 1916 even."""
    assert list(islice(search_order(transfer_id, 4), 3)) == first


@pytest.fixture
def in_auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_auckland")
def test_a_timestamp_is_of_utc_wherever_the_machine_stands() -> None:
    assert timestamp(NOW) == NOW_TEXT
