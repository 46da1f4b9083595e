"""The command `operations audit replay`."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.console import Console

from operations.audit.moments import Moment
from operations.audit.options import INTERRUPTED, trail_options
from operations.audit.trail import Trail
from operations.connect.aws import Aws, AwsRefused, said_plainly
from operations.progress import Progress, progress_bar

POLL_SECONDS = 5.0

_ARCHIVE_LAGS = timedelta(minutes=10)
"""AWS advises to wait so long before events are replayed: the archive may not have them yet."""

_OVER = ("COMPLETED", "CANCELLED", "FAILED")


@click.command()
@trail_options
@click.option("--from", "since", type=Moment(), required=True, metavar="WHEN",
              help="The first event's time: 24h (ago), or 2026-11-24T09:30:00Z.")  # fmt: skip
@click.option("--to", "until", type=Moment(), required=True, metavar="WHEN",
              help="The last event's time.")  # fmt: skip
@click.option("--to-rule", "rules", multiple=True, required=True, metavar="NAME",
              help="A rule of the audit bus that gets the events; repeat it for more.")  # fmt: skip
def replay(
    *, found: Trail, aws: Aws, since: datetime, until: datetime, rules: tuple[str, ...]
) -> None:
    """Send archived audit events again, to the named rules only.

    For a consumer that was down or came later. The other rules, the audit log's among them, get
    nothing. The times are those at which EventBridge got the events. Their order is not kept within
    a minute: consumers go by `metadata.sequence`, and drop repeats by `metadata.eventId`.

    Ctrl-C cancels the replay. Exits 0 if it was completed, 1 if not, 2 if AWS refuses it.
    """
    now = datetime.now(UTC)
    if since >= until:
        raise click.UsageError("--from is not before --to.")
    if until > now:
        raise click.UsageError("--to is in the future: only what was sent can be replayed.")
    if not found.archive_arn:
        raise AwsRefused(
            "The stack has no archive: it was deployed with LocalEmulator=true, as on an emulator. "
            "There is nothing to replay from."
        )
    if now - until < _ARCHIVE_LAGS:
        click.echo(
            "What was sent in the last ten minutes may not be in the archive yet; what is missing "
            "needs another replay, from that time on.",
            err=True,
        )
    events = aws.client("events")
    arns = [_takes_replays(events, found.bus, name) for name in dict.fromkeys(rules)]
    name = f"{found.stack_id}-{now:%Y%m%dT%H%M%S.%fZ}"
    with said_plainly():
        events.start_replay(
            ReplayName=name,
            EventSourceArn=found.archive_arn,
            EventStartTime=since,
            EventEndTime=until,
            Destination={"Arn": found.bus_arn, "FilterArns": arns},
        )
    click.echo(f"The replay is called {name}.")
    try:
        with progress_bar(Console(stderr=True)) as progress:
            ended = _ended(events, name, since, until, progress)
    except KeyboardInterrupt:
        with said_plainly():
            events.cancel_replay(ReplayName=name)
        click.echo(f"Cancelled. `aws events describe-replay --replay-name {name}` tells how far "
                   "it came; what was replayed stays so.", err=True)  # fmt: skip
        sys.exit(INTERRUPTED)
    if ended["State"] == "COMPLETED":
        click.echo(f"Completed: {', '.join(dict.fromkeys(rules))} got the events.")
        return
    reason = ended.get("StateReason") or "AWS gives no reason"
    click.echo(f"The replay ended as {ended['State']}: {reason}.", err=True)
    sys.exit(1)


def _takes_replays(events: Any, bus: str, name: str) -> str:
    """Return the rule's ARN. Raises `AwsRefused` if it would get nothing."""
    try:
        with said_plainly():
            rule = events.describe_rule(Name=name, EventBusName=bus)
    except AwsRefused as refused:
        if refused.code != "ResourceNotFoundException":
            raise
        raise AwsRefused(
            f"There is no rule {name!r} on the bus {bus}. `aws events list-rules --event-bus-name "
            f"{bus}` names those that there are.",
            refused.code,
        ) from refused
    if rule["State"] == "DISABLED":
        raise AwsRefused(f"The rule {name} is disabled: enable it first, or it gets nothing.")
    pattern = json.loads(rule.get("EventPattern") or "{}")
    if {"exists": False} in pattern.get("replay-name", ()):
        raise AwsRefused(
            f"The rule {name} takes no replayed events (its pattern says so, by `replay-name`). "
            "The audit log's rule is one: the events stand there already."
        )
    return str(rule["Arn"])


def _ended(
    events: Any,
    name: str,
    since: datetime,
    until: datetime,
    tell: Progress,
) -> Any:
    """Wait for the end of a replay; return what AWS says of it."""
    whole = int((until - since).total_seconds())
    while True:
        with said_plainly():
            replay = events.describe_replay(ReplayName=name)
        last = replay.get("EventLastReplayedTime", since)
        tell("the archive, seconds", int((last - since).total_seconds()), whole)
        if replay["State"] in _OVER:
            return replay
        time.sleep(POLL_SECONDS)
