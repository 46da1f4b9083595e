"""The long runs' tables, in memory, answer as moto's do: on everything that the explorer asks."""

from tests.handshake.explorer import explore_scenario
from tests.handshake.scenarios import SCENARIOS
from tests.handshake.steps import Site
from tests.handshake.tables import MotoTables, place_of
from tests.handshake.wire import read
from tests.long_runs import memory_tables


def test_tables_in_memory_answer_and_leave_what_moto_does(site: Site, tables: MotoTables) -> None:
    if not tables.asked:
        explore_scenario(SCENARIOS["a click, repeated at once; the first PIN is taken"], site)

    for (call, before), (after, answer) in tables.asked.items():
        place = place_of(call)
        items, answered = memory_tables.ask(((place, before),) if before else (), call)
        assert dict(items).get(place, "") == after, call
        assert answered.error == answer.error, call
        assert read(answered.body) == read(answer.body), call
