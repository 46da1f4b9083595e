"""Keeps a picture of each secure transfer: its events, each once, and how it ended.

Events come twice, in any order, and again in a replay. So each is written under its own id, and
an outcome gives way only to one that outweighs it: whatever comes when, the picture is the same.
"""

import json
import logging
import os
from decimal import Decimal
from typing import Any

import boto3
from botocore.exceptions import ClientError

# What outweighs what. Secured is secured, whatever else is told: the agent is on the call.
OUTCOMES = {
    "TransferTimedOut": 1,
    "TransferAbandoned": 1,
    "TransferFailed": 2,
    "TransferSecured": 3,
}

log = logging.getLogger()
pictures = boto3.resource("dynamodb").Table(os.environ["PICTURE_TABLE_NAME"])


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a batch of the queue. What is reported as failed comes again; the rest does not."""
    failed = []
    for record in event["Records"]:
        try:
            keep(json.loads(record["body"], parse_float=Decimal))  # DynamoDB takes no float
        except Exception as error:  # noqa: BLE001 - whatever it is, the other messages go on
            log.error("Message %s was not kept: %r", record["messageId"], error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def keep(event: dict[str, Any]) -> None:
    """Write an event into the picture of its transfer. Types that are new are kept like others.

    Raises `ValueError` for a schema version that this was not written for, `LookupError` for what
    is no audit event.
    """
    what, metadata = event["detail-type"], event["detail"]["metadata"]
    if metadata["schemaVersion"] != "1":
        raise ValueError(f"schemaVersion {metadata['schemaVersion']} is not known here")
    if "transferId" not in metadata:
        return  # a call was refused, and it is not known to which transfer it belongs
    key = {"TransferId": metadata["transferId"]}
    step = {"What": what, "At": metadata["occurredAt"], "Data": event["detail"]["data"]}
    if "sequence" in metadata:
        step["Sequence"] = metadata["sequence"]
    pictures.update_item(
        Key=key,
        UpdateExpression="SET #id = if_not_exists(#id, :step)",
        ExpressionAttributeNames={"#id": metadata["eventId"]},
        ExpressionAttributeValues={":step": step},
    )
    if what in OUTCOMES:
        _end(key, step)


def _end(key: dict[str, str], step: dict[str, Any]) -> None:
    try:
        pictures.update_item(
            Key=key,
            UpdateExpression="SET Outcome = :what, OutcomeAt = :at, OutcomeWeight = :weight",
            ConditionExpression="attribute_not_exists(OutcomeWeight) OR OutcomeWeight < :weight",
            ExpressionAttributeValues={
                ":what": step["What"],
                ":at": step["At"],
                ":weight": OUTCOMES[step["What"]],
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
