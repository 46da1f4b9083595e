"""What is left of a call that is over: executions, items, events, logs."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations import history
from operations.history import Visit
from operations.stage import Stage
from simulator.calls import AwsCall
from simulator.connect.flow_run import Invocation
from tests.faults.scene import Scene

FUNCTIONS = (
    "AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "FindFreePin", "ExecutionClosed",
)  # fmt: skip
OF_LIFE = (
    "TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured", "TransferTimedOut",
    "TransferAbandoned", "TransferFailed", "SecureCallEnded",
)  # fmt: skip
_OF_A_GOOD_DAY = {"Answered", "PinFound", "ContactForeign", "NothingToTell"}

Details = dict[str, Any]
"""An audit event: its detail, and its detail-type as `type`."""


@dataclass(frozen=True)
class Transfer:
    """`end`: of its execution: SUCCEEDED, or the error; empty if there is none."""

    transfer_id: str
    end: str
    visits: list[Visit]
    item: Mapping[str, str]
    history: str
    """All that its states had to send, as text."""

    @property
    def states(self) -> list[str]:
        return [visit.state for visit in self.visits]


@dataclass(frozen=True)
class Left:
    """`kept`: out of the fallback queue. `logged`: in a function's log only."""

    transfers: list[Transfer]
    invocations: list[Invocation]
    calls: list[AwsCall]
    events: list[Details]
    """As the consumer got them, repeats included."""
    kept: list[Details]
    logged: list[Details]
    metrics: Counter[str]

    @property
    def calls_of_functions(self) -> list[AwsCall]:
        return [one for one in self.calls if "Function-" in one.caller]

    @property
    def invoked_by_connect(self) -> int:
        return sum(one.action == "lambda:Invoke" and one.caller == "operator" for one in self.calls)

    @property
    def told(self) -> list[Details]:
        """What consumers have or can be sent."""
        return [*self.events, *self.kept]

    def life(self, transfer: Transfer, events: Iterable[Details]) -> list[Details]:
        """Return the events about a transfer's life, as they came."""
        return [
            one
            for one in events
            if one["metadata"].get("transferId") == transfer.transfer_id
            and "sequence" in one["metadata"]
        ]

    @property
    def stranded(self) -> list[str]:
        """Types of the events that neither bus nor queue took, but that stand somewhere."""
        told = {one["metadata"]["eventId"] for one in self.told}
        return [one["type"] for one in self.logged if one["metadata"]["eventId"] not in told] + [
            name
            for transfer in self.transfers
            for name in OF_LIFE
            if f"{transfer.transfer_id}-{name}" in transfer.history
            and f"{transfer.transfer_id}-{name}" not in told
        ]


class Watch:
    """Looks at a stage from now on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._inbox = stage.subscribe(stage.stack.outputs["AuditBusName"], "secure-transfer")
        self._read = dict.fromkeys(FUNCTIONS, 0)
        self._calls = 0
        self.skip()

    def take(self, scene: Scene) -> Left:
        """Take what a call has left behind."""
        lines, outputs = self._lines(), self._stage.stack.outputs
        invocations = scene.call.connect.invocations
        return Left(
            transfers=[self._transfer(one) for one in _asked_for(invocations, outputs)],
            invocations=list(invocations),
            calls=self._new_calls(),
            events=[
                {"type": event["detail-type"], **event["detail"]}
                for event in self._receive(self._inbox)
            ],
            kept=_entries(self._receive(outputs["FallbackQueueUrl"])),
            logged=_entries(line["audit_event"] for line in lines if "audit_event" in line),
            metrics=_metrics(lines),
        )

    def skip(self) -> None:
        """Take no notice of what has come since."""
        self._lines()
        self._new_calls()
        self._receive(self._inbox)
        self._receive(self._stage.stack.outputs["FallbackQueueUrl"])

    def _receive(self, url: str) -> list[dict[str, Any]]:
        sqs, received = self._stage.aws.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            received += [json.loads(message["Body"]) for message in messages]
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        return received

    def _new_calls(self) -> list[AwsCall]:
        calls = self._stage.aws.wire.calls
        new, self._calls = calls[self._calls :], len(calls)
        return new

    def _lines(self) -> list[dict[str, Any]]:
        return [line for name in FUNCTIONS for line in self._log(name)]

    def _log(self, name: str) -> list[dict[str, Any]]:
        log = self._stage.aws.functions.log_of(self._stage.stack.resources[f"{name}Function"])
        new, self._read[name] = log[self._read[name] :], len(log)
        return [json.loads(line) for line in new.splitlines() if line.startswith("{")]

    def _transfer(self, transfer_id: str) -> Transfer:
        client, arn = (
            self._stage.aws.client("stepfunctions"),
            self._stage.execution_arn(transfer_id),
        )
        item = item_of(self._stage, transfer_id)
        try:
            answer = client.describe_execution(executionArn=arn)
        except ClientError:
            return Transfer(transfer_id, "", [], item, "")
        events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        return Transfer(
            transfer_id,
            answer.get("error") or answer["status"],
            history.time_line(events),
            item,
            json.dumps(events, default=str),
        )


def sweep_pins(stage: Stage) -> None:
    """Remove every PIN's row, as DynamoDB does in its own time when it has expired."""
    client, table = stage.aws.client("dynamodb"), stage.stack.outputs["PinTableName"]
    rows = client.scan(TableName=table)["Items"]
    requests = [{"DeleteRequest": {"Key": {"PIN": row["PIN"]}}} for row in rows]
    if requests:  # of one cell there are a few
        client.batch_write_item(RequestItems={table: requests})


def item_of(stage: Stage, transfer_id: str) -> dict[str, Any]:
    answer = stage.aws.client("dynamodb").get_item(
        TableName=stage.stack.outputs["TransferTableName"],
        Key={"TransferId": {"S": transfer_id}},
        ConsistentRead=True,
    )
    return {name: next(iter(value.values())) for name, value in answer.get("Item", {}).items()}


def _asked_for(invocations: Iterable[Invocation], outputs: Mapping[str, str]) -> list[str]:
    arn = outputs["AddAgentFunctionArn"]
    ids = [one.contact.contact_id for one in invocations if one.function_arn == arn]
    return list(dict.fromkeys(ids))


def _entries(messages: Iterable[Mapping[str, Any]]) -> list[Details]:
    return [
        {"type": entry["DetailType"], **entry["Detail"]}
        for message in messages
        for entry in message["Entries"]
    ]


def _metrics(lines: Iterable[Mapping[str, Any]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in lines:
        for group in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in group["Metrics"]:
                value = line[metric["Name"]]
                counted[metric["Name"]] += int(sum(value) if isinstance(value, list) else value)
    return Counter({name: n for name, n in counted.items() if name not in _OF_A_GOOD_DAY})
