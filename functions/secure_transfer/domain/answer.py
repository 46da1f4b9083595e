"""GetAgent: the looped call has come back with a PIN; whose is it?"""

from datetime import datetime

from secure_transfer.domain import audit as events
from secure_transfer.domain import values
from secure_transfer.domain.errors import (
    CallerLockedOut,
    ContactAlreadyAnswered,
    PinAlreadyUsed,
    PinExpired,
    PinUnknown,
    Refused,
)
from secure_transfer.domain.lockout import NO_LOCKOUT, REFUSALS, WINDOW_SECONDS, Lockout
from secure_transfer.domain.ports import AuditTrail, Clock, Pins, Transfers, Workflow
from secure_transfer.domain.transfer import Status, Transfer, timestamp
from secure_transfer.domain.values import Call
from secure_transfer.domain.wake import wake_execution


def answer_loop(
    call: Call,
    given_pin: object,
    *,
    instance_arn: str,
    return_number: str,
    pin_length: int,
    pins: Pins,
    transfers: Transfers,
    workflow: Workflow,
    audit: AuditTrail,
    clock: Clock,
    lockout: Lockout = NO_LOCKOUT,
) -> Transfer:
    """Return the transfer that the PIN belongs to, now ANSWERED by this call.

    The same call with the same PIN gets the same answer again. Every refusal is audited, without
    the PIN. Raises `Refused`; `PlatformFault`, after which a repeat is judged as if first.
    """
    now = clock.now()
    caller = lockout.name_of(call.caller_number)
    try:
        call.must_belong_to(instance_arn=instance_arn, number=return_number)
        if caller and transfers.refusals(caller, now) >= REFUSALS:
            raise CallerLockedOut("The caller has been refused too often in the last minutes.")
        pin = values.pin(given_pin, pin_length)
        transfer = _answer(call.contact_id, pin, now, pins, transfers)
    except Refused as refusal:
        audit.publish(events.pin_rejected(call, refusal, timestamp(now)))
        if caller and not isinstance(refusal, CallerLockedOut):
            transfers.count_refusal(caller, now, WINDOW_SECONDS)
        raise
    wake_execution(
        transfer.loop_token,
        {
            "loopContactId": call.contact_id,
            "answeredAt": transfer.answered_at or timestamp(now),
        },
        event=events.loop_answered(transfer),
        workflow=workflow,
        audit=audit,
    )
    return transfer


def _answer(contact_id: str, pin: str, now: datetime, pins: Pins, transfers: Transfers) -> Transfer:
    held = pins.find(pin)
    if held is None:
        raise PinUnknown("No transfer holds this PIN.")
    try:
        answered = None
        if held.expires_at > now.timestamp():
            _bind_contact(contact_id, held.transfer_id, now, transfers)
            answered = transfers.answer(held.transfer_id, pin, contact_id, now)
        return answered or _judge(transfers.find(held.transfer_id), contact_id, pin)
    except Refused as refusal:
        refusal.transfer_id = held.transfer_id
        raise


def _bind_contact(contact_id: str, transfer_id: str, now: datetime, transfers: Transfers) -> None:
    """See to it that one looped call answers one transfer, whatever it dials next.

    A call whose first PIN was refused may try another; by then nobody can answer the first.
    """
    bound_to = transfers.reserve_contact(contact_id, transfer_id, now)
    if bound_to == transfer_id:
        return
    first = transfers.find(bound_to)
    if first and first.status is not Status.AWAITING_LOOP and first.loop_contact_id != contact_id:
        bound_to = transfers.reserve_contact(contact_id, transfer_id, now, instead_of=bound_to)
    if bound_to != transfer_id:
        raise ContactAlreadyAnswered("This call has already come with another transfer's PIN.")


def _judge(transfer: Transfer | None, contact_id: str, pin: str) -> Transfer:
    """Say why the record would not be answered, or that this very call answered it before."""
    if transfer is None or transfer.pin != pin:
        raise PinUnknown("The PIN's transfer has no record of it.")
    if transfer.loop_contact_id == contact_id:
        return transfer
    if transfer.loop_contact_id:
        raise PinAlreadyUsed("Another call came with this PIN first.")
    raise PinExpired("The PIN's transfer waits no longer.")
