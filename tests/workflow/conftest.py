from collections.abc import Callable, Generator, Iterator

import pytest

from operations.stage import PATIENCE_SECONDS, Stage
from simulator import ministack_wire
from simulator.aws import LocalAws
from simulator.ministack_wire import WiredMiniStack
from tests.workflow import engine_gaps, step_functions_elsewhere
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
from tests.workflow.step_functions_elsewhere import STEP_FUNCTIONS_LOCAL, StepFunctionsElsewhere


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each scenario of the core, and each test of the engines themselves, on both.

    Where an endpoint is given, the scenarios run on Step Functions Local too. Where none is, one of
    them says so, and not each.
    """
    if "engine" not in metafunc.fixturenames:
        return
    scenario = is_scenario(metafunc.definition)
    if not scenario and metafunc.definition.path.stem != "test_engines":
        return
    engines = [MOTO, MINISTACK]
    if scenario and GAPS[MINISTACK].get(metafunc.function.__name__) is NO_TIME_OUT:
        engines.append(HANDED_IN)
    params = [pytest.param(engine, marks=_gaps(engine, metafunc.function)) for engine in engines]
    if scenario and metafunc.config.getoption("--step-functions-local"):
        params.append(pytest.param(STEP_FUNCTIONS_LOCAL))
    elif metafunc.function.__name__ == "test_transfer_is_secured":
        params.append(pytest.param(STEP_FUNCTIONS_LOCAL, marks=_NO_ENDPOINT))
    metafunc.parametrize("engine", params, indirect=True)


_NO_ENDPOINT = pytest.mark.skip(
    reason="no scenario runs on Step Functions Local without --step-functions-local: "
    "it needs Docker (tests/mocked/compose.yaml)"
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
    over = call.when == "call" or report.skipped  # what is skipped is never called
    if over and isinstance(item, pytest.Function) and is_scenario(item):
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
def elsewhere(aws: LocalAws, pytestconfig: pytest.Config) -> Iterator[StepFunctionsElsewhere]:
    endpoint = pytestconfig.getoption("--step-functions-local")
    calls_go_to = pytestconfig.getoption("--step-functions-local-calls")
    with StepFunctionsElsewhere(aws, endpoint, calls_go_to) as with_moto:
        yield with_moto


@pytest.fixture(scope="session")
def deployed_elsewhere(elsewhere: StepFunctionsElsewhere) -> Stage:
    stage = Stage(elsewhere, "elsewhere", deploy=step_functions_elsewhere.deploy)
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
    stages = {MOTO: "deployed", STEP_FUNCTIONS_LOCAL: "deployed_elsewhere"}
    stage: Stage = request.getfixturevalue(stages.get(engine, "deployed_on_ministack"))
    stage.events.clear()
    return stage


@pytest.fixture
def deploy(engine: str, request: pytest.FixtureRequest) -> Callable[..., Stage]:
    """Deploy a stack of a test's own onto its engine."""
    if engine == MOTO:
        return lambda name, **parameters: Stage(request.getfixturevalue("aws"), name, **parameters)
    if engine == STEP_FUNCTIONS_LOCAL:
        return lambda name, **parameters: Stage(
            request.getfixturevalue("elsewhere"),
            name,
            deploy=step_functions_elsewhere.deploy,
            **parameters,
        )
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
