"""boto3's clients, as the functions make them, with somebody else in the place of the network."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from secure_transfer.adapters import clients
from simulator.template import REGION
from tests.handshake.wire import Answer, Call, written

Network = Callable[[Call], Answer]


class BotoClients:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._made: list[Any] = []
        with pytest.MonkeyPatch.context() as environment:
            environment.setattr(boto3, "DEFAULT_SESSION", None)
            environment.setenv("AWS_DEFAULT_REGION", REGION)
            environment.setenv("AWS_ACCESS_KEY_ID", "functions")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "none")
            self.dynamodb = self._off_line(clients.dynamodb())
            self.polling_dynamodb = self._off_line(clients.dynamodb(tries=1))
            self.step_functions = self._off_line(clients.step_functions())
            self.waking_step_functions = self._off_line(clients.step_functions(tries=1))
            self.events = self._off_line(clients.events())
            self.sqs = self._off_line(clients.sqs())

    def close(self) -> None:
        for client in self._made:
            client.close()

    def _off_line(self, client: Any) -> Any:
        client.meta.events.register_first("before-send", self._send)
        self._made.append(client)
        return client

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        answer = self._network(Call(operation, written(json.loads(request.body))))
        body, status = answer.body, 200
        if answer.error:
            body = json.dumps({"__type": answer.error, "message": ""})
            status = 500 if answer.error.startswith("Internal") else 400
        headers = {"x-amzn-RequestId": "explored"}
        return AWSResponse(request.url, status, headers, _Body(body.encode()))


@contextmanager
def no_waiting() -> Iterator[None]:
    """Let boto3 try again at once, and as often in all schedules together as in one."""
    with (
        patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)),
        patch("botocore.retries.quota.RetryQuota.acquire", lambda *_: True),
    ):
        yield


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
