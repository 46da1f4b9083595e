"""Send the kept events, and no event that is there already."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.audit import event_log
from operations.audit.contract import Event, agree
from operations.audit.moments import rfc3339
from operations.audit.redrive.bus import Bus, NeverTaken, NotTaken
from operations.audit.redrive.messages import Kept, Left, in_order, read
from operations.audit.redrive.queue import SETTLE_SECONDS, FallbackQueue, Held
from operations.audit.redrive.report import Report
from operations.audit.trail import Trail
from operations.progress import Progress

_CLOCKS_DIFFER = timedelta(minutes=15)
"""How much before its time an event is looked for in the log. More than clocks differ."""


class Redrive:
    """One run. Raises `AwsRefused`; nothing is lost by that, nor by an interruption."""

    def __init__(
        self, bus: Bus, logs: Any, queue: FallbackQueue, trail: Trail, tell: Progress
    ) -> None:
        self._bus = bus
        self._logs = logs
        self._queue = queue
        self._trail = trail
        self._tell = tell
        self._there: dict[str, list[Event]] = {}
        """The events that EventBridge has taken, by id: the log's, and those sent by this run."""
        self.report = Report()

    def run(self) -> None:
        """Receive all, then look what is there already, then send the rest in order."""
        try:
            held = self._queue.receive_all(lambda count: self._tell("the queue", count, count))
            found = [(one, read(one.message_id, one.body, self._trail.bus)) for one in held]
            self.report.left += [one for _, one in found if isinstance(one, Left)]
            kept = {one.message_id: (message, one) for message, one in found
                    if isinstance(one, Kept)}  # fmt: skip
            if kept:
                self._settle([message for message, _ in kept.values()])
                self._look_up([one for _, one in kept.values()])
                ordered = in_order(one for _, one in kept.values())
                for done, one in enumerate(ordered, 1):
                    self._work_on(one, kept[one.message_id][0])
                    self._tell("messages", done, len(ordered))
        finally:
            self._queue.give_back()

    def _settle(self, messages: Sequence[Held]) -> None:
        """Wait until the youngest message's events would stand in the log, if they are there."""
        youngest = max(one.kept_at for one in messages)
        while (waited := (datetime.now(UTC) - youngest).total_seconds()) < SETTLE_SECONDS:
            self._tell("a pause for the log", int(waited), SETTLE_SECONDS)
            time.sleep(min(1.0, SETTLE_SECONDS - waited))
            self._queue.renew()

    def _look_up(self, kept: Sequence[Kept]) -> None:
        events = [event for message in kept for event in message.events]
        times = [rfc3339(event.metadata["occurredAt"]) for event in events]
        since = min(one for one in times if one) - _CLOCKS_DIFFER
        ids = [event.event_id for event in events]
        self._there = event_log.told(self._logs, self._trail.log_group, ids, since)

    def _work_on(self, message: Kept, held: Held) -> None:
        self._queue.renew()
        otherwise = next((one for one in message.events if self._is_told_otherwise(one)), None)
        if self.report.stopped:
            self._leave(message, self.report.stopped, "Run this again when EventBridge takes it.")
        elif not self._queue.is_ours(held):
            why = "it took too long to come to it, and another redrive may have it by now"
            self._leave(message, why, "Run this again.")
        elif otherwise:
            self._leave(
                message,
                f"the audit log has {otherwise.event_id} with other contents",
                "Compare the two, then delete the message by hand: consumers have the log's.",
            )
        else:
            self._send(message, held)

    def _send(self, message: Kept, held: Held) -> None:
        """Send those of its events that are not there; delete it when all are."""
        try:
            for event in message.events:
                if event.event_id in self._there:
                    self.report.already_there += 1
                else:
                    self._bus.put(event, held)
                    self._there[event.event_id] = [event]
                    self.report.sent += 1
        except NeverTaken as never:
            self._leave(message, str(never), "Look at it, and send or delete it by hand.")
        except NotTaken as refused:
            self.report.stopped = str(refused)
            self._leave(message, str(refused), "Run this again when EventBridge takes it.")
        else:
            self._queue.delete(held)

    def _is_told_otherwise(self, event: Event) -> bool:
        told = self._there.get(event.event_id, [])
        return bool(told) and not any(agree(one, event) for one in told)

    def _leave(self, message: Kept, why: str, mend: str) -> None:
        self.report.left.append(Left(message.message_id, why, mend))
