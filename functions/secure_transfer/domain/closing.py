"""ExecutionClosed: an execution has ended and could not say so. Its transfer's record tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from secure_transfer.domain import audit as events
from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.ports import AuditTrail, Transfers
from secure_transfer.domain.transfer import Status, Transfer


class HowItClosed(StrEnum):
    """The statuses of Step Functions in which an execution may have left something untold."""

    ABORTED = "ABORTED"
    TIMED_OUT = "TIMED_OUT"
    FAILED = "FAILED"


REASONS = {
    HowItClosed.ABORTED: "ExecutionStopped",
    HowItClosed.TIMED_OUT: "ExecutionTimedOut",
    HowItClosed.FAILED: "ExecutionFailed",
}

_STEP_FUNCTIONS_OWN = "States."
_GAVE_UP = ("TransferFaulted", "TransferStateUnexpected")
"""With these the machine gives up and audits that, while the call goes on. It may never have looked
at a wake-up that it had accepted, or not know that its own last write took effect."""


@dataclass(frozen=True, slots=True)
class ClosedExecution:
    transfer_id: str
    execution_arn: str
    how: HowItClosed
    error: str | None
    """Its name. Of an execution that FAILED it is the machine's own or Step Functions'."""
    stopped_at: str

    @property
    def has_told_its_end(self) -> bool:
        """Whether a Fail state of the machine ended it: the audit comes before each of them."""
        named = self.error is not None and not self.error.startswith(_STEP_FUNCTIONS_OWN)
        return self.how is HowItClosed.FAILED and named


def tell_for(closed: ClosedExecution, *, transfers: Transfers, audit: AuditTrail) -> int:
    """Publish what the execution may not have lived to tell; return how many events that were.

    What was told before is told again under the same `eventId`. The record stays as it is: the call
    goes on. Raises `PlatformFault`, before anything is told.
    """
    if closed.has_told_its_end and closed.error not in _GAVE_UP:
        return 0
    told = list(_events(closed, transfers.find(closed.transfer_id)))
    for event in told:
        audit.publish(event)
    return len(told)


def _events(closed: ClosedExecution, transfer: Transfer | None) -> Iterator[AuditEvent]:
    if transfer and not closed.has_told_its_end:
        yield from _begun(transfer)
    if transfer:
        yield from _left_to_it(transfer)
        yield from _expired(transfer)
    if closed.has_told_its_end:
        return
    yield events.execution_closed(closed.transfer_id, closed.execution_arn, closed.stopped_at,
                                  REASONS[closed.how], transfer)  # fmt: skip


def _begun(transfer: Transfer) -> Iterator[AuditEvent]:
    yield events.transfer_requested(transfer)
    if transfer.pin:
        yield events.pin_allocated(transfer)


def _left_to_it(transfer: Transfer) -> Iterator[AuditEvent]:
    """Tell what a function may have left to the execution that it woke."""
    if transfer.loop_contact_id:
        yield events.loop_answered(transfer)
    if transfer.joined_at:
        yield events.transfer_secured(transfer, late=transfer.status is Status.ABANDONED)


def _expired(transfer: Transfer) -> Iterator[AuditEvent]:
    if transfer.status is Status.TIMED_OUT:
        yield events.transfer_timed_out(transfer)
    if transfer.status is Status.ABANDONED:
        yield events.transfer_abandoned(transfer)
