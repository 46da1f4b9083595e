"""boto3 clients with short budgets, made once, when the function starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from secure_transfer.adapters.budget import CONNECT_SECONDS, READ_SECONDS, refuse_late_calls
from secure_transfer.domain.errors import PlatformFault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_TRIES = 2
"""A call that goes as badly as it can takes 4 s, its back-off included: there is time for one."""

_Client = TypeVar("_Client")


def dynamodb(tries: int = _TRIES) -> "DynamoDBClient":
    return _timed(boto3.client("dynamodb", config=_config(tries)))


def step_functions(tries: int = _TRIES) -> "SFNClient":
    return _timed(boto3.client("stepfunctions", config=_config(tries)))


def events() -> "EventBridgeClient":
    """One try: an event that is not taken at once goes to the fallback queue."""
    return _timed(boto3.client("events", config=_config(1)))


def sqs() -> "SQSClient":
    return _timed(boto3.client("sqs", config=_config(1)))


def connect() -> Any:
    return _timed(boto3.client("connect", config=_config(_TRIES)))


class ConditionFailed(Exception):
    """DynamoDB did not write: the condition did not hold."""


@contextmanager
def faults_of(operation: str) -> Iterator[None]:
    """Turn what boto3 raises into a `PlatformFault` that names operation and error code only.

    AWS's own messages are left out: some of them quote what was sent.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise ConditionFailed from error
        raise PlatformFault(f"{operation} failed: {code}.") from error
    except BotoCoreError as error:
        raise PlatformFault(f"{operation} failed: {type(error).__name__}.") from error


def _config(tries: int) -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": tries},
    )


def _timed(client: _Client) -> _Client:
    refuse_late_calls(client)
    return client
