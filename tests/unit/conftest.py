from collections.abc import Iterator
from types import ModuleType

import pytest
from pytest_socket import socket_allow_hosts

from secure_transfer.observability import metrics
from tests.fakes import FakeAuditTrail, FakeClock, FakePins, FakeTransfers, FakeWorkflow
from tests.unit.functions import Function, import_function


@pytest.fixture(autouse=True)
def _network_is_out_of_reach() -> None:
    """A unit test that reaches for AWS fails. The plugin lifts this after each test.

    Loopback stays: a local AWS of other tests may be serving in the same process.
    """
    socket_allow_hosts(["127.0.0.1", "localhost"])


@pytest.fixture(autouse=True)
def _no_metrics_left_over() -> Iterator[None]:
    """What is counted outside of a handler is sent by nobody."""
    yield
    metrics.clear_metrics()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pins() -> FakePins:
    return FakePins()


@pytest.fixture
def transfers() -> FakeTransfers:
    return FakeTransfers()


@pytest.fixture
def workflow() -> FakeWorkflow:
    return FakeWorkflow()


@pytest.fixture
def audit() -> FakeAuditTrail:
    return FakeAuditTrail()


@pytest.fixture(scope="session")
def add_agent_module() -> ModuleType:
    return import_function("add_agent")


@pytest.fixture(scope="session")
def get_agent_module() -> ModuleType:
    return import_function("get_agent")


@pytest.fixture(scope="session")
def agent_joined_module() -> ModuleType:
    return import_function("agent_joined")


@pytest.fixture(scope="session")
def contact_changed_module() -> ModuleType:
    return import_function("contact_changed")


@pytest.fixture(scope="session")
def find_free_pin_module() -> ModuleType:
    return import_function("find_free_pin")


@pytest.fixture(scope="session")
def execution_closed_module() -> ModuleType:
    return import_function("execution_closed")


@pytest.fixture
def add_agent(
    add_agent_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(add_agent_module, monkeypatch, capsys)


@pytest.fixture
def get_agent(
    get_agent_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(get_agent_module, monkeypatch, capsys)


@pytest.fixture
def agent_joined(
    agent_joined_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(agent_joined_module, monkeypatch, capsys)


@pytest.fixture
def contact_changed(
    contact_changed_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(contact_changed_module, monkeypatch, capsys)


@pytest.fixture
def find_free_pin(
    find_free_pin_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(find_free_pin_module, monkeypatch, capsys)


@pytest.fixture
def execution_closed(
    execution_closed_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Function:
    return Function(execution_closed_module, monkeypatch, capsys)
