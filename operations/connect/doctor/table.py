"""What the doctor found, for people and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.connect.doctor.finding import Finding, Status

_SHOWN = {
    Status.OK: ("ok", "green"),
    Status.WRONG: ("WRONG", "bold red"),
    Status.UNKNOWN: ("unknown", "yellow"),
}


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)


def print_table(findings: Sequence[Finding], console: Console) -> None:
    table = Table(show_lines=True)
    for heading in ("", "check", "expected", "found", "how to mend it", "guide"):
        table.add_column(heading, overflow="fold")
    for one in findings:
        word, style = _SHOWN[one.status]
        cells = (one.check, one.expected, one.found, one.mend, one.guide)
        # As `Text`: names from the instance may look like rich's markup.
        table.add_row(Text(word, style=style), *map(Text, cells))
    console.print(table)
    console.print(Text(summary(findings)))


def summary(findings: Sequence[Finding]) -> str:
    counts = {status: sum(one.status is status for one in findings) for status in Status}
    told = [f"{count} {status}" for status, count in counts.items() if count or status is Status.OK]
    return f"{len(findings)} checks: {', '.join(told)}."
