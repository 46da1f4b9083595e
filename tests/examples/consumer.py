"""The example consumer as it runs: its queue, its process, and the pictures that it keeps."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from operations.stage import until
from simulator.ministack_wire import WiredMiniStack
from simulator.stack import Stack

_READ = TypeDeserializer().deserialize
_BATCH = 10  # what SQS takes at once


@dataclass(frozen=True)
class Picture:
    steps: list[dict[str, Any]]
    """In order; what has no place in the order, a refusal, last."""
    outcome: str | None
    outcome_at: str | None

    @property
    def happened(self) -> tuple[str, ...]:
        return tuple(step["What"] for step in self.steps)

    def step(self, what: str) -> dict[str, Any]:
        (found,) = (step for step in self.steps if step["What"] == what)
        return found


class Consumer:
    def __init__(self, aws: WiredMiniStack, stack: Stack) -> None:
        self.aws = aws
        self.function = stack.resources["KeepPictureFunction"]
        self._table = stack.outputs["PictureTableName"]
        self._queue = stack.resources["EventQueue"]
        self._dead_letters = stack.outputs["DeadLetterQueueUrl"]

    def repeat_soon(self) -> None:
        """Let what failed come again after 2 s, not after a minute."""
        self.aws.client("sqs").set_queue_attributes(
            QueueUrl=self._queue, Attributes={"VisibilityTimeout": "2"}
        )

    def deliver(self, bodies: list[str]) -> None:
        """Put messages into its queue, in this order."""
        for start in range(0, len(bodies), _BATCH):
            entries = [
                {"Id": str(number), "MessageBody": body}
                for number, body in enumerate(bodies[start : start + _BATCH])
            ]
            answer = self.aws.client("sqs").send_message_batch(
                QueueUrl=self._queue, Entries=entries
            )
            assert len(answer["Successful"]) == len(entries), answer

    def until_all_is_taken(self) -> None:
        until(lambda: self._waiting() == 0, "the consumer to take all that waits for it")

    def _waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws.client("sqs").get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=names
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    def pictures(self) -> dict[str, Picture]:
        """Return the pictures by the transfers' ids."""
        pages = self.aws.client("dynamodb").get_paginator("scan")
        return {
            row["TransferId"]["S"]: _picture({name: _READ(value) for name, value in row.items()})
            for page in pages.paginate(TableName=self._table, ConsistentRead=True)
            for row in page["Items"]
        }

    def forget(self) -> None:
        for transfer_id in self.pictures():
            self.aws.client("dynamodb").delete_item(
                TableName=self._table, Key={"TransferId": {"S": transfer_id}}
            )

    def dead_letters(self) -> list[str]:
        """Take what is in the dead-letter queue."""
        sqs, bodies = self.aws.client("sqs"), []
        while messages := sqs.receive_message(
            QueueUrl=self._dead_letters, MaxNumberOfMessages=_BATCH
        ).get("Messages"):
            for message in messages:
                bodies.append(str(message["Body"]))
                sqs.delete_message(
                    QueueUrl=self._dead_letters, ReceiptHandle=message["ReceiptHandle"]
                )
        return bodies

    def kill(self) -> int:
        """Kill the function's processes where they are. Returns how many there were."""
        processes = self.processes()
        for process in processes:
            os.kill(process, signal.SIGKILL)
        return len(processes)

    def processes(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,pgid=,args="],  # noqa: S607 - wherever the system has it
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        rows = [line.split(maxsplit=2) for line in listed.splitlines()]
        group = str(self.aws.process_group)
        return [int(row[0]) for row in rows if row[1] == group and self.function in row[-1]]


def _picture(item: dict[str, Any]) -> Picture:
    steps = [value for value in item.values() if isinstance(value, dict)]
    last = 99
    steps.sort(key=lambda step: (step.get("Sequence", last), step["At"]))
    return Picture(steps, item.get("Outcome"), item.get("OutcomeAt"))


def message(event: dict[str, Any]) -> str:
    """Return an event as EventBridge puts it into a queue."""
    return json.dumps(event)
