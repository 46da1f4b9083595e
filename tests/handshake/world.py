"""Everything that there is at one moment, as a value: two schedules that come to it are as one."""

from datetime import datetime
from typing import Any, NamedTuple

from secure_transfer.domain.transfer import Status
from tests.handshake.functions import Invocation, Outcome, Stand
from tests.handshake.machine import Position
from tests.handshake.tables import Items
from tests.handshake.wire import Call, read, remembered


class Event(NamedTuple):
    """An audit event, on the bus or in the fallback queue."""

    kind: str
    event_id: str
    about: str
    """The transfer; for a call that was refused, its contact."""
    sequence: int
    attempt: int
    occurred_at: str
    """Of what functions may tell too; the machine's own times say nothing here."""
    reason: str = ""
    late: bool = False


class Run(NamedTuple):
    """An invocation, with Connect's repeats of it after a fault."""

    invocation: Invocation
    stand: Stand | None = None
    """Nothing: it has not begun."""
    repeats: int = 0
    """How often Connect would still repeat it."""
    gone: bool = False
    """Cut off by its time limit, before it could answer."""

    @property
    def outcome(self) -> Outcome | None:
        """What Connect was told in the end."""
        return None if self.stand is None or self.stand.is_raised else self.stand.outcome

    @property
    def is_over(self) -> bool:
        return self.gone or (self.stand is not None and self.stand.outcome is not None)


class World(NamedTuple):
    now: datetime
    items: Items = ()
    executions: tuple[Position, ...] = ()
    runs: tuple[Run, ...] = ()
    audit: frozenset[Event] = frozenset()
    faults: int = 0
    """How many more may come."""
    late: tuple[Call, ...] = ()
    """Writes that were given up and are still on their way."""

    def transfers(self) -> dict[str, "Record"]:
        return records(self.items)

    def runs_of(self, function: str) -> list[Run]:
        return [run for run in self.runs if run.invocation.function == function]


class Record(NamedTuple):
    """What the item of a transfer says."""

    transfer: str
    status: Status
    agent: str
    pin: str
    reason: str
    loop_contact: str
    answered_at: str
    joined_at: str
    ended_at: str
    expires_at: int


@remembered
def records(items: Items) -> dict[str, Record]:
    """Return what is recorded, by transfer."""
    plain = [read(text) for place, text in items if place.startswith("transfers/")]
    found = [_record(item) for item in plain if "Status" in item]
    return {record.transfer: record for record in found}


@remembered
def holders(items: Items) -> dict[str, str]:
    """Return which transfer holds each PIN."""
    rows = [read(text) for place, text in items if place.startswith("pins/")]
    return {row["PIN"]["S"]: row["TransferId"]["S"] for row in rows}


def _record(item: dict[str, Any]) -> Record:
    def text(name: str) -> str:
        return str(item.get(name, {}).get("S", ""))

    return Record(
        transfer=text("TransferId"),
        status=Status(text("Status")),
        agent=text("AgentName"),
        pin=text("PIN"),
        reason=text("Reason"),
        loop_contact=text("LoopContactId"),
        answered_at=text("AnsweredAt"),
        joined_at=text("JoinedAt"),
        ended_at=text("EndedAt"),
        expires_at=int(item["ExpiresAt"]["N"]),
    )
