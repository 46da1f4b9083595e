"""The fallback queue, to somebody who works on all of it: messages are held, and given back."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.connect.aws import AwsRefused, said_plainly

HOLD_SECONDS = 300
"""How long nobody else gets a message that is held; it is renewed as long as the work goes on. A
redrive that was killed gives its messages back after that."""

SETTLE_SECONDS = 30
"""How long an event may take from EventBridge into the audit log group, and be found there. Seldom
more than a second or two. Until then nobody can say whether it is there."""

_BATCH = 10  # messages that SQS takes in one request
_LONG_POLL_SECONDS = 2  # a short poll asks some of SQS's servers only, and may miss messages


@dataclass(slots=True)
class Held:
    """A message that nobody else gets until `until`, by this machine's monotonic clock."""

    message_id: str
    receipt: str
    body: str
    kept_at: datetime
    until: float
    touched: bool = False
    """Whether an event of it has been sent, or may have been."""


class FallbackQueue:
    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._held: dict[str, Held] = {}

    def receive_all(self, tell: Callable[[int], None]) -> list[Held]:
        """Take hold of every message that nobody else holds. Raises `AwsRefused`.

        `tell` is told how many there are so far.
        """
        while True:
            asked_at = time.monotonic()
            with said_plainly():
                messages = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_BATCH,
                    VisibilityTimeout=HOLD_SECONDS,
                    WaitTimeSeconds=_LONG_POLL_SECONDS,
                    AttributeNames=["SentTimestamp"],
                ).get("Messages", [])
            if not messages:
                return list(self._held.values())
            for one in messages:
                kept_at = int(one["Attributes"]["SentTimestamp"]) / 1000
                # Standard queues deliver at least once: the last receipt is the one that counts.
                self._held[one["MessageId"]] = Held(
                    one["MessageId"],
                    one["ReceiptHandle"],
                    one["Body"],
                    datetime.fromtimestamp(kept_at, UTC),
                    asked_at + HOLD_SECONDS,
                )
            tell(len(self._held))
            self.renew()

    def held_by_others(self) -> int:
        """Return about how many messages somebody holds, if we hold none."""
        with said_plainly():
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
            )
        return int(answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"])

    def renew(self) -> None:
        """Hold on to every message whose time is half over."""
        now = time.monotonic()
        due = [one for one in self._held.values() if now < one.until < now + HOLD_SECONDS / 2]
        self._hide(due, HOLD_SECONDS)

    def is_ours(self, message: Held) -> bool:
        """Whether nobody else can have got it meanwhile. One call to AWS takes a minute at most."""
        return message.until - time.monotonic() > HOLD_SECONDS / 3

    def delete(self, message: Held) -> None:
        with said_plainly():
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)
        del self._held[message.message_id]

    def give_back(self) -> None:
        """Let others have what is still held: at once, or if it was touched, when that shows.

        Does what it can: what cannot be given back comes back by itself.
        """
        ours = [one for one in self._held.values() if one.until > time.monotonic()]
        with suppress(AwsRefused):
            self._hide([one for one in ours if not one.touched], 0)
        with suppress(AwsRefused):
            self._hide([one for one in ours if one.touched], SETTLE_SECONDS)

    def _hide(self, messages: Iterable[Held], seconds: int) -> None:
        for batch in _batches(list(messages)):
            asked_at = time.monotonic()
            entries = [
                {"Id": str(number), "ReceiptHandle": one.receipt, "VisibilityTimeout": seconds}
                for number, one in enumerate(batch)
            ]
            with said_plainly():
                answer = self._sqs.change_message_visibility_batch(
                    QueueUrl=self._url, Entries=entries
                )
            for done in answer.get("Successful", []):
                batch[int(done["Id"])].until = asked_at + seconds


def _batches(messages: list[Held]) -> Iterator[list[Held]]:
    for start in range(0, len(messages), _BATCH):
        yield messages[start : start + _BATCH]
