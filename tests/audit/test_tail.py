"""`operations audit tail`: each event is told once, in plain words, until Ctrl-C."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from werkzeug.wrappers import Response

from operations.audit import tail
from operations.audit.contract import Event
from operations.audit.words import happened, line
from tests.audit.interrupt import interrupt
from tests.audit.site import Site, ago, detail, is_operator, new_id
from tests.workflow.faults import ALWAYS, Fault, fault, refused

Run = Callable[..., Result]

TOLD = [
    ("TransferRequested", {}, "asked for a secure transfer"),
    ("PinAllocated", {}, "has a PIN, waits for the looped call"),
    ("LoopAnswered", {}, "the looped call came back, the agent is fetched"),
    ("TransferTimedOut", {}, "no looped call came in time"),
    ("TransferSecured", {}, "the agent is with the cardholder: secured"),
    ("TransferSecured", {"late": True}, "the agent is with the cardholder after all, late"),
    ("TransferAbandoned", {}, "given up: the agent and the cardholder did not meet"),
    ("SecureCallEnded", {}, "the secured call has ended"),
    ("TransferFailed", {}, "failed"),
]


@pytest.mark.parametrize(("detail_type", "changed", "words"), TOLD)
def test_what_happened_is_told_in_plain_words(
    detail_type: str, changed: dict[str, bool], words: str
) -> None:
    event = Event(detail_type, detail(detail_type, "a-transfer", **changed))
    assert happened(event).startswith(words)
    assert words in line(event)


def test_a_line_has_time_transfer_attempt_words_agent_and_reason() -> None:
    event = detail("TransferFailed", "a-transfer", occurredAt="2026-11-24T10:00:00Z", attempt=2)
    assert line(Event("TransferFailed", event)) == (
        "2026-11-24T10:00:00Z  a-transfer  attempt 2  failed  alice  PinTooLate"
    )


def test_what_is_not_known_is_a_dash() -> None:
    metadata = {"contactId": "a-call", "occurredAt": "2026-11-24T10:00:00Z"}
    rejected = Event("PinRejected", {"metadata": metadata, "data": {"reason": "PinUnknown"}})
    assert line(rejected) == (
        "2026-11-24T10:00:00Z  call a-call  attempt -  a PIN was refused  -  PinUnknown"
    )
    assert line(Event("", {})) == "-  call -  attempt -  a line that is no audit event  -"


@pytest.fixture
def follow(audit: Run, site: Site) -> Callable[..., Result]:
    """Follow for some looks, doing something before each; then Ctrl-C."""

    def run(*between: Callable[[], None], arguments: tuple[str, ...] = ()) -> Result:
        todo = iter(between)

        def before(_: Fault, pass_on: Callable[[], Response]) -> Response:
            act = next(todo, None)
            if act is None:
                interrupt()
            else:
                act()
            return pass_on()

        looks = fault(
            site.aws,
            lambda call: call.operation == "FilterLogEvents" and is_operator(call.caller),
            before,
            ALWAYS,
        )
        with looks:
            return audit("tail", *arguments)

    return run


def _nothing() -> None:
    """Let a look pass."""


def test_each_event_is_shown_once_and_ctrl_c_ends_it(
    follow: Callable[..., Result], site: Site
) -> None:
    transfer = new_id()
    events = {one: detail(one, transfer) for one in ("TransferRequested", "PinAllocated")}
    result = follow(
        lambda: site.tell(events["TransferRequested"]),
        _nothing,
        lambda: site.tell(events["PinAllocated"]),
        lambda: site.tell(events["TransferRequested"]),  # delivered a second time
        _nothing,
    )
    assert result.exit_code == 0
    assert "Traceback" not in result.output
    assert "Aborted" not in result.output
    assert [one.split("  ")[3] for one in result.stdout.splitlines()] == [
        "asked for a secure transfer",
        "has a PIN, waits for the looped call",
    ]


def test_it_begins_now_or_with_what_was_told_since(
    follow: Callable[..., Result], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.tell(detail("TransferRequested", new_id()))
    since = ago(seconds=-1)
    assert follow(_nothing, arguments=("--since", since)).stdout == ""
    assert len(follow(_nothing, arguments=("--since", "1h")).stdout.splitlines()) == 1

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Later":
            moment = datetime.now(UTC) + timedelta(seconds=1)
            return cls.fromtimestamp(moment.timestamp(), tz)  # type: ignore[arg-type]

    monkeypatch.setattr(tail, "datetime", Later)
    assert follow(_nothing).stdout == ""


def test_json_has_an_event_a_line(follow: Callable[..., Result], site: Site) -> None:
    event = detail("TransferRequested", new_id())
    site.tell(event)
    result = follow(_nothing, arguments=("--since", "1h", "--json"))
    (told,) = map(json.loads, result.stdout.splitlines())
    assert told == {"detail-type": "TransferRequested", "detail": event}


def test_what_aws_refuses_is_said(audit: Run, site: Site) -> None:
    denied = refused("AccessDeniedException")
    with fault(site.aws, lambda call: call.operation == "FilterLogEvents", denied, ALWAYS):
        result = audit("tail")
    assert result.exit_code == 2
    assert "You may not call FilterLogEvents" in result.stderr


def test_a_line_that_is_found_late_is_shown_too() -> None:
    """Logs are written by many: a line can be found after others that are younger."""
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def at(seconds: int, name: str) -> dict[str, object]:
        stamp = int((start + timedelta(seconds=seconds)).timestamp() * 1000)
        body = {"detail-type": "TransferRequested", "detail": detail("TransferRequested", name)}
        return {"eventId": name, "timestamp": stamp, "message": json.dumps(body)}

    found = [[at(300, "young")], [at(200, "old"), at(300, "young")], [at(300, "young")]]
    logs = _Logs(found)
    events = itertools.islice(tail.follow(logs, "group", start), 2)
    assert [event.transfer_id for event in events] == ["young", "old"]
    begun = [(asked - int(start.timestamp() * 1000)) / 1000 for asked in logs.asked]
    assert begun == [0, 180]


class _Logs:
    """A client that finds what it is told to."""

    def __init__(self, found: list[list[dict[str, object]]]) -> None:
        self._found = iter(found)
        self.asked: list[int] = []

    def get_paginator(self, _: str) -> "_Logs":
        return self

    def paginate(self, **asked: int) -> list[dict[str, object]]:
        self.asked.append(asked["startTime"])
        return [{"events": next(self._found)}]
