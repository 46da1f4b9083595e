from typing import Any

import pytest

from secure_transfer.domain import audit
from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.errors import NotOurCall, PinUnknown, Refused, WrongAgent
from secure_transfer.domain.transfer import Status
from tests.fakes import NOW_TEXT, a_transfer, an_answered_transfer, execution_arn
from tests.unit.samples import CALLER_NUMBER, RETURN_NUMBER, a_call

LATER_TEXT = "2026-11-24T09:30:20.000Z"


def test_answered_loop_is_told_in_the_state_machines_form() -> None:
    assert audit.loop_answered(an_answered_transfer()) == AuditEvent(
        "LoopAnswered",
        {
            "eventId": "transfer-1-LoopAnswered",
            "schemaVersion": "1",
            "sequence": 3,
            "occurredAt": NOW_TEXT,
            "transferId": "transfer-1",
            "executionArn": execution_arn("transfer-1"),
            "attempt": 1,
            "contactId": "transfer-1",
            "initialContactId": "conversation-1",
            "loopContactId": "loop-1",
        },
        {"agentName": "jane.doe"},
    )


def test_secured_transfer_is_told_in_the_state_machines_form() -> None:
    joined = an_answered_transfer(status=Status.JOINED, joined_at=LATER_TEXT)

    event = audit.transfer_secured(joined, late=False)

    assert event.detail_type == "TransferSecured"
    assert event.metadata == {
        **audit.loop_answered(joined).metadata,
        "eventId": "transfer-1-TransferSecured",
        "sequence": 4,
        "occurredAt": LATER_TEXT,
    }
    assert event.data == {"agentName": "jane.doe", "late": False}


def test_late_secured_transfer_comes_after_its_abandonment() -> None:
    abandoned = an_answered_transfer(status=Status.ABANDONED, joined_at=LATER_TEXT)

    event = audit.transfer_secured(abandoned, late=True)

    assert event.event_id == "transfer-1-TransferSecured"
    assert event.metadata["sequence"] == 5
    assert event.metadata["occurredAt"] == LATER_TEXT
    assert event.data == {"agentName": "jane.doe", "late": True}


def test_what_is_not_known_of_a_transfer_is_left_out() -> None:
    event = audit.loop_answered(a_transfer(execution_arn=None))

    assert event.metadata.keys() == {
        "eventId", "schemaVersion", "sequence", "transferId", "attempt", "contactId",
        "initialContactId",
    }  # fmt: skip


def test_attempt_that_is_not_known_is_told_as_0() -> None:
    assert audit.loop_answered(a_transfer(attempt=0)).metadata["attempt"] == 0


@pytest.mark.parametrize(
    ("told", "detail_type"),
    [(audit.pin_rejected, "PinRejected"), (audit.join_rejected, "JoinRejected")],
)
def test_rejection_has_no_place_in_the_life_of_a_transfer(told: Any, detail_type: str) -> None:
    event = told(a_call("contact-9"), PinUnknown("No transfer holds it."), NOW_TEXT)

    assert event == AuditEvent(
        detail_type,
        {
            "eventId": f"contact-9-PinUnknown-{detail_type}",
            "schemaVersion": "1",
            "occurredAt": NOW_TEXT,
            "contactId": "contact-9",
            "initialContactId": "conversation-1",
        },
        {"reason": "PinUnknown"},
    )


@pytest.mark.parametrize("told", [audit.pin_rejected, audit.join_rejected])
def test_rejection_names_the_transfer_that_it_concerns(told: Any) -> None:
    refusal = WrongAgent("Another agent.")
    refusal.transfer_id = "transfer-1"

    assert told(a_call(), refusal, NOW_TEXT).metadata["transferId"] == "transfer-1"


def test_request_that_is_not_ours_is_a_transfer_that_failed() -> None:
    event = audit.request_refused(a_call("contact-9"), NotOurCall("Not ours."), NOW_TEXT)

    assert event == AuditEvent(
        "TransferFailed",
        {
            "eventId": "contact-9-TransferFailed",
            "schemaVersion": "1",
            "sequence": 9,
            "occurredAt": NOW_TEXT,
            "transferId": "contact-9",
            "contactId": "contact-9",
            "initialContactId": "conversation-1",
        },
        {"reason": "NotOurCall"},
    )


def test_request_is_told_in_the_state_machines_form() -> None:
    assert audit.transfer_requested(an_answered_transfer()) == AuditEvent(
        "TransferRequested",
        {
            "eventId": "transfer-1-TransferRequested",
            "schemaVersion": "1",
            "sequence": 1,
            "occurredAt": NOW_TEXT,
            "transferId": "transfer-1",
            "executionArn": execution_arn("transfer-1"),
            "attempt": 1,
            "contactId": "transfer-1",
            "initialContactId": "conversation-1",
        },
        {"agentName": "jane.doe"},
    )


def test_allocation_is_told_in_the_state_machines_form() -> None:
    transfer = an_answered_transfer(allocated_at=LATER_TEXT, collisions=0)

    event = audit.pin_allocated(transfer)

    assert event.detail_type == "PinAllocated"
    assert event.metadata == {
        **audit.transfer_requested(transfer).metadata,
        "eventId": "transfer-1-PinAllocated",
        "sequence": 2,
        "occurredAt": LATER_TEXT,
    }
    assert event.data == {"agentName": "jane.doe", "collisions": 0, "lifetimeSeconds": 90}


def test_allocation_of_a_record_of_the_previous_release_is_told_of_the_request() -> None:
    event = audit.pin_allocated(a_transfer())
    assert event.metadata["occurredAt"] == NOW_TEXT
    assert event.data == {"agentName": "jane.doe", "lifetimeSeconds": 90}


def test_time_out_is_told_in_the_state_machines_form() -> None:
    expired = a_transfer(status=Status.TIMED_OUT, closed_at=LATER_TEXT)

    event = audit.transfer_timed_out(expired)

    assert event.detail_type == "TransferTimedOut"
    assert event.metadata == {
        **audit.transfer_requested(expired).metadata,
        "eventId": "transfer-1-TransferTimedOut",
        "sequence": 3,
        "occurredAt": LATER_TEXT,
    }
    assert event.data == {"agentName": "jane.doe", "waitedSeconds": 90}


def test_abandonment_is_told_with_what_the_record_knows() -> None:
    abandoned = an_answered_transfer(status=Status.ABANDONED, closed_at=LATER_TEXT)

    event = audit.transfer_abandoned(abandoned)

    assert event.detail_type == "TransferAbandoned"
    assert event.metadata == {
        **audit.loop_answered(abandoned).metadata,
        "eventId": "transfer-1-TransferAbandoned",
        "sequence": 4,
        "occurredAt": LATER_TEXT,
    }
    assert event.data == {"agentName": "jane.doe", "reason": "AgentNeverJoined"}


def test_no_event_holds_a_pin_a_token_or_a_number() -> None:
    transfer = an_answered_transfer(joined_at=LATER_TEXT)
    call = a_call(dialled_number=CALLER_NUMBER)
    refusal = Refused(f"It was {transfer.pin}, from {CALLER_NUMBER} to {RETURN_NUMBER}.")
    events = [
        audit.loop_answered(transfer),
        audit.transfer_secured(transfer, late=True),
        audit.transfer_requested(transfer),
        audit.pin_allocated(transfer),
        audit.transfer_timed_out(transfer),
        audit.transfer_abandoned(transfer),
        audit.execution_closed("transfer-1", "an-arn", NOW_TEXT, "ExecutionStopped", transfer),
        audit.request_refused(call, refusal, NOW_TEXT),
        audit.pin_rejected(call, refusal, NOW_TEXT),
        audit.join_rejected(call, refusal, NOW_TEXT),
    ]

    told = str(events)

    for live in ("0027", "loop-token", "join-token", CALLER_NUMBER, RETURN_NUMBER):
        assert live not in told
