"""ContactChanged: a looped call was put through to an agent, or it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from secure_transfer.domain import audit as events
from secure_transfer.domain.errors import AgentUnknown, PlatformFault, Refused
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.ports import Agents, AuditTrail, Clock, Transfers, Workflow
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status, Transfer
from secure_transfer.domain.values import Call
from secure_transfer.domain.wake import interrupt_execution

_OLDEST = timedelta(days=1)
"""EventBridge and Lambda deliver nothing older. Connect writes 1970 for a time that it has not."""


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What a contact event tells of one contact."""

    call: Call
    is_over: bool
    """DISCONNECTED; else CONNECTED_TO_AGENT."""
    agent_id: str | None = None
    """The Connect user who was connected; of a contact that is over too, if there was one."""
    connected_at: datetime | None = None
    ended_at: datetime | None = None


def follow_contact(
    change: ContactChange,
    *,
    instance_arn: str,
    transfers: Transfers,
    agents: Agents,
    workflow: Workflow,
    audit: AuditTrail,
    clock: Clock,
) -> Transfer | None:
    """Return the transfer that the contact is the looped call of, as it is now; None: of none.

    Events come in any order, more than once or not at all: what is on record decides. Raises
    `Refused`; `PlatformFault`, after which a repeat is judged as if first.
    """
    now = clock.now()
    change.call.must_belong_to(instance_arn=instance_arn)
    transfer = _looped_by(change, transfers)
    if transfer is None:
        return None
    refusal = None
    if not transfer.joined_at and not (change.is_over and change.agent_id is None):
        try:
            transfer = join_agent(
                change.call,
                _user_name(change.agent_id, agents),
                transfer.transfer_id,
                instance_arn=instance_arn,
                transfers=transfers,
                workflow=workflow,
                audit=audit,
                clock=clock,
                joined_at=_plausible(change.connected_at, now),
            )
        except Refused as refused:
            refusal = refused
    if change.is_over:
        transfer = _end(
            transfer.transfer_id,
            change.call.contact_id,
            _plausible(change.ended_at, now),
            transfers=transfers,
            workflow=workflow,
            audit=audit,
        )
    if refusal:
        raise refusal
    return transfer


def _looped_by(change: ContactChange, transfers: Transfers) -> Transfer | None:
    contact_id = change.call.contact_id
    transfer_id = transfers.reserved_for(contact_id)
    transfer = transfers.find(transfer_id) if transfer_id else None
    if transfer is None or transfer.loop_contact_id == contact_id:
        return transfer
    if transfer.status is Status.AWAITING_LOOP:
        # GetAgent is just about to answer the call, or has failed to.
        raise PlatformFault("The looped call was told of before its answer was; try again.")
    return None


def _user_name(agent_id: str | None, agents: Agents) -> str:
    name = agents.user_name(agent_id) if agent_id else None
    if name is None:
        raise AgentUnknown("The contact event names no agent whom Connect knows.")
    return name


def _end(
    transfer_id: str,
    contact_id: str,
    at: datetime,
    *,
    transfers: Transfers,
    workflow: Workflow,
    audit: AuditTrail,
) -> Transfer:
    ended = transfers.abandon(transfer_id, contact_id, at) or transfers.end_call(
        transfer_id, contact_id, at
    )
    if ended is None:
        raise PlatformFault("The transfer's record changed while it was read; try again.")
    if ended.joined_at:
        audit.publish(events.secure_call_ended(ended))
    elif ended.reason == CARDHOLDER_LEFT:
        interrupt_execution(
            ended.join_token,
            CARDHOLDER_LEFT,
            event=events.transfer_abandoned(ended),
            workflow=workflow,
            audit=audit,
        )
    return ended


def _plausible(told: datetime | None, now: datetime) -> datetime:
    """Return the event's own time, if it can be right."""
    return told if told and now - _OLDEST < told <= now else now
