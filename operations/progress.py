"""How far a command has come that reads much."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rich.progress
from rich.console import Console

Progress = Callable[[str, int, int], None]
"""Told what is being read, how many there are already, and how many there will be."""


@contextmanager
def progress_bar(console: Console) -> Iterator[Progress]:
    """Show how far the reading has come, on a terminal only; it goes away at the end."""
    columns = (
        rich.progress.TextColumn("reading {task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
    )
    bar = rich.progress.Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    )
    tasks: dict[str, rich.progress.TaskID] = {}

    def tell(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what)
        bar.update(tasks[what], completed=done, total=of)

    with bar:
        yield tell
