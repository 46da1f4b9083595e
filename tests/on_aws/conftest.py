"""Tests marked `aws` run in a real account, and only where its region is given."""

import os

import boto3
import pytest
from botocore.config import Config

from tests.on_aws.smoke import Client

ACCOUNT = pytest.StashKey[boto3.Session]()


def pytest_configure(config: pytest.Config) -> None:
    """Find the person's credentials now: before the first test they are put out of reach."""
    region = config.getoption("--aws-region")
    if region:
        profile = os.environ.get("AWS_PROFILE")
        config.stash[ACCOUNT] = boto3.Session(region_name=region, profile_name=profile)
        if config.stash[ACCOUNT].get_credentials() is None:
            raise pytest.UsageError("--aws-region needs credentials, as the AWS CLI finds them.")
    elif config.getoption("--aws-stack"):
        raise pytest.UsageError("--aws-stack needs --aws-region.")


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> Client:
    """The clients of the real account. Whoever asks for it is skipped where none is given."""
    if ACCOUNT not in pytestconfig.stash:
        pytest.skip("no --aws-region: it needs an AWS account, and credentials for it")
    session = pytestconfig.stash[ACCOUNT]
    # Many questions in a row: adaptive clients ask no faster than they are let.
    config = Config(retries={"mode": "adaptive", "total_max_attempts": 10})
    return lambda service: session.client(service, config=config)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def stack_name(account: Client, pytestconfig: pytest.Config) -> str:  # noqa: ARG001
    """A stack that is deployed in the account."""
    name = pytestconfig.getoption("--aws-stack")
    if not name:
        pytest.skip("no --aws-stack: it needs a stack of template.yaml, deployed in that account")
    return str(name)
