"""The audit contract (events/), as far as a command has to judge an event by it.

`{"metadata": {...}, "data": {...}}` of source `secure-transfer`; what is not known is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from operations.audit.moments import rfc3339
from secure_transfer.domain import audit

SOURCE = "secure-transfer"

SEQUENCES = {
    "TransferRequested": audit.TRANSFER_REQUESTED,
    "PinAllocated": audit.PIN_ALLOCATED,
    "LoopAnswered": audit.LOOP_ANSWERED,
    "TransferTimedOut": audit.TRANSFER_TIMED_OUT,
    "TransferSecured": audit.TRANSFER_SECURED,
    "TransferAbandoned": audit.TRANSFER_ABANDONED,
    "SecureCallEnded": audit.SECURE_CALL_ENDED,
    "TransferFailed": audit.TRANSFER_FAILED,
}
"""An event's place in the life of its transfer. A late TransferSecured has one of its own."""

REJECTIONS = ("PinRejected", "JoinRejected")
"""Of no place in a life: they have no sequence."""

DETAIL_TYPES = (*SEQUENCES, *REJECTIONS)

_ABOUT_THE_LOOP = ("LoopAnswered", "TransferSecured", "TransferAbandoned", "SecureCallEnded")


_A_STATES_TRIES = timedelta(minutes=1)
"""A Keep… state tells the time at which it was entered: after all tries of its Audit… state."""


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event. `detail` is as it came: parts can be missing, or be something else."""

    detail_type: str
    detail: Mapping[str, Any]

    @property
    def metadata(self) -> Mapping[str, Any]:
        return _mapping(self.detail.get("metadata"))

    @property
    def data(self) -> Mapping[str, Any]:
        return _mapping(self.detail.get("data"))

    @property
    def event_id(self) -> str:
        return str(self.metadata.get("eventId", ""))

    @property
    def transfer_id(self) -> str:
        return str(self.metadata.get("transferId", ""))

    @property
    def contact_id(self) -> str:
        return str(self.metadata.get("contactId", ""))

    @property
    def is_of_life(self) -> bool:
        """Whether it tells a step of a transfer's life: a refused call's event does not."""
        return self.detail_type in SEQUENCES and not self.is_of_a_refused_request

    @property
    def is_of_a_refused_request(self) -> bool:
        """A transfer asked for by a call that is not ours: there is no record, no execution."""
        refused = self.data.get("reason") == "NotOurCall" and "executionArn" not in self.metadata
        return self.detail_type == "TransferFailed" and refused

    @property
    def order(self) -> tuple[int, str]:
        """Its place among the events of its transfer."""
        sequence = self.metadata.get("sequence")
        return (sequence if isinstance(sequence, int) else 0, str(self.metadata["occurredAt"]))


def defects(event: Event) -> Iterator[str]:
    """Yield what the contract asks for and the event does not have, each in a few words."""
    if event.detail_type not in DETAIL_TYPES:
        yield f"the detail-type {event.detail_type!r} is none of ours"
        return
    metadata = event.metadata
    wanted = ["eventId", "schemaVersion", "occurredAt", "contactId"]
    if event.detail_type != "TransferFailed":  # a refused request may not know it
        wanted.append("initialContactId")
    if event.detail_type in SEQUENCES:
        wanted += ["transferId", "sequence"]
    if event.detail_type in _ABOUT_THE_LOOP:
        wanted.append("loopContactId")
    missing = [name for name in wanted if not metadata.get(name)]
    if missing:
        yield f"metadata without {', '.join(missing)}"
        return
    if metadata["schemaVersion"] != audit.SCHEMA_VERSION:
        yield f"schemaVersion {metadata['schemaVersion']!r} instead of {audit.SCHEMA_VERSION!r}"
    if rfc3339(metadata["occurredAt"]) is None:
        yield f"occurredAt {metadata['occurredAt']!r} is no time of RFC 3339"
    if event.event_id != _event_id(event):
        yield f"eventId {event.event_id!r} instead of {_event_id(event)!r}"
    if metadata.get("sequence") != _sequence(event):
        yield f"sequence {metadata.get('sequence')!r} instead of {_sequence(event)!r}"


def agree(one: Event, other: Event) -> bool:
    """Whether two tellings of a fact can both be true: what both know is the same.

    A function that could wake nobody tells what the execution may tell too, and knows less or more
    of it: `attempt` is 0, or there is no `executionArn`. Consumers go by the `eventId`.
    """
    parts = ((one.metadata, other.metadata), (one.data, other.data))
    return one.detail_type == other.detail_type and all(
        _agree(name, first[name], second[name])
        for first, second in parts
        for name in set(first) & set(second)
    )


def _agree(name: str, one: Any, other: Any) -> bool:
    if name == "attempt" and 0 in (one, other):
        return True
    first, second = rfc3339(one), rfc3339(other)
    if name == "occurredAt" and first and second:
        return abs(first - second) < _A_STATES_TRIES
    return bool(one == other)


def _event_id(event: Event) -> str:
    if event.detail_type in REJECTIONS:
        return f"{event.contact_id}-{event.data.get('reason')}-{event.detail_type}"
    return f"{event.transfer_id}-{event.detail_type}"


def _sequence(event: Event) -> int | None:
    if event.detail_type == "TransferSecured" and event.data.get("late"):
        return audit.TRANSFER_SECURED_LATE
    return SEQUENCES.get(event.detail_type)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
