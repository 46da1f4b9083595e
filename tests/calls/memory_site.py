"""A site without an engine: the functions' domain code on in-memory tables, in moments.

The call, the flows and the refusals are the real ones; what the state machine does between them is
cut down to claiming a PIN and recording it.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from operations.call import Call
from operations.site import PCI_PAL, RETURN, Site
from secure_transfer.connect_event import calling_contact, parameters
from secure_transfer.domain.allocate import allocate_pin
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.errors import Refused
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.transfer import Limits, Status, Transfer
from secure_transfer.domain.values import Call as CallingContact
from simulator.connect.lambda_block import Reply
from simulator.flow_engine import load
from tests.fakes import FakeAuditTrail, FakePins, FakeTransfers, FakeWorkflow

if TYPE_CHECKING:
    from simulator.world import World

INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"
ARNS = {
    name: f"arn:aws:lambda:eu-west-2:123456789012:function:{name}"
    for name in ("AddAgent", "GetAgent", "AgentJoined")
}
LIMITS = Limits(4, 90, 300, 180, 400)


class CallClock:
    """The `Clock` port in call time."""

    def __init__(self) -> None:
        self.world: World | None = None

    def now(self) -> datetime:
        at = self.world.now if self.world else 0.0
        return datetime.fromtimestamp(1_800_000_000 + at, UTC)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, _: float) -> None:
        raise AssertionError("nothing is waited for: the PIN is there at once")


class MemoryFunctions:
    """`replies`: by function name, what is answered instead, an invocation each."""

    def __init__(self) -> None:
        self.clock = CallClock()
        self.pins = FakePins()
        self.transfers = FakeTransfers()
        self.workflow = FakeWorkflow(on_start=self._start)
        self.audit = FakeAuditTrail()
        self.replies: defaultdict[str, list[Reply]] = defaultdict(list)
        self.invoked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        """Each answered invocation: the function, the event, the answer."""

    def invoke(self, function_arn: str, payload: str) -> Reply:
        name = function_arn.rpartition(":")[2]
        event = json.loads(payload)
        if self.replies[name]:
            return self.replies[name].pop(0)
        handle = {"AddAgent": self._add, "GetAgent": self._get, "AgentJoined": self._join}[name]
        try:
            answer = {"Result": "OK", **handle(calling_contact(event), parameters(event))}
        except Refused as refusal:
            answer = {"Result": "ERROR", "Reason": refusal.reason}
        self.invoked.append((name, event, answer))
        return Reply(json.dumps(answer).encode())

    def _add(self, call: CallingContact, given: Mapping[str, Any]) -> dict[str, str]:
        pin = allocate_pin(
            call,
            given.get("AgentName"),
            instance_arn=INSTANCE,
            limits=LIMITS,
            workflow=self.workflow,
            transfers=self.transfers,
            audit=self.audit,
            clock=self.clock,
        )
        return {"PIN": pin, "TransferId": call.contact_id}

    def _get(self, call: CallingContact, given: Mapping[str, Any]) -> dict[str, str]:
        transfer = answer_loop(
            call,
            given.get("PIN"),
            instance_arn=INSTANCE,
            return_number=RETURN,
            pin_length=LIMITS.pin_length,
            pins=self.pins,
            transfers=self.transfers,
            workflow=self.workflow,
            audit=self.audit,
            clock=self.clock,
        )
        return {"AgentName": transfer.agent_name, "TransferId": transfer.transfer_id}

    def _join(self, call: CallingContact, given: Mapping[str, Any]) -> dict[str, str]:
        join_agent(
            call,
            given.get("AgentName"),
            given.get("TransferId"),
            instance_arn=INSTANCE,
            transfers=self.transfers,
            workflow=self.workflow,
            audit=self.audit,
            clock=self.clock,
        )
        return {}

    def _start(self, given: Mapping[str, Any]) -> None:
        """Claim the first free candidate and record it, as the machine's first two states do."""
        for pin in given["claim"]["candidates"]:
            record = PinRecord(
                pin=pin,
                transfer_id=given["transferId"],
                agent_name=given["agentName"],
                created_timestamp=given["requestedAtTime"],
                expires_at=given["expiresAt"],
                reusable_at=given["reusableAt"],
            )
            if self.pins.claim(record, given["requestedAt"]):
                self.transfers.seed(
                    Transfer(
                        transfer_id=given["transferId"],
                        status=Status.AWAITING_LOOP,
                        agent_name=given["agentName"],
                        initial_contact_id=given["initialContactId"],
                        requested_at=given["requestedAtTime"],
                        expires_at=given["expiresAt"],
                        purge_at=given["purgeAt"],
                        pin=pin,
                    )
                )
                return


def memory_site(load_flow: Any = load) -> Site:
    """Return a fresh site; its functions are `site.functions`."""
    return Site(
        instance_arn=INSTANCE,
        functions=MemoryFunctions(),
        values={
            **{f"{name}FunctionArn": arn for name, arn in ARNS.items()},
            "PciPalNumber": PCI_PAL,
            "PinLength": str(LIMITS.pin_length),
        },
        load_flow=load_flow,
    )


def memory_call(seed: int = 1, load_flow: Any = load) -> Call:
    """Return a call on a fresh site; its functions are `call.connect.functions`."""
    site = memory_site(load_flow)
    call = Call(site, seed=seed)
    site.functions.clock.world = call.world
    return call
