"""What must hold at every moment and over every step.

Each rule yields what it finds wrong, as a sentence: nothing, as long as nothing is.
"""

from collections.abc import Iterator

from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status
from tests.handshake.functions import Invocation, Outcome
from tests.handshake.tables import Items
from tests.handshake.wire import remembered
from tests.handshake.world import Event, Record, World, holders, records

_NEXT = {
    Status.AWAITING_LOOP: {Status.ANSWERED, Status.TIMED_OUT},
    Status.ANSWERED: {Status.JOINED, Status.ABANDONED},
}
_ANSWERED = (Status.ANSWERED, Status.JOINED, Status.ABANDONED)
_ADD_AGENT_TAKES = 7


def at_any_time(world: World) -> Iterator[str]:
    now = world.now.timestamp()
    yield from _one_holder(world.items, now)
    yield from _all_true(world.items, world.audit)
    for run in world.runs:
        if run.outcome and run.invocation.function != "ExecutionClosed":
            asked, told = run.invocation, run.outcome
            record = world.transfers().get(told.transfer or asked.transfer or asked.contact)
            yield from _told_what_is(record, asked, told, now)


def waits_in_vain(world: World) -> Iterator[str]:
    """Where no wake-up is ever lost, nobody waits out the time for what has happened already."""
    if any(run.stand and not run.is_over for run in world.runs):
        return
    expected = {"AwaitLoop": Status.AWAITING_LOOP, "AwaitJoin": Status.ANSWERED}
    for execution in world.executions:
        record = world.transfers().get(execution.name)
        if execution.token and record and record.status is not expected[execution.state]:
            yield f"{execution.name} waits in {execution.state} and is {record.status}."


def over_a_step(before: World, after: World) -> Iterator[str]:
    if before.items is not after.items:
        yield from _changed(before.items, after.items)


@remembered
def _changed(before: Items, after: Items) -> list[str]:
    return list(_changes(records(before), records(after)))


def _changes(before: dict[str, Record], after: dict[str, Record]) -> Iterator[str]:
    for transfer, was in before.items():
        became = after.get(transfer)
        if became is None:
            yield f"The record of {transfer} is gone."
            continue
        if became.status != was.status and became.status not in _NEXT.get(was.status, ()):
            yield f"{transfer} was {was.status} and became {became.status}."
        for name in (
            "agent",
            "pin",
            "loop_contact",
            "answered_at",
            "joined_at",
            "ended_at",
            "expires_at",
        ):
            if getattr(was, name) and getattr(became, name) != getattr(was, name):
                yield f"The {name} of {transfer} changed."


@remembered
def _one_holder(items: Items, now: float) -> list[str]:
    return list(_pins_held(items, now))


def _pins_held(items: Items, now: float) -> Iterator[str]:
    holding = list(holders(items).values())
    if len(set(holding)) < len(holding):
        yield "A transfer holds two PINs."
    for record in records(items).values():
        live = record.status is Status.AWAITING_LOOP and now < record.expires_at
        if live and holders(items).get(record.pin) != record.transfer:
            yield f"{record.transfer} waits for a PIN that it does not hold."


@remembered
def _told_what_is(record: Record | None, asked: Invocation, told: Outcome, now: float) -> list[str]:
    if told.result == "ERROR":
        return list(_refused_for_what_is(record, asked, told, now))
    if told.result == "IGNORED":
        return []
    if record is None:
        return [f"{asked.contact} was told of a transfer that there is not."]
    joined = {
        "did not answer the transfer": asked.contact != record.loop_contact,
        "was told to be joined, and the record says no": not record.joined_at,
    }
    wrong = {
        "AddAgent": {
            "was told another PIN than the transfer's": told.pin != record.pin,
        },
        "GetAgent": {
            "did not answer the transfer": asked.contact != record.loop_contact,
            "was sent to another agent's phone": told.agent != record.agent,
            "went out for another transfer": asked.transfer not in ("", told.transfer),
            "came with another PIN": asked.pin != record.pin,
        },
        "AgentJoined": {
            **joined,
            "was joined by another agent than its own": asked.agent != record.agent,
        },
        "AgentConnected": joined,  # who it is, is asked only while nobody has joined
        "CallEnded": {
            "did not answer the transfer": asked.contact != record.loop_contact,
            "was told to be over, and the record says no": not record.ended_at,
            "is over, and the transfer waits for its agent": record.status is Status.ANSWERED,
        },
    }
    return [f"{asked.contact} {what}." for what, is_so in wrong[asked.function].items() if is_so]


def _refused_for_what_is(
    record: Record | None, asked: Invocation, told: Outcome, now: float
) -> Iterator[str]:
    if asked.function != "AddAgent":
        return
    if record is None:
        yield f"{asked.agent} was told of a transfer that has no record."
    elif told.reason == "TransferClosed":
        open_yet = record.status is Status.AWAITING_LOOP and record.agent == asked.agent
        if open_yet and now + _ADD_AGENT_TAKES < record.expires_at:
            yield f"{asked.agent} was told that a transfer is closed that waits."
    elif (record.status, record.reason) != (Status.FAILED, told.reason):
        yield f"{asked.agent} was told {told.reason}, which is not recorded."


@remembered
def _all_true(items: Items, audit: frozenset[Event]) -> list[str]:
    about = [(event, records(items).get(event.about)) for event in audit]
    return [finding for event, record in about if record for finding in _true(event, record)]


def _true(event: Event, record: Record) -> Iterator[str]:
    """An event tells what the record says; a transfer has one outcome, and it stays."""
    says = {
        "LoopAnswered": record.status in _ANSWERED,
        "TransferTimedOut": record.status is Status.TIMED_OUT,
        "TransferAbandoned": record.status is Status.ABANDONED
        and (event.reason == CARDHOLDER_LEFT) == (record.reason == CARDHOLDER_LEFT),
        "SecureCallEnded": bool(record.joined_at and record.ended_at),
        "TransferSecured": bool(record.joined_at)
        and record.status is (Status.ABANDONED if event.late else Status.JOINED),
    }
    if not says.get(event.kind, True):
        yield f"{event.about} is {record.status} and was audited as {event.kind}."
    occurred = {
        "LoopAnswered": record.answered_at,
        "TransferSecured": record.joined_at,
        "SecureCallEnded": record.ended_at,
    }
    if event.kind == "TransferAbandoned" and event.reason == CARDHOLDER_LEFT:
        occurred["TransferAbandoned"] = record.ended_at
    if event.occurred_at != occurred.get(event.kind, ""):
        yield f"{event.event_id} tells another time than the record."
