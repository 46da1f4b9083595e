"""What `operations audit check` has read, and what it found missing in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from operations.audit.contract import Event


@dataclass(frozen=True, slots=True)
class Record:
    """An item of TransferTable, as far as it may be read. Times are RFC 3339; empty: none."""

    transfer_id: str
    status: str
    requested_at: str
    agent_name: str = ""
    reason: str = ""
    initial_contact_id: str = ""
    loop_contact_id: str = ""
    answered_at: str = ""
    joined_at: str = ""
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """`error` was asked for only where it matters; empty: it was not, or there is none."""

    transfer_id: str
    status: str
    started_at: datetime
    stopped_at: datetime | None = None
    error: str = ""

    @property
    def is_running(self) -> bool:
        return self.status == "RUNNING"


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it. `now` is when the reading began, by this machine's clock.

    `records` and `executions` hold those of the time that was asked for, and those that the events
    of that time tell of; `outside` names the transfers that were requested at another time.
    """

    now: datetime
    since: datetime
    until: datetime
    records: Mapping[str, Record]
    executions: Mapping[str, Execution]
    events: Sequence[Event]
    retention_days: int
    outside: frozenset[str] = frozenset()
    waiting: Mapping[str, int] = field(default_factory=dict)
    """How many messages wait, by the queue's name in the template."""

    def events_by_transfer(self) -> dict[str, list[Event]]:
        lives: dict[str, list[Event]] = {}
        for event in self.events:
            if event.is_of_life and event.transfer_id:
                lives.setdefault(event.transfer_id, []).append(event)
        return lives


@dataclass(frozen=True, slots=True)
class Hole:
    """`kind` is the heading in docs/audit.md; `transfer_id` is empty where it is about none."""

    kind: str
    transfer_id: str
    missing: str
    mend: str


Holes = Iterator[Hole]
