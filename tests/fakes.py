"""In-memory forms of the domain's ports, and the samples that tests seed them with.

They pass the same contract tests as the adapters: see `contract`.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status, Transfer, timestamp

NOW = datetime(2026, 11, 24, 9, 30, 0, 123_000, tzinfo=UTC)
NOW_EPOCH = int(NOW.timestamp())
NOW_TEXT = "2026-11-24T09:30:00.123Z"

LONG_TOKEN = ("AQC+" * 512)[:2_045] + "/w="
"""As long as a task token can be, in all of base64's characters."""

_Result = TypeVar("_Result")


class FakeClock:
    """Time stands still until somebody sleeps or advances it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._measured = 0.0
        self._lock = threading.RLock()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._measured

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._measured += seconds

    advance = sleep

    def set(self, now: datetime) -> None:
        self._now = now


class _Port:
    """What the fakes have in common: counted calls, and things that happen just before one."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.before: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        """Actions by method name, one for each call: a race lost, a fault raised."""
        self._lock = threading.RLock()

    def _called(self, method: str) -> None:
        self.calls[method] += 1
        if self.before[method]:
            self.before[method].pop(0)()


def platform_fault() -> None:
    """Stand in for a call that AWS did not take: for a fake's `before`."""
    raise PlatformFault("AWS is down.")


class FakePins(_Port):
    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, PinRecord] = {}

    def seed(self, *records: PinRecord) -> None:
        self._rows |= {record.pin: record for record in records}

    def find(self, pin: str) -> PinRecord | None:
        with self._lock:
            self._called("find")
            return self._rows.get(pin)

    def reusable_at(self, pins: Iterable[str]) -> dict[str, int]:
        with self._lock:
            self._called("reusable_at")
            return {pin: self._rows[pin].reusable_at for pin in pins if pin in self._rows}

    def claim(self, record: PinRecord, requested_at: int) -> bool:
        with self._lock:
            self._called("claim")
            held = self._rows.get(record.pin)
            if held and held.reusable_at > requested_at and held.transfer_id != record.transfer_id:
                return False
            self._rows[record.pin] = record
            return True


class FakeTransfers(_Port):
    def __init__(self) -> None:
        super().__init__()
        self._items: dict[str, Transfer] = {}
        self._reserved: dict[str, str] = {}
        self._refusals: dict[str, tuple[int, int]] = {}

    def seed(self, *transfers: Transfer) -> None:
        self._items |= {transfer.transfer_id: transfer for transfer in transfers}

    def find(self, transfer_id: str) -> Transfer | None:
        with self._lock:
            self._called("find")
            return self._items.get(transfer_id)

    def record_failure(self, transfer: Transfer) -> bool:
        with self._lock:
            self._called("record_failure")
            if transfer.transfer_id in self._items:
                return False
            self.seed(transfer)
            return True

    def answer(
        self, transfer_id: str, pin: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        with self._lock:
            self._called("answer")
            stored = self._items.get(transfer_id)
            if not stored or stored.status is not Status.AWAITING_LOOP or stored.pin != pin:
                return None
            if at.timestamp() >= stored.expires_at:
                return None
            return self._update(
                stored,
                status=Status.ANSWERED,
                loop_contact_id=loop_contact_id,
                answered_at=timestamp(at),
            )

    def join(
        self, transfer_id: str, agent_name: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        with self._lock:
            self._called("join")
            stored = self._items.get(transfer_id)
            if not stored or stored.status is not Status.ANSWERED:
                return None
            if (stored.agent_name, stored.loop_contact_id) != (agent_name, loop_contact_id):
                return None
            return self._update(stored, status=Status.JOINED, joined_at=timestamp(at))

    def join_late(self, transfer_id: str, at: datetime) -> Transfer | None:
        with self._lock:
            self._called("join_late")
            stored = self._items.get(transfer_id)
            if not stored or stored.status is not Status.ABANDONED:
                return None
            return self._update(stored, joined_at=stored.joined_at or timestamp(at))

    def abandon(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        with self._lock:
            self._called("abandon")
            stored = self._items.get(transfer_id)
            if not stored or stored.status is not Status.ANSWERED:
                return None
            if stored.loop_contact_id != loop_contact_id:
                return None
            return self._update(
                stored, status=Status.ABANDONED, reason=CARDHOLDER_LEFT,
                closed_at=timestamp(at), ended_at=timestamp(at),
            )  # fmt: skip

    def end_call(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        with self._lock:
            self._called("end_call")
            stored = self._items.get(transfer_id)
            if not stored or stored.loop_contact_id != loop_contact_id:
                return None
            if stored.status is Status.ANSWERED:
                return None
            return self._update(stored, ended_at=stored.ended_at or timestamp(at))

    def reserved_for(self, loop_contact_id: str) -> str | None:
        with self._lock:
            self._called("reserved_for")
            return self._reserved.get(loop_contact_id)

    def reserve_contact(
        self,
        loop_contact_id: str,
        transfer_id: str,
        at: datetime,  # noqa: ARG002 - only the table needs it, to forget in time
        instead_of: str = "",
    ) -> str:
        with self._lock:
            self._called("reserve_contact")
            bound_to = self._reserved.get(loop_contact_id, transfer_id)
            if bound_to in (transfer_id, instead_of):
                bound_to = transfer_id
            self._reserved[loop_contact_id] = bound_to
            return bound_to

    def refusals(self, caller: str, at: datetime) -> int:
        with self._lock:
            self._called("refusals")
            counted, ends_at = self._refusals.get(caller, (0, 0))
            return counted if ends_at > at.timestamp() else 0

    def count_refusal(self, caller: str, at: datetime, window_seconds: int) -> None:
        with self._lock:
            try:
                self._called("count_refusal")
            except PlatformFault:
                return
            counted, ends_at = self._refusals.get(caller, (0, 0))
            if ends_at <= at.timestamp():
                counted, ends_at = 0, int(at.timestamp()) + window_seconds
            self._refusals[caller] = (counted + 1, ends_at)

    def _update(self, stored: Transfer, **changes: Any) -> Transfer:
        updated = replace(stored, **changes)
        self.seed(updated)
        return updated


class FakeWorkflow(_Port):
    """Executions by name, of which those in `waiting` wait with a task token."""

    def __init__(self, on_start: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        super().__init__()
        self._on_start = on_start
        self.started: dict[str, Mapping[str, Any]] = {}
        self.waiting: set[str] = set()
        self.delivered: list[tuple[str, Mapping[str, str]]] = []
        self.interrupted: list[tuple[str, str]] = []

    def start(self, name: str, execution_input: Mapping[str, Any]) -> None:
        with self._lock:
            self._called("start")
            if name in self.started:
                return
            self.started[name] = execution_input
            if self._on_start:
                self._on_start(execution_input)

    def wake(self, token: str, output: Mapping[str, str]) -> bool:
        with self._lock:
            try:
                self._called("wake")
            except PlatformFault:
                return False
            if token not in self.waiting:
                return False
            self.waiting.remove(token)
            self.delivered.append((token, output))
            return True

    def interrupt(self, token: str, error: str) -> bool:
        with self._lock:
            try:
                self._called("interrupt")
            except PlatformFault:
                return False
            if token not in self.waiting:
                return False
            self.waiting.remove(token)
            self.interrupted.append((token, error))
            return True


class FakeAgents(_Port):
    """Connect's users: their names, by their ids."""

    def __init__(self, **names: str) -> None:
        super().__init__()
        self.names = names

    def user_name(self, agent_id: str) -> str | None:
        with self._lock:
            self._called("user_name")
            return self.names.get(agent_id)


class FakeAuditTrail(_Port):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[AuditEvent] = []
        self.kept: list[AuditEvent] = []
        self.bus_is_down = False
        self.queue_is_down = False

    def publish(self, event: AuditEvent) -> None:
        with self._lock:
            self._called("publish")
            if not self.bus_is_down:
                self.events.append(event)
            elif not self.queue_is_down:
                self.kept.append(event)

    @property
    def event(self) -> AuditEvent:
        """The one event there is."""
        (event,) = self.events
        return event


@dataclass
class FakeInvocation:
    """The part of Lambda's context object that handlers and Powertools look at."""

    remaining_milliseconds: int = 7_000
    function_name: str = "function"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-west-2:123456789012:function:function"
    aws_request_id: str = "a-request"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_milliseconds


def execution_arn(name: str) -> str:
    return f"arn:aws:states:eu-west-2:123456789012:execution:secure-transfer:{name}"


def a_transfer(transfer_id: str = "transfer-1", **changes: Any) -> Transfer:
    """Return a transfer that has a PIN and waits for its looped call."""
    waiting = Transfer(
        transfer_id=transfer_id,
        status=Status.AWAITING_LOOP,
        agent_name="jane.doe",
        initial_contact_id="conversation-1",
        requested_at=NOW_TEXT,
        expires_at=NOW_EPOCH + 90,
        purge_at=NOW_EPOCH + 400 * 86_400,
        execution_arn=execution_arn(transfer_id),
        attempt=1,
        pin="0027",
        loop_token="loop-token",
    )
    return replace(waiting, **changes)


def an_answered_transfer(transfer_id: str = "transfer-1", **changes: Any) -> Transfer:
    answered: dict[str, Any] = {
        "status": Status.ANSWERED,
        "loop_contact_id": "loop-1",
        "answered_at": NOW_TEXT,
        "join_token": "join-token",
    }
    return a_transfer(transfer_id, **{**answered, **changes})


def a_pin_record(pin: str = "0027", transfer_id: str = "transfer-1", **changes: Any) -> PinRecord:
    record = PinRecord(
        pin=pin,
        transfer_id=transfer_id,
        agent_name="jane.doe",
        created_timestamp=NOW_TEXT,
        expires_at=NOW_EPOCH + 90,
        reusable_at=NOW_EPOCH + 270,
    )
    return replace(record, **changes)


def at_once(works: Iterable[Callable[[], _Result]]) -> list[_Result]:
    """Do all of the works at the same moment, each in a thread; return what they returned."""
    pending = list(works)
    everybody_is_here = threading.Barrier(len(pending))

    def wait_and_do(work: Callable[[], _Result]) -> _Result:
        everybody_is_here.wait()
        return work()

    with ThreadPoolExecutor(len(pending)) as threads:
        return list(threads.map(wait_and_do, pending))
