"""What a redrive did, for people."""

from dataclasses import dataclass, field

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.audit.redrive.messages import Left
from operations.audit.redrive.queue import HOLD_SECONDS


@dataclass(slots=True)
class Report:
    """Events that were sent or found, messages that are left. Filled in on the way."""

    sent: int = 0
    already_there: int = 0
    left: list[Left] = field(default_factory=list)
    stopped: str = ""
    """Why it stopped before it was through; empty: it did not."""


def show(report: Report) -> None:
    console = Console(highlight=False)
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = (
        ("events sent", report.sent),
        ("events already there", report.already_there),
        ("messages left", len(report.left)),
    )
    for name, count in rows:
        table.add_row(name, str(count))
    console.print(table)
    if report.stopped:
        click.echo(f"Stopped: {report.stopped}")
    for one in report.left:
        # As `Text`: a message may look like rich's markup.
        told = Text(f"Left: message {one.message_id}: {one.why}. {one.mend}")
        console.print(told, soft_wrap=True)


def in_flight(count: int) -> str:
    """Tell of messages that somebody holds, when there was none to be had."""
    return (
        f"About {count} messages are held: another redrive is at work, or one was killed. Wait "
        f"{HOLD_SECONDS // 60} minutes, then run this again."
    )


def interrupted() -> str:
    return (
        "Interrupted. Nothing is lost: what was sent is in the log, and the rest in the queue. Run "
        f"this again; messages that do not show at once do within {HOLD_SECONDS // 60} minutes."
    )
