from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from secure_transfer.adapters import clients
from secure_transfer.adapters.clients import ConditionFailed, faults_of
from secure_transfer.domain.errors import PlatformFault

BACK_OFF_SECONDS = 1
"""boto3's longest, before a second try."""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


@pytest.mark.parametrize(
    ("make", "tries"),
    [
        pytest.param(clients.dynamodb, 2, id="tables"),
        pytest.param(lambda: clients.dynamodb(tries=1), 1, id="the poll, which repeats itself"),
        pytest.param(clients.step_functions, 2, id="start"),
        pytest.param(lambda: clients.step_functions(tries=1), 1, id="wake-up"),
        pytest.param(clients.events, 1, id="events, which have a queue to go to"),
        pytest.param(clients.sqs, 1, id="that queue"),
        pytest.param(clients.connect, 2, id="Connect's users"),
    ],
)
def test_client_has_a_short_budget(make: Callable[[], Any], tries: int) -> None:
    config = make().meta.config

    assert config.retries["total_max_attempts"] == tries
    assert config.retries["mode"] == "standard"
    # An invocation has 7 s: time for one call that goes as badly as it can.
    one_try = config.connect_timeout + config.read_timeout
    assert tries * one_try + (tries - 1) * BACK_OFF_SECONDS <= 4


def test_condition_that_did_not_hold_is_no_fault() -> None:
    with pytest.raises(ConditionFailed), faults_of("PutItem"):
        raise client_error("ConditionalCheckFailedException")


def test_fault_names_operation_and_code_and_leaves_awss_message_out() -> None:
    with pytest.raises(PlatformFault) as caught, faults_of("SendTaskSuccess"):
        raise client_error("InvalidToken", "Invalid Token: 'AQC+the-token='")

    assert str(caught.value) == "SendTaskSuccess failed: InvalidToken."


def test_fault_of_the_network_names_its_kind_and_leaves_the_address_out() -> None:
    with pytest.raises(PlatformFault) as caught, faults_of("GetItem"):
        raise ConnectTimeoutError(endpoint_url="https://dynamodb")

    assert str(caught.value) == "GetItem failed: ConnectTimeoutError."


def test_mistake_of_our_own_is_not_taken_for_a_fault_of_the_platform() -> None:
    with pytest.raises(KeyError), faults_of("GetItem"):
        raise KeyError("Item")


def client_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")
