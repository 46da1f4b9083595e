import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader

from simulator.aws import LocalAws
from tests import event_contract

_FIGURES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--step-functions-local",
        metavar="URL",
        help="run tests/mocked and the scenarios of tests/workflow on Step Functions Local too, "
        "for example http://127.0.0.1:8083 (tests/mocked/compose.yaml)",
    )
    parser.addoption(
        "--step-functions-local-calls",
        metavar="HOST:PORT",
        default="127.0.0.1:8084",
        help="where Step Functions Local makes its states' calls: the tests answer there; on Linux "
        "the address of Docker's bridge, which is not that of this machine (default: %(default)s)",
    )
    parser.addoption(
        "--aws-region",
        metavar="REGION",
        help="run the tests marked aws too, in this region of the account that your credentials "
        "(AWS_PROFILE and its like) are for",
    )
    parser.addoption(
        "--aws-stack",
        metavar="NAME",
        help="with --aws-region: a deployed stack of template.yaml to play a transfer on",
    )


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """Read each of botocore's models once in a run, and not again for each session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file)))
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the figures of one of several processes to the one that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[_FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_FIGURES] += node.workeroutput.get("figures", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash[_FIGURES]:
        terminalreporter.section("figures")
        for line in config.stash[_FIGURES]:
            terminalreporter.line(line)


@pytest.fixture
def figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Report a measurement after the run. Seconds are reported, never asserted."""
    return pytestconfig.stash[_FIGURES].append


@pytest.fixture(scope="session", autouse=True)
def _no_aws_but_the_local_one() -> None:
    """Keep boto3 from finding anybody's real credentials or region."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="session", autouse=True)
def _every_audit_event_passes_by() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        event_contract.watch(patch)
        yield


@pytest.fixture(autouse=True)
def _audit_events_keep_their_contract() -> Iterator[None]:
    """Fail the test during which an event passed by that its schema does not take."""
    yield
    assert event_contract.PASSING.take_violations() == []


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """The one local AWS of the test run: moto's state is global, so there cannot be two."""
    with LocalAws() as local_aws:
        yield local_aws
