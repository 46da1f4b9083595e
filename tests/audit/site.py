"""The audited stack, to tests: what stands in its log, queues and table; and how to seed it."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.audit.contract import SEQUENCES
from operations.stage import Stage, until

AGENT = "alice"


_MORE: dict[str, dict[str, Any]] = {
    "PinAllocated": {"collisions": 0, "lifetimeSeconds": 90},
    "TransferTimedOut": {"waitedSeconds": 90},
    "TransferAbandoned": {"reason": "AgentNeverJoined", "waitedSeconds": 300},
    "TransferFailed": {"reason": "PinTooLate"},
}
"""What the data of these types have beside the agent's name."""


def ago(**time_ago: float) -> str:
    moment = datetime.now(UTC) - timedelta(**time_ago)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def detail(detail_type: str, transfer_id: str, **changed: Any) -> dict[str, Any]:
    """Return an event of a life as it should be, but for what is `changed` in the metadata."""
    late = detail_type == "TransferSecured" and changed.pop("late", False)
    metadata = {
        "eventId": f"{transfer_id}-{detail_type}",
        "schemaVersion": "1",
        "sequence": 5 if late else SEQUENCES[detail_type],
        "occurredAt": ago(hours=1, seconds=-SEQUENCES[detail_type]),
        "transferId": transfer_id,
        "contactId": transfer_id,
        "initialContactId": f"{transfer_id}-call",
        "executionArn": f"arn:aws:states:eu-west-2:123456789012:execution:machine:{transfer_id}",
        "attempt": 1,
    }
    if detail_type in ("LoopAnswered", "TransferSecured", "TransferAbandoned", "SecureCallEnded"):
        metadata["loopContactId"] = f"{transfer_id}-loop"
    data: dict[str, Any] = {"agentName": changed.pop("agent", AGENT), **_MORE.get(detail_type, {})}
    if detail_type == "TransferSecured":
        data["late"] = late
    if "reason" in changed:
        data["reason"] = changed.pop("reason")
    known = {name: value for name, value in {**metadata, **changed}.items() if value is not None}
    return {"metadata": known, "data": data}


def new_id() -> str:
    return str(uuid.uuid4())


class Site:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.aws: Any = stage.aws
        self.outputs = stage.stack.outputs

    def clear(self) -> None:
        for name in ("FallbackQueueUrl", "AuditDeadLetterQueueUrl"):
            self._drain(self.outputs[name])
        logs, group = self.aws.client("logs"), self.outputs["AuditLogGroupName"]
        for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group):
            for one in page["logStreams"]:
                logs.delete_log_stream(logGroupName=group, logStreamName=one["logStreamName"])

    def _drain(self, url: str) -> None:
        sqs = self.aws.client("sqs")
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for one in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])

    # -------------------------------------------------------------- what is there

    def logged(self) -> list[dict[str, Any]]:
        """Return the events of the audit log, in the order in which they came."""
        lines: list[dict[str, Any]] = []
        pages = self.aws.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=self.outputs["AuditLogGroupName"]):
            lines += page["events"]
        return [json.loads(line["message"]) for line in lines]

    def ids_logged(self) -> list[str]:
        return [event["detail"]["metadata"]["eventId"] for event in self.logged()]

    def sent(self, since: int) -> list[str]:
        """Return the ids of the events that an operator put, in their order."""
        calls = self.aws.wire.calls[since:]
        entries = [
            entry
            for call in calls
            if call.action == "events:PutEvents" and is_operator(call.caller)
            for entry in json.loads(call.body)["Entries"]
        ]
        return [json.loads(entry["Detail"])["metadata"]["eventId"] for entry in entries]

    def waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["FallbackQueueUrl"], AttributeNames=names
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    # ------------------------------------------------------------------- seeding

    def keep(self, *details: dict[str, Any], **changed: Any) -> str:
        """Put events into the fallback queue, as a Keep… state does. Returns the message's id."""
        entries = [{**self.entry(one), **changed} for one in details]
        return self.keep_body(json.dumps({"Entries": entries}))

    def keep_body(self, body: str) -> str:
        answer = self.aws.client("sqs").send_message(
            QueueUrl=self.outputs["FallbackQueueUrl"], MessageBody=body
        )
        return str(answer["MessageId"])

    def entry(self, one: dict[str, Any]) -> dict[str, Any]:
        detail_type = one["metadata"].get("eventId", "").rpartition("-")[2]
        bus = self.outputs["AuditBusName"]
        return {
            "EventBusName": bus,
            "Source": "secure-transfer",
            "DetailType": detail_type,
            "Detail": one,
        }

    def tell(self, *details: dict[str, Any], detail_type: str = "") -> None:
        """Put events on the bus."""
        entries = [{**self.entry(one), "Detail": json.dumps(one)} for one in details]
        for one in entries:
            one["DetailType"] = detail_type or one["DetailType"]
        self.aws.client("events").put_events(Entries=entries)

    def write(self, line: str) -> None:
        """Write a line into the audit log, past the bus."""
        logs, group = self.aws.client("logs"), self.outputs["AuditLogGroupName"]
        stream = new_id()
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": line}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])

    def record(self, transfer_id: str, status: str, **attributes: str) -> None:
        """Write a transfer's item: requested an hour ago, if nothing else is said."""
        requested_at = attributes.pop("RequestedAt", ago(hours=1))
        item = {
            "TransferId": transfer_id,
            "Status": status,
            "AgentName": AGENT,
            "InitialContactId": f"{transfer_id}-call",
            "RequestedAt": requested_at,
            "Day": requested_at[:10],
            "PIN": "0027",
            "LoopToken": "a token",
            **attributes,
        }
        self.aws.client("dynamodb").put_item(
            TableName=self.outputs["TransferTableName"],
            Item={name: {"S": value} for name, value in item.items()},
        )

    def change(self, transfer_id: str, **attributes: str) -> None:
        """Change an item by hand."""
        for name, value in attributes.items():
            self.aws.client("dynamodb").update_item(
                TableName=self.outputs["TransferTableName"],
                Key={"TransferId": {"S": transfer_id}},
                UpdateExpression="SET #name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": {"S": value}},
            )

    def until_logged(self, transfer_id: str, *detail_types: str) -> None:
        """Wait until just these events of a transfer stand in the log."""

        def there() -> bool:
            wanted = {f"{transfer_id}-{one}" for one in detail_types}
            return {one for one in self.ids_logged() if transfer_id in one} == wanted

        until(there, f"{detail_types} of {transfer_id} in the log")


def is_operator(caller: str) -> bool:
    """Whether a call was made with the keys of an assumed role."""
    return caller.startswith("ASIA")
