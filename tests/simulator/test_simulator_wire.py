import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from simulator.aws import LocalAws
from simulator.calls import Answer, AwsCall, Interference, Wire
from simulator.connect_api import Account
from simulator.connect_api.wire import Wire as ConnectWire


class _Backend:
    """Answers with what it was sent, in place of moto."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked += 1
        body = Request(environ).get_data(as_text=True)
        return Response(f"backend got {body}")(environ, start_response)

    def respond(self, name: str, request: Request) -> Response:
        return Response(f"function {name} got {request.get_data(as_text=True)}")


@pytest.fixture
def backend() -> _Backend:
    return _Backend()


@pytest.fixture
def wire(backend: _Backend) -> Wire:
    return Wire(backend, backend, ConnectWire(Account()))


def _signed(service: str, caller: str = "alice") -> dict[str, str]:
    scope = f"{caller}/20261124/eu-west-2/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host"}


def test_a_call_is_noted_with_caller_service_operation_and_body(wire: Wire) -> None:
    headers = {**_signed("dynamodb"), "X-Amz-Target": "DynamoDB_20120810.GetItem"}
    answer = Client(wire).post("/", data='{"Key": 1}', headers=headers)
    assert wire.calls == [AwsCall("alice", "dynamodb", "GetItem", '{"Key": 1}')]
    assert wire.calls[0].action == "dynamodb:GetItem"
    assert answer.text == 'backend got {"Key": 1}'


def test_a_form_names_its_operation_in_its_body(wire: Wire) -> None:
    body = "Version=2010-05-08&Action=CreateRole&RoleName=r"
    Client(wire).post("/", data=body, headers=_signed("iam"))
    assert wire.calls[0].action == "iam:CreateRole"


def test_a_call_of_connects_goes_to_the_instances_there_are(wire: Wire, backend: _Backend) -> None:
    answer = Client(wire).get("/users/an-instance/a-user", headers=_signed("connect"))
    assert wire.calls[0].action == "connect:DescribeUser"
    assert answer.headers["X-Amzn-ErrorType"] == "ResourceNotFoundException"
    assert backend.asked == 0


def test_a_call_that_connect_has_not_is_noted_by_its_path(wire: Wire) -> None:
    Client(wire).get("/nowhere", headers=_signed("connect"))
    assert wire.calls[0].action == "connect:/nowhere"


def test_an_invocation_goes_to_the_functions(wire: Wire, backend: _Backend) -> None:
    path = "/2015-03-31/functions/AddAgent/invocations"
    answer = Client(wire).post(path, data="{}", headers=_signed("lambda"))
    assert answer.text == "function AddAgent got {}"
    assert wire.calls[0].action == "lambda:Invoke"
    assert backend.asked == 0


def test_a_call_that_nobody_signed_is_nobodys(wire: Wire) -> None:
    Client(wire).post("/moto-api/config", data="{}")
    assert wire.calls == [
        AwsCall("nobody", "unknown", "/moto-api/config", "{}", "/moto-api/config")
    ]


def test_the_noted_calls_cannot_be_changed_from_outside(wire: Wire) -> None:
    wire.calls.append(AwsCall("x", "x", "x", "x"))
    assert wire.calls == []


def test_an_interference_that_answers_keeps_the_call_from_aws(
    wire: Wire, backend: _Backend
) -> None:
    wire.interferences.append(lambda _, __: Response("refused", 400))
    answer = Client(wire).post("/", data="x")
    assert (answer.status_code, answer.text) == (400, "refused")
    assert backend.asked == 0
    assert len(wire.calls) == 1  # made all the same


def test_an_interference_can_let_a_call_through_and_answer_otherwise(
    wire: Wire, backend: _Backend
) -> None:
    def lose_the_answer(_: AwsCall, pass_on: Answer) -> Response:
        pass_on()
        return Response("lost", 500)

    wire.interferences.append(lose_the_answer)
    assert Client(wire).post("/", data="x").text == "lost"
    assert backend.asked == 1


def test_an_interference_that_says_nothing_leaves_the_call_alone(
    wire: Wire, backend: _Backend
) -> None:
    wire.interferences.append(lambda _, __: None)
    assert Client(wire).post("/", data="x").text == "backend got x"
    assert backend.asked == 1


def test_the_first_interference_that_answers_is_the_answer(wire: Wire) -> None:
    answers: list[Interference] = [
        lambda _, __: None,
        lambda _, __: Response("first"),
        lambda _, __: Response("second"),
    ]
    wire.interferences.extend(answers)
    assert Client(wire).post("/", data="x").text == "first"


def test_a_call_that_is_passed_on_reaches_the_backend_whole(wire: Wire) -> None:
    wire.interferences.append(lambda _, pass_on: pass_on())
    assert Client(wire).post("/", data="body").text == "backend got body"


def test_the_local_aws_notes_boto3s_calls(aws: LocalAws) -> None:
    before = len(aws.wire.calls)
    aws.client("dynamodb").list_tables()
    aws.client("sqs").list_queues()
    aws.client("iam").list_roles()
    made = {(call.caller, call.action) for call in aws.wire.calls[before:]}
    assert {
        ("operator", "dynamodb:ListTables"),
        ("operator", "sqs:ListQueues"),
        ("operator", "iam:ListRoles"),
    } <= made


def test_an_interference_reaches_boto3_as_awss_own_error(aws: LocalAws) -> None:
    def throttle(call: AwsCall, _: Answer) -> Response | None:
        if call.action != "dynamodb:DescribeLimits":
            return None
        body = '{"__type": "com.amazonaws.dynamodb#ThrottlingException", "message": "slow down"}'
        return Response(body, 400)

    with _interfering(aws, throttle), pytest.raises(ClientError, match="ThrottlingException"):
        aws.client("dynamodb").describe_limits()


def test_the_server_listens_on_loopback_only(aws: LocalAws) -> None:
    address = urlsplit(aws.endpoint)
    assert address.hostname == "127.0.0.1"
    assert address.port
    socket.create_connection(("127.0.0.1", address.port), timeout=10).close()
    # 127.0.0.2 is this machine too: a server on all addresses would answer there.
    with pytest.raises(OSError, match=r"refused|unreachable|timed out|assign"):
        socket.create_connection(("127.0.0.2", address.port), timeout=1).close()


@contextmanager
def _interfering(aws: LocalAws, interference: Interference) -> Iterator[None]:
    aws.wire.interferences.append(interference)
    try:
        yield
    finally:
        aws.wire.interferences.remove(interference)
