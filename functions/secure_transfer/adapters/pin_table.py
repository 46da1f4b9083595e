import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from secure_transfer.adapters.clients import ConditionFailed, faults_of
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.pins import PinRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAUSES = (0.05, 0.1, 0.2, 0.0)
"""Seconds to wait before asking again for the rows that BatchGetItem left unread, as it does when
it is throttled; after the last one the search is given up."""


class PinTable:
    """The `Pins` port on DynamoDB."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def find(self, pin: str) -> PinRecord | None:
        with faults_of("GetItem on PinTable"):
            answer = self._client.get_item(
                TableName=self._table, Key={"PIN": {"S": pin}}, ConsistentRead=True
            )
        return _record(answer["Item"]) if "Item" in answer else None

    def reusable_at(self, pins: Iterable[str]) -> dict[str, int]:
        unread: Any = {
            "Keys": [{"PIN": {"S": pin}} for pin in pins],
            # Not consistent: that halves what a search of the whole pool costs, and what counts
            # is the conditional write that follows.
            "ProjectionExpression": "PIN, ReusableAt",
        }
        found: dict[str, int] = {}
        for pause in _PAUSES:
            with faults_of("BatchGetItem on PinTable"):
                answer = self._client.batch_get_item(RequestItems={self._table: unread})
            for item in answer["Responses"].get(self._table, []):
                found[item["PIN"]["S"]] = int(item["ReusableAt"]["N"])
            unread = answer.get("UnprocessedKeys", {}).get(self._table)
            if not unread:
                return found
            time.sleep(pause)
        raise PlatformFault("BatchGetItem on PinTable left rows unread.")

    def claim(self, record: PinRecord, requested_at: int) -> bool:
        try:
            with faults_of("PutItem on PinTable"):
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        "PIN": {"S": record.pin},
                        "TransferId": {"S": record.transfer_id},
                        "AgentName": {"S": record.agent_name},
                        "CreatedTimestamp": {"S": record.created_timestamp},
                        "ExpiresAt": {"N": str(record.expires_at)},
                        "ReusableAt": {"N": str(record.reusable_at)},
                    },
                    # The same condition as the state ClaimPin's.
                    ConditionExpression=(
                        "attribute_not_exists(PIN) OR ReusableAt <= :requested_at"
                        " OR TransferId = :transfer_id"
                    ),
                    ExpressionAttributeValues={
                        ":requested_at": {"N": str(requested_at)},
                        ":transfer_id": {"S": record.transfer_id},
                    },
                )
        except ConditionFailed:
            return False
        return True


def _record(item: Mapping[str, Any]) -> PinRecord:
    return PinRecord(
        pin=item["PIN"]["S"],
        transfer_id=item["TransferId"]["S"],
        agent_name=item["AgentName"]["S"],
        created_timestamp=item["CreatedTimestamp"]["S"],
        expires_at=int(item["ExpiresAt"]["N"]),
        reusable_at=int(item["ReusableAt"]["N"]),
    )
