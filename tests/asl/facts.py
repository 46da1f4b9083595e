"""What the functions and the template say about the things that the state machine relies on.

Read from the code by running it, on the ports' fakes and on a DynamoDB client that only notes what
it is asked, so that machine and code cannot drift apart.
"""

import ast
import inspect
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain import audit
from secure_transfer.domain.allocate import Allocation
from secure_transfer.domain.allocate import execution_input as build_input
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.search import Found
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Limits, Status
from secure_transfer.domain.values import Call
from simulator import template
from tests.fakes import (
    NOW,
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
)

_CLICK = Call("transfer-1", "conversation-1", None, None)
_LOOPED = Call("loop-1", "loop-1", None, None)


class _NotingClient:
    """A DynamoDB client that notes the one write that it is asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def put_item(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        names = ("TransferId", "AgentName", "InitialContactId", "RequestedAt")
        item = {name: {"S": "text"} for name in names}
        return {"Attributes": {**item, "Status": {"S": Status.ANSWERED}}}

    def as_client(self) -> Any:
        return cast("Any", self)


CANDIDATES, TAKEN = ["0027", "0815", "4711"], "0815"
"""Drawn PINs, and the one of them that the transfer gets."""

_LIMITS = Limits(4, 90, 300, 180, 400)


@cache
def _allocation() -> Allocation:
    return Allocation.of(_CLICK, "jane.doe", _LIMITS, FakeClock())


@cache
def execution_input() -> dict[str, Any]:
    """Return an execution's input, as AddAgent builds it and JSON carries it."""
    made: dict[str, Any] = json.loads(json.dumps(build_input(_allocation(), _LIMITS)))
    return made


@cache
def callback_of(wait: str) -> frozenset[str]:
    """Return the fields that a function brings to a state that waits with a task token."""
    pins, transfers, workflow = FakePins(), FakeTransfers(), FakeWorkflow()
    given: Any = {
        "instance_arn": "",
        "transfers": transfers,
        "workflow": workflow,
        "audit": FakeAuditTrail(),
        "clock": FakeClock(),
    }
    workflow.waiting = {"loop-token", "join-token"}
    if wait == "AwaitLoop":
        pins.seed(a_pin_record())
        transfers.seed(a_transfer())
        answer_loop(_LOOPED, "0027", return_number="", pin_length=4, pins=pins, **given)
    elif wait == "AwaitJoin":
        transfers.seed(an_answered_transfer())
        join_agent(_LOOPED, "jane.doe", "transfer-1", **given)
    return frozenset(field for _, output in workflow.delivered for field in output)


@cache
def pin_claim() -> dict[str, Any]:
    """Return the write by which FindFreePin claims a PIN for the execution's transfer."""
    client, allocation = _NotingClient(), _allocation()
    record = PinRecord(
        pin=TAKEN,
        transfer_id=allocation.transfer.transfer_id,
        agent_name=allocation.transfer.agent_name,
        created_timestamp=allocation.transfer.requested_at,
        expires_at=allocation.transfer.expires_at,
        reusable_at=allocation.reusable_at,
    )
    PinTable(client.as_client(), "table").claim(record, allocation.requested_at)
    return client.asked


@cache
def failure_record() -> dict[str, Any]:
    """Return the item that AddAgent writes when it runs out of time."""
    client = _NotingClient()
    failed = replace(_allocation().transfer, status=Status.FAILED, reason="PinTooLate")
    TransferTable(client.as_client(), "table").record_failure(failed)
    item: dict[str, Any] = client.asked["Item"]
    return item


@cache
def attributes_by(status: str) -> frozenset[str]:
    """Return the attributes (`LoopContactId.S`) that an item of this status surely has."""
    client = _NotingClient()
    table = TransferTable(client.as_client(), "table")
    if status == Status.FAILED:
        return frozenset(f"{name}.{kind}" for name, (kind,) in failure_record().items())
    if status == Status.ANSWERED:
        table.answer("transfer-1", "0027", "loop-1", NOW)
        return _set_by(client.asked)
    if status == Status.JOINED:
        table.join("transfer-1", "jane.doe", "loop-1", NOW)
        return _set_by(client.asked) | attributes_by(Status.ANSWERED)
    if status == Status.ABANDONED:  # from ANSWERED only
        return attributes_by(Status.ANSWERED)
    return frozenset({"Status.S"})


@cache
def attributes_of_left() -> frozenset[str]:
    """Return the attributes that an item has whose Reason is that the cardholder left."""
    client = _NotingClient()
    TransferTable(client.as_client(), "table").abandon("transfer-1", "loop-1", NOW)
    return _set_by(client.asked)


def _set_by(update: dict[str, Any]) -> frozenset[str]:
    kinds = {name: kind for name, (kind,) in update["ExpressionAttributeValues"].items()}
    assignments = update["UpdateExpression"].removeprefix("SET ").split(", ")
    pairs = [assignment.split(" = ") for assignment in assignments]
    return frozenset(f"{name.removeprefix('#')}.{kinds[value]}" for name, value in pairs)


@cache
def search_answer() -> frozenset[str]:
    """Return the fields of FindFreePin's answer, whatever it found."""
    full, found = Found(None, 0).as_claim(), Found("0027", 0).as_claim()
    return frozenset(full) & frozenset(found)


@cache
def search_request() -> frozenset[str]:
    """Return the fields that FindFreePin's handler takes out of its event."""
    # By its source: the module reads its environment when it is imported.
    source = Path(inspect.getfile(audit)).parents[1] / "find_free_pin.py"
    return frozenset(
        str(node.slice.value)
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "event"
        and isinstance(node.slice, ast.Constant)
    )


@cache
def events_of_functions() -> dict[str, audit.AuditEvent]:
    """Return the events of a transfer's life that functions send too, by what they tell."""
    joined = replace(an_answered_transfer(), status=Status.JOINED, joined_at=NOW_TEXT)
    left = replace(
        an_answered_transfer(), status=Status.ABANDONED, reason=CARDHOLDER_LEFT,
        closed_at=NOW_TEXT, ended_at=NOW_TEXT,
    )  # fmt: skip
    sent = (audit.loop_answered(joined), audit.transfer_secured(joined, late=False))
    told = {event.detail_type: event for event in sent}
    return {**told, CARDHOLDER_LEFT: audit.transfer_abandoned(left)}


@cache
def expanded_template() -> dict[str, Any]:
    return template.expand()


@cache
def substitutions() -> frozenset[str]:
    return frozenset(
        name
        for resource in expanded_template()["Resources"].values()
        for name in resource.get("Properties", {}).get("DefinitionSubstitutions", {})
    )


@cache
def keys_of_tables() -> dict[str, str]:
    """Return the key of each table, by what stands for the table's name: `${PinTableName}`."""
    resources = expanded_template()["Resources"]
    given = resources["SecureTransferStateMachine"]["Properties"]["DefinitionSubstitutions"]
    tables = {
        name: resource["Properties"]["KeySchema"][0]["AttributeName"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }
    return {
        f"${{{token}}}": tables[value["Ref"]]
        for token, value in given.items()
        if value.get("Ref") in tables
    }


def most_seconds(limit: str) -> int:
    """Return a limit's MaxValue: `loopTimeoutSeconds` is the parameter `LoopTimeoutSeconds`."""
    return int(expanded_template()["Parameters"][limit[0].upper() + limit[1:]]["MaxValue"])


def seconds_of_a_search() -> int:
    """Return how long FindFreePin's function may take."""
    return int(expanded_template()["Resources"]["FindFreePinFunction"]["Properties"]["Timeout"])
