"""What is a hole and what is none, in pure data: what no local AWS can be made to show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.audit.check.compare import compare
from operations.audit.check.seen import Execution, Record, Seen
from operations.audit.contract import Event, agree
from tests.audit.site import detail

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
T = "a-transfer"
SECURED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")


def at(**before: float) -> str:
    return (NOW - timedelta(**before)).isoformat()


JOINED = Record(
    T, "JOINED", at(hours=1), agent_name="alice", initial_contact_id=f"{T}-call",
    loop_contact_id=f"{T}-loop", answered_at=at(minutes=59), joined_at=at(minutes=58),
)  # fmt: skip
ENDED = Execution(T, "SUCCEEDED", NOW - timedelta(hours=1), NOW - timedelta(minutes=58))


def told(*types: str, **changed: Any) -> tuple[Event, ...]:
    return tuple(Event(one, detail(one, T, **changed)) for one in types)


def holes(
    record: Record | None, execution: Execution | None, *events: Event, **seen: Any
) -> list[tuple[str, str]]:
    given: dict[str, Any] = {
        "now": NOW,
        "since": NOW - timedelta(days=1),
        "until": NOW,
        "records": {T: record} if record else {},
        "executions": {T: execution} if execution else {},
        "events": events,
        "retention_days": 400,
        **seen,
    }
    return [(one.kind, one.missing) for one in compare(Seen(**given))]


def test_a_secured_transfer_has_no_hole() -> None:
    assert holes(JOINED, ENDED, *told(*SECURED)) == []


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_an_execution_that_goes_on_leaves_all_open(status: str) -> None:
    running = replace(ENDED, status=status, stopped_at=None)
    assert holes(replace(JOINED, status="ANSWERED"), running) == []
    assert holes(None, running) == []


def test_what_ended_within_two_minutes_may_still_be_told() -> None:
    for seconds, expected in ((119, []), (121, [f"no {one}" for one in SECURED])):
        ended = replace(ENDED, stopped_at=NOW - timedelta(seconds=seconds))
        assert [what for _, what in holes(JOINED, ended)] == expected


@pytest.mark.parametrize(("field", "event"), [
    ("joined_at", "TransferSecured"), ("answered_at", "LoopAnswered"),
    ("ended_at", "SecureCallEnded"),
])  # fmt: skip
def test_what_happened_within_two_minutes_may_still_be_told(field: str, event: str) -> None:
    rest = told(*(one for one in SECURED if one != event))
    just_now = replace(JOINED, **{field: at(seconds=119)})
    before = replace(JOINED, **{field: at(seconds=121)})
    assert holes(just_now, ENDED, *rest) == []
    assert holes(before, ENDED, *rest) == [("EventMissing", f"no {event}")]


def test_a_call_that_ended_without_its_agent_is_not_told_as_a_secured_one() -> None:
    abandoned = replace(JOINED, status="ABANDONED", joined_at="", ended_at=at(minutes=50))
    failed = replace(ENDED, status="FAILED")
    assert holes(abandoned, failed, *told(*SECURED[:3], "TransferAbandoned")) == []


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
@pytest.mark.parametrize("record", ["AWAITING_LOOP", "ANSWERED", "JOINED"])
def test_a_stopped_execution_has_to_be_told(status: str, record: str) -> None:
    stopped = replace(ENDED, status=status)
    waiting = replace(JOINED, status=record, answered_at="", joined_at="")
    rest = told(*SECURED[:2])
    assert holes(waiting, stopped, *rest) == [
        ("StatusDiffers", f"the record says {record}, and the execution ended as {status}"),
        ("EventMissing", "no TransferFailed"),
    ]
    assert holes(waiting, stopped, *rest, *told("TransferFailed", reason="ExecutionStopped")) == []


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABANDONED"])
def test_of_a_stopped_one_the_failure_is_outcome_enough(status: str) -> None:
    stopped = replace(ENDED, status="ABORTED")
    record = replace(JOINED, status=status, answered_at="", joined_at="", loop_contact_id="")
    rest = told(*SECURED[:2])
    assert holes(record, stopped, *rest, *told("TransferFailed", reason="ExecutionStopped")) == []
    kinds = [kind for kind, _ in holes(record, stopped, *rest)]
    assert kinds == ["StatusDiffers", "EventMissing", "EventMissing"]


@pytest.mark.parametrize("error", ["TransferFaulted", "TransferStateUnexpected"])
@pytest.mark.parametrize("record", ["AWAITING_LOOP", "ANSWERED", "JOINED"])
def test_a_fault_leaves_the_record_as_it_was(record: str, error: str) -> None:
    faulted = replace(ENDED, status="FAILED", error=error)
    left = replace(JOINED, status=record, answered_at="", joined_at="")
    rest = told(*SECURED[:2])
    assert holes(left, faulted, *rest, *told("TransferFailed", reason=error)) == []
    assert holes(left, faulted, *rest) == [("EventMissing", "no TransferFailed")]


@pytest.mark.parametrize(
    ("record", "error"),
    [
        ("AWAITING_LOOP", "LoopTimedOut"),
        ("ANSWERED", "AgentNeverJoined"),
        ("ANSWERED", "CardholderLeft"),
    ],
)
def test_an_end_that_the_record_does_not_know_is_one_hole(record: str, error: str) -> None:
    ended = replace(ENDED, status="FAILED", error=error)
    waiting = replace(JOINED, status=record, answered_at="", joined_at="")
    missing = f"the record says {record}, and the execution ended as FAILED {error}"
    assert holes(waiting, ended, *told(*SECURED[:2])) == [("StatusDiffers", missing)]


@pytest.mark.parametrize("record", ["TIMED_OUT", "ABANDONED", "FAILED"])
def test_an_execution_that_succeeded_has_a_joined_record(record: str) -> None:
    other = replace(JOINED, status=record, joined_at="", answered_at="")
    missing = f"the record says {record}, and the execution ended as SUCCEEDED"
    assert ("StatusDiffers", missing) in holes(other, ENDED, *told(*SECURED[:2]))


def test_executions_are_gone_after_ninety_days_and_records_after_their_time() -> None:
    old = replace(JOINED, requested_at=at(days=91))
    assert holes(old, None, *told(*SECURED)) == []
    recent = replace(JOINED, requested_at=at(days=89))
    assert [kind for kind, _ in holes(recent, None, *told(*SECURED))] == ["ExecutionMissing"]
    swept = replace(ENDED, started_at=NOW - timedelta(days=31))
    assert holes(None, swept, retention_days=30) == []
    assert [kind for kind, _ in holes(None, swept, retention_days=32)] == ["RecordMissing"]
    event = told("TransferRequested", occurredAt=at(days=31))
    assert holes(None, None, *event, retention_days=30) == []
    assert [kind for kind, _ in holes(None, None, *event, retention_days=32)] == ["TransferUnknown"]


def test_what_was_just_told_of_nobody_may_have_its_record_in_a_moment() -> None:
    assert holes(None, None, *told("TransferRequested", occurredAt=at(seconds=119))) == []


def test_transfers_of_another_time_are_not_judged() -> None:
    assert holes(JOINED, ENDED, *told("LoopAnswered"), outside=frozenset({T})) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TransferTimedOut", "LoopAnswered"),
        ("TransferTimedOut", "TransferSecured"),
        ("TransferTimedOut", "TransferAbandoned"),
        ("TransferAbandoned", "TransferSecured"),
    ],
)
def test_two_outcomes_exclude_each_other(one: str, other: str) -> None:
    found = holes(JOINED, ENDED, *told(*SECURED), *told(one, other))
    assert "OutcomesExclude" in {kind for kind, _ in found}


def test_a_late_join_does_not_exclude_that_it_was_abandoned() -> None:
    late = replace(JOINED, status="ABANDONED")
    failed = replace(ENDED, status="FAILED")
    events = (*told(*SECURED[:3], "TransferAbandoned"), *told("TransferSecured", late=True))
    assert holes(late, failed, *events) == []


def test_a_fault_does_not_exclude_that_it_was_secured() -> None:
    faulted = replace(ENDED, status="FAILED", error="TransferFaulted")
    events = told(*SECURED, "TransferFailed", reason="TransferFaulted")
    assert holes(JOINED, faulted, *events) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"agent": "bob"}, "says agentName 'bob', the record has 'alice'"),
        ({"loopContactId": "x"}, "says loopContactId 'x', the record has 'a-transfer-loop'"),
        ({"initialContactId": "x"}, "says initialContactId 'x', the record has 'a-transfer-call'"),
    ],
)
def test_an_event_that_says_otherwise_than_the_record(changed: Any, says: str) -> None:
    events = (*told(*SECURED[:2]), *told("LoopAnswered", **changed), *told("TransferSecured"))
    assert holes(JOINED, ENDED, *events) == [("EventContradicts", f"LoopAnswered {says}")]


@pytest.mark.parametrize(
    ("changed", "agrees"),
    [
        ({}, True),
        ({"attempt": 0}, True),
        ({"attempt": None}, True),
        ({"attempt": 2}, False),
        ({"occurredAt": at(minutes=58, seconds=1)}, True),  # the Keep… state came to tell it
        ({"occurredAt": at(minutes=58)}, False),
        ({"occurredAt": "today"}, False),
        ({"executionArn": None}, True),
        ({"loopContactId": "x"}, False),
        ({"agent": "bob"}, False),
    ],
)
def test_two_tellings_agree_if_what_both_know_is_the_same(changed: Any, agrees: bool) -> None:  # noqa: FBT001
    same = {"occurredAt": at(minutes=59)}
    (one,) = told("LoopAnswered", **same)
    (other,) = told("LoopAnswered", **{**same, **changed})
    assert agree(one, other) is agree(other, one) is agrees
    rest = told("TransferRequested", "PinAllocated", "TransferSecured")
    kinds = {kind for kind, _ in holes(JOINED, ENDED, *rest, one, other)}
    assert ("EventDiffers" in kinds) is not agrees
