"""boto3's clients without boto3, which would take most of a long run's time."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from tests.handshake.transport import Network
from tests.handshake.wire import Call, call


class ThinClients:
    def __init__(self, network: Network) -> None:
        client = _ThinClient(network)
        self.dynamodb = self.polling_dynamodb = client
        self.step_functions = self.waking_step_functions = client
        self.events = self.sqs = client

    def close(self) -> None:
        """There is nothing to close."""


class TaskTimedOut(ClientError): ...


class ExecutionAlreadyExists(ClientError): ...


class _OtherError(ClientError):
    """What AWS does not raise here, and the functions name all the same."""


class _ThinClient:
    exceptions = SimpleNamespace(
        TaskTimedOut=TaskTimedOut,
        InvalidToken=_OtherError,
        TaskDoesNotExist=_OtherError,
        ExecutionAlreadyExists=ExecutionAlreadyExists,
    )

    def __init__(self, network: Network) -> None:
        self._network = network

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(word.capitalize() for word in method.split("_"))

        def do(**parameters: Any) -> dict[str, Any]:
            asked: Call = call(operation, parameters)
            answer = self._network(asked)
            if answer.error:
                kind = getattr(self.exceptions, answer.error, ClientError)
                raise kind({"Error": {"Code": answer.error}}, operation)
            # Anew each time: the caller may change what it gets.
            answered: dict[str, Any] = json.loads(answer.body)
            return answered

        return do
