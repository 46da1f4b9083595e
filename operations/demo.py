"""Print seven secure transfers as they run: the calls, the execution's time line, the audit."""

import re
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from operations.history import Visit
from operations.scenarios import SCENARIOS, Scenario
from operations.stage import Exchange, Heard, Scene, Stage
from simulator.aws import LocalAws

# The deployed waits are 90 and 300 s; the template's parameters make them short here. Whoever
# answers in time does so within a second.
WAITS = {"LoopTimeoutSeconds": "6", "JoinTimeoutSeconds": "4"}

_PIPED_WIDTH = 140
_BAR = 24
_STATE_WIDTH = 24  # of the longest usual names, so that the bars of all time lines align
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OUTCOME = {"SUCCEEDED": "green", "FAILED": "yellow"}


def run() -> bool:
    """Play and print every scenario. True if each ended as it should."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    began = time.monotonic()
    console.print("Starting a local AWS and deploying template.yaml …", style="dim")
    results = []
    for number, (scenario, scene) in enumerate(played(), 1):
        console.print(Rule(f"[bold]{number}  {scenario.title}", align="left"))
        print_scene(console, scene)
        results.append((scenario.title, scene.passed))
    return _summary(console, results, time.monotonic() - began)


def played() -> Iterator[tuple[Scenario, Scene]]:
    """Play the scenarios one after the other, each as it is asked for."""
    with LocalAws() as aws:
        stage = Stage(aws, **WAITS)
        stage.warm_up()
        for scenario in SCENARIOS:
            stage.scene = Scene()
            scenario.play(stage)
            yield scenario, stage.scene


def print_scene(console: Console, scene: Scene) -> None:
    console.print("\nThe calls", style="bold cyan")
    console.print(_exchanges(scene))
    for execution in scene.executions:
        heading = Text("\nThe execution ", style="bold cyan")
        heading.append(execution.transfer_id, style="dim")
        outcome = f" {execution.status}" + (f" ({execution.error})" if execution.error else "")
        heading.append(outcome, style=_OUTCOME.get(execution.status, "red"))
        console.print(heading)
        console.print(_time_line(execution.time_line))
    console.print("\nThe audit events, as a consumer gets them", style="bold cyan")
    console.print(_events(scene))
    console.print()
    for what, held in scene.checks:
        console.print(f"  {'✓' if held else '✗'} {what}", style="green" if held else "bold red")
    console.print()


def _exchanges(scene: Scene) -> Table:
    table = _table("at", "what happens", "asked", "answered", "took")
    entries: list[Exchange | Heard] = [*scene.exchanges, *scene.heard]
    for entry in sorted(entries, key=lambda entry: entry.at):
        if isinstance(entry, Heard):
            words = re.sub(r"<[^>]+>", "", entry.words)  # of speech markup
            table.add_row(f"{entry.at:6.2f} s", entry.whom, f"“{words}”")
            continue
        good = entry.answer["Result"] == "OK"
        table.add_row(
            f"{entry.at:6.2f} s",
            entry.what,
            f"{entry.function}({_pairs(entry.asked)})",
            Text(_pairs(entry.answer), style="green" if good else "yellow"),
            f"{entry.seconds * 1000:5.0f} ms",
        )
    return table


def _time_line(visits: list[Visit]) -> Table:
    table = _table("at", "state", "stayed", "", "")
    whole = max((visit.left or visit.entered for visit in visits), default=0) or 1
    for visit in visits:
        seconds = visit.seconds or 0
        before = round(visit.entered / whole * _BAR)
        bar = max(1, round(seconds / whole * _BAR))
        table.add_row(
            f"{visit.entered:6.2f} s",
            visit.state,
            f"{seconds * 1000:5.0f} ms",
            Text(" " * before + "━" * bar, style="cyan"),
            Text(", ".join(visit.notes), style="yellow"),
        )
    return table


def _events(scene: Scene) -> Table:
    table = _table("sequence", "detail-type", "attempt", "transfer", "data")
    for event in scene.events:
        metadata: dict[str, Any] = event["detail"]["metadata"]
        table.add_row(
            str(metadata.get("sequence", "-")),
            event["detail-type"],
            str(metadata.get("attempt", "-")),
            str(metadata.get("transferId", "-"))[:8],
            _pairs(event["detail"]["data"]),
        )
    return table


def _summary(console: Console, results: list[tuple[str, bool]], seconds: float) -> bool:
    passed = [title for title, held in results if held]
    console.print(Rule(align="left"))
    for title, held in results:
        console.print(f"{'✓' if held else '✗'} {title}", style="green" if held else "bold red")
    console.print(f"\n{len(passed)} of {len(results)} ended as they should, in {seconds:.0f} s.")
    return len(passed) == len(results)


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    for heading in headings:
        right = heading in ("at", "stayed", "took")
        width = _STATE_WIDTH if heading == "state" else None
        table.add_column(
            heading, justify="right" if right else "left", no_wrap=right, min_width=width
        )
    return table


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_short(value)}" for name, value in values.items())


def _short(value: Any) -> str:
    """Cut ids, which are long and here only told apart."""
    text = str(value)
    return f"{text[:8]}…" if _UUID.fullmatch(text) else text
