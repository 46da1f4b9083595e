"""Read what `compare` compares: no more of it than that takes, and neither PIN nor token."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.audit import event_log
from operations.audit.check.life import needs_error
from operations.audit.check.seen import Execution, Record, Seen
from operations.audit.contract import Event
from operations.audit.moments import rfc3339
from operations.audit.trail import Trail
from operations.connect.aws import Aws, AwsRefused, said_plainly
from operations.progress import Progress

READ = (
    "TransferId", "Status", "Reason", "AgentName", "InitialContactId", "LoopContactId",
    "ExecutionArn", "RequestedAt", "AnsweredAt", "JoinedAt", "EndedAt", "ClosedAt",
)  # fmt: skip
"""The attributes of an item that AuditOperatorRole may read."""

_KEYS_A_BATCH = 100
_CLOCKS_DIFFER = timedelta(minutes=5)


def read(aws: Aws, trail: Trail, since: datetime, until: datetime, tell: Progress) -> Seen:
    """Read executions and records first, then the log: so their events are in it.

    Raises `AwsRefused`.
    """
    now = datetime.now(UTC)
    step_functions, table = aws.client("stepfunctions"), _Table(aws.client("dynamodb"), trail)
    executions = {one.transfer_id: one for one in _executions(step_functions, trail, since, until)}
    tell("executions", len(executions), len(executions))
    in_time = {*executions, *table.requested(since, until)}
    records = table.records(in_time, tell)
    # Whatever was redriven stands in the log when it was sent again: up to now, not to `until`.
    lines = event_log.read(aws.client("logs"), trail.log_group, since - _CLOCKS_DIFFER)
    events = [line.event for line in lines]
    tell("events", len(events), len(events))
    others = {event.transfer_id for event in events if event.is_of_life} - {*in_time, ""}
    of_others = table.records(others, tell)
    outside = {one for one, record in of_others.items() if not _is_within(record, since, until)}
    unknown = others - outside
    for transfer_id in (in_time | unknown) - set(executions):
        found = _described(step_functions, trail.execution_arn(transfer_id))
        if found:
            executions[transfer_id] = found
            if transfer_id in unknown and not since <= found.started_at <= until:
                outside.add(transfer_id)
    for transfer_id, execution in list(executions.items()):
        if needs_error(records.get(transfer_id), execution) and not execution.error:
            described = _described(step_functions, trail.execution_arn(transfer_id))
            executions[transfer_id] = described or execution
    return Seen(
        now=now,
        since=since,
        until=until,
        records={**records, **of_others},
        executions=executions,
        events=[one for one in events if _concerns(one, {*in_time, *unknown}, since, until)],
        retention_days=trail.retention_days,
        outside=frozenset(outside),
        waiting=_waiting(aws.client("sqs"), trail),
    )


def _executions(
    step_functions: Any, trail: Trail, since: datetime, until: datetime
) -> Iterator[Execution]:
    """Yield the executions that were started in that time.

    Step Functions lists those that run by their start and the others by their end, the latest
    first: from one that ended before `since` on, all the others began before it too.
    """
    pages = step_functions.get_paginator("list_executions").paginate(
        stateMachineArn=trail.state_machine_arn, maxResults=1000
    )
    with said_plainly():
        for page in pages:
            for one in page["executions"]:
                execution = _execution(one)
                if (execution.stopped_at or execution.started_at) < since:
                    return
                if since <= execution.started_at <= until:
                    yield execution


def _described(step_functions: Any, arn: str) -> Execution | None:
    """Return an execution, without its input, which holds PINs; None if there is none."""
    try:
        with said_plainly():
            return _execution(step_functions.describe_execution(executionArn=arn))
    except AwsRefused as refused:
        if refused.code in ("ExecutionDoesNotExist", "InvalidArn"):
            return None
        raise


def _execution(answer: Mapping[str, Any]) -> Execution:
    stopped_at = answer.get("stopDate")
    return Execution(
        answer["name"],
        answer["status"],
        answer["startDate"].astimezone(UTC),
        stopped_at.astimezone(UTC) if stopped_at else None,
        answer.get("error") or "",
    )


class _Table:
    def __init__(self, dynamodb: Any, trail: Trail) -> None:
        self._dynamodb = dynamodb
        self._name = trail.transfer_table

    def requested(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the ids of the transfers that were requested in that time, day by day."""
        day = since.date()
        while day <= until.date():
            pages = self._dynamodb.get_paginator("query").paginate(
                TableName=self._name,
                IndexName="ByDay",
                KeyConditionExpression="#Day = :day AND RequestedAt BETWEEN :since AND :until",
                ExpressionAttributeNames={"#Day": "Day"},
                ExpressionAttributeValues={
                    ":day": {"S": day.isoformat()},
                    ":since": {"S": _timestamp(since)},
                    ":until": {"S": _timestamp(until)},
                },
                ProjectionExpression="TransferId",
            )
            with said_plainly():
                for page in pages:
                    for item in page["Items"]:
                        yield item["TransferId"]["S"]
            day += timedelta(days=1)

    def records(self, transfer_ids: Iterable[str], tell: Progress) -> dict[str, Record]:
        ids = sorted(transfer_ids)
        names = {f"#{name}": name for name in READ}  # some are words of DynamoDB's own
        found: dict[str, Record] = {}
        for start in range(0, len(ids), _KEYS_A_BATCH):
            keys = [{"TransferId": {"S": one}} for one in ids[start : start + _KEYS_A_BATCH]]
            asked: Any = {
                self._name: {
                    "Keys": keys,
                    "ConsistentRead": True,
                    "ProjectionExpression": ", ".join(names),
                    "ExpressionAttributeNames": names,
                }
            }
            while asked:
                with said_plainly():
                    answer = self._dynamodb.batch_get_item(RequestItems=asked)
                records = map(_record, answer["Responses"].get(self._name, []))
                found |= {record.transfer_id: record for record in records}
                asked = answer.get("UnprocessedKeys")
            tell("records", min(start + _KEYS_A_BATCH, len(ids)), len(ids))
        return found


def _record(item: Mapping[str, Any]) -> Record:
    def text(name: str) -> str:
        return str(item.get(name, {}).get("S", ""))

    return Record(
        transfer_id=text("TransferId"),
        status=text("Status"),
        requested_at=text("RequestedAt"),
        agent_name=text("AgentName"),
        reason=text("Reason"),
        initial_contact_id=text("InitialContactId"),
        loop_contact_id=text("LoopContactId"),
        answered_at=text("AnsweredAt"),
        joined_at=text("JoinedAt"),
        ended_at=text("EndedAt"),
    )


def _is_within(record: Record, since: datetime, until: datetime) -> bool:
    requested_at = rfc3339(record.requested_at)
    return requested_at is None or since <= requested_at <= until


def _concerns(event: Event, transfer_ids: set[str], since: datetime, until: datetime) -> bool:
    """Whether an event belongs to these transfers, or else to that time or to none."""
    if event.is_of_life and event.transfer_id:
        return event.transfer_id in transfer_ids
    at = rfc3339(event.metadata.get("occurredAt"))
    return at is None or since <= at <= until


def _waiting(sqs: Any, trail: Trail) -> dict[str, int]:
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    waiting = {}
    for name, url in (
        ("FallbackQueue", trail.fallback_queue_url),
        ("AuditDeadLetterQueue", trail.dead_letter_queue_url),
    ):
        with said_plainly():
            answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))
        waiting[name] = sum(int(answer["Attributes"][count]) for count in counts)
    return waiting


def _timestamp(moment: datetime) -> str:
    """As `RequestedAt` has it, which is compared as text."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
