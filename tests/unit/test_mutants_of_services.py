"""What the adapters of Step Functions, EventBridge and SQS send, to the letter, and log."""

import json
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.observability import count, metrics
from tests.unit.noting_client import THROTTLED, NotingClient

EVENT = AuditEvent("LoopAnswered", {"eventId": "transfer-1-LoopAnswered"}, {"agentName": "jane"})
ENTRY = {"EventBusName": "audit", "Source": "secure-transfer", "DetailType": "LoopAnswered"}
DETAIL = {"metadata": {"eventId": "transfer-1-LoopAnswered"}, "data": {"agentName": "jane"}}
SENT = ("put_events", {"Entries": [{**ENTRY, "Detail": json.dumps(DETAIL)}]})
KEPT = {"Entries": [{**ENTRY, "Detail": DETAIL}]}
TAKEN: dict[str, Any] = {"FailedEntryCount": 0, "Entries": []}


class AlreadyExists(Exception): ...


class TimedOut(Exception): ...


class Invalid(Exception): ...


class Unknown(Exception): ...


EXCEPTIONS = SimpleNamespace(
    ExecutionAlreadyExists=AlreadyExists,
    TaskTimedOut=TimedOut,
    InvalidToken=Invalid,
    TaskDoesNotExist=Unknown,
)


def machine(*answers: dict[str, Any] | Exception) -> tuple[StateMachine, NotingClient]:
    client: Any = NotingClient(*answers)
    client.exceptions = EXCEPTIONS
    return StateMachine(client, "machine"), client


def bus(
    *answers: dict[str, Any] | Exception, queue: tuple[dict[str, Any] | Exception, ...] = ()
) -> tuple[AuditBus, NotingClient, NotingClient]:
    events: Any = NotingClient(*answers)
    sqs: Any = NotingClient(*queue)
    return AuditBus(events, "audit", sqs, "https://fallback"), events, sqs


# --------------------------------------------------------------------------- StateMachine


def test_an_execution_is_started_under_its_name_with_its_input() -> None:
    workflow, client = machine({})

    workflow.start("transfer-1", {"transferId": "transfer-1"})

    asked = {"stateMachineArn": "machine", "name": "transfer-1",
             "input": '{"transferId": "transfer-1"}'}  # fmt: skip
    assert client.asked == [("start_execution", asked)]


def test_an_execution_that_was_begun_before_is_waited_for() -> None:
    workflow, _ = machine(AlreadyExists())

    with mock.patch("secure_transfer.adapters.state_machine.logger") as logger:
        workflow.start("transfer-1", {})

    told = "The transfer was begun before; waiting for its PIN."
    logger.info.assert_called_once_with(told)


def test_a_start_that_fails_is_a_fault_of_that_name() -> None:
    workflow, _ = machine(THROTTLED)

    with pytest.raises(PlatformFault, match=r"^StartExecution failed: ThrottlingException\.$"):
        workflow.start("transfer-1", {})


def test_a_wait_is_ended_with_its_token_and_an_output() -> None:
    workflow, client = machine({})

    assert workflow.wake("a-token", {"loopContactId": "loop-1"}) is True
    asked = {"taskToken": "a-token", "output": '{"loopContactId": "loop-1"}'}
    assert client.asked == [("send_task_success", asked)]


@pytest.mark.parametrize("closed", [TimedOut, Invalid, Unknown])
def test_a_wait_that_is_closed_is_not_woken_and_that_is_no_fault(closed: type[Exception]) -> None:
    workflow, _ = machine(closed())

    assert workflow.wake("a-token", {}) is False
    assert list(metrics.provider.metric_set) == []


def test_a_wake_up_that_gets_lost_is_counted_and_logged() -> None:
    workflow, _ = machine(THROTTLED)

    with mock.patch("secure_transfer.adapters.state_machine.logger") as logger:
        assert workflow.wake("a-token", {}) is False

    assert list(metrics.provider.metric_set) == ["WakeUpLost"]
    logger.warning.assert_called_once_with(
        "SendTaskSuccess failed: ThrottlingException."
        " The wait's own time-out will find what was decided."
    )


# ------------------------------------------------------------------------------- AuditBus


def test_an_event_is_sent_to_the_bus_and_nowhere_else() -> None:
    trail, events, sqs = bus(TAKEN)

    trail.publish(EVENT)

    assert events.asked == [SENT]
    assert sqs.asked == []
    assert list(metrics.provider.metric_set) == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (THROTTLED, "PutEvents failed: ThrottlingException."),
        (
            {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]},
            "PutEvents refused the entry: InternalFailure.",
        ),
        (
            {"FailedEntryCount": 1, "Entries": [{}]},
            "PutEvents refused the entry: no code given.",
        ),
    ],
)
def test_an_event_that_the_bus_does_not_take_is_kept(
    answer: dict[str, Any] | Exception, why: str
) -> None:
    trail, events, sqs = bus(answer, queue=({},))

    with mock.patch("secure_transfer.adapters.audit_bus.logger") as logger:
        trail.publish(EVENT)

    assert events.asked == [SENT]
    message = {"QueueUrl": "https://fallback", "MessageBody": json.dumps(KEPT)}
    assert sqs.asked == [("send_message", message)]
    assert list(metrics.provider.metric_set) == ["AuditKept"]
    logger.warning.assert_called_once_with(
        f"{why} Keeping the event.", event_id="transfer-1-LoopAnswered"
    )
    logger.error.assert_not_called()


def test_an_event_that_nobody_takes_stands_in_the_log() -> None:
    trail, _, _ = bus(THROTTLED, queue=(THROTTLED,))

    with mock.patch("secure_transfer.adapters.audit_bus.logger") as logger:
        trail.publish(EVENT)

    assert list(metrics.provider.metric_set) == ["AuditKept", "AuditLost"]
    logger.error.assert_called_once_with(
        "SendMessage to the fallback queue failed: ThrottlingException."
        " The event stands here only.",
        audit_event=KEPT,
    )


# --------------------------------------------------------------------------------- metrics


def test_what_is_counted_is_a_count_of_one() -> None:
    count("WakeUpLost")

    assert metrics.provider.metric_set["WakeUpLost"]["Unit"] == "Count"
    assert metrics.provider.metric_set["WakeUpLost"]["Value"] == [1]
