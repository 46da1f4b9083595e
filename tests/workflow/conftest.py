from collections.abc import Callable, Generator, Iterator

import pytest

from operations.stage import PATIENCE_SECONDS, Stage
from simulator import ministack_wire
from simulator.aws import LocalAws
from simulator.ministack_wire import WiredMiniStack
from tests.workflow import engine_gaps
from tests.workflow.driver import Driver, TimeOuts
from tests.workflow.engine_gaps import (
    GAPS,
    HANDED_IN,
    MINISTACK,
    MOTO,
    NO_TIME_OUT,
    PLAYED,
    is_scenario,
)
from tests.workflow.small_machines import waiting


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each scenario of the core, and each test of the engines themselves, on both."""
    if "engine" not in metafunc.fixturenames:
        return
    scenario = is_scenario(metafunc.definition)
    if not scenario and metafunc.definition.path.stem != "test_engines":
        return
    engines = [MOTO, MINISTACK]
    if scenario and GAPS[MINISTACK].get(metafunc.function.__name__) is NO_TIME_OUT:
        engines.append(HANDED_IN)
    metafunc.parametrize(
        "engine",
        [pytest.param(engine, marks=_gaps(engine, metafunc.function)) for engine in engines],
        indirect=True,
    )


def _gaps(engine: str, test: Callable[..., None]) -> list[pytest.MarkDecorator]:
    gap = GAPS.get(engine, {}).get(test.__name__)
    if gap is None:
        return []
    return [pytest.mark.xfail(reason=gap.reason, raises=gap.shows_as, strict=True)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and isinstance(item, pytest.Function) and is_scenario(item):
        outcome = "gap" if hasattr(report, "wasxfail") else report.outcome
        PLAYED[item.callspec.params["engine"], outcome] += 1
    return report


@pytest.fixture(scope="session")
def wired() -> Iterator[WiredMiniStack]:
    with WiredMiniStack() as aws:
        yield aws


@pytest.fixture(scope="session")
def deployed(aws: LocalAws) -> Stage:
    stage = Stage(aws, "workflow")
    stage.warm_up()
    return stage


@pytest.fixture(scope="session")
def deployed_on_ministack(wired: WiredMiniStack) -> Stage:
    stage = Stage(wired, "workflow", deploy=ministack_wire.deploy)
    stage.warm_up()
    return stage


@pytest.fixture(scope="session")
def ministacks_time_outs(deployed_on_ministack: Stage) -> TimeOuts:
    """Whether MiniStack ends a wait: asked once, so that no scenario waits for it in vain."""
    machine = waiting(deployed_on_ministack, TimeoutSecondsPath="$.seconds")
    try:
        machine.end_of(machine.start(given={"seconds": 1}), engine_gaps.PATIENCE_SECONDS)
    except TimeoutError:
        return TimeOuts.NEVER
    return TimeOuts.OF_THE_ENGINE


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", MOTO))


@pytest.fixture
def stage(engine: str, request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.getfixturevalue(
        "deployed" if engine == MOTO else "deployed_on_ministack"
    )
    stage.events.clear()
    return stage


@pytest.fixture
def deploy(engine: str, request: pytest.FixtureRequest) -> Callable[..., Stage]:
    """Deploy a stack of a test's own onto its engine."""
    if engine == MOTO:
        return lambda name, **parameters: Stage(request.getfixturevalue("aws"), name, **parameters)
    wired = request.getfixturevalue("wired")
    return lambda name, **parameters: Stage(wired, name, deploy=ministack_wire.deploy, **parameters)


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> float:
    """How long to wait: short for what the engine is known not to do."""
    known = request.node.get_closest_marker("xfail")
    return engine_gaps.PATIENCE_SECONDS if known else PATIENCE_SECONDS


@pytest.fixture
def driver(
    engine: str, stage: Stage, patience: float, request: pytest.FixtureRequest
) -> Iterator[Driver]:
    driver = Driver(stage)
    driver.patience = patience
    if engine == HANDED_IN:
        driver.time_outs = TimeOuts.HANDED_IN
    elif engine == MINISTACK:
        driver.time_outs = request.getfixturevalue("ministacks_time_outs")
    yield driver
    # A fault that outlived its test would strike the next one.
    assert driver.aws.wire.interferences == []
