"""Where scenarios are played: a stack, a Connect that runs our flows, an audit consumer.

The verbs are those of a call: `cardholder_calls`, `clicks`, `loop_returns`, `picks_up`. What was
asked, answered and said is noted, for people to read.
"""

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from operations import history
from operations.history import Visit
from simulator.aws import LocalAws
from simulator.connect import Connect, Contact
from simulator.flow_engine import FlowContact, load
from simulator.flow_player import NOTHING_KEYED, Played, play
from simulator.stack import Stack, deploy

# Numbers that regulators keep for drama: they ring nowhere.
CARDHOLDER = "+447700900123"
OUR_PUBLIC_NUMBER = "+441632960000"
PCI_PAL = "+441632960001"
RETURN_NUMBER = "+441632960002"

_PATIENCE_SECONDS = 60.0
_BATCH = 25  # rows that DynamoDB writes in one BatchWriteItem


@dataclass(frozen=True, slots=True)
class Exchange:
    """One invocation: when (seconds since the scenario began), why, what was asked, answered."""

    at: float
    what: str
    function: str
    asked: dict[str, Any]
    answer: dict[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Execution:
    """How a transfer's execution ended."""

    transfer_id: str
    status: str
    error: str | None
    output: Any
    time_line: list[Visit]

    @property
    def states(self) -> list[str]:
        return [visit.state for visit in self.time_line]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a flow said: when, to whom (`alice hears`), the words."""

    at: float
    whom: str
    words: str


@dataclass(slots=True)
class Click:
    """A secure transfer that an agent has asked for."""

    contact: Contact
    agent: str
    answer: dict[str, str]
    played: Played = field(default_factory=Played)

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


@dataclass(slots=True)
class Scene:
    """What one scenario did and saw."""

    began: float = field(default_factory=time.monotonic)
    exchanges: list[Exchange] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    checks: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(held for _, held in self.checks)


class Stage:
    """Play scenarios on one deployed stack."""

    def __init__(self, aws: LocalAws, name: str = "secure-transfer", **parameters: str) -> None:
        self.aws = aws
        self.connect = Connect(aws)
        self.stack: Stack = deploy(
            aws,
            name,
            ConnectInstanceArn=self.connect.instance_arn,
            PciPalNumber=PCI_PAL,
            ReturnNumber=RETURN_NUMBER,
            **parameters,
        )
        flows = f"{self.connect.instance_arn}/contact-flow"
        self._values = {
            **self.stack.outputs,
            "PinLength": parameters.get("PinLength", "4"),
            "SecureCallJoinedFlowArn": f"{flows}/secure_call_joined",
            "SecureCallWaitingFlowArn": f"{flows}/secure_call_waiting",
        }
        self.scene = Scene()
        self._inbox = self._subscribe()

    def warm_up(self) -> None:
        """Start each function once, so that no scenario waits for a cold start."""
        for name in ("AddAgent", "GetAgent", "AgentJoined", "FindFreePin"):
            function = self.stack.resources[f"{name}Function"]
            self.aws.client("lambda").invoke(FunctionName=function, Payload="{}")

    # ------------------------------------------------------------------ the call

    def cardholder_calls(self) -> Contact:
        return Contact.inbound(CARDHOLDER, OUR_PUBLIC_NUMBER)

    def clicks(self, agent: str, conversation: Contact, contact: Contact | None = None) -> Click:
        """Let an agent click the quick connect: the transfer flow invokes AddAgent.

        `contact`: the click's own contact, where it must be known before.
        """
        contact = contact or conversation.transferred()
        attributes: dict[str, str] = {}
        self._play("save_agent_name", contact, FlowContact(attributes, agent), agent)
        flow_contact = FlowContact(attributes)
        played = self._play("transfer_to_pci_pal", contact, flow_contact, agent)
        return Click(contact, agent, flow_contact.external, played)

    def loop_returns(self, pin: str, what: str = "the looped call returns") -> LoopedCall:
        """Let a call reach the DID and key a PIN: the answer flow invokes GetAgent."""
        contact, flow_contact = Contact.inbound(PCI_PAL, RETURN_NUMBER), FlowContact()
        played = self._play("answer_from_pci_pal", contact, flow_contact, what=what, keyed=pin)
        return LoopedCall(contact, flow_contact.external, flow_contact.attributes, played)

    def picks_up(self, agent: str, call: LoopedCall) -> dict[str, str]:
        """Let an agent answer the looped call: its whisper invokes AgentJoined.

        Returns what that answered; nothing if the call never got as far as an agent's queue.
        """
        whisper = call.played.hooks.get("AgentWhisper", "")
        if not call.played.rings or not whisper:
            return {}
        flow_contact = FlowContact(call.attributes, agent)
        flow = whisper.rpartition("/")[2]
        self._play(flow, call.contact, flow_contact, agent, what=f"{agent} picks up")
        return flow_contact.external

    # --------------------------------------------------------- what came of it

    def until_waiting(self, click: Click, token: str) -> None:
        """Wait until the execution waits, as it does long before a call comes to that point.

        `token`: `LoopToken` (AwaitLoop waits for the looped call) or `JoinToken` (AwaitJoin waits
        for the agent).
        """
        client, table = self.aws.client("dynamodb"), self.stack.outputs["TransferTableName"]
        key = {"TransferId": {"S": click.transfer_id}}

        def stored() -> bool:
            item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
            return token in item

        until(stored, f"the execution to store its {token}")

    def end_of(self, click: Click) -> Execution:
        """Wait until the transfer's execution has ended, and keep its history."""
        arn = self.execution_arn(click.transfer_id)
        client = self.aws.client("stepfunctions")

        def ended() -> Any:
            answer = client.describe_execution(executionArn=arn)
            return None if answer["status"] == "RUNNING" else answer

        answer = until(ended, "the execution's end")
        execution = Execution(
            transfer_id=click.transfer_id,
            status=answer["status"],
            error=answer.get("error"),
            output=json.loads(answer["output"]) if answer.get("output") else None,
            time_line=history.of_execution(client, arn),
        )
        self.scene.executions.append(execution)
        return execution

    def execution_arn(self, transfer_id: str) -> str:
        machine = self.stack.outputs["SecureTransferStateMachineArn"]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{transfer_id}"

    def events_about(self, contact_id: str, count: int) -> list[dict[str, Any]]:
        """Wait for `count` audit events about a contact, in the order in which they came."""

        def about() -> list[dict[str, Any]] | None:
            self._read_inbox()
            found = [e for e in self.scene.events if _concerns(e, contact_id)]
            return found if len(found) >= count else None

        events: list[dict[str, Any]] = until(about, f"{count} audit events")
        return events

    def check(self, what: str, *, holds: bool) -> None:
        """Note whether something is as it should be."""
        self.scene.checks.append((what, holds))

    # ----------------------------------------------------------------- the pool

    @contextmanager
    def pins_held(self, *, free: Collection[str]) -> Iterator[None]:
        """Let another transfer hold every PIN of four digits but the `free` ones."""
        table = self.stack.outputs["PinTableName"]
        later = str(int(time.time()) + 3600)
        pins = [pin for pin in (f"{number:04d}" for number in range(10_000)) if pin not in free]
        row = {
            "TransferId": {"S": "held-by-another"},
            "AgentName": {"S": "somebody"},
            "CreatedTimestamp": {"S": "2026-01-01T00:00:00.000Z"},
            "ExpiresAt": {"N": later},
            "ReusableAt": {"N": later},
        }
        self._write(table, [{"PutRequest": {"Item": {"PIN": {"S": pin}, **row}}} for pin in pins])
        try:
            yield
        finally:
            keys = [{"PIN": {"S": pin}} for pin in pins]
            self._write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def _write(self, table: str, requests: list[dict[str, Any]]) -> None:
        client = self.aws.client("dynamodb")
        for start in range(0, len(requests), _BATCH):
            client.batch_write_item(RequestItems={table: requests[start : start + _BATCH]})

    def _play(
        self,
        flow: str,
        contact: Contact,
        flow_contact: FlowContact,
        agent: str = "",
        *,
        what: str = "",
        keyed: str = NOTHING_KEYED,
    ) -> Played:
        """Run one of our flows for a contact, and note what is asked, answered and said.

        `agent`: who hears it; else whoever is on the looped call does.
        """

        def invoke(function_arn: str, parameters: Mapping[str, str]) -> dict[str, str]:
            return self._invoke(what or f"{agent} clicks", function_arn, contact, parameters)

        played = play(load(flow, self._values), flow_contact, invoke, keyed)
        at = time.monotonic() - self.scene.began
        whom = f"{agent} hears" if agent else "heard on the looped call"
        self.scene.heard += [Heard(at, whom, words) for words in played.said]
        return played

    def _invoke(
        self, what: str, function_arn: str, contact: Contact, parameters: Mapping[str, str]
    ) -> dict[str, str]:
        began = time.monotonic()
        answer = self.connect.invoke(function_arn, contact, parameters)
        (function,) = [
            output.removesuffix("FunctionArn")
            for output, arn in self.stack.outputs.items()
            if arn == function_arn
        ]
        self.scene.exchanges.append(
            Exchange(
                at=began - self.scene.began,
                what=what,
                function=function,
                asked=dict(parameters),
                answer=answer,
                seconds=time.monotonic() - began,
            )
        )
        return answer

    def _subscribe(self) -> str:
        """Be an audit consumer: a queue of our own and a rule on the bus."""
        sqs, events = self.aws.client("sqs"), self.aws.client("events")
        name = f"consumer-{uuid.uuid4().hex[:8]}"
        url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        bus = self.stack.outputs["AuditBusName"]
        pattern = json.dumps({"source": ["secure-transfer"]})
        events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
        target = {"Id": name, "Arn": attributes["Attributes"]["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
        return url

    def _read_inbox(self) -> None:
        sqs = self.aws.client("sqs")
        while True:
            answer = sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                return
            for message in messages:
                self.scene.events.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self._inbox, ReceiptHandle=message["ReceiptHandle"])


def until(ask: Callable[[], Any], what: str) -> Any:
    """Ask until there is an answer. Raises `TimeoutError` naming what was waited for."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.02)  # between two looks; nothing depends on its length
    raise TimeoutError(f"Waited {_PATIENCE_SECONDS:.0f} s for {what}.")


def _concerns(event: dict[str, Any], contact_id: str) -> bool:
    metadata = event["detail"]["metadata"]
    return contact_id in (metadata.get("transferId"), metadata["contactId"])
