"""Put many transfers on the second local AWS at once: none may be lost, crossed or stuck.

Three loads, one after the other: a crowd; all agents clicking in the same second; and a steady
rate, which shows whether memory and answers stay as they are.
"""

import statistics
import subprocess
import uuid
from collections.abc import Iterable

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from operations.load_crowd import ENVIRONMENTS, Crowd, Outcome
from operations.stage import Stage
from simulator.ministack import MiniStack, deploy

_PERCENTILES = (50, 90, 99)
_STEADY_SHARE = 0.5
"""Of the rate that the crowd reached: one that can be held."""


def run(transfers: int, at_once: int, minutes: int) -> bool:
    """Play and print the loads. True if no transfer was lost, crossed or stuck."""
    console = Console(highlight=False)
    with MiniStack() as aws:
        stage = Stage(aws, f"load-{uuid.uuid4().hex[:8]}", deploy=deploy)
        stage.warm_up()
        crowd = Crowd(aws, stage)
        with Progress(console=console) as progress:
            bar = progress.add_task(f"{transfers} transfers, {at_once} at once", total=transfers)
            outcome = crowd.play(transfers, at_once, lambda: progress.advance(bar))
        tell(console, f"{transfers} transfers, {at_once} at once", outcome)
        together = crowd.play(at_once, at_once, in_the_same_second=True)
        spread = max(together.clicked) - min(together.clicked)
        tell(console, f"{at_once} agents clicking within {spread:.1f} s", together)
        outcomes = [outcome, together]
        if minutes:
            rate = _STEADY_SHARE * transfers / outcome.seconds
            outcomes.append(_steady(console, aws, crowd, rate, minutes))
    return all(outcome.is_good for outcome in outcomes)


def _steady(console: Console, aws: MiniStack, crowd: Crowd, rate: float, minutes: int) -> Outcome:
    rows = _table("minute", "transfers", "PIN p50", "PIN p99", "a function's process", "MiniStack")

    def every_minute(minute: Outcome) -> None:
        functions, server = memory(aws)
        p50, _, p99, _ = percentiles(minute.took["AddAgent"])
        number = str(rows.row_count + 1)
        rows.add_row(
            number, str(minute.transfers), p50, p99, f"{functions:.0f} MB", f"{server:.0f} MB"
        )

    outcome = crowd.play_steadily(rate, minutes, every_minute)
    tell(console, f"{rate:.1f} transfers a second for {minutes} minutes", outcome)
    console.print(rows, "MiniStack keeps every execution, so it grows; functions must not.")
    return outcome


def tell(console: Console, title: str, outcome: Outcome) -> None:
    console.print(f"\n{title}", style="bold")
    console.print(table(outcome))
    for what, count in outcome.faults.items():
        console.print(f"✗ {what} ({count})", style="red")
    console.print(verdict(outcome), soft_wrap=True)


def table(outcome: Outcome) -> Table:
    """Return the percentiles of each function's answers."""
    rows = _table("", "answers", *(f"p{one}" for one in _PERCENTILES), "most")
    for function, seconds in outcome.took.items():
        rows.add_row(function, str(len(seconds)), *percentiles(seconds))
    turns = f"its turn in one of {ENVIRONMENTS} processes"
    rows.add_row(turns, str(len(outcome.waited)), *percentiles(outcome.waited))
    return rows


def percentiles(seconds: list[float]) -> Iterable[str]:
    if not seconds:
        return ["-"] * (len(_PERCENTILES) + 1)
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
    figures = [*(cuts[one - 1] for one in _PERCENTILES), max(seconds)]
    return [f"{one * 1000:.0f} ms" for one in figures]


def verdict(outcome: Outcome) -> str:
    ends = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    rate = outcome.transfers / outcome.seconds if outcome.seconds else 0
    return (
        f"{ends or 'no execution'}; {outcome.audited} told of in full; "
        f"{sum(outcome.faults.values())} faults; at most {outcome.most_live} live PINs; "
        f"{outcome.seconds:.0f} s, {rate:.1f} transfers a second."
    )


def memory(aws: MiniStack) -> tuple[float, float]:
    """Return what a function's process holds on average, and what the server holds, in MB."""
    told = subprocess.run(
        ["ps", "-A", "-o", "pgid=,rss=,args="],  # noqa: S607 - wherever ps is
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ours = [line.split(None, 2) for line in told.splitlines()]
    held = [(args, int(rss) / 1024) for group, rss, args in ours if int(group) == aws.process_group]
    server = sum(mb for args, mb in held if args.endswith("-m ministack"))
    functions = [mb for args, mb in held if "python" in args and not args.endswith("-m ministack")]
    return sum(functions) / max(1, len(functions)), server


def _table(*headings: str) -> Table:
    rows = Table(box=None, header_style="dim")
    for heading in headings:
        rows.add_column(heading, justify="right" if heading else "left")
    return rows
