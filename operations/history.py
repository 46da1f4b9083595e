"""An execution's history as a time line: which state, when, how long, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class Visit:
    """One stay in a state. Times are seconds since the execution's start."""

    state: str
    entered: float
    left: float | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        return None if self.left is None else self.left - self.entered


def time_line(events: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """Turn the events of GetExecutionHistory, in order, into visits.

    A visit's notes are the errors and retries that happened during it.
    """
    start: datetime | None = None
    visits: list[Visit] = []
    for event in events:
        start = start or event["timestamp"]
        at = (event["timestamp"] - start).total_seconds()
        kind = str(event["type"])
        if kind.endswith("StateEntered"):
            _leave(visits, at)
            visits.append(Visit(event["stateEnteredEventDetails"]["name"], at))
        elif kind.endswith("StateExited") or kind.startswith("Execution"):
            _leave(visits, at)
        elif kind in ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed"):
            details = next(value for name, value in event.items() if name.endswith("Details"))
            visits[-1].notes.append(str(details.get("error", kind)))
    return visits


def of_execution(step_functions: Any, execution_arn: str) -> list[Visit]:
    """Fetch an execution's history and return its time line."""
    pages = step_functions.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn
    )
    return time_line(event for page in pages for event in page["events"])


def _leave(visits: list[Visit], at: float) -> None:
    if visits and visits[-1].left is None:
        visits[-1].left = at
