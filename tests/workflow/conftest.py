from collections.abc import Iterator

import pytest

from operations.stage import Stage
from simulator.aws import LocalAws
from tests.workflow.driver import Driver


@pytest.fixture(scope="session")
def deployed(aws: LocalAws) -> Stage:
    stage = Stage(aws, "workflow")
    stage.warm_up()
    return stage


@pytest.fixture
def driver(deployed: Stage) -> Iterator[Driver]:
    deployed.events.clear()
    yield Driver(deployed)
    # A fault that outlived its test would strike the next one.
    assert deployed.aws.wire.interferences == []
