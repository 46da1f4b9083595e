"""The audit events that the functions send. The state machine sends the others, in one shape.

`{"metadata": {...}, "data": {...}}`; what is not known is left out. An `eventId` is the same
however often a fact is told, so consumers can drop repeats.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from secure_transfer.domain.errors import Refused
from secure_transfer.domain.transfer import Status, Transfer, moment
from secure_transfer.domain.values import Call

SCHEMA_VERSION = "1"

# An event's place in the life of a transfer: consumers put events in order by it.
TRANSFER_REQUESTED = 1
PIN_ALLOCATED = 2
LOOP_ANSWERED = 3
TRANSFER_TIMED_OUT = 3
TRANSFER_SECURED = 4
TRANSFER_ABANDONED = 4
TRANSFER_SECURED_LATE = 5
SECURE_CALL_ENDED = 6
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


def secure_call_ended(transfer: Transfer) -> AuditEvent:
    """Tell that a call with its agent is over, and what took how long."""
    data = {"agentName": transfer.agent_name, **_durations(transfer)}
    return _of_life(transfer, "SecureCallEnded", SECURE_CALL_ENDED, transfer.ended_at, data)


def _durations(transfer: Transfer) -> dict[str, float]:
    """Seconds between the transfer's times; without what is not known, or cannot be."""
    stretches = {
        "clickToPinSeconds": (transfer.requested_at, transfer.allocated_at),
        "pinToLoopSeconds": (transfer.allocated_at, transfer.answered_at),
        "loopToAgentSeconds": (transfer.answered_at, transfer.joined_at),
        "agentToEndSeconds": (transfer.joined_at, transfer.ended_at),
    }
    lengths = {name: _seconds(*ends) for name, ends in stretches.items()}
    return {name: length for name, length in lengths.items() if length is not None}


def _seconds(begin: str | None, end: str | None) -> float | None:
    # The times are of several clocks: Connect's, Step Functions' and the functions'.
    began, ended = moment(begin), moment(end)
    if began is None or ended is None or ended < began:
        return None
    return round((ended - began).total_seconds(), 3)


# What follows, the state machine tells. ExecutionClosed tells it again of an execution that was cut
# off, as far as the record knows it: of how long the agent was waited for, it does not. That the
# cardholder left, ContactChanged tells where nobody could be woken.


def transfer_requested(transfer: Transfer) -> AuditEvent:
    data = {"agentName": transfer.agent_name}
    return _of_life(
        _before_the_loop(transfer), "TransferRequested", TRANSFER_REQUESTED,
        transfer.requested_at, data,
    )  # fmt: skip


def pin_allocated(transfer: Transfer) -> AuditEvent:
    """Tell it. A record of the previous release lacks when it was: the request's time then."""
    data = {
        "agentName": transfer.agent_name,
        "collisions": transfer.collisions,
        "lifetimeSeconds": _lifetime(transfer),
    }
    return _of_life(
        _before_the_loop(transfer), "PinAllocated", PIN_ALLOCATED,
        transfer.allocated_at or transfer.requested_at, data,
    )  # fmt: skip


def transfer_timed_out(transfer: Transfer) -> AuditEvent:
    data = {"agentName": transfer.agent_name, "waitedSeconds": _lifetime(transfer)}
    return _of_life(transfer, "TransferTimedOut", TRANSFER_TIMED_OUT, transfer.closed_at, data)


def transfer_abandoned(transfer: Transfer) -> AuditEvent:
    data = {"agentName": transfer.agent_name, "reason": transfer.reason or "AgentNeverJoined"}
    return _of_life(transfer, "TransferAbandoned", TRANSFER_ABANDONED, transfer.closed_at, data)


def execution_closed(
    transfer_id: str, execution_arn: str, at: str, reason: str, transfer: Transfer | None
) -> AuditEvent:
    """Tell that a transfer's execution did not end by itself. Without a record, little is known.

    A record that says FAILED says why: what AddAgent answered, and the machine may have told.
    """
    if transfer is None:
        metadata = {
            "eventId": f"{transfer_id}-TransferFailed",
            "schemaVersion": SCHEMA_VERSION,
            "sequence": TRANSFER_FAILED,
            "occurredAt": at,
            "transferId": transfer_id,
            "executionArn": execution_arn,
            "attempt": 0,
            "contactId": transfer_id,
        }
        return AuditEvent("TransferFailed", metadata, {"reason": reason})
    failed = transfer.reason if transfer.status is Status.FAILED else None
    data = {
        "agentName": transfer.agent_name,
        "reason": failed or reason,
        "collisions": transfer.collisions,
    }
    of_execution = replace(transfer, execution_arn=execution_arn)
    return _of_life(of_execution, "TransferFailed", TRANSFER_FAILED, at, data)


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
    return AuditEvent(detail_type, _known(metadata), _known(data))


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _before_the_loop(transfer: Transfer) -> Transfer:
    """Return it as it was told of then, whatever has called back since."""
    return replace(transfer, loop_contact_id=None)


def _lifetime(transfer: Transfer) -> int:
    """Return how long the PIN was accepted, which is how long its looped call was waited for."""
    return transfer.expires_at - int(datetime.fromisoformat(transfer.requested_at).timestamp())


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
