"""Start executions with waits of one's own choice, and look at what becomes of them."""

import json
from collections.abc import Callable
from typing import Any

from operations.stage import Click, Execution, LoopedCall, Stage, until
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.allocate import Allocation, execution_input
from secure_transfer.domain.transfer import Limits, Transfer
from secure_transfer.domain.values import Call

LONG = 60
VISITED: set[str] = set()
"""Every state that an execution of the test run has been in."""


class Driver:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.aws = stage.aws
        self._table = TransferTable(
            stage.aws.client("dynamodb"), stage.stack.outputs["TransferTableName"]
        )

    def start(
        self,
        *,
        loop_seconds: int = LONG,
        join_seconds: int = LONG,
        pin_seconds: int = LONG,
        edit: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> Click:
        """Start an execution as AddAgent does. The PIN may outlive the wait for its call."""
        contact = self.stage.cardholder_calls().transferred()
        call = Call(contact.contact_id, contact.initial_contact_id, None, None)
        limits = Limits(4, pin_seconds, join_seconds, 180, 400)
        given = execution_input(Allocation.of(call, "alice", limits, SystemClock()), limits)
        given["loopTimeoutSeconds"] = loop_seconds
        edit(given)
        self.aws.client("stepfunctions").start_execution(
            stateMachineArn=self.stage.stack.outputs["SecureTransferStateMachineArn"],
            name=contact.contact_id,
            input=json.dumps(given),
        )
        return Click(contact, "alice", {})

    def record(self, click: Click) -> Transfer | None:
        return self._table.find(click.transfer_id)

    def pin(self, click: Click) -> str:
        """Wait until the transfer has its PIN, and return it."""
        record: Transfer = until(lambda: self.record(click), "the PIN to be recorded")
        assert record.pin
        return record.pin

    def answers(self, click: Click) -> LoopedCall:
        """Let the looped call come at once, and be the right one."""
        looped = self.stage.loop_returns(self.pin(click))
        assert looped.answer.get("AgentName") == "alice", looped.answer
        return looped

    def secures(self, click: Click) -> LoopedCall:
        looped = self.answers(click)
        assert self.stage.picks_up("alice", looped) == {"Result": "OK"}
        return looped

    def end_of(self, click: Click) -> Execution:
        execution = self.stage.end_of(click)
        VISITED.update(execution.states)
        return execution

    def events(self, click: Click, *detail_types: str) -> dict[str, dict[str, Any]]:
        """Wait for the transfer's events; they must be these. Returns details by detail-type."""
        events = self.stage.events_about(click.transfer_id, len(detail_types))
        ordered = sorted(events, key=lambda e: int(e["detail"]["metadata"]["sequence"]))
        assert [event["detail-type"] for event in ordered] == list(detail_types)
        return {event["detail-type"]: event["detail"] for event in events}

    def delete_record(self, click: Click) -> None:
        self.aws.client("dynamodb").delete_item(
            TableName=self.stage.stack.outputs["TransferTableName"],
            Key={"TransferId": {"S": click.transfer_id}},
        )

    def kept(self) -> list[dict[str, Any]]:
        """Take the entries out of the fallback queue."""
        sqs, url = self.aws.client("sqs"), self.stage.stack.outputs["FallbackQueueUrl"]
        entries: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                entries += json.loads(message["Body"])["Entries"]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return entries


SECURED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
TIMED_OUT = ("TransferRequested", "PinAllocated", "TransferTimedOut")
ABANDONED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferAbandoned")
NEVER_STARTED = ("TransferRequested", "TransferFailed")
