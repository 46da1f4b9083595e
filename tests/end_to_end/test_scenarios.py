"""The demo's scenarios, played as the demo plays them."""

import pytest

from operations.demo import WAITS
from operations.scenarios import SCENARIOS, Scenario
from operations.stage import Scene, Stage
from simulator.aws import LocalAws


@pytest.fixture(scope="module")
def stage(aws: LocalAws) -> Stage:
    stage = Stage(aws, "scenarios", **WAITS)
    stage.warm_up()
    return stage


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_ends_as_it_should(stage: Stage, scenario: Scenario) -> None:
    stage.scene = Scene()
    scenario.play(stage)

    assert stage.scene.checks
    assert [what for what, held in stage.scene.checks if not held] == []
