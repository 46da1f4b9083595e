"""The command `operations audit tail`."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from operations.audit import event_log
from operations.audit.contract import Event
from operations.audit.moments import Moment
from operations.audit.options import trail_options
from operations.audit.trail import Trail
from operations.audit.words import line
from operations.connect.aws import Aws

POLL_SECONDS = 2.0

_LATECOMERS = timedelta(minutes=2)
"""How far each look goes back: a line can be found after others that are younger."""


@click.command()
@trail_options
@click.option(
    "--since",
    type=Moment(),
    metavar="WHEN",
    help="Begin with what was told since then: 15m, or 2026-11-24T09:30:00Z. Else from now on.",
)
@click.option("--json", "wants_json", is_flag=True, help="Print the events as JSON, one a line.")
def tail(*, found: Trail, aws: Aws, since: datetime | None, wants_json: bool) -> None:
    """Follow the audit events as they are told, a line each, until Ctrl-C.

    Time, transfer, attempt, what happened, the agent, and the reason if there is one.
    """
    try:
        for event in follow(aws.client("logs"), found.log_group, since or datetime.now(UTC)):
            click.echo(_as_json(event) if wants_json else line(event))
    except KeyboardInterrupt:
        click.echo("", err=True)  # the next prompt has a line of its own


def follow(logs: Any, log_group: str, since: datetime) -> Iterator[Event]:
    """Yield each event once, for ever. Raises `AwsRefused`."""
    shown: set[str] = set()
    start = since
    while True:
        latest = since
        for logged in event_log.read(logs, log_group, start):
            latest = datetime.fromtimestamp(logged.at / 1000, UTC)
            # EventBridge delivers at least once: the same event can have two lines.
            one = logged.event.event_id or logged.id
            if one not in shown:
                shown.add(one)
                yield logged.event
        start = max(start, latest - _LATECOMERS)
        time.sleep(POLL_SECONDS)


def _as_json(event: Event) -> str:
    return json.dumps({"detail-type": event.detail_type, "detail": event.detail})
