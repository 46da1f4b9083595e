"""Start executions with waits of one's own choice, and look at what becomes of them.

Connect's flows are played at once, without phones: here a callback must come just when a test says.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from operations import history
from operations.history import Visit
from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import PATIENCE_SECONDS, Stage, until
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.allocate import Allocation, execution_input
from secure_transfer.domain.transfer import Limits, Transfer, timestamp
from secure_transfer.domain.values import Call
from simulator.connect import lambda_block
from simulator.connect.contact import Contact, event
from simulator.connect.lambda_block import LambdaBlockFailed
from simulator.flow_engine import FlowContact, load
from tests.workflow.faults import Fault
from tests.workflow.flow_player import NOTHING_KEYED, Played, play

LONG = 60
VISITED: set[str] = set()
"""Every state that an execution of the test run has been in."""


@dataclass(slots=True)
class Click:
    """A secure transfer that an agent has asked for."""

    contact: Contact
    agent: str
    answer: dict[str, str]
    played: Played = field(default_factory=Played)
    seconds: float = 0.0
    """How long it took AddAgent to answer."""
    times_out: str = ""
    """The token of the wait that is to end by its time-out; empty: none is."""
    tokens: dict[str, str] = field(default_factory=dict)
    """The task tokens that its execution was seen to store."""

    @property
    def transfer_id(self) -> str:
        return self.contact.contact_id

    @property
    def pin(self) -> str:
        """Return what the transfer flow keys into the loop; nothing if it called nobody."""
        return self.played.called.digits.strip(",") if self.played.called else ""


@dataclass(slots=True)
class LoopedCall:
    """A call that came back from PCI Pal (or from somebody who guesses)."""

    contact: Contact
    answer: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)
    played: Played = field(default_factory=Played)


@dataclass(frozen=True, slots=True)
class Execution:
    """How a transfer's execution ended."""

    status: str
    error: str | None
    output: Any
    time_line: list[Visit]

    @property
    def states(self) -> list[str]:
        return [visit.state for visit in self.time_line]


class TimeOuts(Enum):
    """Who ends a wait for a callback that does not come."""

    OF_THE_ENGINE = "its Step Functions engine, as on AWS"
    HANDED_IN = "the driver, in place of an engine that does not"
    NEVER = "nobody"


class Driver:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.aws: Any = stage.aws
        self.patience = PATIENCE_SECONDS
        self.time_outs = TimeOuts.OF_THE_ENGINE
        self.transfers = TransferTable(
            stage.aws.client("dynamodb"), stage.stack.outputs["TransferTableName"]
        )

    # ---------------------------------------------------------------- the flows

    def cardholder_calls(self) -> Contact:
        return Contact.inbound(CARDHOLDER, SHOP)

    def clicks(self, agent: str, conversation: Contact, contact: Contact | None = None) -> Click:
        """Let an agent click the quick connect: the transfer flow invokes AddAgent.

        `contact`: the click's own contact, where it must be known before.
        """
        contact = contact or conversation.transferred()
        attributes: dict[str, str] = {}
        self._play("save_agent_name", contact, FlowContact(attributes, agent))
        flow_contact = FlowContact(attributes)
        began = time.monotonic()
        played = self._play("transfer_to_pci_pal", contact, flow_contact)
        return Click(contact, agent, flow_contact.external, played, time.monotonic() - began)

    def loop_returns(self, pin: str) -> LoopedCall:
        """Let a call reach the DID and key a PIN: the answer flow invokes GetAgent."""
        contact, flow_contact = Contact.inbound(PCI_PAL, RETURN), FlowContact()
        played = self._play("answer_from_pci_pal", contact, flow_contact, keyed=pin)
        return LoopedCall(contact, flow_contact.external, flow_contact.attributes, played)

    def picks_up(self, agent: str, call: LoopedCall) -> dict[str, str]:
        """Let an agent answer the looped call: its whisper invokes AgentJoined.

        Returns what that answered; nothing if the call never got as far as an agent's queue.
        """
        whisper = call.played.hooks.get("AgentWhisper", "")
        if not call.played.rings or not whisper:
            return {}
        flow_contact = FlowContact(call.attributes, agent)
        self._play(whisper.rpartition("/")[2], call.contact, flow_contact)
        return flow_contact.external

    def connect_tells(
        self, event_type: str, call: LoopedCall, agent: str = "", **more: Any
    ) -> None:
        """Let Connect put a contact event on the default bus; `agent`: whom it names.

        The rule invokes ContactChanged, and nobody waits for that. `more`: more of the detail.
        """
        now = timestamp(SystemClock().now())
        detail: dict[str, Any] = {
            "eventType": event_type,
            "contactId": call.contact.contact_id,
            "initialContactId": call.contact.initial_contact_id,
            "channel": "VOICE",
            "instanceArn": self.stage.instance_arn,
            "initiationMethod": call.contact.initiation_method,
        }
        if event_type == "DISCONNECTED":
            detail["disconnectTimestamp"] = now
        if agent:
            arn = self.stage.user_arn(agent)
            detail["agentInfo"] = {"agentArn": arn, "connectedToAgentTimestamp": now}
        self.stage.announce({**detail, **more})

    def until_recorded(self, click: Click, seen: Callable[[Transfer], Any], what: str) -> Transfer:
        """Wait until the transfer's record is as it should become, and return it."""

        def look() -> Transfer | None:
            record = self.record(click)
            return record if record and seen(record) else None

        record: Transfer = until(look, what, self.patience)
        return record

    def invoke(
        self, function: str, contact: Contact, parameters: Mapping[str, str]
    ) -> dict[str, str]:
        """Invoke a function as a Lambda block does. Raises `LambdaBlockFailed`."""
        payload = event(contact, parameters, self.stage.instance_arn)
        arn = self.stage.stack.outputs[f"{function}FunctionArn"]
        return self._invoke(arn, payload)

    def _invoke(self, function_arn: str, payload: dict[str, Any]) -> dict[str, str]:
        outcome = lambda_block.invoke(self.stage.functions, function_arn, json.dumps(payload))
        if outcome.failure:
            raise LambdaBlockFailed(outcome.failure)
        return outcome.answer

    def _play(
        self, flow: str, contact: Contact, flow_contact: FlowContact, *, keyed: str = NOTHING_KEYED
    ) -> Played:
        def invoke(function_arn: str, parameters: Mapping[str, str]) -> dict[str, str]:
            return self._invoke(function_arn, event(contact, parameters, self.stage.instance_arn))

        flows = f"{self.stage.instance_arn}/contact-flow"
        values = {
            **self.stage.values,
            "SecureCallJoinedFlowArn": f"{flows}/secure_call_joined",
            "SecureCallWaitingFlowArn": f"{flows}/secure_call_waiting",
        }
        return play(load(flow, values), flow_contact, invoke, keyed)

    # ----------------------------------------------------------- the executions

    def until_waiting(self, click: Click, token: str) -> None:
        """Wait until the execution waits, as it does long before a call comes to that point.

        `token`: `LoopToken` (AwaitLoop waits for the looped call) or `JoinToken` (AwaitJoin waits
        for the agent).
        """
        until(
            lambda: self._token(click, token), f"the execution to store its {token}", self.patience
        )

    def until_held(self, held: Fault) -> None:
        """Wait until the call that a fault holds up has been made."""
        assert held.reached.wait(self.patience), "The call to be held up did not come by."

    def end_of(self, click: Click) -> Execution:
        """Wait until the transfer's execution has ended, and return its history."""
        arn = self.stage.execution_arn(click.transfer_id)
        client = self.aws.client("stepfunctions")

        def ended() -> Any:
            answer = client.describe_execution(executionArn=arn)
            if answer["status"] != "RUNNING":
                return answer
            if self.time_outs is TimeOuts.HANDED_IN and click.times_out:
                self._hand_in_time_out(click)
            return None

        answer = until(ended, "the execution's end", self.patience)
        execution = Execution(
            status=answer["status"],
            error=answer.get("error"),
            output=json.loads(answer["output"]) if answer.get("output") else None,
            time_line=history.of_execution(client, arn),
        )
        VISITED.update(execution.states)
        return execution

    def _token(self, click: Click, name: str) -> str:
        item = self.aws.client("dynamodb").get_item(
            TableName=self.stage.stack.outputs["TransferTableName"],
            Key={"TransferId": {"S": click.transfer_id}},
            ConsistentRead=True,
        )
        token = str(item.get("Item", {}).get(name, {}).get("S", ""))
        if token:
            click.tokens[name] = token
        return token

    def _hand_in_time_out(self, click: Click) -> None:
        self._token(click, click.times_out)
        token = click.tokens.pop(click.times_out, "")  # a record may be gone: then from before
        if token:
            client = self.aws.client("stepfunctions")
            with suppress(client.exceptions.TaskDoesNotExist):  # handed in before, not over yet
                client.send_task_failure(taskToken=token, error="States.Timeout")

    def start(
        self,
        *,
        loop_seconds: int = LONG,
        join_seconds: int = LONG,
        pin_seconds: int = LONG,
        edit: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> Click:
        """Start an execution as AddAgent does. The PIN may outlive the wait for its call.

        Raises `TimeoutError` at once for a wait that nobody would end.
        """
        times_out = (
            "LoopToken" if loop_seconds < LONG else "JoinToken" if join_seconds < LONG else ""
        )
        if times_out and self.time_outs is TimeOuts.NEVER:
            raise TimeoutError("This engine does not end waits by their time-outs.")
        contact = self.cardholder_calls().transferred()
        call = Call(contact.contact_id, contact.initial_contact_id, None, None)
        limits = Limits(4, pin_seconds, join_seconds, 180, 400)
        given = execution_input(Allocation.of(call, "alice", limits, SystemClock()), limits)
        given["loopTimeoutSeconds"] = loop_seconds
        edit(given)
        self.aws.client("stepfunctions").start_execution(
            stateMachineArn=self.stage.stack.outputs["SecureTransferStateMachineArn"],
            name=contact.contact_id,
            input=json.dumps(given),
        )
        return Click(contact, "alice", {}, times_out=times_out)

    def record(self, click: Click) -> Transfer | None:
        return self.transfers.find(click.transfer_id)

    def pin(self, click: Click) -> str:
        """Wait until the transfer has its PIN, and return it."""
        record: Transfer = until(lambda: self.record(click), "the PIN to be recorded")
        assert record.pin
        return record.pin

    def answers(self, click: Click) -> LoopedCall:
        """Let the looped call come at once, and be the right one."""
        looped = self.loop_returns(self.pin(click))
        assert looped.answer.get("AgentName") == "alice", looped.answer
        return looped

    def secures(self, click: Click) -> LoopedCall:
        looped = self.answers(click)
        assert self.picks_up("alice", looped) == {"Result": "OK"}
        return looped

    def events(self, click: Click, *detail_types: str) -> dict[str, dict[str, Any]]:
        """Wait for the transfer's events; they must be these. Returns details by detail-type."""
        events = self.stage.events_about(click.transfer_id, len(detail_types), self.patience)
        ordered = sorted(events, key=lambda e: int(e["detail"]["metadata"]["sequence"]))
        assert [event["detail-type"] for event in ordered] == list(detail_types)
        return {event["detail-type"]: event["detail"] for event in events}

    def delete_record(self, click: Click) -> None:
        self.aws.client("dynamodb").delete_item(
            TableName=self.stage.stack.outputs["TransferTableName"],
            Key={"TransferId": {"S": click.transfer_id}},
        )

    def kept(self, contact_id: str) -> list[dict[str, Any]]:
        """Take the entries out of the fallback queue; return those about a contact.

        Transfers of other tests may end while a bus refuses all.
        """
        sqs, url = self.aws.client("sqs"), self.stage.stack.outputs["FallbackQueueUrl"]
        entries: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                entries += json.loads(message["Body"])["Entries"]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [
            entry
            for entry in entries
            if contact_id
            in (
                entry["Detail"]["metadata"].get("transferId"),
                entry["Detail"]["metadata"]["contactId"],
            )
        ]


SECURED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
TIMED_OUT = ("TransferRequested", "PinAllocated", "TransferTimedOut")
ENDED = (*SECURED, "SecureCallEnded")
ABANDONED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferAbandoned")
NEVER_STARTED = ("TransferRequested", "TransferFailed")
