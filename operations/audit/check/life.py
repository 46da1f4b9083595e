"""A transfer's life: which events its record asks for, and which end of its execution."""

from collections.abc import Iterator, Mapping

from operations.audit.check import mends
from operations.audit.check.seen import Execution, Hole, Holes, Record
from operations.audit.contract import Event

FAULTED = ("TransferFaulted", "TransferStateUnexpected")
"""Errors of an execution after which the record stays as it was: the call went on without it."""

_TELL_THEMSELVES = ("LoopTimedOut", "AgentNeverJoined", "CardholderLeft")
"""Errors of an execution that has told its end by an event of its own."""

_WAITING = ("AWAITING_LOOP", "ANSWERED")
_STOPPED = ("ABORTED", "TIMED_OUT")

ENDS = {
    "JOINED": ("SUCCEEDED",),
    "TIMED_OUT": ("FAILED",),
    "ABANDONED": ("FAILED",),
    "FAILED": ("FAILED",),
}
"""How an execution ends, by its record's status. A stopped one ends before, at any status."""


def needs_error(record: Record | None, execution: Execution) -> bool:
    """Whether only the execution's error says if its end and the record go together."""
    return (
        record is not None
        and execution.status == "FAILED"
        and record.status in (*_WAITING, "JOINED")
    )


def is_open(execution: Execution) -> bool:
    return execution.is_running or execution.status == "PENDING_REDRIVE"


def expected(
    record: Record, execution: Execution | None, told: Mapping[str, Event]
) -> Iterator[tuple[str, str]]:
    """Yield each event that should have been told, and since when; empty: since its end."""
    yield "TransferRequested", ""
    if record.status == "FAILED":
        yield "TransferFailed", ""
        return
    yield "PinAllocated", ""
    if record.answered_at:
        yield "LoopAnswered", record.answered_at
    if record.joined_at:
        yield "TransferSecured", record.joined_at
    if record.joined_at and record.ended_at:
        yield "SecureCallEnded", record.ended_at
    cut_short = (
        execution is not None
        and _is_cut_short(record, execution)
        and execution.error not in _TELL_THEMSELVES
    )
    if cut_short:
        yield "TransferFailed", ""
    if not (cut_short and "TransferFailed" in told):  # that tells the outcome then
        if record.status == "TIMED_OUT":
            yield "TransferTimedOut", ""
        if record.status == "ABANDONED":
            yield "TransferAbandoned", ""


def status_holes(record: Record, execution: Execution | None, told: Mapping[str, Event]) -> Holes:
    """Yield a hole if the record says something else than the execution's end."""
    if execution is None:
        if record.status in _WAITING:
            missing = f"the record still says {record.status}, and there is no execution"
            yield Hole("StatusDiffers", record.transfer_id, missing, mends.STATUS)
        return
    if execution.status in ENDS.get(record.status, ()) and not needs_error(record, execution):
        return
    if _is_cut_short(record, execution) and (
        execution.error in FAULTED or "TransferFailed" in told
    ):
        return
    end = f"{execution.status} {execution.error}".strip()
    missing = f"the record says {record.status}, and the execution ended as {end}"
    yield Hole("StatusDiffers", record.transfer_id, missing, mends.STATUS)


def _is_cut_short(record: Record, execution: Execution) -> bool:
    """Whether it ended before it had come to the end that goes with the record."""
    return execution.status in _STOPPED or needs_error(record, execution)
