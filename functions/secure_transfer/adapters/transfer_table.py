from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from secure_transfer.adapters.clients import ConditionFailed, faults_of
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status, Transfer, timestamp
from secure_transfer.observability import count, logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ANSWER_KEEP_SECONDS = 86_400
"""How long it is remembered which transfer a looped call answers: longer than any call."""


class TransferTable:
    """The `Transfers` port on DynamoDB. The states write the same items: see the ASL."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def find(self, transfer_id: str) -> Transfer | None:
        item = self._get(transfer_id)
        return _transfer(item) if item else None

    def record_failure(self, transfer: Transfer) -> bool:
        item: dict[str, Any] = {
            "TransferId": {"S": transfer.transfer_id},
            "Status": {"S": Status.FAILED},
            "Reason": {"S": transfer.reason or ""},
            "AgentName": {"S": transfer.agent_name},
            "InitialContactId": {"S": transfer.initial_contact_id},
            "RequestedAt": {"S": transfer.requested_at},
            "Day": {"S": transfer.requested_at[:10]},
            "ExpiresAt": {"N": str(transfer.expires_at)},
            "PurgeAt": {"N": str(transfer.purge_at)},
        }
        return self._put(item, "attribute_not_exists(TransferId)")

    def answer(
        self, transfer_id: str, pin: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        return self._update(
            transfer_id,
            "SET #Status = :answered, LoopContactId = :contact, AnsweredAt = :at",
            "#Status = :awaiting AND PIN = :pin AND ExpiresAt > :now",
            {
                ":answered": {"S": Status.ANSWERED},
                ":awaiting": {"S": Status.AWAITING_LOOP},
                ":contact": {"S": loop_contact_id},
                ":at": {"S": timestamp(at)},
                ":pin": {"S": pin},
                ":now": {"N": f"{at.timestamp():.3f}"},
            },
        )

    def join(
        self, transfer_id: str, agent_name: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        return self._update(
            transfer_id,
            "SET #Status = :joined, JoinedAt = :at",
            "#Status = :answered AND AgentName = :agent AND LoopContactId = :contact",
            {
                ":joined": {"S": Status.JOINED},
                ":answered": {"S": Status.ANSWERED},
                ":agent": {"S": agent_name},
                ":contact": {"S": loop_contact_id},
                ":at": {"S": timestamp(at)},
            },
        )

    def join_late(self, transfer_id: str, at: datetime) -> Transfer | None:
        return self._update(
            transfer_id,
            "SET JoinedAt = if_not_exists(JoinedAt, :at)",
            "#Status = :abandoned",
            {":abandoned": {"S": Status.ABANDONED}, ":at": {"S": timestamp(at)}},
        )

    def abandon(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        return self._update(
            transfer_id,
            "SET #Status = :abandoned, Reason = :reason, ClosedAt = :at, EndedAt = :at",
            "#Status = :answered AND LoopContactId = :contact",
            {
                ":abandoned": {"S": Status.ABANDONED},
                ":answered": {"S": Status.ANSWERED},
                ":reason": {"S": CARDHOLDER_LEFT},
                ":contact": {"S": loop_contact_id},
                ":at": {"S": timestamp(at)},
            },
        )

    def end_call(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        return self._update(
            transfer_id,
            "SET EndedAt = if_not_exists(EndedAt, :at)",
            "#Status <> :answered AND LoopContactId = :contact",
            {
                ":answered": {"S": Status.ANSWERED},
                ":contact": {"S": loop_contact_id},
                ":at": {"S": timestamp(at)},
            },
        )

    def reserved_for(self, loop_contact_id: str) -> str | None:
        # Not by the index ByLoopContact: a call can end before an index knows that it answered.
        item = self._get(_contact_key(loop_contact_id))
        return str(item["AnswersTransferId"]["S"]) if item else None

    def reserve_contact(
        self, loop_contact_id: str, transfer_id: str, at: datetime, instead_of: str = ""
    ) -> str:
        key = _contact_key(loop_contact_id)
        reserved = self._put(
            {
                "TransferId": {"S": key},
                "AnswersTransferId": {"S": transfer_id},
                "PurgeAt": {"N": str(int(at.timestamp()) + _ANSWER_KEEP_SECONDS)},
            },
            "attribute_not_exists(TransferId) OR AnswersTransferId IN (:this, :instead_of)",
            {":this": {"S": transfer_id}, ":instead_of": {"S": instead_of}},
        )
        if reserved:
            return transfer_id
        item = self._get(key)
        if item is None:
            raise PlatformFault("The looped call's reservation changed while it was read.")
        return str(item["AnswersTransferId"]["S"])

    def refusals(self, caller: str, at: datetime) -> int:
        item = self._get(_caller_key(caller))
        if item is None or int(item["PurgeAt"]["N"]) <= at.timestamp():
            return 0
        return int(item["Refusals"]["N"])

    def count_refusal(self, caller: str, at: datetime, window_seconds: int) -> None:
        try:
            self._count_refusal(caller, at, window_seconds)
        except PlatformFault as fault:
            count("RefusalUncounted")
            logger.warning(f"{fault} The caller's refusal is not counted.")

    def _count_refusal(self, caller: str, at: datetime, window_seconds: int) -> None:
        key = {"TransferId": {"S": _caller_key(caller)}}
        ends_at = {"N": str(int(at.timestamp()) + window_seconds)}
        opened = self._put(
            {**key, "Refusals": {"N": "1"}, "PurgeAt": ends_at},
            "attribute_not_exists(TransferId) OR PurgeAt <= :now",
            {":now": {"N": f"{at.timestamp():.3f}"}},
        )
        if not opened:
            with faults_of("UpdateItem on TransferTable"):
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    # The row may just have been swept: then this opens a window too.
                    UpdateExpression=(
                        "SET PurgeAt = if_not_exists(PurgeAt, :ends_at) ADD Refusals :one"
                    ),
                    ExpressionAttributeValues={":ends_at": ends_at, ":one": {"N": "1"}},
                )

    def _get(self, key: str) -> Mapping[str, Any] | None:
        with faults_of("GetItem on TransferTable"):
            answer = self._client.get_item(
                TableName=self._table, Key={"TransferId": {"S": key}}, ConsistentRead=True
            )
        return answer.get("Item")

    def _put(
        self, item: dict[str, Any], condition: str, values: dict[str, Any] | None = None
    ) -> bool:
        with_values: Any = {"ExpressionAttributeValues": values} if values else {}
        try:
            with faults_of("PutItem on TransferTable"):
                self._client.put_item(
                    TableName=self._table, Item=item, ConditionExpression=condition, **with_values
                )
        except ConditionFailed:
            return False
        return True

    def _update(
        self, transfer_id: str, update: str, condition: str, values: dict[str, Any]
    ) -> Transfer | None:
        """Return the item as this very update left it, or None if the condition did not hold."""
        try:
            with faults_of("UpdateItem on TransferTable"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key={"TransferId": {"S": transfer_id}},
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={"#Status": "Status"},
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                )
        except ConditionFailed:
            return None
        return _transfer(answer["Attributes"])


def _contact_key(loop_contact_id: str) -> str:
    # "/" is in no contact id, so this key is no transfer's.
    return f"answer/{loop_contact_id}"


def _caller_key(caller: str) -> str:
    # "/" is in no contact id, so this key is no transfer's.
    return f"caller/{caller}"


def _transfer(item: Mapping[str, Any]) -> Transfer:
    def text(name: str) -> str | None:
        value = item.get(name, {}).get("S")
        return str(value) if value is not None else None

    def number(name: str) -> int:
        return int(item.get(name, {}).get("N", "0"))

    return Transfer(
        transfer_id=item["TransferId"]["S"],
        status=Status(item["Status"]["S"]),
        reason=text("Reason"),
        agent_name=item["AgentName"]["S"],
        initial_contact_id=item["InitialContactId"]["S"],
        requested_at=item["RequestedAt"]["S"],
        expires_at=number("ExpiresAt"),
        purge_at=number("PurgeAt"),
        execution_arn=text("ExecutionArn"),
        attempt=number("Attempt"),
        pin=text("PIN"),
        loop_contact_id=text("LoopContactId"),
        allocated_at=text("AllocatedAt"),
        answered_at=text("AnsweredAt"),
        joined_at=text("JoinedAt"),
        closed_at=text("ClosedAt"),
        collisions=number("Collisions") if "Collisions" in item else None,
        ended_at=text("EndedAt"),
        loop_token=text("LoopToken"),
        join_token=text("JoinToken"),
    )
