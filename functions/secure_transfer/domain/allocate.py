"""AddAgent: start a transfer's execution and wait for its PIN."""

from dataclasses import dataclass, replace
from typing import Any

from secure_transfer.domain import pins, values
from secure_transfer.domain.audit import SCHEMA_VERSION, request_refused
from secure_transfer.domain.errors import (
    NotOurCall,
    PlatformFault,
    TransferClosed,
    TransferNotStarted,
)
from secure_transfer.domain.ports import AuditTrail, Clock, Transfers, Workflow
from secure_transfer.domain.transfer import Limits, Status, Transfer, timestamp
from secure_transfer.domain.values import Call

DEADLINE_SECONDS = 5.0
"""From entry. Connect's own limit is 8 s, its repeats of a failed invocation included."""

POLL_SECONDS = 0.05
"""Between two looks for the PIN. A constant: the usual wait is a few of these."""

PIN_TOO_LATE = "PinTooLate"

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Allocation:
    """A transfer's dates, all counted from the moment in which the agent asked for it."""

    transfer: Transfer
    requested_at: int
    reusable_at: int

    @classmethod
    def of(cls, call: Call, agent_name: str, limits: Limits, clock: Clock) -> "Allocation":
        now = clock.now()
        requested_at = int(now.timestamp())
        expires_at = requested_at + limits.loop_timeout_seconds
        return cls(
            transfer=Transfer(
                transfer_id=call.contact_id,
                status=Status.AWAITING_LOOP,
                agent_name=agent_name,
                initial_contact_id=call.initial_contact_id,
                requested_at=timestamp(now),
                expires_at=expires_at,
                purge_at=requested_at + limits.record_retention_days * _SECONDS_A_DAY,
            ),
            requested_at=requested_at,
            reusable_at=expires_at + limits.pin_quarantine_seconds,
        )


def allocate_pin(
    call: Call,
    given_agent_name: object,
    *,
    instance_arn: str,
    limits: Limits,
    workflow: Workflow,
    transfers: Transfers,
    audit: AuditTrail,
    clock: Clock,
) -> str:
    """Return the PIN of the call's transfer: a new one, or the one that it has already.

    Raises `Refused`; `PlatformFault`, after which a repeat finds the same transfer.
    """
    started = clock.monotonic()
    try:
        call.must_belong_to(instance_arn=instance_arn)
    except NotOurCall as refusal:
        audit.publish(request_refused(call, refusal, timestamp(clock.now())))
        raise
    agent_name = values.agent_name(given_agent_name)
    allocation = Allocation.of(call, agent_name, limits, clock)
    workflow.start(call.contact_id, execution_input(allocation, limits))
    while clock.monotonic() - started < DEADLINE_SECONDS:
        try:
            recorded = transfers.find(call.contact_id)
        except PlatformFault:
            recorded = None  # to look again is the retry
        if recorded:
            return _pin_of(recorded, agent_name, clock)
        clock.sleep(POLL_SECONDS)
    return _give_up(allocation.transfer, transfers, clock)


def execution_input(allocation: Allocation, limits: Limits) -> dict[str, Any]:
    """Return the execution's input: every name, time and limit that the states need.

    Times ending in `At` are epoch seconds, except `requestedAtTime`; Amazon States Language can
    neither add seconds to a time nor pad a number.
    """
    transfer = allocation.transfer
    return {
        "schemaVersion": SCHEMA_VERSION,
        "transferId": transfer.transfer_id,
        "initialContactId": transfer.initial_contact_id,
        "agentName": transfer.agent_name,
        "requestedAtTime": transfer.requested_at,
        "requestedAtDay": transfer.requested_at[:10],
        "requestedAt": allocation.requested_at,
        "expiresAt": transfer.expires_at,
        "reusableAt": allocation.reusable_at,
        "purgeAt": transfer.purge_at,
        "loopTimeoutSeconds": limits.loop_timeout_seconds,
        "joinTimeoutSeconds": limits.join_timeout_seconds,
        "claim": {"candidates": pins.draw(limits.pin_length), "index": 0, "collisions": 0},
        "conversation": {"attempt": 0},
    }


def _give_up(transfer: Transfer, transfers: Transfers, clock: Clock) -> str:
    """Close the transfer as too late, unless its execution came first after all."""
    too_late = replace(transfer, status=Status.FAILED, reason=PIN_TOO_LATE)
    if not transfers.record_failure(too_late):
        recorded = transfers.find(transfer.transfer_id)
        if recorded:
            return _pin_of(recorded, transfer.agent_name, clock)
    raise TransferNotStarted("No PIN was ready in time; click again.", PIN_TOO_LATE)


def _pin_of(transfer: Transfer, agent_name: str, clock: Clock) -> str:
    if transfer.agent_name != agent_name:
        # Should a second click ever come with the first one's contact id, after the call has been
        # handed to another agent: the PIN would ring the first agent's phone.
        raise TransferClosed("The call's transfer belongs to another agent; click again.")
    if transfer.status is Status.FAILED:
        reason = transfer.reason or Status.FAILED
        raise TransferNotStarted(f"The transfer failed before it had a PIN: {reason}.", reason)
    waiting = transfer.status is Status.AWAITING_LOOP
    if not transfer.pin or not waiting or clock.now().timestamp() >= transfer.expires_at:
        raise TransferClosed("The transfer's PIN has been used or has expired; click again.")
    return transfer.pin
