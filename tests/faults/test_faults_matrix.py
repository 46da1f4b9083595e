"""The matrix leaves no call out, and its page is the one that it prints."""

from collections.abc import Iterator

from tests.asl.machine import load, tasks
from tests.faults import page
from tests.faults.cells import CELLS, PARTS
from tests.faults.injection import AwsFault, Both, Injection, Kind
from tests.faults.outside import Happens
from tests.faults.places import Place
from tests.template.test_template_roles import ALLOWED

AT_LEAST = 60
OUTSIDE = {
    "the wake-up after the looped call": set(Happens),
    "the looped call": set(Happens),
    "the agent's join": set(Happens),
    "the PIN's digits": set(Happens),
    "audit events": {Happens.LOST, Happens.DOUBLED, Happens.REORDERED},
}
"""An event of the audit cannot come early: it tells what has been."""


def _faults(injection: Injection) -> Iterator[AwsFault]:
    match injection:
        case AwsFault():
            yield injection
        case Both(one, other):
            yield from _faults(one)
            yield from _faults(other)


FAULTS = [fault for cell in CELLS.values() for one in cell.injections for fault in _faults(one)]
PLACES: list[Place] = [fault.place for fault in FAULTS]


def test_there_are_at_least_60_cells_and_each_has_a_name_of_its_own() -> None:
    assert len(CELLS) >= AT_LEAST
    assert len(CELLS) == sum(map(len, PARTS.values()))


def test_every_call_of_every_state_has_a_cell() -> None:
    struck = {place.caller for place in PLACES if place.is_state}
    assert set(tasks(load())) - struck == set()


def test_every_call_that_a_function_may_make_has_a_cell() -> None:
    struck = {(place.caller, place.action) for place in PLACES}
    for role, resources in ALLOWED.items():
        function = role.removesuffix("Role")
        if function in ("SecureTransfer", "AuditOperator"):
            continue  # the states', and people's: tests/audit strikes those
        actions = {action for given in resources.values() for action in given}
        calls = {(function, one) for one in actions if not one.startswith("logs:")}
        assert calls - struck == set()


def test_every_kind_of_fault_strikes_functions_and_states() -> None:
    for of_state in (True, False):
        kinds = {fault.kind for fault in FAULTS if fault.place.is_state == of_state}
        assert set(Kind) - {Kind.TAKEN} - kinds <= ({Kind.NOT_FOUND} if not of_state else set())


def test_every_outside_event_is_lost_late_early_doubled_and_out_of_order() -> None:
    happened: dict[str, set[str]] = {}
    for cell in PARTS["Outside events"]:
        happened.setdefault(cell.where, set()).add(cell.what.partition(" (")[0])
    for event, ways in OUTSIDE.items():
        assert happened[event] == {str(way) for way in ways}, event


def test_the_page_is_the_one_that_the_cells_print() -> None:
    assert page.FILE.read_text() == page.text(), "run `make faults-page`"
