"""What must hold when nothing more can happen: outcome, execution and audit record agree."""

from collections.abc import Iterator
from itertools import groupby

from secure_transfer.domain.transfer import Status
from tests.handshake.functions import Invocation
from tests.handshake.machine import Position
from tests.handshake.wire import read
from tests.handshake.world import Record, World

_ANSWERED = (Status.ANSWERED, Status.JOINED, Status.ABANDONED)
_EARLY = ("TransferUnknown", "WrongContact")
_ERRORS = {Status.TIMED_OUT: "LoopTimedOut", Status.ABANDONED: "AgentNeverJoined"}


def at_the_end(world: World) -> Iterator[str]:
    records = world.transfers()
    for execution in world.executions:
        record = records.get(execution.name)
        if record is None:
            if execution.end != "ABORTED":
                yield f"{execution.name} has no record."
            if not any(event.kind == "TransferFailed" for event in world.audit):
                yield f"{execution.name} ended, and nobody told so."
            continue
        yield from _ends_as_recorded(execution, record)
        yield from _audited_without_gap(world, execution, record)
    yield from _one_transfer_a_call(world)
    yield from _same_answer_again(world)
    yield from _refusals_audited(world)
    yield from _told_once(world)


def _ends_as_recorded(execution: Position, record: Record) -> Iterator[str]:
    if died(execution):
        return
    as_told = execution.told
    if record.status is Status.JOINED:
        wanted = {"transferId": record.transfer, "joinedAt": record.joined_at}
        if execution.end != "SUCCEEDED" or read(as_told) != wanted:
            yield f"{record.transfer} was joined, and its execution ended as {as_told}."
    elif record.status is Status.FAILED:
        if (execution.end, as_told) != ("FAILED", record.reason):
            yield f"{record.transfer} failed as {record.reason}, its execution as {as_told}."
    elif (execution.end, as_told) != ("FAILED", record.reason or _ERRORS.get(record.status)):
        yield f"{record.transfer} is {record.status}, and its execution ended as {as_told}."


def died(execution: Position) -> bool:
    """Whether it ended before its transfer did."""
    return execution.end == "ABORTED" or execution.told == "TransferFaulted"


def _audited_without_gap(world: World, execution: Position, record: Record) -> Iterator[str]:
    told = {
        _named(event.kind, event.late) for event in world.audit if event.about == record.transfer
    }
    wanted = set(_wanted(execution, record))
    for name in sorted(told - wanted):
        yield f"{record.transfer} is {record.status}, and {name} was audited."
    for name in sorted(wanted - told):
        yield f"{name} of {record.transfer} was never audited."


def _named(kind: str, late: bool) -> str:  # noqa: FBT001 - an event's field
    return f"{kind} (late)" if late else kind


def _wanted(execution: Position, record: Record) -> Iterator[str]:
    yield "TransferRequested"
    if record.status is not Status.FAILED:
        yield "PinAllocated"
    if record.status is Status.FAILED or died(execution):
        yield "TransferFailed"
    if record.status is Status.TIMED_OUT:
        yield "TransferTimedOut"
    elif record.status is Status.ABANDONED:
        yield "TransferAbandoned"
    if record.status in _ANSWERED:
        yield "LoopAnswered"
    if record.joined_at:
        yield _named("TransferSecured", late=record.status is Status.ABANDONED)
        if record.ended_at:
            yield "SecureCallEnded"


def _one_transfer_a_call(world: World) -> Iterator[str]:
    calls = [record.loop_contact for record in world.transfers().values() if record.loop_contact]
    if len(set(calls)) < len(calls):
        yield "One call has answered two transfers."


def _same_answer_again(world: World) -> Iterator[str]:
    """Who was let through is so again. Why somebody is refused can change: a PIN grows old."""
    told = [(run.invocation, run.outcome) for run in world.runs if run.outcome]
    by_question = sorted(told, key=lambda pair: _question(pair[0]))
    for question, answers in groupby(by_question, key=lambda pair: _question(pair[0])):
        # An agent who is named before the looped call has come is early, and no more.
        # A contact event may come before the looped call is known to be one.
        results = {
            outcome
            for _, outcome in answers
            if outcome.reason not in _EARLY and outcome.result != "IGNORED"
        }
        let_through = any(outcome.result == "OK" for outcome in results)
        if let_through and len(results) > 1 and question.function != "AddAgent":
            yield f"{question.contact} got several answers of {question.function}."


def _question(of: Invocation) -> Invocation:
    return of._replace(draws=())


def _refusals_audited(world: World) -> Iterator[str]:
    refused = {(event.about, event.reason) for event in world.audit if event.sequence == 0}
    for run in world.runs:
        told, asked = run.outcome, run.invocation
        if told is None or told.result != "ERROR" or asked.function == "AddAgent":
            continue
        if (asked.contact, told.reason) not in refused:
            yield f"That {asked.contact} was refused ({told.reason}) is not audited."


def _told_once(world: World) -> Iterator[str]:
    """What several told under one id is the same; an attempt of 0 is one that is not known."""
    by_id = sorted(world.audit, key=lambda event: event.event_id)
    for event_id, events in groupby(by_id, key=lambda event: event.event_id):
        told = list(events)
        if len({event._replace(attempt=0) for event in told}) > 1:
            yield f"{event_id} was told in two ways."
        if len({event.attempt for event in told if event.attempt}) > 1:
            yield f"{event_id} was told with two attempts."
