"""A call of the demo as it is played on the local AWS, and what it prints."""

import io
from dataclasses import dataclass

from rich.console import Console

from operations.calls import DemoCall
from operations.demo import play
from operations.stage import Stage
from operations.time_line import TimeLine, sentence
from simulator.journal import Column, Note

_WIDTH = 170


@dataclass(frozen=True, slots=True)
class Printed:
    failure: str
    notes: list[Note]
    text: str

    def lines_of(self, column: Column) -> list[str]:
        return [sentence(note) for note in self.notes if note.column is column]


class _Listening(TimeLine):
    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.notes: list[Note] = []

    def take(self, note: Note) -> None:
        self.notes.append(note)
        super().take(note)


def played(demo_call: DemoCall, stage: Stage, seed: int = 1) -> Printed:
    out = io.StringIO()
    time_line = _Listening(Console(file=out, width=_WIDTH))
    failure = play(demo_call, stage, time_line, seed=seed, speed=None)
    return Printed(failure, time_line.notes, out.getvalue())
