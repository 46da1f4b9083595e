"""What happened in a run, as people would tell it: when, to whom, in plain words.

No telephone number, PIN or card digit is ever noted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """Whose time line a note belongs to."""

    CARDHOLDER = "cardholder"
    AGENT = "agent"
    CONNECT = "Connect"
    PCI_PAL = "PCI Pal"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class Note:
    """`at`: seconds of call time. `who`: the person, where a column has several."""

    at: float
    column: Column
    text: str
    who: str = ""
    alarming: bool = False
    """Something that must not happen on a good day."""


class Journal:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.notes: list[Note] = []
        self.listeners: list[Callable[[Note], None]] = []

    def note(self, column: Column, text: str, *, who: str = "", alarming: bool = False) -> None:
        note = Note(self._now(), column, text, who, alarming)
        self.notes.append(note)
        for listen in self.listeners:
            listen(note)

    def of(self, column: Column) -> list[str]:
        return [note.text for note in self.notes if note.column is column]
