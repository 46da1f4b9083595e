"""The audit log group: every event that was delivered, as JSON, in the form EventBridge has it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.audit.contract import Event
from operations.connect.aws import said_plainly

_IDS_A_SEARCH = 10
"""A filter pattern takes 1,024 characters; an eventId has some sixty."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log. `id` is the line's own; `at` is epoch milliseconds."""

    id: str
    at: int
    event: Event


def read(
    logs: Any, log_group: str, since: datetime, until: datetime | None = None, pattern: str = ""
) -> Iterator[Logged]:
    """Yield the events that were logged in that time, in its order. Raises `AwsRefused`.

    A line that is no event is an `Event` of an empty detail-type: somebody else wrote it.
    """
    asked: dict[str, Any] = {"logGroupName": log_group, "startTime": _milliseconds(since)}
    if until:
        asked["endTime"] = _milliseconds(until)
    if pattern:
        asked["filterPattern"] = pattern
    with said_plainly():
        for page in logs.get_paginator("filter_log_events").paginate(**asked):
            for line in page["events"]:
                yield Logged(line["eventId"], line["timestamp"], _event(line["message"]))


def told(
    logs: Any, log_group: str, event_ids: Iterable[str], since: datetime
) -> dict[str, list[Event]]:
    """Return the events with these ids that stand in the log, by id. Raises `AwsRefused`."""
    wanted = list(dict.fromkeys(event_ids))
    found: dict[str, list[Event]] = {}
    for start in range(0, len(wanted), _IDS_A_SEARCH):
        ids = wanted[start : start + _IDS_A_SEARCH]
        # Any of these terms; the look at the id itself is what counts.
        pattern = " ".join(f"?{json.dumps(one)}" for one in ids)
        for line in read(logs, log_group, since, pattern=pattern):
            if line.event.event_id in ids:
                found.setdefault(line.event.event_id, []).append(line.event)
    return found


def _event(message: str) -> Event:
    try:
        given = json.loads(message)
        detail = given["detail"]
        return Event(str(given["detail-type"]), detail if isinstance(detail, dict) else {})
    except (ValueError, LookupError, TypeError):
        return Event("", {})


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
