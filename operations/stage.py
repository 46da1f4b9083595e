"""Where calls are played: a deployed stack, an audit consumer, and what can be seen of both."""

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from operations.site import PCI_PAL, RETURN, Site
from simulator import stack
from simulator.connect.aws_functions import AwsFunctions, FunctionsOfAws
from simulator.connect.contact_events import DETAIL_TYPE, SOURCE, resources
from simulator.connect_api import fresh_instance, hire
from simulator.stack import Stack
from simulator.template import REGION

if TYPE_CHECKING:
    from simulator.connect_api import Account, StoredInstance

_AN_INSTANCE = "5ec0de00-0000-4000-8000-000000000001"
PATIENCE_SECONDS = 60.0
"""How long to wait for what comes at once. A guard: what would hang is named instead."""

_BATCH = 25  # rows that DynamoDB writes in one BatchWriteItem


class Engine(FunctionsOfAws, Protocol):
    """What a stage needs of the local AWS that it stands on."""

    @property
    def clock(self) -> Any:
        """The `simulator.clock.Clock` that executions follow; None if they run in real time."""

    @property
    def connect(self) -> "Account":
        """What the Connect API of that AWS answers from."""

    def tell(self, entry: Any) -> None:
        """Put an event of a service of AWS's own on the default bus: an entry of PutEvents."""


class Stage:
    """`deploy`: puts template.yaml onto that AWS; `simulator.stack.deploy` or its like."""

    def __init__(
        self,
        aws: Engine,
        name: str = "secure-transfer",
        *,
        deploy: Callable[..., Stack] = stack.deploy,
        **parameters: str,
    ) -> None:
        self.aws = aws
        self.instance_arn = f"arn:aws:connect:{REGION}:{aws.account}:instance/{_AN_INSTANCE}"
        self.stack: Stack = deploy(
            aws,
            name,
            ConnectInstanceArn=self.instance_arn,
            PciPalNumber=PCI_PAL,
            ReturnNumber=RETURN,
            **parameters,
        )
        self.functions = AwsFunctions(aws, self.instance_arn)
        self.values = {**self.stack.outputs, "PinLength": parameters.get("PinLength", "4")}
        """What the flows' tokens stand for, but for the ARNs of flows."""
        self.published: StoredInstance | None = None
        """The instance that calls are played on, where it was set up over Connect's API."""
        self.events: list[dict[str, Any]] = []
        """Every audit event, as the consumer got it."""
        self._inbox = self.subscribe(self.stack.outputs["AuditBusName"], "secure-transfer")

    def warm_up(self) -> None:
        """Start each function once, so that no call waits for a cold start."""
        for name in (
            "AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "FindFreePin",
            "ExecutionClosed",
        ):  # fmt: skip
            function = self.stack.resources[f"{name}Function"]
            self.aws.client("lambda").invoke(FunctionName=function, Payload="{}")

    @property
    def site(self) -> Site:
        """The stage as calls see it."""
        return Site(
            instance_arn=self.instance_arn,
            functions=self.functions,
            values=self.values,
            clock=self.aws.clock,
            announce=self.announce,
            published=self.published,
            user_arn=self.user_arn,
        )

    def user_arn(self, name: str) -> str:
        """Return the ARN of a Connect user of our instance; whom there is not yet is made."""
        account, instance_id = self.aws.connect, self.instance_arn.rpartition("/")[2]
        instance = account.instances.get(instance_id)
        if instance is None:
            instance = fresh_instance(account, instance_id=instance_id)
        return hire(instance, name).arn

    def execution_arn(self, transfer_id: str) -> str:
        machine = self.stack.outputs["SecureTransferStateMachineArn"]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{transfer_id}"

    def events_about(
        self, contact_id: str, count: int, patience: float = PATIENCE_SECONDS
    ) -> list[dict[str, Any]]:
        """Wait for `count` audit events about a contact, in the order in which they came.

        An event that was told before is dropped, as consumers have to.
        """

        def about() -> list[dict[str, Any]] | None:
            self.events += self.take_events()
            told: dict[str, dict[str, Any]] = {}
            for event in self.events:
                if _concerns(event, contact_id):
                    told.setdefault(event["detail"]["metadata"]["eventId"], event)
            return list(told.values()) if len(told) >= count else None

        events: list[dict[str, Any]] = until(about, f"{count} audit events", patience)
        return events

    def take_events(self) -> list[dict[str, Any]]:
        """Take the audit events that have come since they were last taken."""
        return self.receive(self._inbox)

    def events_of(self, detail_type: str, contact_id: str) -> list[dict[str, Any]]:
        """Wait for a contact's events of a type; return their details."""

        def found() -> list[dict[str, Any]]:
            return [
                event["detail"]
                for event in self.events_about(contact_id, 1)
                if event["detail-type"] == detail_type
            ]

        details: list[dict[str, Any]] = until(found, f"{detail_type} of a contact")
        return details

    # ----------------------------------------------------------------- the pool

    @contextmanager
    def pins_held(self, *, free: Collection[str]) -> Iterator[None]:
        """Let another transfer hold every PIN of four digits but the `free` ones."""
        pins = self.hold_pins(free=free)
        try:
            yield
        finally:
            keys = [{"PIN": {"S": pin}} for pin in pins]
            self._write([{"DeleteRequest": {"Key": key}} for key in keys])

    def hold_pins(self, *, free: Collection[str]) -> list[str]:
        """As `pins_held`, for good. Returns the PINs that are held."""
        later = str(int(time.time()) + 3600)
        pins = [pin for pin in (f"{number:04d}" for number in range(10_000)) if pin not in free]
        row = {
            "TransferId": {"S": "held-by-another"},
            "AgentName": {"S": "somebody"},
            "CreatedTimestamp": {"S": "2026-01-01T00:00:00.000Z"},
            "ExpiresAt": {"N": later},
            "ReusableAt": {"N": later},
        }
        self._write([{"PutRequest": {"Item": {"PIN": {"S": pin}, **row}}} for pin in pins])
        return pins

    def _write(self, requests: list[dict[str, Any]]) -> None:
        client, table = self.aws.client("dynamodb"), self.stack.outputs["PinTableName"]
        for start in range(0, len(requests), _BATCH):
            client.batch_write_item(RequestItems={table: requests[start : start + _BATCH]})

    # ---------------------------------------------------------------- the events

    def announce(self, detail: dict[str, Any]) -> None:
        """Put a contact event of Connect's on the account's default bus."""
        entry = {
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(detail),
            "Resources": resources(detail),
        }
        self.aws.tell(entry)

    def subscribe(self, bus: str, source: str) -> str:
        """Be a consumer: a queue of our own and a rule on the bus. Returns the queue's URL."""
        sqs, events = self.aws.client("sqs"), self.aws.client("events")
        name = f"consumer-{uuid.uuid4().hex[:8]}"
        url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        pattern = json.dumps({"source": [source]})
        events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
        target = {"Id": name, "Arn": attributes["Attributes"]["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
        return url

    def receive(self, inbox: str) -> list[dict[str, Any]]:
        """Take what has come into a queue."""
        sqs = self.aws.client("sqs")
        received = []
        while messages := sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            received += [json.loads(message["Body"]) for message in messages]
            taken = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=inbox, Entries=taken)
        return received


def until(ask: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """Ask until there is an answer. Raises `TimeoutError` naming what was waited for."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.02)  # between two looks; nothing depends on its length
    raise TimeoutError(f"Waited {patience:g} s for {what}.")


def _concerns(event: dict[str, Any], contact_id: str) -> bool:
    metadata = event["detail"]["metadata"]
    return contact_id in (metadata.get("transferId"), metadata["contactId"])
