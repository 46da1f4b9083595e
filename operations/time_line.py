"""A call as a time line for people: a row a moment, a column each for who is in it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.journal import Column, Note

_COLOURS = {
    Column.CARDHOLDER: "magenta",
    Column.AGENT: "green",
    Column.CONNECT: "blue",
    Column.PCI_PAL: "yellow",
    Column.EXECUTION: "cyan",
}
_AT_WIDTH = 9


class TimeLine:
    """Prints notes as they come: those of one moment in one row, what is repeated once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._waiting: list[Note] = []
        self._last: dict[tuple[Column, str], str] = {}
        self._repeats: set[tuple[Column, str]] = set()
        # A column's width must not hang on what comes later.
        self._width = (console.width - _AT_WIDTH) // len(Column) - 2

    def heading(self) -> None:
        self._console.print(self._row("", {one: [Text(one, style="bold")] for one in Column}))

    def take(self, note: Note) -> None:
        if self._waiting and note.at != self._waiting[0].at:
            self.flush()
        whose = (note.column, note.who)
        if self._last.get(whose) != note.text:
            self._last[whose] = note.text
            self._repeats.discard(whose)
            self._waiting.append(note)
        elif whose not in self._repeats:
            self._repeats.add(whose)
            self._waiting.append(replace(note, text="… the same again, and again"))

    def flush(self) -> None:
        notes, self._waiting = self._waiting, []
        if notes:
            self._console.print(self._row(moment(notes[0].at), _cells(notes)))

    def _row(self, at: str, cells: dict[Column, list[Text]]) -> Table:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=_AT_WIDTH - 2, justify="right", style="dim")
        for column in Column:
            row.add_column(width=self._width, style=_COLOURS[column])
        row.add_row(at, *(Text("\n").join(cells.get(column, [])) for column in Column))
        return row


def moment(seconds: float) -> str:
    """Write call time as a telephone shows it, with tenths: `1:05.3`."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"


def _cells(notes: Iterable[Note]) -> dict[Column, list[Text]]:
    by_column = sorted(notes, key=lambda note: list(Column).index(note.column))
    return {
        column: [_text(note) for note in group]
        for column, group in groupby(by_column, key=lambda note: note.column)
    }


def sentence(note: Note) -> str:
    """Write a note as it is printed: `Alice clicks “Join”`."""
    return f"{note.who[:1].upper()}{note.who[1:]} {note.text}" if note.who else note.text


def _text(note: Note) -> Text:
    return Text(sentence(note), style="bold red" if note.alarming else "")
