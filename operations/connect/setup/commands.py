"""The commands `operations connect setup` and `operations connect undo`."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from operations.connect.aws import Aws, InstanceName, region_of
from operations.connect.options import aws_options, instance_options
from operations.connect.setup import record as records
from operations.connect.setup.changes import Change
from operations.connect.setup.plan import Wanted, plan
from operations.connect.setup.reading import must_exist, read
from operations.connect.setup.run import make, to_undo
from operations.connect.setup.show import show

_E164 = re.compile(r"\+[1-9]\d{6,14}")


@click.command()
@instance_options
@click.option(
    "--number",
    default="",
    metavar="+44…",
    help="The number that PCI Pal calls back: our answer flow is put on it.",
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    metavar="NAME",
    help="A queue that takes payments: its agents get the quick connects. Repeat it for more.",
)
@click.option(
    "--quick-connect",
    "quick_connects",
    multiple=True,
    metavar="NAME",
    help="Only this one; repeat it for more. Else all those that run our transfer flow.",
)
@click.option("--inbound-calls", is_flag=True, help="Turn on calls to the instance.")
@click.option("--outbound-calls", is_flag=True, help="Turn on calls from the instance.")
@click.option("--early-media", is_flag=True, help="Let agents hear what precedes an answer.")
@click.option(
    "--flow-logs",
    is_flag=True,
    help="Turn on flow logs. Our flows that see PINs log nothing unless LogFlows is true.",
)
@click.option(
    "--whispers",
    is_flag=True,
    help="Put the block that keeps the agent's name first into the default agent whisper, the "
    "default outbound whisper, and that of each --queue. Each is published.",
)
@click.option(
    "--after-call-work",
    is_flag=True,
    help="Where agents of a --queue have an after-call work of 0, which waits for the agent to "
    "close the contact, make it 1 s.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--record",
    "record_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to keep what was changed, for `undo`. Else a new file in this folder.",
)
def setup(
    *,
    instance_id: str,
    aws: Aws,
    number: str,
    queues: tuple[str, ...],
    quick_connects: tuple[str, ...],
    inbound_calls: bool,
    outbound_calls: bool,
    early_media: bool,
    flow_logs: bool,
    whispers: bool,
    after_call_work: bool,
    yes: bool,
    record_file: Path | None,
) -> None:
    """Set up in a Connect instance what CloudFormation cannot.

    The flows and quick connects must be there: from the stack, or imported by hand under their
    names. What differs from what you ask for is shown first, and changed after you agree; nothing
    else is touched. It can run again: what is as it should be is left alone.

    What it changes is kept in a file with the values before, for `operations connect undo`. That
    file has whole flows of yours in it if you give --whispers.

    Exits 0 if all is as asked for, else 1, with what was done and what not.
    """
    turned_on = {
        "INBOUND_CALLS": inbound_calls,
        "OUTBOUND_CALLS": outbound_calls,
        "EARLY_MEDIA": early_media,
        "CONTACTFLOW_LOGS": flow_logs,
    }
    wanted = Wanted(
        number=number,
        queues=tuple(dict.fromkeys(queues)),
        quick_connects=tuple(dict.fromkeys(quick_connects)),
        attributes=tuple(name for name, is_wanted in turned_on.items() if is_wanted),
        whispers=whispers,
        after_call_work=after_call_work,
    )
    _check(wanted)
    file = record_file or _new_file()
    if file.exists():
        raise click.UsageError(f"{file} is there already: it may be needed to undo. Name another.")
    connect = aws.client("connect")
    changes, problems = plan(read(connect, instance_id, wanted), wanted)
    if problems:
        told = [f"- {problem.text}" for problem in problems]
        raise click.ClickException("\n".join(["Nothing was changed:", *told]))
    if not changes:
        click.echo("All is as asked for: nothing to change.")
        return
    _agree(changes, "Change this?", yes=yes)
    click.echo(f"The record for `operations connect undo` is {file}.")
    region = connect.meta.region_name

    def keep(count: int) -> None:
        records.write(file, records.Record(instance_id, region, tuple(changes[:count])))

    make(connect, instance_id, changes, keep)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@aws_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def undo(*, file: Path, aws: Aws, yes: bool) -> None:
    """Undo what `operations connect setup` kept in FILE.

    Each value goes back to what it was, the last change first. What somebody has changed since is
    named and left as it is. If set-up ran more than once, undo the last run first.

    Exits 0 if all is as it was, else 1.
    """
    kept = records.read(file)
    region = region_of(InstanceName(kept.instance_id, kept.region), aws.region)
    connect = Aws(region, aws.profile, aws.endpoint_url).client("connect")
    # In another account nothing would be found, and all of it seem to be gone.
    must_exist(connect, kept.instance_id)
    undoing, left = to_undo(connect, kept.instance_id, kept.changes)
    for one in left:
        click.echo(f"Not undone: {one}", err=True)
    if undoing:
        _agree(undoing, "Change this back?", yes=yes)
        make(connect, kept.instance_id, undoing)
    elif not left:
        click.echo("All is as it was: nothing to undo.")
    if left:
        sys.exit(1)


def _check(wanted: Wanted) -> None:
    """Raise `click.UsageError` for what makes no sense."""
    if wanted == Wanted(quick_connects=wanted.quick_connects):
        raise click.UsageError("Say what to set up, for example --number and --queue; see --help.")
    if wanted.number and not _E164.fullmatch(wanted.number):
        raise click.UsageError(
            "--number must have the country's code and no spaces, for example +441632960002."
        )
    if not wanted.queues and (wanted.quick_connects or wanted.after_call_work):
        raise click.UsageError(
            "--quick-connect and --after-call-work need --queue: say for which queues."
        )


def _new_file() -> Path:
    return Path(f"connect-setup-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json")


def _agree(changes: list[Change], question: str, *, yes: bool) -> None:
    show(Console(highlight=False), changes)
    if not yes:
        click.confirm(question, abort=True)
