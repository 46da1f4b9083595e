"""Messages are held for as long as the work takes, and never looked up too early. Pure data."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from operations.audit.redrive import queue as holding
from operations.audit.redrive import sending
from operations.audit.redrive.queue import FallbackQueue, Held


class Time:
    """A clock, for both of Python's, that only sleep moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.start = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self, _: object) -> datetime:
        return self.start + timedelta(seconds=self.seconds - 1000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(holding, "time", clock)
    monkeypatch.setattr(sending, "time", clock)
    monkeypatch.setattr(sending, "datetime", SimpleNamespace(now=clock.now))
    monkeypatch.setattr(sending, "SETTLE_SECONDS", 30)
    monkeypatch.setattr(holding, "SETTLE_SECONDS", 30)
    return clock


class Sqs:
    """Hands out the messages once, and notes for how long which are hidden."""

    def __init__(self, *sent_at: datetime) -> None:
        self.answers = [{"Messages": [_message(number, at) for number, at in enumerate(sent_at)]}]
        self.hidden: list[tuple[str, int]] = []

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        assert asked["VisibilityTimeout"] == 300
        return self.answers.pop() if self.answers else {}

    def change_message_visibility_batch(self, **asked: Any) -> dict[str, Any]:
        entries = asked["Entries"]
        self.hidden += [(one["ReceiptHandle"], one["VisibilityTimeout"]) for one in entries]
        return {"Successful": [{"Id": one["Id"]} for one in entries]}


def _message(number: int, at: datetime) -> dict[str, Any]:
    sent = {"SentTimestamp": str(int(at.timestamp() * 1000))}
    return {
        "MessageId": f"m{number}",
        "ReceiptHandle": f"r{number}",
        "Body": "",
        "Attributes": sent,
    }


def _queue(sqs: Sqs) -> tuple[FallbackQueue, list[Held]]:
    queue = FallbackQueue(sqs, "url")
    return queue, queue.receive_all(lambda _: None)


def test_a_message_is_held_on_to_when_half_of_its_time_is_over(clock: Time) -> None:
    sqs = Sqs(clock.start)
    queue, (held,) = _queue(sqs)
    clock.sleep(150)
    queue.renew()
    assert sqs.hidden == []
    assert queue.is_ours(held)
    clock.sleep(1)
    queue.renew()
    assert sqs.hidden == [("r0", 300)]
    clock.sleep(199)
    assert queue.is_ours(held)


def test_what_was_not_held_on_to_in_time_is_nobodys_to_touch(clock: Time) -> None:
    sqs = Sqs(clock.start)
    queue, (held,) = _queue(sqs)
    clock.sleep(200)
    assert not queue.is_ours(held)
    clock.sleep(101)  # by now another run may have it
    queue.renew()
    queue.give_back()
    assert sqs.hidden == []


def test_what_is_left_is_given_back_at_once_and_what_was_touched_when_the_log_shows_it(
    clock: Time,
) -> None:
    sqs = Sqs(clock.start, clock.start)
    queue, held = _queue(sqs)
    held[1].touched = True
    queue.give_back()
    assert sqs.hidden == [("r0", 0), ("r1", 30)]


def test_the_log_is_asked_when_the_youngest_message_is_half_a_minute_old(clock: Time) -> None:
    """Before, nobody can say whether its event was taken after all."""
    ages = (3600, 12)
    sqs = Sqs(*(clock.start - timedelta(seconds=age) for age in ages))
    queue, held = _queue(sqs)
    told: list[tuple[int, int]] = []
    run: Any = sending.Redrive(
        None,  # type: ignore[arg-type] # neither bus, log nor trail: it is about the wait
        None,
        queue,
        None,  # type: ignore[arg-type]
        lambda _, done, of: told.append((done, of)),
    )
    run._settle(held)  # noqa: SLF001 - the wait alone
    assert clock.seconds == pytest.approx(1018)
    assert told[0] == (12, 30)
    run._settle(held)  # noqa: SLF001
    assert clock.seconds == pytest.approx(1018)
