"""The messages of the fallback queue: what they tell, in which order, which are not ours."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from operations.audit.contract import SOURCE, Event, defects


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that can be sent: the entries of one PutEvents, which EventBridge did not take."""

    message_id: str
    events: tuple[Event, ...]

    @property
    def life(self) -> str:
        """Of whom it tells: events of one life keep their order."""
        first = self.events[0]
        return first.transfer_id or first.contact_id


@dataclass(frozen=True, slots=True)
class Left:
    """A message that stays in the queue: which, why, and what to do about it."""

    message_id: str
    why: str
    mend: str


_LOOK = (
    "Look at it (`aws sqs receive-message`): nothing of this stack writes such a message. Find out "
    "who did, keep a copy if it matters, and delete it."
)
_OTHER_STACK = (
    "It belongs to another stack, or to this one before its bus was replaced. Send its entries by "
    "hand to the bus that they are for, or delete it."
)


def read(message_id: str, body: str, bus: str) -> Kept | Left:
    """Read a message. It is `Left` if any of its entries is not an audit event for this bus."""
    try:
        message = json.loads(body)
    except ValueError:
        return Left(message_id, "it is no JSON", _LOOK)
    entries = message.get("Entries") if isinstance(message, dict) else None
    if not isinstance(entries, list) or not entries:
        return Left(message_id, "it has no Entries", _LOOK)
    for number, entry in enumerate(entries, 1):
        wrong = _wrong(entry, bus)
        if wrong:
            why, mend = wrong
            return Left(message_id, f"entry {number} of {len(entries)}: {why}", mend)
    return Kept(message_id, tuple(map(_event, entries)))


def _wrong(entry: Any, bus: str) -> tuple[str, str] | None:
    """Return what is wrong with an entry and what to do; None: nothing is."""
    if not isinstance(entry, dict):
        return "it is no object", _LOOK
    if entry.get("Source") != SOURCE:
        return f"its source is {entry.get('Source')!r}, not {SOURCE!r}", _LOOK
    if str(entry.get("EventBusName", "")).rpartition("/")[2] != bus:
        return f"it is for the bus {entry.get('EventBusName')!r}, not {bus!r}", _OTHER_STACK
    wrong = list(defects(_event(entry)))
    return ("; ".join(wrong), _LOOK) if wrong else None


def _event(entry: Mapping[str, Any]) -> Event:
    return Event(str(entry.get("DetailType", "")), _detail(entry))


def in_order(messages: Iterable[Kept]) -> list[Kept]:
    """Sort: each life by sequence, then by time; lives by their first events' times."""
    lives: dict[str, list[Kept]] = {}
    for message in messages:
        lives.setdefault(message.life, []).append(message)
    for life in lives.values():
        life.sort(key=lambda message: message.events[0].order)
    by_time = sorted(lives.values(), key=lambda life: min(_occurred_at(one) for one in life))
    return [message for life in by_time for message in life]


def _occurred_at(message: Kept) -> str:
    return str(message.events[0].metadata["occurredAt"])


def _detail(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    detail = entry.get("Detail")
    if isinstance(detail, str):  # as PutEvents would have had it
        try:
            detail = json.loads(detail)
        except ValueError:
            return {}
    return detail if isinstance(detail, dict) else {}
