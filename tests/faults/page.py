"""Print the matrix as a page: `make faults-page` writes docs/faults.md."""

from collections import Counter
from collections.abc import Iterable, Iterator

from operations.ops import ABANDONED, SECURED, TIMED_OUT
from simulator.template import ROOT
from tests.faults.cell import AS_USUAL, Cell, Seen
from tests.faults.cells import CELLS, PARTS
from tests.faults.cells_functions import NEVER_STARTED

FILE = ROOT / "docs/faults.md"

_INTRODUCTION = """\
# Faults

What cardholder, agent and ops notice when something goes wrong: {count} cells, a fault each. This
page is written by `make faults-page` from the cells in `tests/faults/`, which are tests: each plays
a whole call with its fault in it (`tests/faults/test_faults.py`). Do not edit it here.

A function waits 1 s for an answer of AWS and tries twice, some calls once
([functions.md](functions.md)); a state waits as long as its `TimeoutSeconds` says and tries again
as its `Retry` says ([state-machine.md](state-machine.md)); a Lambda block of Connect takes 8 s and
four tries at the most. What is throttled, fails, times out or is slow does so once, if no number
is given; what is denied or is not there stays so for the whole call.

After each cell:

- no looped call has reached another agent than the one whose click got the PIN that it keyed, but
  for one whom Connect itself rings by mistake, and who is told so;
- a PIN was held by one transfer at a time, has worked at most once, and works no more;
- every execution has ended, with the outcome that the parties saw and that the record holds;
- every event that the record implies is on the bus, in the fallback queue, or (“stranded”) in a
  function's log or the execution's history; and no other one;
- nobody waits, no execution runs, no dead letter is left; the same conversation and another one
  are secured at once afterwards.

“As usual” is:

- the cardholder hears {cardholder};
- the agent hears {agent};
- the execution ends as `SUCCEEDED`;
- the bus has {events}, each once and in this order.
"""

_DEFECTS = """\
## Not yet so

These cells show what should be. The tests expect them to fail, until they do not.
"""

_HEAD = (
    "where", "what goes wrong", "the cardholder hears", "the agent hears", "ops see",
    "made good by",
)  # fmt: skip

_EVENTS_OF = {
    "SUCCEEDED": SECURED,
    "LoopTimedOut": TIMED_OUT,
    "AgentNeverJoined": ABANDONED,
    "": (),
}


def text() -> str:
    introduction = _INTRODUCTION.format(
        count=len(CELLS),
        cardholder=_words(AS_USUAL.cardholder, ()),
        agent=_words(AS_USUAL.agent, ()),
        events=_names(AS_USUAL.events),
    )
    parts = (f"## {part}\n\n{_table(cells)}" for part, cells in PARTS.items())
    defects = list(_defects())
    return "\n".join([introduction, *parts, *([_DEFECTS, *defects] if defects else [])]) + "\n"


def _defects() -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for cell in CELLS.values():
        if cell.defect:
            told.setdefault(cell.defect, []).append(f"{cell.where}, {cell.what}")
    for defect, cells in told.items():
        yield f"- {'; '.join(cells)}: {defect}"


def _table(cells: Iterable[Cell]) -> str:
    rows = [_HEAD, ["---"] * len(_HEAD), *map(_row, cells)]
    return (
        "".join(f"| {' | '.join(row)} |\n" for row in rows)
        .replace("| --- ", "|---")
        .replace("|--- |", "|---|")
    )


def _row(cell: Cell) -> list[str]:
    seen = cell.seen
    return [
        cell.where,
        cell.what,
        _words(seen.cardholder, AS_USUAL.cardholder),
        _words(seen.agent, AS_USUAL.agent),
        "; ".join(_ops(seen)) or "as usual",
        str(cell.good) + (" (not yet: see below)" if cell.defect else ""),
    ]


def _words(words: tuple[str, ...], usual: tuple[str, ...]) -> str:
    if words == usual:
        return "as usual"
    return ", ".join(f"“{one}”" for one in words) or "nothing"


def _ops(seen: Seen) -> Iterator[str]:
    if seen.ends != AS_USUAL.ends:
        yield "ends: " + ", ".join(f"`{end}`" if end else "no execution" for end in seen.ends)
    usually = set(_EVENTS_OF.get(seen.ends[0], NEVER_STARTED))
    if set(seen.events) != usually - {*seen.kept, *seen.stranded}:
        yield f"bus: {_names(seen.events) or 'nothing'}"
    if not seen.in_order:
        yield "the events come out of order"
    for what, events in (
        ("refusal", seen.refusals),
        ("twice", seen.repeated),
        ("kept", seen.kept),
        ("stranded", seen.stranded),
    ):
        if events:
            yield f"{what}: {_names(events)}"
    if seen.metrics:
        counted = Counter(seen.metrics).items()
        times = (f"`{name}`" + (f", {n} times" if n > 1 else "") for name, n in counted)
        yield f"counted: {', '.join(times)}"
    if seen.alarms:
        yield f"rings: {_names(seen.alarms)}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


if __name__ == "__main__":
    FILE.write_text(text())
