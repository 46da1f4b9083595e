from collections.abc import Iterator

import pytest

from operations.stage import Stage
from simulator.aws import LocalAws
from tests.faults.call_time import Delays, retries_in_call_time
from tests.faults.seen import Watch


@pytest.fixture(scope="module")
def stage(aws: LocalAws) -> Stage:
    stage = Stage(aws, "faults")
    stage.warm_up()
    return stage


@pytest.fixture(scope="module")
def watch(stage: Stage) -> Watch:
    return Watch(stage)


@pytest.fixture
def delays(stage: Stage) -> Iterator[Delays]:
    delays = Delays(stage.aws.clock)
    with retries_in_call_time(delays):
        yield delays
    delays.let_go()
