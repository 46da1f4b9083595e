"""The audit events that the functions send. The state machine sends the others, in one shape.

`{"metadata": {...}, "data": {...}}`; what is not known is left out. An `eventId` is the same
however often a fact is told, so consumers can drop repeats.
"""

from dataclasses import dataclass
from typing import Any

from secure_transfer.domain.errors import Refused
from secure_transfer.domain.transfer import Transfer
from secure_transfer.domain.values import Call

SCHEMA_VERSION = "1"

# An event's place in the life of a transfer: consumers put events in order by it.
LOOP_ANSWERED = 3
TRANSFER_SECURED = 4
TRANSFER_SECURED_LATE = 5
TRANSFER_FAILED = 9


@dataclass(frozen=True, slots=True)
class AuditEvent:
    detail_type: str
    metadata: dict[str, Any]
    data: dict[str, Any]

    @property
    def event_id(self) -> str:
        return str(self.metadata["eventId"])


def loop_answered(transfer: Transfer) -> AuditEvent:
    """Tell what the state machine's AuditLoopAnswered tells, when nobody could be woken."""
    data = {"agentName": transfer.agent_name}
    return _of_life(transfer, "LoopAnswered", LOOP_ANSWERED, transfer.answered_at, data)


def transfer_secured(transfer: Transfer, *, late: bool) -> AuditEvent:
    """Tell what AuditTransferSecured tells, when nobody could be woken or the wait was given up."""
    sequence = TRANSFER_SECURED_LATE if late else TRANSFER_SECURED
    data = {"agentName": transfer.agent_name, "late": late}
    return _of_life(transfer, "TransferSecured", sequence, transfer.joined_at, data)


def request_refused(call: Call, refusal: Refused, at: str) -> AuditEvent:
    """Tell that a transfer was asked for by a call that is not ours. No execution runs."""
    metadata = {
        "eventId": f"{call.contact_id}-TransferFailed",
        "sequence": TRANSFER_FAILED,
        **_about(call, call.contact_id, at),
    }
    return AuditEvent("TransferFailed", metadata, {"reason": refusal.reason})


def pin_rejected(call: Call, refusal: Refused, at: str) -> AuditEvent:
    return _rejected(call, refusal, at, "PinRejected")


def join_rejected(call: Call, refusal: Refused, at: str) -> AuditEvent:
    return _rejected(call, refusal, at, "JoinRejected")


def _of_life(
    transfer: Transfer, detail_type: str, sequence: int, at: str | None, data: dict[str, Any]
) -> AuditEvent:
    metadata = {
        "eventId": f"{transfer.transfer_id}-{detail_type}",
        "schemaVersion": SCHEMA_VERSION,
        "sequence": sequence,
        "occurredAt": at,
        "transferId": transfer.transfer_id,
        "executionArn": transfer.execution_arn,
        "attempt": transfer.attempt,
        "contactId": transfer.transfer_id,
        "initialContactId": transfer.initial_contact_id,
        "loopContactId": transfer.loop_contact_id,
    }
    known = {name: value for name, value in metadata.items() if value is not None}
    return AuditEvent(detail_type, known, data)


def _rejected(call: Call, refusal: Refused, at: str, detail_type: str) -> AuditEvent:
    metadata = {
        "eventId": f"{call.contact_id}-{refusal.reason}-{detail_type}",
        **_about(call, refusal.transfer_id, at),
    }
    return AuditEvent(detail_type, metadata, {"reason": refusal.reason})


def _about(call: Call, transfer_id: str | None, at: str) -> dict[str, Any]:
    about = {
        "schemaVersion": SCHEMA_VERSION,
        "occurredAt": at,
        "contactId": call.contact_id,
        "initialContactId": call.initial_contact_id,
    }
    return {**about, "transferId": transfer_id} if transfer_id else about
