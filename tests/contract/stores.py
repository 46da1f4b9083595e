"""Each port with what its tests need around it, once on the fake and once on the local AWS.

What is around it: a way to write rows as if they came from elsewhere, and to see what became of
what was sent.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.connect_users import ConnectUsers
from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.allocate import Allocation, execution_input
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.ports import Agents, AuditTrail, Pins, Transfers, Workflow
from secure_transfer.domain.transfer import Limits, Transfer
from secure_transfer.domain.values import Call
from simulator.aws import LocalAws
from simulator.connect_api import fresh_instance, hire
from simulator.stack import Stack
from tests.contract.interference import Interference
from tests.fakes import (
    FakeAgents,
    FakeAuditTrail,
    FakeClock,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    execution_arn,
)

_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class Clients:
    dynamodb: Any
    step_functions: Any
    events: Any
    sqs: Any
    connect: Any

    def close(self) -> None:
        for client in (
            self.dynamodb, self.step_functions, self.events, self.sqs, self.connect,
        ):  # fmt: skip
            client.close()


_LIMITS = Limits(
    pin_length=4,
    loop_timeout_seconds=60,
    join_timeout_seconds=60,
    pin_quarantine_seconds=60,
    record_retention_days=1,
)


@dataclass(frozen=True)
class PinStore:
    port: Pins
    seed: Callable[[PinRecord], None]


@dataclass(frozen=True)
class TransferStore:
    port: Transfers
    seed: Callable[[Transfer], None]


@dataclass(frozen=True)
class Engine:
    port: Workflow
    begin: Callable[[str], tuple[str, str]]
    """Start an execution; return its ARN and the token with which it waits."""
    end: Callable[[str], None]
    """See the execution of this name to its end."""
    executions: Callable[[str], int]
    """Count the executions that were ever started under a name."""
    delivered: Callable[[str], Mapping[str, str]]
    """The output with which the execution that has this ARN was woken."""
    interrupted: Callable[[str], str]
    """The error with which the wait of the execution that has this ARN was ended."""


@dataclass(frozen=True)
class Directory:
    port: Agents
    hire: Callable[[str], str]
    """Make a user of a name; return the id."""


@dataclass(frozen=True)
class Trail:
    port: AuditTrail
    refuse_entries: Callable[[], None]
    break_bus: Callable[[], None]
    break_queue: Callable[[], None]
    delivered: Callable[[str], bool]
    """Whether consumers got the event that has this id."""
    kept: Callable[[str], bool]
    """Whether the event that has this id waits in the fallback queue."""


def fake_pins() -> PinStore:
    fake = FakePins()
    return PinStore(fake, fake.seed)


def aws_pins(aws: LocalAws, stack: Stack, clients: Clients) -> PinStore:
    table = stack.outputs["PinTableName"]

    def seed(record: PinRecord) -> None:
        aws.client("dynamodb").put_item(
            TableName=table,
            Item={
                "PIN": {"S": record.pin},
                "TransferId": {"S": record.transfer_id},
                "AgentName": {"S": record.agent_name},
                "CreatedTimestamp": {"S": record.created_timestamp},
                "ExpiresAt": {"N": str(record.expires_at)},
                "ReusableAt": {"N": str(record.reusable_at)},
            },
        )

    return PinStore(PinTable(clients.dynamodb, table), seed)


def fake_transfers() -> TransferStore:
    fake = FakeTransfers()
    return TransferStore(fake, fake.seed)


def aws_transfers(aws: LocalAws, stack: Stack, clients: Clients) -> TransferStore:
    table = stack.outputs["TransferTableName"]

    def seed(transfer: Transfer) -> None:
        aws.client("dynamodb").put_item(TableName=table, Item=_item(transfer))

    return TransferStore(TransferTable(clients.dynamodb, table), seed)


def _item(transfer: Transfer) -> dict[str, Any]:
    """Return the item as the states and functions together would have written it."""
    texts = {
        "TransferId": transfer.transfer_id,
        "Status": transfer.status,
        "Reason": transfer.reason,
        "AgentName": transfer.agent_name,
        "InitialContactId": transfer.initial_contact_id,
        "RequestedAt": transfer.requested_at,
        "Day": transfer.requested_at[:10],
        "ExecutionArn": transfer.execution_arn,
        "PIN": transfer.pin,
        "LoopContactId": transfer.loop_contact_id,
        "AllocatedAt": transfer.allocated_at,
        "AnsweredAt": transfer.answered_at,
        "JoinedAt": transfer.joined_at,
        "EndedAt": transfer.ended_at,
        "LoopToken": transfer.loop_token,
        "JoinToken": transfer.join_token,
    }
    numbers = {
        "ExpiresAt": transfer.expires_at,
        "PurgeAt": transfer.purge_at,
        "Attempt": transfer.attempt,
    }
    return {name: {"S": value} for name, value in texts.items() if value is not None} | {
        name: {"N": str(value)} for name, value in numbers.items()
    }


def fake_engine() -> Engine:
    fake = FakeWorkflow()

    def begin(name: str) -> tuple[str, str]:
        fake.start(name, {})
        fake.waiting.add(f"token of {name}")
        return execution_arn(name), f"token of {name}"

    def delivered(arn: str) -> Mapping[str, str]:
        (output,) = [output for token, output in fake.delivered if arn.endswith(token[9:])]
        return output

    def interrupted(arn: str) -> str:
        (error,) = [error for token, error in fake.interrupted if arn.endswith(token[9:])]
        return error

    def end(name: str) -> None:
        fake.waiting.discard(f"token of {name}")

    return Engine(
        fake,
        begin=begin,
        end=end,
        executions=lambda name: int(name in fake.started),
        delivered=delivered,
        interrupted=interrupted,
    )


@contextmanager
def aws_engine(aws: LocalAws, stack: Stack, clients: Clients) -> Iterator[Engine]:
    machine = stack.outputs["SecureTransferStateMachineArn"]
    port = StateMachine(clients.step_functions, machine)
    transfers = aws_transfers(aws, stack, clients).port
    states = aws.client("stepfunctions")

    def begin(name: str) -> tuple[str, str]:
        port.start(name, an_input(name))
        return waiting(name)

    def waiting(name: str) -> tuple[str, str]:
        stored = eventually(lambda: _with_loop_token(transfers.find(name)))
        return str(stored.execution_arn), str(stored.loop_token)

    def end(name: str) -> None:
        """Wake it with nothing on record; it fails as TransferStateUnexpected.

        moto's StopExecution does not reach a state that waits.
        """
        arn, token = waiting(name)
        port.wake(token, {"loopContactId": "nobody", "answeredAt": "2026-11-24T09:30:00.000Z"})
        eventually(lambda: states.describe_execution(executionArn=arn).get("stopDate"))

    def names() -> list[str]:
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
        return [execution["name"] for page in pages for execution in page["executions"]]

    def delivered(arn: str) -> Mapping[str, str]:
        def look() -> Mapping[str, str] | None:
            events = states.get_execution_history(executionArn=arn, maxResults=200)["events"]
            outputs = [
                event["taskSucceededEventDetails"]["output"]
                for event in events
                if event["type"] == "TaskSucceeded"
                and event["taskSucceededEventDetails"]["resource"].endswith("waitForTaskToken")
            ]
            return dict(json.loads(outputs[0])) if outputs else None

        return eventually(look)

    def interrupted(arn: str) -> str:
        def look() -> str | None:
            events = states.get_execution_history(executionArn=arn, maxResults=200)["events"]
            failed = [event for event in events if event["type"] == "TaskFailed"]
            return str(failed[0]["taskFailedEventDetails"]["error"]) if failed else None

        return eventually(look)

    yield Engine(
        port,
        begin=begin,
        end=end,
        executions=lambda name: names().count(name),
        delivered=delivered,
        interrupted=interrupted,
    )
    running = states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in running["executions"]:
        end(execution["name"])


def an_input(name: str) -> dict[str, Any]:
    """Return an execution's input as AddAgent gives it, asked for now."""
    call = Call(name, name, instance_arn=None, dialled_number=None)
    allocation = Allocation.of(call, "jane.doe", _LIMITS, FakeClock(datetime.now(UTC)))
    return execution_input(allocation, _LIMITS)


def _with_loop_token(transfer: Transfer | None) -> Transfer | None:
    return transfer if transfer and transfer.loop_token else None


def fake_directory() -> Directory:
    fake = FakeAgents()

    def hire(name: str) -> str:
        fake.names[f"id-of-{name}"] = name
        return f"id-of-{name}"

    return Directory(fake, hire)


def aws_directory(aws: LocalAws, clients: Clients) -> Directory:
    instance = fresh_instance(aws.connect, instance_id=str(uuid.uuid4()))
    port = ConnectUsers(clients.connect, instance.arn)
    return Directory(port, lambda name: hire(instance, name).id)


def fake_trail() -> Trail:
    fake = FakeAuditTrail()

    def break_bus() -> None:
        fake.bus_is_down = True

    def break_queue() -> None:
        fake.queue_is_down = True

    return Trail(
        fake,
        refuse_entries=break_bus,
        break_bus=break_bus,
        break_queue=break_queue,
        delivered=lambda event_id: event_id in [event.event_id for event in fake.events],
        kept=lambda event_id: event_id in [event.event_id for event in fake.kept],
    )


def aws_trail(aws: LocalAws, stack: Stack, clients: Clients, interference: Interference) -> Trail:
    queue_url = stack.resources["FallbackQueue"]
    port = AuditBus(clients.events, stack.outputs["AuditBusName"], clients.sqs, queue_url)
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}

    def delivered(event_id: str) -> bool:
        group = stack.resources["AuditLogGroup"]
        logged = aws.client("logs").filter_log_events(logGroupName=group)["events"]
        events = [json.loads(event["message"]) for event in logged]
        return event_id in [event["detail"]["metadata"]["eventId"] for event in events]

    def kept(event_id: str) -> bool:
        answer = aws.client("sqs").receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        messages = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        entries = [entry for message in messages for entry in message["Entries"]]
        return event_id in [entry["Detail"]["metadata"]["eventId"] for entry in entries]

    return Trail(
        port,
        refuse_entries=lambda: interference.answer("PutEvents", refused),
        break_bus=lambda: interference.fail("PutEvents", "InternalException"),
        break_queue=lambda: interference.fail("SendMessage", "ServiceUnavailable"),
        delivered=delivered,
        kept=kept,
    )


def eventually(look: Callable[[], _Seen | None]) -> _Seen:
    """Look until there is something to see: the engine works in its own time."""
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        seen = look()
        if seen is not None:
            return seen
        time.sleep(0.02)
    raise AssertionError("Nothing came within 20 s.")
