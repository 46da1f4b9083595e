from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance
from tests.calls.memory_site import INSTANCE
from tests.connect_setup.published_flows import publish

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is logged in, and what is throttled for good is known to be so at once."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def api() -> Iterator[ConnectApi]:
    with ConnectApi() as started:
        yield started


@pytest.fixture
def instance(api: ConnectApi) -> StoredInstance:
    """The shop's instance, with our flows and a quick connect published, and nothing set up."""
    stored = fresh_instance(api.account, instance_id=INSTANCE.rpartition("/")[2])
    publish(api, stored)
    api.wire.requests.clear()
    return stored


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


@pytest.fixture
def connect_cli(api: ConnectApi) -> Run:
    """Run `operations connect …` on the simulated instance. `answer`: what is typed."""

    def run(*arguments: object, answer: str = "") -> Result:
        given = ["connect", *map(str, arguments), "--endpoint-url", api.endpoint]
        return CliRunner().invoke(cli, given, input=answer)

    return run


@pytest.fixture
def setup(connect_cli: Run, instance: StoredInstance, record: Path) -> Run:
    """Run `operations connect setup` with whatever it is told, without a question."""

    def run(*arguments: object, to: Path = record) -> Result:
        return connect_cli("setup", "--instance", instance.arn, "--yes", "--record", to, *arguments)

    return run


@pytest.fixture
def undo(connect_cli: Run, record: Path) -> Run:
    def run(*arguments: object, of: Path = record) -> Result:
        return connect_cli("undo", of, "--yes", *arguments)

    return run
