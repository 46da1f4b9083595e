"""Every port as `fake` and as `aws`: the tests do not know which of the two they have."""

import itertools
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest

from secure_transfer.adapters import clients
from secure_transfer.observability import metrics
from simulator.aws import LocalAws
from simulator.stack import Stack, deploy
from simulator.template import REGION
from tests.contract import stores
from tests.contract.interference import CALLER, Interference

FAKE_AND_AWS = ["fake", "aws"]

_serial = itertools.count(1)


@pytest.fixture(scope="session")
def stack(aws: LocalAws) -> Stack:
    return deploy(aws, "contract")


@pytest.fixture(scope="session")
def aws_clients(aws: LocalAws) -> Iterator[stores.Clients]:
    """The functions' own clients, as they come out of the environment that a function has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", CALLER)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        # A busy machine may take longer than the deployed budget. Then the second try of a write
        # that took effect is refused, and another behaviour is seen than the one under test.
        patch.setattr(clients, "READ_SECONDS", 30.0)
        made = stores.Clients(
            clients.dynamodb(),
            clients.step_functions(),
            clients.events(),
            clients.sqs(),
            clients.connect(),
        )
    yield made
    made.close()


@pytest.fixture
def interference(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Interference]:
    # boto3 backs off for up to a second before its second try, the search between two reads.
    for module in ("botocore.endpoint", "secure_transfer.adapters.pin_table"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(sleep=lambda _: None))
    before = list(aws.wire.interferences)
    yield Interference(aws)
    aws.wire.interferences[:] = before


@pytest.fixture(autouse=True)
def _no_metrics_left_over() -> Iterator[None]:
    """No handler runs here that would send what the adapters count."""
    yield
    metrics.clear_metrics()


@pytest.fixture(params=FAKE_AND_AWS)
def pins(request: pytest.FixtureRequest) -> stores.PinStore:
    if request.param == "fake":
        return stores.fake_pins()
    return stores.aws_pins(*_local_aws(request))


@pytest.fixture(params=FAKE_AND_AWS)
def transfers(request: pytest.FixtureRequest) -> stores.TransferStore:
    if request.param == "fake":
        return stores.fake_transfers()
    return stores.aws_transfers(*_local_aws(request))


@pytest.fixture(params=FAKE_AND_AWS)
def engine(request: pytest.FixtureRequest) -> Iterator[stores.Engine]:
    if request.param == "fake":
        yield stores.fake_engine()
        return
    with stores.aws_engine(*_local_aws(request)) as engine:
        yield engine


@pytest.fixture(params=FAKE_AND_AWS)
def directory(request: pytest.FixtureRequest) -> stores.Directory:
    if request.param == "fake":
        return stores.fake_directory()
    aws, _, made = _local_aws(request)
    return stores.aws_directory(aws, made)


@pytest.fixture(params=FAKE_AND_AWS)
def trail(request: pytest.FixtureRequest) -> stores.Trail:
    if request.param == "fake":
        return stores.fake_trail()
    return stores.aws_trail(*_local_aws(request), request.getfixturevalue("interference"))


def _local_aws(request: pytest.FixtureRequest) -> tuple[LocalAws, Stack, stores.Clients]:
    """Return what the adapters need, made on demand: the fakes need no local AWS."""
    aws, stack, made = (request.getfixturevalue(name) for name in ("aws", "stack", "aws_clients"))
    return aws, stack, made


@pytest.fixture
def new_pin() -> str:
    """A PIN that no other test uses: the tables outlive a test."""
    return f"{next(_serial):04d}"


@pytest.fixture
def new_id() -> str:
    return str(uuid.uuid4())
