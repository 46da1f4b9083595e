"""What people see of changes: a table, and flows as a difference."""

import difflib
import json
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.connect.setup.changes import Change

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show(console: Console, changes: Iterable[Change]) -> None:
    changes = list(changes)
    table = Table("what", "from", "to")
    for one in changes:
        # As text: names may have what rich takes for markup.
        table.add_row(Text(one.what), Text(one.shown_before), Text(one.shown_after))
    console.print(table)
    for one in changes:
        if one.kind == "flow":
            for line in difference(one):
                console.print(Text(line, _STYLES.get(line[:1], "")), soft_wrap=True)


def difference(change: Change) -> list[str]:
    """Return the unified difference of a flow's JSON, laid out."""
    before, after = (_laid_out(str(content)) for content in (change.before, change.after))
    return list(
        difflib.unified_diff(before, after, change.what, f"{change.what}, changed", lineterm="")
    )


def _laid_out(content: str) -> list[str]:
    return json.dumps(json.loads(content), indent=2, ensure_ascii=False).splitlines()
