"""A boto3 client as the functions have it, with a stand-in for the wire behind its clock."""

import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from secure_transfer.adapters import clients
from secure_transfer.adapters.budget import (
    CONNECT_SECONDS,
    LAST_MILLISECONDS,
    READ_SECONDS,
    invocation,
)
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.errors import OutOfTime, PlatformFault
from tests.fakes import NOW, FakeInvocation


class Wire:
    """Takes what a client would send; nothing leaves the machine."""

    def __init__(self) -> None:
        self.tries = 0
        self.status = 200
        self.on_send: Callable[[], None] = lambda: None

    def send(self, **_: Any) -> AWSResponse:
        self.tries += 1
        self.on_send()
        return AWSResponse("https://dynamodb", self.status, {}, _Body(b"{}"))


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def table(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> TransferTable:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    # boto3 backs off for up to a second before its second try.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    client = clients.dynamodb()
    client.meta.events.register_last("before-send.*", wire.send)
    return TransferTable(client, "transfers")


@pytest.mark.parametrize("remaining", [LAST_MILLISECONDS, LAST_MILLISECONDS + 1, 7_000])
def test_call_is_sent_while_there_is_time_for_its_answer(
    table: TransferTable, wire: Wire, remaining: int
) -> None:
    with invocation(FakeInvocation(remaining)):
        assert table.find("t") is None

    assert wire.tries == 1


@pytest.mark.parametrize("remaining", [LAST_MILLISECONDS - 1, 1, 0])
def test_call_that_might_outlive_the_invocation_is_not_sent(
    table: TransferTable, wire: Wire, remaining: int
) -> None:
    with invocation(FakeInvocation(remaining)), pytest.raises(OutOfTime):
        table.find("t")

    assert wire.tries == 0


def test_second_try_looks_at_the_time_too(table: TransferTable, wire: Wire) -> None:
    context = FakeInvocation(LAST_MILLISECONDS + 1_000)
    wire.status = 500

    def spend() -> None:
        context.remaining_milliseconds -= 1_100

    wire.on_send = spend

    with invocation(context), pytest.raises(OutOfTime):
        table.find("t")

    assert wire.tries == 1


def test_call_that_fails_in_good_time_is_tried_twice(table: TransferTable, wire: Wire) -> None:
    wire.status = 500

    with invocation(FakeInvocation()), pytest.raises(PlatformFault):
        table.answer("t", "0027", "loop-1", NOW)

    assert wire.tries == 2


def test_time_of_an_invocation_that_is_over_does_not_count(
    table: TransferTable, wire: Wire
) -> None:
    with invocation(FakeInvocation(0)):
        pass

    assert table.find("t") is None
    assert wire.tries == 1


def test_time_that_must_be_left_is_enough_for_one_try() -> None:
    assert (CONNECT_SECONDS + READ_SECONDS) * 1_000 < LAST_MILLISECONDS


def test_running_out_of_time_is_a_fault_that_connect_repeats() -> None:
    assert issubclass(OutOfTime, PlatformFault)
