"""What an event comes to: handlers on in-memory tables, and all that they write."""

import io
import json
import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.lockout import Lockout
from secure_transfer.domain.transfer import Status
from tests.fakes import (
    NOW,
    NOW_EPOCH,
    FakeAuditTrail,
    FakeClock,
    FakeInvocation,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
)
from tests.unit.samples import CALLER_NUMBER, INSTANCE_ARN, RETURN_NUMBER, connect_event

LIVE, ANSWERED, EXPIRED, DRAWN = "0027", "0028", "0029", "9182"
PCI_PALS = "+441632960001"

A_WHOLE_EVENT = connect_event(
    {"AgentName": "jane.doe", "PIN": LIVE, "TransferId": "transfer-answered"},
    Attributes={"QueueAgentName": "jane.doe", "delay_and_PIN": f",,,,{LIVE}"},
    ContactId="contact-1",
    CustomerId="a customer",
    Description="a description",
    Name="a name",
    Queue={
        "ARN": f"{INSTANCE_ARN}/queue/payments",
        "Name": "Payments",
        "OutboundCallerId": {"Address": "+441632960000", "Type": "TELEPHONE_NUMBER"},
    },
    References={"a reference": {"Type": "URL", "Value": "https://example.com"}},
    Tags={"aws:connect:instanceId": "an instance"},
)
"""With a parameter for each function: each looks at its own."""

SECRET = re.compile(
    rf"(?<!\d)({LIVE}|{ANSWERED}|{EXPIRED}|{DRAWN})(?!\d)"
    rf"|a-token|{CALLER_NUMBER[3:]}|{RETURN_NUMBER[3:]}"
)

LONGEST_LINE = 2_000
"""Bytes of a log line or of an event's detail. The longest honest ones have half of it."""


@dataclass(frozen=True)
class Outcome:
    answer: dict[str, Any]
    lines: list[str]
    """What was logged, metrics included."""
    events: list[AuditEvent]


class StandardOutput:
    """The present one: a logger keeps the one of the moment in which it was made."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


def outcome(module: ModuleType, event: Any, **parts: Any) -> Outcome:
    """Hand an event to a handler, in a world of its own but for the parts that are given."""
    world = _world() | parts
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        for name, fake in world.items():
            if hasattr(module, name):
                patch.setattr(module, name, fake)
        answer = module.handler(event, FakeInvocation())
    return Outcome(answer, printed.getvalue().splitlines(), world["AUDIT"].events)


def _world() -> dict[str, Any]:
    """One transfer waits for its call, one for its agent, one has waited in vain for either."""
    clock, pins, transfers = FakeClock(), FakePins(), FakeTransfers()
    transfers.seed(
        a_transfer("transfer-live", pin=LIVE, loop_token="a-token"),
        an_answered_transfer("transfer-answered", pin=ANSWERED, join_token="a-token"),
        a_transfer("transfer-expired", pin=EXPIRED, expires_at=NOW_EPOCH - 1),
        an_answered_transfer(
            "transfer-abandoned", status=Status.ABANDONED, loop_contact_id="loop-2"
        ),
    )
    pins.seed(
        a_pin_record(LIVE, "transfer-live"),
        a_pin_record(ANSWERED, "transfer-answered"),
        a_pin_record(EXPIRED, "transfer-expired", expires_at=NOW_EPOCH - 1),
    )
    transfers.reserve_contact("loop-1", "transfer-answered", NOW)
    transfers.reserve_contact("loop-2", "transfer-abandoned", NOW)

    def record(given: Mapping[str, Any]) -> None:
        if not transfers.find(given["transferId"]):
            transfers.seed(
                a_transfer(given["transferId"], agent_name=given["agentName"], pin=DRAWN)
            )

    return {
        "PINS": pins,
        "TRANSFERS": transfers,
        "WORKFLOW": FakeWorkflow(on_start=record),
        "AUDIT": FakeAuditTrail(),
        "SystemClock": lambda: clock,
        "INSTANCE_ARN": INSTANCE_ARN,
        "RETURN_NUMBER": RETURN_NUMBER,
        "LOCKOUT": Lockout.sparing(PCI_PALS, "a key"),
    }


def must_be_clean(outcome: Outcome) -> None:
    """Check that what was written is valid, short, and holds neither PIN nor number nor token."""
    details = [json.dumps({"m": one.metadata, "d": one.data}) for one in outcome.events]
    for line in [*outcome.lines, *details]:
        assert isinstance(json.loads(line), dict)
        assert len(line.encode()) <= LONGEST_LINE
        assert not SECRET.search(line)
