import pytest

from operations.stage import Stage
from simulator.aws import LocalAws


@pytest.fixture(scope="session")
def stage(aws: LocalAws) -> Stage:
    """The stage of the demo's calls: every parameter as it is deployed."""
    stage = Stage(aws, "calls")
    stage.warm_up()
    return stage
