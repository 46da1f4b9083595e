"""AgentJoined: an agent has picked up the looped call."""

from datetime import datetime

from secure_transfer.domain import audit as events
from secure_transfer.domain import values
from secure_transfer.domain.errors import (
    PlatformFault,
    Refused,
    TransferClosed,
    TransferUnknown,
    WrongAgent,
    WrongContact,
)
from secure_transfer.domain.ports import AuditTrail, Clock, Transfers, Workflow
from secure_transfer.domain.transfer import Status, Transfer, timestamp
from secure_transfer.domain.values import Call
from secure_transfer.domain.wake import wake_execution


def join_agent(
    call: Call,
    given_agent_name: object,
    given_transfer_id: object,
    *,
    instance_arn: str,
    transfers: Transfers,
    workflow: Workflow,
    audit: AuditTrail,
    clock: Clock,
    joined_at: datetime | None = None,
) -> Transfer:
    """Return the transfer, now JOINED; or ABANDONED with its late join noted.

    `joined_at`: when the agent came, where that is not just now. A repeat gets the same answer.
    Every refusal is audited. Raises `Refused`; `PlatformFault`.
    """
    now = joined_at or clock.now()
    try:
        call.must_belong_to(instance_arn=instance_arn)
        agent_name = values.agent_name(given_agent_name)
        transfer_id = values.transfer_id(given_transfer_id)
        transfer = _join(call.contact_id, agent_name, transfer_id, now, transfers)
    except Refused as refusal:
        audit.publish(events.join_rejected(call, refusal, timestamp(now)))
        raise
    if transfer.status is Status.ABANDONED:
        # Its execution has ended, or will; a payment that was taken is not abandoned.
        audit.publish(events.transfer_secured(transfer, late=True))
        if transfer.ended_at:
            audit.publish(events.secure_call_ended(transfer))
        return transfer
    wake_execution(
        transfer.join_token,
        {"transferId": transfer_id, "joinedAt": transfer.joined_at or timestamp(now)},
        event=events.transfer_secured(transfer, late=False),
        workflow=workflow,
        audit=audit,
    )
    return transfer


def _join(
    contact_id: str, agent_name: str, transfer_id: str, now: datetime, transfers: Transfers
) -> Transfer:
    joined = transfers.join(transfer_id, agent_name, contact_id, now)
    if joined:
        return joined
    transfer = transfers.find(transfer_id)
    if transfer is None:
        raise TransferUnknown("There is no transfer with this TransferId.")
    try:
        _must_concern(transfer, contact_id, agent_name)
    except Refused as refusal:
        refusal.transfer_id = transfer_id
        raise
    if transfer.status is Status.ABANDONED:
        transfer = transfers.join_late(transfer_id, now) or transfer
    if not transfer.joined_at:
        raise PlatformFault("The transfer's record changed while it was read; try again.")
    return transfer


def _must_concern(transfer: Transfer, contact_id: str, agent_name: str) -> None:
    if transfer.status in (Status.TIMED_OUT, Status.FAILED):
        raise TransferClosed(f"The transfer is over: {transfer.status}.")
    if transfer.loop_contact_id != contact_id:
        raise WrongContact("This call is not the one that answered the transfer.")
    if transfer.agent_name != agent_name:
        raise WrongAgent(f"{agent_name} answered a call that belongs to {transfer.agent_name}.")
