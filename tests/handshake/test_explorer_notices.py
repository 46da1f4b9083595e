"""An explorer that finds nothing proves nothing: each defect must be found, by its own name."""

import pytest

from tests.handshake.defects import DEFECTS
from tests.handshake.explorer import Broken, explore_scenario
from tests.handshake.scenarios import SCENARIOS
from tests.handshake.steps import Site


@pytest.mark.parametrize("name", DEFECTS)
def test_the_explorer_notices_when(name: str, site: Site) -> None:
    defect = DEFECTS[name]

    with defect.at(site) as broken, pytest.raises(Broken) as shown:
        explore_scenario(SCENARIOS[defect.scenario], broken)

    assert shown.value.finding == defect.found
    assert shown.value.schedule
