"""An explorer that finds nothing proves nothing: each defect must be found, by its own name."""

import dataclasses

import pytest

from tests.asl.machine import load
from tests.handshake.defects import DEFECTS
from tests.handshake.explorer import Broken, explore_scenario
from tests.handshake.machine import StateMachine
from tests.handshake.scenarios import SCENARIOS
from tests.handshake.steps import Site


@pytest.mark.parametrize("name", DEFECTS)
def test_the_explorer_notices_when(name: str, site: Site) -> None:
    defect = DEFECTS[name]
    machine = load()
    if defect.machine:
        defect.machine(machine)
    broken_site = dataclasses.replace(site, machine=StateMachine(machine))
    site.functions.forget()

    with defect.function(), pytest.raises(Broken) as shown:
        explore_scenario(SCENARIOS[defect.scenario], broken_site)

    site.functions.forget()
    assert shown.value.finding == defect.found
    assert shown.value.schedule
