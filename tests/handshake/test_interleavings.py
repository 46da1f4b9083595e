"""Every order in which the steps of a transfer's parties can come, within each scenario.

A step is one call to AWS: a write of the state machine with the ASL's own expressions, or a call of
a function; in some scenarios a call fails, its answer gets lost, a function dies, the execution is
stopped: see `steps`.
"""

from collections.abc import Callable

import pytest

from tests.fakes import NOW
from tests.handshake import later
from tests.handshake.explorer import Explored, explore, explore_scenario
from tests.handshake.functions import Invocation
from tests.handshake.scenarios import SCENARIOS
from tests.handshake.steps import Rules, Site, steps
from tests.handshake.world import Run, World

_EXPLORED: dict[str, Explored] = {}

_NOT_EXPLORED = {
    "FindFreePin",  # all five drawn PINs are taken
    "KeepTransferFaulted",  # two services are out, one after the other
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_invariant_is_broken_when(name: str, site: Site) -> None:
    explored = _EXPLORED[name] = explore_scenario(SCENARIOS[name], site)

    assert set(explored.known) == SCENARIOS[name].known
    left = {world.items for world in explored.ends}
    assert [finding for items in left for finding in later.stumbles(items, site)] == []


def test_scenarios_together_lead_through_the_whole_machine(
    site: Site, figure: Callable[[str], None]
) -> None:
    if _EXPLORED.keys() != SCENARIOS.keys():
        pytest.skip("means something only after all the scenarios")
    been = set.union(*(explored.states for explored in _EXPLORED.values()))
    schedules = sum(explored.schedules for explored in _EXPLORED.values())
    worlds = sum(explored.worlds for explored in _EXPLORED.values())
    known = len(set.union(*(set(explored.known) for explored in _EXPLORED.values())))
    figure(
        f"Handshake: {schedules:,} schedules of {len(SCENARIOS)} scenarios explored, "
        f"{worlds:,} distinct states; no invariant broken ({known} known exceptions, after faults)"
    )

    assert site.machine.tasks - been == _NOT_EXPLORED


def test_all_orders_of_two_independent_calls_are_counted(site: Site) -> None:
    # Each looks for its PIN, finds none and audits that: six ways to mix two and two.
    guesses = [Run(Invocation("GetAgent", f"loop-{n}", pin="1234")) for n in (1, 2)]
    world = World(NOW, runs=tuple(guesses))

    explored = explore(world, lambda before: steps(before, site, Rules()))

    assert (explored.schedules, explored.worlds, len(explored.ends)) == (6, 9, 1)
