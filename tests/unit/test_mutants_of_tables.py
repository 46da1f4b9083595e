"""What the tables' adapters send, to the letter. What it does, the contract tests see on an AWS."""

from typing import Any
from unittest import mock

import pytest

from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import Status
from secure_transfer.observability import metrics
from tests.fakes import NOW, NOW_EPOCH, NOW_TEXT, a_pin_record, a_transfer, an_answered_transfer
from tests.unit.noting_client import NOT_WRITTEN, THROTTLED, NotingClient

ROW = {
    "PIN": {"S": "0027"},
    "TransferId": {"S": "transfer-1"},
    "AgentName": {"S": "jane.doe"},
    "CreatedTimestamp": {"S": NOW_TEXT},
    "ExpiresAt": {"N": str(NOW_EPOCH + 90)},
    "ReusableAt": {"N": str(NOW_EPOCH + 270)},
}

ITEM: dict[str, dict[str, str]] = {
    "TransferId": {"S": "transfer-1"},
    "Status": {"S": "ANSWERED"},
    "Reason": {"S": "a reason"},
    "AgentName": {"S": "jane.doe"},
    "InitialContactId": {"S": "conversation-1"},
    "RequestedAt": {"S": NOW_TEXT},
    "ExpiresAt": {"N": str(NOW_EPOCH + 90)},
    "PurgeAt": {"N": str(NOW_EPOCH + 34_560_000)},
    "ExecutionArn": {
        "S": "arn:aws:states:eu-west-2:123456789012:execution:secure-transfer:transfer-1"
    },
    "Attempt": {"N": "1"},
    "PIN": {"S": "0027"},
    "LoopContactId": {"S": "loop-1"},
    "AnsweredAt": {"S": NOW_TEXT},
    "JoinedAt": {"S": "2026-11-24T09:31:00.000Z"},
    "ClosedAt": {"S": "2026-11-24T09:36:00.000Z"},
    "AllocatedAt": {"S": "2026-11-24T09:30:01.000Z"},
    "Collisions": {"N": "2"},
    "LoopToken": {"S": "loop-token"},
    "JoinToken": {"S": "join-token"},
}
RECORDED = an_answered_transfer(
    reason="a reason",
    joined_at="2026-11-24T09:31:00.000Z",
    closed_at="2026-11-24T09:36:00.000Z",
    allocated_at="2026-11-24T09:30:01.000Z",
    collisions=2,
)

MOMENT = f"{NOW_EPOCH}.123"


def pins(*answers: dict[str, Any] | Exception) -> tuple[PinTable, NotingClient]:
    client: Any = NotingClient(*answers)
    return PinTable(client, "pins"), client


def transfers(*answers: dict[str, Any] | Exception) -> tuple[TransferTable, NotingClient]:
    client: Any = NotingClient(*answers)
    return TransferTable(client, "transfers"), client


# ------------------------------------------------------------------------------- PinTable


def test_a_pin_is_looked_up_by_a_consistent_read() -> None:
    table, client = pins({"Item": ROW})

    assert table.find("0027") == a_pin_record()
    asked = {"TableName": "pins", "Key": {"PIN": {"S": "0027"}}, "ConsistentRead": True}
    assert client.asked == [("get_item", asked)]


def test_a_pin_that_has_no_row_is_none() -> None:
    assert pins({})[0].find("0027") is None


def test_a_pin_is_claimed_under_the_condition_that_it_is_free_or_ones_own() -> None:
    table, client = pins({})

    assert table.claim(a_pin_record(), NOW_EPOCH) is True
    ((operation, asked),) = client.asked
    assert operation == "put_item"
    assert asked == {
        "TableName": "pins",
        "Item": ROW,
        "ConditionExpression": (
            "attribute_not_exists(PIN) OR ReusableAt <= :requested_at OR TransferId = :transfer_id"
        ),
        "ExpressionAttributeValues": {
            ":requested_at": {"N": str(NOW_EPOCH)},
            ":transfer_id": {"S": "transfer-1"},
        },
    }


def test_a_pin_that_is_held_is_not_claimed() -> None:
    assert pins(NOT_WRITTEN)[0].claim(a_pin_record(), NOW_EPOCH) is False


def test_many_pins_are_looked_at_in_one_call() -> None:
    held = {"PIN": {"S": "0815"}, "ReusableAt": {"N": "7"}}
    table, client = pins({"Responses": {"pins": [held]}, "UnprocessedKeys": {}})

    assert table.reusable_at(["0027", "0815"]) == {"0815": 7}
    keys = [{"PIN": {"S": "0027"}}, {"PIN": {"S": "0815"}}]
    wanted = {"pins": {"Keys": keys, "ProjectionExpression": "PIN, ReusableAt"}}
    assert client.asked == [("batch_get_item", {"RequestItems": wanted})]


def test_a_batch_of_which_nothing_is_held_may_leave_the_table_out() -> None:
    assert pins({"Responses": {}})[0].reusable_at(["0027"]) == {}


def test_what_was_left_unread_is_asked_for_again_after_ever_longer_pauses() -> None:
    rest = {"Keys": [{"PIN": {"S": "0815"}}], "ProjectionExpression": "PIN, ReusableAt"}
    partly = {
        "Responses": {"pins": [{"PIN": {"S": "0027"}, "ReusableAt": {"N": "5"}}]},
        "UnprocessedKeys": {"pins": rest},
    }
    last = {"Responses": {"pins": [{"PIN": {"S": "0815"}, "ReusableAt": {"N": "7"}}]}}
    table, client = pins(partly, partly, partly, last)

    with mock.patch("secure_transfer.adapters.pin_table.time.sleep") as sleep:
        assert table.reusable_at(["0027", "0815"]) == {"0027": 5, "0815": 7}

    assert [call.args for call in sleep.call_args_list] == [(0.05,), (0.1,), (0.2,)]
    assert client.asked[1:] == [("batch_get_item", {"RequestItems": {"pins": rest}})] * 3


def test_what_stays_unread_is_a_fault() -> None:
    left = {"Responses": {}, "UnprocessedKeys": {"pins": {"Keys": []}}}
    table, _ = pins(*[left] * 4)

    with (
        mock.patch("secure_transfer.adapters.pin_table.time.sleep"),
        pytest.raises(PlatformFault, match=r"^BatchGetItem on PinTable left rows unread\.$"),
    ):
        table.reusable_at(["0027"])


@pytest.mark.parametrize(
    ("operation", "work"),
    [
        ("GetItem", lambda table: table.find("0027")),
        ("BatchGetItem", lambda table: table.reusable_at(["0027"])),
        ("PutItem", lambda table: table.claim(a_pin_record(), NOW_EPOCH)),
    ],
)
def test_a_fault_names_the_operation_on_the_pin_table(operation: str, work: Any) -> None:
    with pytest.raises(PlatformFault) as caught:
        work(pins(THROTTLED)[0])

    assert str(caught.value) == f"{operation} on PinTable failed: ThrottlingException."


# -------------------------------------------------------------------------- TransferTable


def test_a_transfer_is_read_with_all_that_its_item_says() -> None:
    table, client = transfers({"Item": ITEM})

    assert table.find("transfer-1") == RECORDED
    key = {"TransferId": {"S": "transfer-1"}}
    asked = {"TableName": "transfers", "Key": key, "ConsistentRead": True}
    assert client.asked == [("get_item", asked)]


def test_a_transfer_is_read_without_what_its_item_does_not_say() -> None:
    known = {"TransferId", "Status", "AgentName", "InitialContactId", "RequestedAt"}
    table, _ = transfers({"Item": {name: ITEM[name] for name in known}})

    assert table.find("transfer-1") == a_transfer(
        status=Status.ANSWERED, expires_at=0, purge_at=0, execution_arn=None, attempt=0, pin=None,
        loop_token=None,
    )  # fmt: skip


def test_a_transfer_without_an_item_is_none() -> None:
    assert transfers({})[0].find("transfer-1") is None


def test_a_failure_is_written_where_nothing_is() -> None:
    table, client = transfers({})

    assert table.record_failure(a_transfer(status=Status.FAILED, reason="PinTooLate")) is True
    item = {
        "TransferId": {"S": "transfer-1"},
        "Status": {"S": "FAILED"},
        "Reason": {"S": "PinTooLate"},
        "AgentName": {"S": "jane.doe"},
        "InitialContactId": {"S": "conversation-1"},
        "RequestedAt": {"S": NOW_TEXT},
        "Day": {"S": "2026-11-24"},
        "ExpiresAt": {"N": str(NOW_EPOCH + 90)},
        "PurgeAt": {"N": str(NOW_EPOCH + 34_560_000)},
    }
    asked = {
        "TableName": "transfers",
        "Item": item,
        "ConditionExpression": "attribute_not_exists(TransferId)",
    }
    assert client.asked == [("put_item", asked)]


def test_a_failure_without_a_reason_has_an_empty_one() -> None:
    table, client = transfers({})

    table.record_failure(a_transfer(status=Status.FAILED))

    assert client.asked[0][1]["Item"]["Reason"] == {"S": ""}


def test_a_failure_is_not_written_where_something_is() -> None:
    assert transfers(NOT_WRITTEN)[0].record_failure(a_transfer()) is False


def test_an_answer_is_an_update_under_the_condition_that_pin_and_time_are_right() -> None:
    table, client = transfers({"Attributes": ITEM})

    assert table.answer("transfer-1", "0027", "loop-1", NOW) == RECORDED
    assert client.asked == [
        (
            "update_item",
            an_update(
                "SET #Status = :answered, LoopContactId = :contact, AnsweredAt = :at",
                "#Status = :awaiting AND PIN = :pin AND ExpiresAt > :now",
                {
                    ":answered": {"S": "ANSWERED"},
                    ":awaiting": {"S": "AWAITING_LOOP"},
                    ":contact": {"S": "loop-1"},
                    ":at": {"S": NOW_TEXT},
                    ":pin": {"S": "0027"},
                    ":now": {"N": MOMENT},
                },
            ),
        )
    ]


def test_a_join_is_an_update_under_the_condition_that_agent_and_call_are_right() -> None:
    table, client = transfers({"Attributes": ITEM})

    assert table.join("transfer-1", "jane.doe", "loop-1", NOW) == RECORDED
    assert client.asked == [
        (
            "update_item",
            an_update(
                "SET #Status = :joined, JoinedAt = :at",
                "#Status = :answered AND AgentName = :agent AND LoopContactId = :contact",
                {
                    ":joined": {"S": "JOINED"},
                    ":answered": {"S": "ANSWERED"},
                    ":agent": {"S": "jane.doe"},
                    ":contact": {"S": "loop-1"},
                    ":at": {"S": NOW_TEXT},
                },
            ),
        )
    ]


def test_a_late_join_is_an_update_of_an_abandoned_transfer_that_keeps_its_first_time() -> None:
    table, client = transfers({"Attributes": ITEM})

    assert table.join_late("transfer-1", NOW) == RECORDED
    assert client.asked == [
        (
            "update_item",
            an_update(
                "SET JoinedAt = if_not_exists(JoinedAt, :at)",
                "#Status = :abandoned",
                {":abandoned": {"S": "ABANDONED"}, ":at": {"S": NOW_TEXT}},
            ),
        )
    ]


def test_an_update_whose_condition_does_not_hold_is_none() -> None:
    assert transfers(NOT_WRITTEN)[0].join_late("transfer-1", NOW) is None


def an_update(update: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "TableName": "transfers",
        "Key": {"TransferId": {"S": "transfer-1"}},
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#Status": "Status"},
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_NEW",
    }


def test_a_contact_is_reserved_for_a_day_unless_it_is_another_transfers() -> None:
    table, client = transfers({})

    assert table.reserve_contact("loop-1", "transfer-1", NOW) == "transfer-1"
    asked = {
        "TableName": "transfers",
        "Item": {
            "TransferId": {"S": "answer/loop-1"},
            "AnswersTransferId": {"S": "transfer-1"},
            "PurgeAt": {"N": str(NOW_EPOCH + 86_400)},
        },
        "ConditionExpression": (
            "attribute_not_exists(TransferId) OR AnswersTransferId IN (:this, :instead_of)"
        ),
        "ExpressionAttributeValues": {":this": {"S": "transfer-1"}, ":instead_of": {"S": ""}},
    }
    assert client.asked == [("put_item", asked)]


def test_a_contact_that_is_another_transfers_tells_whose() -> None:
    table, client = transfers(NOT_WRITTEN, {"Item": {"AnswersTransferId": {"S": "transfer-2"}}})

    bound_to = table.reserve_contact("loop-1", "transfer-1", NOW, instead_of="transfer-3")

    assert bound_to == "transfer-2"
    (_, written), read = client.asked
    values = {":this": {"S": "transfer-1"}, ":instead_of": {"S": "transfer-3"}}
    assert written["ExpressionAttributeValues"] == values
    key = {"TransferId": {"S": "answer/loop-1"}}
    asked = {"TableName": "transfers", "Key": key, "ConsistentRead": True}
    assert read == ("get_item", asked)


def test_a_reservation_that_is_gone_when_it_is_read_is_a_fault() -> None:
    table, _ = transfers(NOT_WRITTEN, {})

    told = r"^The looped call's reservation changed while it was read\.$"
    with pytest.raises(PlatformFault, match=told):
        table.reserve_contact("loop-1", "transfer-1", NOW)


@pytest.mark.parametrize(
    ("purge_at", "counted"), [(NOW_EPOCH + 1, 4), (NOW_EPOCH, 0), (NOW_EPOCH - 1, 0)]
)
def test_refusals_are_read_while_their_window_is_open(purge_at: int, counted: int) -> None:
    table, client = transfers({"Item": {"Refusals": {"N": "4"}, "PurgeAt": {"N": str(purge_at)}}})

    assert table.refusals("caller-1", NOW) == counted
    key = {"TransferId": {"S": "caller/caller-1"}}
    asked = {"TableName": "transfers", "Key": key, "ConsistentRead": True}
    assert client.asked == [("get_item", asked)]


def test_refusals_are_over_in_the_very_moment_in_which_their_window_is() -> None:
    on_the_second = NOW.replace(microsecond=0)
    table, _ = transfers({"Item": {"Refusals": {"N": "4"}, "PurgeAt": {"N": str(NOW_EPOCH)}}})

    assert table.refusals("caller-1", on_the_second) == 0


def test_a_caller_without_a_row_has_no_refusals() -> None:
    assert transfers({})[0].refusals("caller-1", NOW) == 0


FIRST_REFUSAL = (
    "put_item",
    {
        "TableName": "transfers",
        "Item": {
            "TransferId": {"S": "caller/caller-1"},
            "Refusals": {"N": "1"},
            "PurgeAt": {"N": str(NOW_EPOCH + 900)},
        },
        "ConditionExpression": "attribute_not_exists(TransferId) OR PurgeAt <= :now",
        "ExpressionAttributeValues": {":now": {"N": MOMENT}},
    },
)


def test_the_first_refusal_opens_a_window() -> None:
    table, client = transfers({})

    table.count_refusal("caller-1", NOW, 900)

    assert client.asked == [FIRST_REFUSAL]


def test_a_further_refusal_is_added_and_the_window_stays() -> None:
    table, client = transfers(NOT_WRITTEN, {})

    table.count_refusal("caller-1", NOW, 900)

    added = {
        "TableName": "transfers",
        "Key": {"TransferId": {"S": "caller/caller-1"}},
        "UpdateExpression": "SET PurgeAt = if_not_exists(PurgeAt, :ends_at) ADD Refusals :one",
        "ExpressionAttributeValues": {
            ":ends_at": {"N": str(NOW_EPOCH + 900)},
            ":one": {"N": "1"},
        },
    }
    assert client.asked == [FIRST_REFUSAL, ("update_item", added)]


@pytest.mark.parametrize(
    ("answers", "operation"), [((THROTTLED,), "PutItem"), ((NOT_WRITTEN, THROTTLED), "UpdateItem")]
)
def test_a_refusal_that_cannot_be_counted_is_counted_as_that_and_logged(
    answers: tuple[Exception, ...], operation: str
) -> None:
    table, _ = transfers(*answers)

    with mock.patch("secure_transfer.adapters.transfer_table.logger") as logger:
        table.count_refusal("caller-1", NOW, 900)

    assert list(metrics.provider.metric_set) == ["RefusalUncounted"]
    told = f"{operation} on TransferTable failed: ThrottlingException."
    logger.warning.assert_called_once_with(f"{told} The caller's refusal is not counted.")


@pytest.mark.parametrize(
    ("operation", "work"),
    [
        ("GetItem", lambda table: table.find("transfer-1")),
        ("PutItem", lambda table: table.record_failure(a_transfer())),
        ("UpdateItem", lambda table: table.join_late("transfer-1", NOW)),
    ],
)
def test_a_fault_names_the_operation_on_the_transfer_table(operation: str, work: Any) -> None:
    with pytest.raises(PlatformFault) as caught:
        work(transfers(THROTTLED)[0])

    assert str(caught.value) == f"{operation} on TransferTable failed: ThrottlingException."
