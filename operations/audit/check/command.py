"""The command `operations audit check`."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console

from operations.audit.check.compare import compare
from operations.audit.check.reading import read
from operations.audit.check.seen import Hole, Seen
from operations.audit.moments import Moment
from operations.audit.options import trail_options
from operations.audit.trail import Trail
from operations.connect.aws import Aws
from operations.progress import progress_bar


@click.command()
@trail_options
@click.option(
    "--since",
    type=Moment(),
    required=True,
    metavar="WHEN",
    help="Transfers requested since then: 24h, 7d, or 2026-11-24T09:30:00Z.",
)
@click.option("--until", type=Moment(), metavar="WHEN", help="And until then. Else until now.")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON: a list, an object a hole.")
def check(
    *, found: Trail, aws: Aws, since: datetime, until: datetime | None, wants_json: bool
) -> None:
    """Compare executions, transfers and audit events, and name every hole.

    A line a hole: the transfer's id, what is missing, what to do. A transfer that still goes on, or
    ended in the last two minutes, has none yet. Nothing is changed.

    Exits 0 if there is no hole, 1 if there is one, 2 if something could not be read.
    """
    until = until or datetime.now(UTC)
    if until <= since:
        raise click.UsageError("--until is not after --since.")
    with progress_bar(Console(stderr=True)) as progress:
        seen = read(aws, found, since, until, progress)
    holes = compare(seen)
    if wants_json:
        click.echo(json.dumps([asdict(hole) for hole in holes], indent=2, ensure_ascii=False))
    else:
        for hole in holes:
            click.echo(_line(hole))
        click.echo(_summary(seen, holes))
    sys.exit(1 if holes else 0)


def _line(hole: Hole) -> str:
    return f"{hole.transfer_id or '-'}  {hole.kind}: {hole.missing}. {hole.mend}"


def _summary(seen: Seen, holes: list[Hole]) -> str:
    counts = (
        f"{len(seen.executions)} executions, {len(seen.records)} records, {len(seen.events)} events"
    )
    return f"{counts}: {len(holes) or 'no'} hole{'s' * (len(holes) != 1)}."
