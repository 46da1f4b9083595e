"""PinTable and TransferTable, real ones: moto's DynamoDB in this process, asked through boto3.

What DynamoDB answers to a call, and what it leaves, follows from the call and the one item that it
is about. So each such pair is asked once, however many schedules come to it.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from simulator.moto_pace import quicken
from tests.handshake.wire import Answer, Call, read, written

KEYS = {"pins": "PIN", "transfers": "TransferId"}

_REGION = "eu-north-1"
"""Where no other test has tables: moto's state is the whole process's."""

Items = tuple[tuple[str, str], ...]
"""Every item: its table and key, as `pins/0027`, and its attributes as JSON."""

Ask = Callable[[Items, Call], tuple[Items, Answer]]
"""Do a call; return the items as it leaves them."""


class MotoTables:
    def __init__(self) -> None:
        quicken()
        self._client: Any = boto3.client(
            "dynamodb",
            region_name=_REGION,
            aws_access_key_id="tables",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}),
        )
        # moto answers this client, and no other of the process: some talk to a server.
        self._client.meta.events.register_first("before-send", _moto_answers)
        for table, key in KEYS.items():
            self._client.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        self._there: dict[str, str] = {}
        self.asked: dict[tuple[Call, str], tuple[str, Answer]] = {}
        """By call and item before: the item after, and the answer. No text: no item."""

    def close(self) -> None:
        with suppress(ClientError):  # who stops a local AWS resets all of moto
            for table in KEYS:
                self._client.delete_table(TableName=table)
        self._client.close()

    def ask(self, items: Items, call: Call) -> tuple[Items, Answer]:
        place = place_of(call)
        before = item_at(items, place)
        known = self.asked.get((call, before))
        if known is None:
            known = self.asked[call, before] = self._ask_moto(place, before, call)
        after, answer = known
        return (items if after == before else with_item(items, place, after)), answer

    def _ask_moto(self, place: str, before: str, call: Call) -> tuple[str, Answer]:
        self._put_there(place, before)
        parameters = read(call.body)
        try:
            answer = self._do(call.operation, **parameters)
        except ClientError as error:
            return before, Answer("{}", error.response["Error"]["Code"])
        after = before
        if call.operation != "GetItem":
            stored = self._do("GetItem", TableName=parameters["TableName"], Key=_key(place))
            after = self._there[place] = written(stored["Item"])
        return after, Answer(written(answer))

    def _put_there(self, place: str, item: str) -> None:
        table, key = place.split("/", 1)
        if self._there.get(place, "") == item:
            return
        if item:
            self._do("PutItem", TableName=table, Item=json.loads(item))
        else:
            self._do("DeleteItem", TableName=table, Key={KEYS[table]: {"S": key}})
        self._there[place] = item

    def _do(self, operation: str, **parameters: Any) -> dict[str, Any]:
        methods = {"GetItem": "get_item", "PutItem": "put_item", "UpdateItem": "update_item"}
        method = methods.get(operation, "delete_item")
        answer: dict[str, Any] = getattr(self._client, method)(**parameters)
        for extra in ("ResponseMetadata", "ConsumedCapacity"):  # moto tells the latter unasked
            answer.pop(extra, None)
        for of in ("Item", "Attributes"):
            for value in answer.get(of, {}).values():
                if "SS" in value:
                    value["SS"].sort()  # a set has no order: equal items are equal texts
        return answer


def place_of(call: Call) -> str:
    parameters = read(call.body)
    table = parameters["TableName"]
    holder = parameters.get("Key") or parameters["Item"]
    return f"{table}/{holder[KEYS[table]]['S']}"


def item_at(items: Items, place: str) -> str:
    """Return the item that stands at a place, or an empty text."""
    for at, item in items:
        if at == place:
            return item
    return ""


def with_item(items: Items, place: str, item: str) -> Items:
    others = [one for one in items if one[0] != place]
    return tuple(sorted([*others, (place, item)]))


def _key(place: str) -> dict[str, Any]:
    table, key = place.split("/", 1)
    return {KEYS[table]: {"S": key}}


def _moto_answers(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    answer = botocore_stubber.process_request(request)
    assert answer, "moto does not know this call."
    status, headers, body = answer
    return AWSResponse(request.url, status, headers, MockRawResponse(body))
