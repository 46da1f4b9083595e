"""A fault a cell: what is seen of it, what makes it good, and that the invariants hold after it."""

from collections.abc import Callable

import pytest

from operations.stage import Stage
from tests.faults import invariants
from tests.faults.call_time import Delays
from tests.faults.cell import Cell, seen_of
from tests.faults.cells import CELLS
from tests.faults.good import EVIDENCE
from tests.faults.scene import played
from tests.faults.seen import Watch, sweep_pins


def _marks(cell: Cell) -> list[pytest.MarkDecorator]:
    defect = pytest.mark.xfail(reason=cell.defect, raises=AssertionError, strict=True)
    return [defect] if cell.defect else []


@pytest.fixture(scope="module")
def sound() -> dict[str, bool]:
    """Whether the invariants have held, by the cells that were played."""
    return {}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_marks(cell)) for name, cell in CELLS.items()]
)
def test_a_fault_is_seen_as_its_cell_says_and_the_invariants_hold_after_it(
    name: str, stage: Stage, delays: Delays, watch: Watch, sound: dict[str, bool]
) -> None:
    cell, sound[name] = CELLS[name], False
    watch.skip()
    sweep_pins(stage)
    with played(stage, delays, cell.play, cell.injections) as scene:
        left = watch.take(scene)
        assert seen_of(scene, left) == cell.seen
        assert EVIDENCE[cell.good](left)
        invariants.hold(scene, left)
    sound[name] = True


def test_the_invariants_hold_after_each_cell_without_a_known_defect(
    sound: dict[str, bool], figure: Callable[[str], None]
) -> None:
    broken = {name for name, held in sound.items() if not held}
    assert broken <= {name for name, cell in CELLS.items() if cell.defect}
    but = f" but {len(broken)}, which show known defects" if broken else ""
    figure(f"Faults: {len(sound)} cells; invariants held after each{but}")
