"""What the adapters make of an AWS that throttles, loses answers, is slow or is not there."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import boto3
import pytest
from werkzeug.wrappers import Response

from secure_transfer.adapters import clients
from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.audit import loop_answered
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status
from secure_transfer.observability import metrics
from simulator.aws import LocalAws
from simulator.calls import Answer
from simulator.stack import Stack
from tests.contract import stores
from tests.contract.interference import CALLER, Interference
from tests.fakes import (
    LONG_TOKEN,
    NOW,
    NOW_EPOCH,
    NOW_TEXT,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
)

LATER = NOW + timedelta(seconds=7)


@dataclass(frozen=True)
class Adapters:
    pins: stores.PinStore
    transfers: stores.TransferStore
    engine: stores.Engine
    trail: stores.Trail
    directory: stores.Directory


@pytest.fixture
def adapters(
    aws: LocalAws, stack: Stack, aws_clients: stores.Clients, interference: Interference
) -> Iterator[Adapters]:
    with stores.aws_engine(aws, stack, aws_clients) as engine:
        yield Adapters(
            stores.aws_pins(aws, stack, aws_clients),
            stores.aws_transfers(aws, stack, aws_clients),
            engine,
            stores.aws_trail(aws, stack, aws_clients, interference),
            stores.aws_directory(aws, aws_clients),
        )


Work = Callable[[Adapters], object]

EVERY_CALL_THAT_RAISES: dict[str, tuple[str, str, Work]] = {
    "find a PIN": ("GetItem", "PinTable", lambda it: it.pins.port.find("0027")),
    "look at PINs": ("BatchGetItem", "PinTable", lambda it: it.pins.port.reusable_at(["0027"])),
    "claim": ("PutItem", "PinTable", lambda it: it.pins.port.claim(a_pin_record(), NOW_EPOCH)),
    "find a transfer": ("GetItem", "TransferTable", lambda it: it.transfers.port.find("t")),
    "record a failure": (
        "PutItem",
        "TransferTable",
        lambda it: it.transfers.port.record_failure(a_transfer("t")),
    ),
    "reserve a contact": (
        "PutItem",
        "TransferTable",
        lambda it: it.transfers.port.reserve_contact("c", "t", NOW),
    ),
    "answer": (
        "UpdateItem",
        "TransferTable",
        lambda it: it.transfers.port.answer("t", "0027", "c", NOW),
    ),
    "join": (
        "UpdateItem",
        "TransferTable",
        lambda it: it.transfers.port.join("t", "jane.doe", "c", NOW),
    ),
    "join late": (
        "UpdateItem",
        "TransferTable",
        lambda it: it.transfers.port.join_late("t", NOW),
    ),
    "abandon": (
        "UpdateItem",
        "TransferTable",
        lambda it: it.transfers.port.abandon("t", "c", NOW),
    ),
    "end a call": (
        "UpdateItem",
        "TransferTable",
        lambda it: it.transfers.port.end_call("t", "c", NOW),
    ),
    "find a reservation": (
        "GetItem",
        "TransferTable",
        lambda it: it.transfers.port.reserved_for("c"),
    ),
    "name an agent": ("DescribeUser", "", lambda it: it.directory.port.user_name("a")),
    "refusals": ("GetItem", "TransferTable", lambda it: it.transfers.port.refusals("c", NOW)),
    "start": ("StartExecution", "", lambda it: it.engine.port.start("t", {})),
}


@pytest.mark.parametrize(
    ("operation", "table", "work"),
    EVERY_CALL_THAT_RAISES.values(),
    ids=EVERY_CALL_THAT_RAISES.keys(),
)
def test_call_that_is_throttled_twice_is_a_fault_that_names_operation_and_code_only(
    adapters: Adapters, interference: Interference, operation: str, table: str, work: Work
) -> None:
    before = len(interference.calls(operation))
    interference.fail(operation, "ThrottlingException", message="Slow down, 0027!")

    with pytest.raises(PlatformFault) as caught:
        work(adapters)

    named = f"{operation} on {table}" if table else operation
    assert str(caught.value) == f"{named} failed: ThrottlingException."
    assert len(interference.calls(operation)) - before == 2


def test_call_that_is_throttled_once_succeeds(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    adapters.transfers.seed(a_transfer(new_id))
    interference.fail("GetItem", "ThrottlingException", times=1)

    assert adapters.transfers.port.find(new_id) == a_transfer(new_id)


def test_lost_response_to_a_claim_does_not_cost_the_pin(
    adapters: Adapters, interference: Interference, new_pin: str, new_id: str
) -> None:
    interference.lose_response("PutItem")

    assert adapters.pins.port.claim(a_pin_record(new_pin, new_id), NOW_EPOCH)


def test_lost_response_to_a_reservation_does_not_cost_the_contact(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    interference.lose_response("PutItem")

    assert adapters.transfers.port.reserve_contact(new_id, "transfer-a", NOW) == "transfer-a"


def test_lost_response_to_an_answer_leaves_it_on_record(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    adapters.transfers.seed(a_transfer(new_id))
    interference.lose_response("UpdateItem")

    # The second try finds the transfer answered; the domain then asks by whom.
    assert adapters.transfers.port.answer(new_id, "0027", "loop-9", NOW) is None

    stored = adapters.transfers.port.find(new_id)
    assert stored
    assert (stored.status, stored.loop_contact_id) == (Status.ANSWERED, "loop-9")


def test_lost_response_to_a_failure_leaves_it_on_record(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    interference.lose_response("PutItem")
    too_late = a_transfer(new_id, status=Status.FAILED, reason="PinTooLate")

    assert not adapters.transfers.port.record_failure(too_late)

    stored = adapters.transfers.port.find(new_id)
    assert stored
    assert stored.reason == "PinTooLate"


def test_lost_response_to_a_start_starts_one_execution(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    interference.lose_response("StartExecution")

    adapters.engine.port.start(new_id, stores.an_input(new_id))

    assert adapters.engine.executions(new_id) == 1


def test_keys_that_a_batch_left_unread_are_asked_for_again(
    adapters: Adapters, interference: Interference, stack: Stack, new_pin: str
) -> None:
    table = stack.outputs["PinTableName"]
    adapters.pins.seed(a_pin_record(new_pin))
    unread = {"Keys": [{"PIN": {"S": new_pin}}], "ConsistentRead": True}
    read = {"PIN": {"S": "9999"}, "ReusableAt": {"N": "7"}}
    interference.answer(
        "BatchGetItem",
        {"Responses": {table: [read]}, "UnprocessedKeys": {table: unread}},
        times=1,
    )

    found = adapters.pins.port.reusable_at(["9999", new_pin])

    assert found == {"9999": 7, new_pin: a_pin_record().reusable_at}


def test_batch_that_stays_unread_is_a_fault(
    adapters: Adapters, interference: Interference, stack: Stack
) -> None:
    table = stack.outputs["PinTableName"]
    unread = {"Keys": [{"PIN": {"S": "0027"}}], "ConsistentRead": True}
    interference.answer("BatchGetItem", {"Responses": {}, "UnprocessedKeys": {table: unread}})

    with pytest.raises(PlatformFault, match="left rows unread"):
        adapters.pins.port.reusable_at(["0027"])


def test_wake_up_that_cannot_be_sent_is_lost_and_fails_no_call(
    adapters: Adapters, interference: Interference, capsys: pytest.CaptureFixture[str]
) -> None:
    # AWS's own message quotes the token.
    interference.fail("SendTaskSuccess", "ThrottlingException", message="not now: the-token")

    assert not adapters.engine.port.wake("the-token", {})

    assert counted("WakeUpLost")
    assert "the-token" not in capsys.readouterr().out


def test_interruption_that_cannot_be_sent_is_lost_and_fails_nothing(
    adapters: Adapters, interference: Interference, capsys: pytest.CaptureFixture[str]
) -> None:
    interference.fail("SendTaskFailure", "ThrottlingException", message="not now: the-token")

    assert not adapters.engine.port.interrupt("the-token", "CardholderLeft")

    assert counted("WakeUpLost")
    assert "the-token" not in capsys.readouterr().out


def test_lost_response_to_an_abandonment_leaves_it_on_record(
    adapters: Adapters, interference: Interference, new_id: str
) -> None:
    adapters.transfers.seed(an_answered_transfer(new_id))
    interference.lose_response("UpdateItem")

    # The second try finds the transfer abandoned; noting the end then tells by whom.
    assert adapters.transfers.port.abandon(new_id, "loop-1", NOW) is None

    stored = adapters.transfers.port.end_call(new_id, "loop-1", LATER)
    assert stored
    assert (stored.status, stored.reason) == (Status.ABANDONED, CARDHOLDER_LEFT)
    assert stored.ended_at == NOW_TEXT


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_refusal_that_cannot_be_counted_fails_no_call(
    adapters: Adapters, interference: Interference, operation: str, new_id: str
) -> None:
    adapters.transfers.port.count_refusal(new_id, NOW, 900)
    interference.fail(operation, "ThrottlingException", message=f"not now: caller/{new_id}")

    adapters.transfers.port.count_refusal(new_id, NOW, 900)

    assert counted("RefusalUncounted")
    assert adapters.transfers.port.refusals(new_id, NOW) == 1


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_every_name_that_aws_has_for_a_token_that_is_gone_is_known(
    adapters: Adapters, interference: Interference, code: str
) -> None:
    interference.fail("SendTaskSuccess", code)

    assert not adapters.engine.port.wake("the-token", {})
    assert not counted("WakeUpLost")


def test_token_of_2048_characters_is_sent_as_it_is(
    adapters: Adapters, interference: Interference
) -> None:
    adapters.engine.port.wake(LONG_TOKEN, {"loopContactId": "loop-1"})

    sent = json.loads(interference.calls("SendTaskSuccess")[-1].body)
    assert sent["taskToken"] == LONG_TOKEN
    assert json.loads(sent["output"]) == {"loopContactId": "loop-1"}


def test_event_is_not_waited_for_when_the_bus_is_slow(
    adapters: Adapters,
    interference: Interference,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    new_id: str,
) -> None:
    monkeypatch.setattr(clients, "READ_SECONDS", 0.1)
    set_function_environment(monkeypatch, interference.aws.endpoint)
    patient = AuditBus(
        clients.events(),
        stack.outputs["AuditBusName"],
        clients.sqs(),
        stack.resources["FallbackQueue"],
    )
    given_up = threading.Event()

    def dawdle(_: Answer) -> Response:
        given_up.wait()
        return Response(status=500)

    interference.add("PutEvents", dawdle, times=1)
    event = loop_answered(an_answered_transfer(new_id))

    patient.publish(event)
    given_up.set()

    assert adapters.trail.kept(event.event_id)


def test_aws_that_is_not_there_is_a_fault(
    interference: Interference, monkeypatch: pytest.MonkeyPatch
) -> None:
    del interference  # wanted for its lack of back-off only
    set_function_environment(monkeypatch, "http://127.0.0.1:1")

    with pytest.raises(PlatformFault) as caught:
        TransferTable(clients.dynamodb(), "transfers").find("t")

    assert str(caught.value) == "GetItem on TransferTable failed: EndpointConnectionError."


def counted(name: str) -> bool:
    return name in metrics.provider.metric_set


def set_function_environment(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CALLER)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
