"""Compare what was read. Data in, holes out."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from operations.audit.check import mends
from operations.audit.check.life import expected, is_open, status_holes
from operations.audit.check.seen import Execution, Hole, Holes, Record, Seen
from operations.audit.contract import Event, agree, defects
from operations.audit.moments import rfc3339
from secure_transfer.domain.audit import TRANSFER_SECURED_LATE

GRACE = timedelta(minutes=2)
"""How long what has just happened may take to be told. Retries of an audit state, then delivery."""

EXECUTIONS_KEPT = timedelta(days=90)
"""How long Step Functions keeps an execution after its end."""

_EXCLUDE_EACH_OTHER = (
    ("TransferTimedOut", "LoopAnswered"),
    ("TransferTimedOut", "TransferSecured"),
    ("TransferTimedOut", "TransferAbandoned"),
)


def compare(seen: Seen) -> list[Hole]:
    """Return every hole: those of the queues, of single events, then transfer by transfer."""
    return [*_of_queues(seen), *_of_events(seen), *_of_transfers(seen)]


def _of_queues(seen: Seen) -> Holes:
    for queue, count in seen.waiting.items():
        if count:
            missing = f"{count} messages wait in {queue}: their events may be what is missing"
            yield Hole("MessagesWaiting", "", missing, mends.WAITING[queue])


def _of_events(seen: Seen) -> Holes:
    by_id: dict[str, Event] = {}
    for event in seen.events:
        told = by_id.setdefault(event.event_id, event)
        if event.event_id and not agree(told, event):
            missing = f"{event.event_id} was told twice, with different contents"
            yield Hole("EventDiffers", event.transfer_id, missing, mends.DIFFERS)
        elif told is event or not event.event_id:
            for defect in defects(event):
                missing = f"{event.detail_type or 'a line of the log'}: {defect}"
                yield Hole("EventMalformed", event.transfer_id, missing, mends.MALFORMED)


def _of_transfers(seen: Seen) -> Holes:
    lives = seen.events_by_transfer()
    for transfer_id in dict.fromkeys((*seen.executions, *seen.records, *lives)):
        if transfer_id not in seen.outside:
            record, execution = seen.records.get(transfer_id), seen.executions.get(transfer_id)
            told = {event.detail_type: event for event in lives.get(transfer_id, ())}
            yield from _of_transfer(seen, transfer_id, record, execution, told)


def _of_transfer(
    seen: Seen,
    transfer_id: str,
    record: Record | None,
    execution: Execution | None,
    told: dict[str, Event],
) -> Holes:
    if record is None and execution is None:
        yield from _of_nobody(seen, transfer_id, told)
        return
    yield from _contradictions(transfer_id, record, told)
    if _is_fresh(seen, record, execution):
        return
    if record is None:
        if execution is not None and not _was_purged(seen, execution.started_at):
            missing = f"no record of an execution that ended as {execution.status}"
            yield Hole("RecordMissing", transfer_id, missing, mends.RECORD)
        return
    requested_at = rfc3339(record.requested_at)
    if execution is None and requested_at and seen.now - requested_at < EXECUTIONS_KEPT:
        missing = f"no execution of a transfer that was requested at {record.requested_at}"
        yield Hole("ExecutionMissing", transfer_id, missing, mends.EXECUTION)
    yield from status_holes(record, execution, told)
    for detail_type, since in expected(record, execution, told):
        happened = rfc3339(since)
        if detail_type not in told and not (happened and seen.now - happened < GRACE):
            yield Hole("EventMissing", transfer_id, f"no {detail_type}", mends.EVENT)


def _of_nobody(seen: Seen, transfer_id: str, told: dict[str, Event]) -> Holes:
    times = [rfc3339(event.metadata.get("occurredAt")) for event in told.values()]
    known = [one for one in times if one]
    if any(_was_purged(seen, one) or seen.now - one < GRACE for one in known):
        return
    missing = f"neither record nor execution, and events: {', '.join(told)}"
    yield Hole("TransferUnknown", transfer_id, missing, mends.UNKNOWN)


def _is_fresh(seen: Seen, record: Record | None, execution: Execution | None) -> bool:
    """Whether the transfer goes on, or ended so lately that not all may be told."""
    if execution is None:
        requested_at = rfc3339(record.requested_at) if record else None
        return requested_at is not None and seen.now - requested_at < GRACE
    return is_open(execution) or (
        execution.stopped_at is not None and seen.now - execution.stopped_at < GRACE
    )


def _was_purged(seen: Seen, moment: datetime) -> bool:
    """Whether a record of that time may be gone. DynamoDB sweeps within days, most often in one."""
    return seen.now - moment > timedelta(days=seen.retention_days)


def _contradictions(transfer_id: str, record: Record | None, told: dict[str, Event]) -> Holes:
    for one, other in _EXCLUDE_EACH_OTHER:
        if one in told and other in told:
            missing = f"{one} and {other}, which exclude each other"
            yield Hole("OutcomesExclude", transfer_id, missing, mends.EXCLUDE)
    abandoned, secured = told.get("TransferAbandoned"), told.get("TransferSecured")
    if abandoned and secured and secured.metadata.get("sequence") != TRANSFER_SECURED_LATE:
        missing = "TransferAbandoned and a TransferSecured that is not late"
        yield Hole("OutcomesExclude", transfer_id, missing, mends.EXCLUDE)
    if record:
        for event in told.values():
            for what in _against(record, event):
                yield Hole("EventContradicts", transfer_id, what, mends.CONTRADICTS)


def _against(record: Record, event: Event) -> Iterator[str]:
    """Yield what an event says and the record says otherwise."""
    facts = (
        ("agentName", event.data.get("agentName"), record.agent_name),
        ("loopContactId", event.metadata.get("loopContactId"), record.loop_contact_id),
        ("initialContactId", event.metadata.get("initialContactId"), record.initial_contact_id),
    )
    for name, told, recorded in facts:
        if told and told != recorded:
            has = repr(recorded) if recorded else "none"
            yield f"{event.detail_type} says {name} {told!r}, the record has {has}"
    if event.detail_type == "PinAllocated" and record.status == "FAILED":
        yield f"PinAllocated, and the record failed without a PIN: {record.reason}"
