"""What is told of an execution that did not end as the machine would have ended it."""

from typing import Any

import pytest

from secure_transfer.domain.closing import REASONS, ClosedExecution, HowItClosed, tell_for
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import Status, Transfer
from tests.fakes import (
    FakeAuditTrail,
    FakeTransfers,
    a_transfer,
    an_answered_transfer,
    execution_arn,
    platform_fault,
)

STOPPED_AT = "2026-11-24T09:31:40.123Z"
JOINED_AT = "2026-11-24T09:30:20.000Z"
CLOSED_AT = "2026-11-24T09:31:30.000Z"

BEGUN = ["TransferRequested", "PinAllocated"]
FAILED = "TransferFailed"

RECORDS = {
    "waits for the looped call": (a_transfer(), [*BEGUN, FAILED]),
    "waits for the agent": (an_answered_transfer(), [*BEGUN, "LoopAnswered", FAILED]),
    "has been joined": (
        an_answered_transfer(status=Status.JOINED, joined_at=JOINED_AT),
        [*BEGUN, "LoopAnswered", "TransferSecured", FAILED],
    ),
    "has timed out": (
        a_transfer(status=Status.TIMED_OUT, closed_at=CLOSED_AT),
        [*BEGUN, "TransferTimedOut", FAILED],
    ),
    "was abandoned": (
        an_answered_transfer(status=Status.ABANDONED, closed_at=CLOSED_AT),
        [*BEGUN, "LoopAnswered", "TransferAbandoned", FAILED],
    ),
    "was abandoned and joined late": (
        an_answered_transfer(status=Status.ABANDONED, closed_at=CLOSED_AT, joined_at=JOINED_AT),
        [*BEGUN, "LoopAnswered", "TransferSecured", "TransferAbandoned", FAILED],
    ),
    "failed before it had a PIN": (
        a_transfer(status=Status.FAILED, pin=None, reason="PinTooLate", execution_arn=None),
        ["TransferRequested", FAILED],
    ),
}


def closed(
    how: HowItClosed = HowItClosed.ABORTED, error: str | None = None, name: str = "transfer-1"
) -> ClosedExecution:
    return ClosedExecution(name, execution_arn(name), how, error, STOPPED_AT)


@pytest.fixture
def tell(transfers: FakeTransfers, audit: FakeAuditTrail) -> Any:
    def tell(execution: ClosedExecution, *records: Transfer) -> list[str]:
        transfers.seed(*records)
        count = tell_for(execution, transfers=transfers, audit=audit)
        assert count == len(audit.events)
        assert [transfers.find(record.transfer_id) for record in records] == list(records)
        return [event.detail_type for event in audit.events]

    return tell


@pytest.mark.parametrize(("record", "told"), RECORDS.values(), ids=RECORDS)
def test_everything_that_the_record_says_is_told_and_the_record_stays(
    tell: Any, record: Transfer, told: list[str]
) -> None:
    assert tell(closed(), record) == told


@pytest.mark.parametrize(
    ("how", "error", "reason"),
    [
        (HowItClosed.ABORTED, None, "ExecutionStopped"),
        (HowItClosed.ABORTED, "LoopTimedOut", "ExecutionStopped"),  # whatever its stopper called it
        (HowItClosed.TIMED_OUT, None, "ExecutionTimedOut"),
        (HowItClosed.FAILED, "States.Runtime", "ExecutionFailed"),
        (HowItClosed.FAILED, "States.DataLimitExceeded", "ExecutionFailed"),
        (HowItClosed.FAILED, None, "ExecutionFailed"),
    ],
)
def test_closing_event_says_how_the_execution_ended_and_when(
    tell: Any, audit: FakeAuditTrail, how: HowItClosed, error: str | None, reason: str
) -> None:
    tell(closed(how, error), an_answered_transfer(collisions=2))

    event = audit.events[-1]
    assert event.detail_type == FAILED
    assert event.data == {"agentName": "jane.doe", "reason": reason, "collisions": 2}
    assert event.metadata == {
        "eventId": "transfer-1-TransferFailed",
        "schemaVersion": "1",
        "sequence": 9,
        "occurredAt": STOPPED_AT,
        "transferId": "transfer-1",
        "executionArn": execution_arn("transfer-1"),
        "attempt": 1,
        "contactId": "transfer-1",
        "initialContactId": "conversation-1",
        "loopContactId": "loop-1",
    }


def test_every_way_to_close_has_a_reason_of_its_own() -> None:
    assert len(set(REASONS.values())) == len(REASONS) == len(HowItClosed)


def test_record_that_says_failed_says_why(tell: Any, audit: FakeAuditTrail) -> None:
    tell(closed(), RECORDS["failed before it had a PIN"][0])
    event = audit.events[-1]
    assert event.data == {"agentName": "jane.doe", "reason": "PinTooLate"}
    assert event.metadata["executionArn"] == execution_arn("transfer-1")  # AddAgent's lacks it


def test_reason_of_an_abandonment_is_not_that_of_the_failure(
    tell: Any, audit: FakeAuditTrail
) -> None:
    tell(closed(), an_answered_transfer(status=Status.ABANDONED, reason="CardholderLeft"))
    assert [event.data.get("reason") for event in audit.events[-2:]] == [
        "CardholderLeft",
        "ExecutionStopped",
    ]


def test_without_a_record_what_is_known_is_told(tell: Any, audit: FakeAuditTrail) -> None:
    assert tell(closed(name="transfer-9"), a_transfer()) == [FAILED]
    assert audit.event.data == {"reason": "ExecutionStopped"}
    assert audit.event.metadata == {
        "eventId": "transfer-9-TransferFailed",
        "schemaVersion": "1",
        "sequence": 9,
        "occurredAt": STOPPED_AT,
        "transferId": "transfer-9",
        "executionArn": execution_arn("transfer-9"),
        "attempt": 0,
        "contactId": "transfer-9",
    }


@pytest.mark.parametrize(
    "error",
    ["LoopTimedOut", "AgentNeverJoined", "CardholderLeft", "PinTooLate", "PinPoolExhausted",
     "StatesOfTheUnion", "Statesx", "TransferFailed"],
)  # fmt: skip
def test_end_that_the_machine_has_named_was_audited_and_nobody_is_asked(
    tell: Any, transfers: FakeTransfers, error: str
) -> None:
    transfers.seed(an_answered_transfer())
    assert tell(closed(HowItClosed.FAILED, error)) == []
    assert transfers.calls["find"] == 0


@pytest.mark.parametrize("error", ["TransferFaulted", "TransferStateUnexpected"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("waits for the looped call", []),
        ("waits for the agent", ["LoopAnswered"]),
        ("has been joined", ["LoopAnswered", "TransferSecured"]),
        ("was abandoned", ["LoopAnswered", "TransferAbandoned"]),
        ("has timed out", ["TransferTimedOut"]),
        ("failed before it had a PIN", []),
    ],
)
def test_machine_that_gave_up_may_have_left_a_wake_up_unheeded(
    tell: Any, error: str, name: str, told: list[str]
) -> None:
    assert tell(closed(HowItClosed.FAILED, error), RECORDS[name][0]) == told


@pytest.mark.parametrize("error", ["TransferFaulted", "TransferStateUnexpected"])
def test_machine_that_gave_up_without_a_record_has_told_so(tell: Any, error: str) -> None:
    assert tell(closed(HowItClosed.FAILED, error)) == []


def test_late_join_is_told_as_late(tell: Any, audit: FakeAuditTrail) -> None:
    tell(closed(), RECORDS["was abandoned and joined late"][0])
    (secured,) = [event for event in audit.events if event.detail_type == "TransferSecured"]
    assert secured.data["late"] is True
    assert secured.metadata["sequence"] == 5


def test_join_in_time_is_not_told_as_late(tell: Any, audit: FakeAuditTrail) -> None:
    tell(closed(), RECORDS["has been joined"][0])
    (secured,) = [event for event in audit.events if event.detail_type == "TransferSecured"]
    assert secured.data["late"] is False


def test_record_that_cannot_be_read_is_raised_and_nothing_is_told(
    transfers: FakeTransfers, audit: FakeAuditTrail
) -> None:
    transfers.before["find"] = [platform_fault]
    with pytest.raises(PlatformFault):
        tell_for(closed(), transfers=transfers, audit=audit)
    assert audit.events == []


def test_told_twice_is_told_with_the_same_words(tell: Any, audit: FakeAuditTrail) -> None:
    record = RECORDS["has been joined"][0]
    tell(closed(), record)
    first = list(audit.events)
    audit.events.clear()
    tell(closed(), record)
    assert audit.events == first
