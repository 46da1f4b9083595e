"""The small print of ContactChanged: what is sent, what is said, which moment is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from secure_transfer.adapters.connect_users import ConnectUsers
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.contact_event import contact_change
from secure_transfer.domain import audit
from secure_transfer.domain.contact import ContactChange, follow_contact
from secure_transfer.domain.errors import PlatformFault, SecureTransferError
from secure_transfer.domain.ports import Agents
from secure_transfer.domain.transfer import Status, Transfer
from secure_transfer.observability import metrics
from tests.fakes import (
    NOW,
    NOW_EPOCH,
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    a_transfer,
    an_answered_transfer,
)
from tests.unit.noting_client import NOT_WRITTEN, THROTTLED, NotingClient
from tests.unit.samples import INSTANCE_ARN, a_call
from tests.unit.samples_of_contacts import over

KEY = {"TransferId": {"S": "transfer-1"}}
ITEM = {
    "TransferId": {"S": "transfer-1"},
    "Status": {"S": "ABANDONED"},
    "Reason": {"S": "CardholderLeft"},
    "AgentName": {"S": "jane.doe"},
    "InitialContactId": {"S": "conversation-1"},
    "RequestedAt": {"S": NOW_TEXT},
    "AllocatedAt": {"S": "2026-11-24T09:30:01.000Z"},
    "EndedAt": {"S": "2026-11-24T09:31:00.000Z"},
}


class NobodyThere(Exception):
    """Connect's ResourceNotFoundException."""


def users(*answers: dict[str, Any] | Exception) -> tuple[ConnectUsers, NotingClient]:
    client: Any = NotingClient(*answers)
    client.exceptions = SimpleNamespace(ResourceNotFoundException=NobodyThere)
    return ConnectUsers(client, INSTANCE_ARN), client


def transfers(*answers: dict[str, Any] | Exception) -> tuple[TransferTable, NotingClient]:
    client: Any = NotingClient(*answers)
    return TransferTable(client, "transfers"), client


# --------------------------------------------------------------------------- ConnectUsers


def test_an_agents_name_is_asked_of_our_instance() -> None:
    agents, client = users({"User": {"Username": "jane.doe"}})

    assert agents.user_name("an-id") == "jane.doe"
    asked = {"InstanceId": INSTANCE_ARN.rpartition("/")[2], "UserId": "an-id"}
    assert client.asked == [("describe_user", asked)]


@pytest.mark.parametrize("answer", [NobodyThere(), {"User": {}}])
def test_an_agent_whom_connect_does_not_know_has_no_name(answer: Any) -> None:
    assert users(answer)[0].user_name("an-id") is None


def test_a_question_that_connect_does_not_answer_is_a_fault() -> None:
    with pytest.raises(PlatformFault, match=r"^DescribeUser failed: ThrottlingException\.$"):
        users(THROTTLED)[0].user_name("an-id")


# --------------------------------------------------------------------------- StateMachine


def machine(*answers: dict[str, Any] | Exception) -> tuple[StateMachine, NotingClient]:
    client: Any = NotingClient(*answers)
    names = ("TaskTimedOut", "InvalidToken", "TaskDoesNotExist")
    client.exceptions = SimpleNamespace(**dict.fromkeys(names, NobodyThere))
    return StateMachine(client, "machine"), client


def test_a_wait_is_interrupted_by_its_token_with_an_error() -> None:
    workflow, client = machine({})

    assert workflow.interrupt("a-token", "CardholderLeft") is True
    asked = {"taskToken": "a-token", "error": "CardholderLeft"}
    assert client.asked == [("send_task_failure", asked)]


def test_a_wait_that_is_closed_is_not_interrupted_and_that_is_no_fault() -> None:
    assert machine(NobodyThere())[0].interrupt("a-token", "CardholderLeft") is False
    assert list(metrics.provider.metric_set) == []


def test_an_interruption_that_gets_lost_is_counted_and_logged() -> None:
    workflow, _ = machine(THROTTLED)

    with mock.patch("secure_transfer.adapters.state_machine.logger") as logger:
        assert workflow.interrupt("a-token", "CardholderLeft") is False

    assert list(metrics.provider.metric_set) == ["WakeUpLost"]
    logger.warning.assert_called_once_with(
        "SendTaskFailure failed: ThrottlingException."
        " The wait's own time-out will find what was decided."
    )


# -------------------------------------------------------------------------- TransferTable


def test_a_transfer_is_abandoned_where_it_waits_for_the_agent_of_this_call() -> None:
    table, client = transfers({"Attributes": ITEM})

    left = table.abandon("transfer-1", "loop-1", NOW)

    assert left is not None
    assert (left.allocated_at, left.ended_at) == (
        "2026-11-24T09:30:01.000Z",
        "2026-11-24T09:31:00.000Z",
    )
    ((operation, asked),) = client.asked
    assert operation == "update_item"
    assert asked == {
        "TableName": "transfers",
        "Key": KEY,
        "UpdateExpression": (
            "SET #Status = :abandoned, Reason = :reason, ClosedAt = :at, EndedAt = :at"
        ),
        "ConditionExpression": "#Status = :answered AND LoopContactId = :contact",
        "ExpressionAttributeNames": {"#Status": "Status"},
        "ExpressionAttributeValues": {
            ":abandoned": {"S": "ABANDONED"},
            ":answered": {"S": "ANSWERED"},
            ":reason": {"S": "CardholderLeft"},
            ":contact": {"S": "loop-1"},
            ":at": {"S": NOW_TEXT},
        },
        "ReturnValues": "ALL_NEW",
    }


def test_the_end_of_a_call_is_noted_once() -> None:
    table, client = transfers({"Attributes": ITEM})

    assert table.end_call("transfer-1", "loop-1", NOW) is not None
    ((operation, asked),) = client.asked
    assert operation == "update_item"
    assert asked == {
        "TableName": "transfers",
        "Key": KEY,
        "UpdateExpression": "SET EndedAt = if_not_exists(EndedAt, :at)",
        "ConditionExpression": "#Status <> :answered AND LoopContactId = :contact",
        "ExpressionAttributeNames": {"#Status": "Status"},
        "ExpressionAttributeValues": {
            ":answered": {"S": "ANSWERED"},
            ":contact": {"S": "loop-1"},
            ":at": {"S": NOW_TEXT},
        },
        "ReturnValues": "ALL_NEW",
    }


@pytest.mark.parametrize("work", ["abandon", "end_call"])
def test_a_record_that_says_otherwise_is_not_written(work: str) -> None:
    table, _ = transfers(NOT_WRITTEN)

    assert getattr(table, work)("transfer-1", "loop-1", NOW) is None


def test_the_transfer_of_a_looped_call_is_read_consistently() -> None:
    table, client = transfers({"Item": {"AnswersTransferId": {"S": "transfer-1"}}})

    assert table.reserved_for("loop-1") == "transfer-1"
    asked = {
        "TableName": "transfers",
        "Key": {"TransferId": {"S": "answer/loop-1"}},
        "ConsistentRead": True,
    }
    assert client.asked == [("get_item", asked)]


def test_a_call_that_is_nobodys_looped_call_answers_no_transfer() -> None:
    assert transfers({})[0].reserved_for("loop-1") is None


# ----------------------------------------------------------------------- what a log says


class NoAgents(Agents):
    """Connect, not to be asked for nobody."""

    def user_name(self, agent_id: str) -> str | None:
        assert agent_id
        return None


def following(recorded: Transfer, change: ContactChange, contact: str = "loop-1") -> None:
    recordings = FakeTransfers()
    recordings.seed(recorded)
    recordings.reserve_contact(contact, recorded.transfer_id, NOW)
    follow_contact(
        change,
        instance_arn="",
        transfers=recordings,
        agents=NoAgents(),
        workflow=FakeWorkflow(),
        audit=FakeAuditTrail(),
        clock=FakeClock(),
    )


CONNECTED_TO_NOBODY = ContactChange(a_call("loop-1"), is_over=False)
OVER = ContactChange(a_call("loop-1"), is_over=True)


class VanishingTransfers(FakeTransfers):
    def end_call(self, *_: object) -> None:
        return None


def ending_what_vanishes() -> None:
    recordings = VanishingTransfers()
    recordings.seed(an_answered_transfer(status=Status.ABANDONED))
    recordings.reserve_contact("loop-1", "transfer-1", NOW)
    follow_contact(OVER, instance_arn="", transfers=recordings, agents=NoAgents(),
                   workflow=FakeWorkflow(), audit=FakeAuditTrail(), clock=FakeClock())  # fmt: skip


TEXTS: dict[str, Callable[[], object]] = {
    "A contact event has a map in detail; this one has not.": lambda: contact_change({}),
    "The event is neither CONNECTED_TO_AGENT nor DISCONNECTED.": (
        lambda: contact_change(over(eventType="QUEUED"))
    ),
    "Only a voice call can be looped through PCI Pal.": (
        lambda: contact_change(over(channel="CHAT"))
    ),
    "The looped call was told of before its answer was; try again.": (
        lambda: following(a_transfer(), OVER)
    ),
    "The contact event names no agent whom Connect knows.": (
        lambda: following(an_answered_transfer(), CONNECTED_TO_NOBODY)
    ),
    "The transfer's record changed while it was read; try again.": ending_what_vanishes,
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_went_wrong_is_said_in_these_words(text: str) -> None:
    with pytest.raises(SecureTransferError) as caught:
        TEXTS[text]()
    assert str(caught.value) == text


# ---------------------------------------------------------------------------- the moments


def test_a_call_that_is_over_and_had_no_agent_was_connected_at_no_time() -> None:
    told = contact_change(over())
    assert told.connected_at is None
    assert told.ended_at == datetime(2026, 11, 24, 9, 30, 48, 123_000, tzinfo=UTC)


def test_the_year_after_the_one_that_means_never_is_a_time() -> None:
    told = contact_change(over(disconnectTimestamp="1971-06-01T00:00:00Z"))
    assert told.ended_at == datetime(1971, 6, 1, tzinfo=UTC)


def test_durations_are_told_to_the_millisecond_and_may_be_none_at_all() -> None:
    ended = replace(
        an_answered_transfer(status=Status.JOINED),
        requested_at="2026-11-24T09:30:00.000Z",
        allocated_at="2026-11-24T09:30:00.123456Z",
        answered_at="2026-11-24T09:30:00.123456+00:00",
        joined_at="2026-11-24T09:30:20.000Z",
        ended_at="2026-11-24T09:30:19.999Z",  # by another clock
    )
    assert audit.secure_call_ended(ended).data == {
        "agentName": "jane.doe",
        "clickToPinSeconds": 0.123,
        "pinToLoopSeconds": 0.0,
        "loopToAgentSeconds": 19.877,
    }
    assert ended.expires_at == NOW_EPOCH + 90
