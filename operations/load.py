"""Put many transfers on the second local AWS at once: none may be lost, crossed or stuck."""

import json
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import Stage, until
from simulator.connect.contact import Contact, event
from simulator.ministack import MiniStack, deploy
from simulator.template import REGION

STEPS = ("AddAgent", "GetAgent", "AgentJoined")
_PERCENTILES = (50, 90, 99)
_READ_SECONDS = 300  # of a client that waits for its turn among hundreds


@dataclass
class Outcome:
    """What came of a load. `took`: by function, the seconds of each invocation."""

    transfers: int
    at_once: int
    seconds: float = 0.0
    took: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    faults: Counter[str] = field(default_factory=Counter)
    """What was not as it should be: a refusal, a PIN that two share, another's agent."""
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not self.faults and self.statuses == Counter(SUCCEEDED=self.transfers)


class Crowd:
    """Callers and agents by the hundred. Each agent has one transfer."""

    def __init__(self, aws: MiniStack, stage: Stage, outcome: Outcome) -> None:
        self._stage = stage
        self._outcome = outcome
        self._lambda = _client(aws, "lambda", outcome.at_once)
        self._live: dict[str, str] = {}
        self._lock = threading.Lock()

    def transfer(self, number: int) -> None:
        """Secure one call, as Connect's flows do: AddAgent, GetAgent, AgentJoined."""
        agent = f"agent{number}"
        click = Contact.inbound(CARDHOLDER, SHOP).transferred()
        loop = Contact.inbound(PCI_PAL, RETURN)
        added = self._invoke("AddAgent", click, {"AgentName": agent})
        pin = added.get("PIN", "")
        if not self._holds(pin, agent):
            return
        answered = self._invoke("GetAgent", loop, {"PIN": pin})
        self._lets_go(pin)
        if answered.get("AgentName") != agent:
            self._fault(f"GetAgent rang another agent, or none: {answered.get('Reason')}")
            return
        transfer = {"AgentName": agent, "TransferId": answered["TransferId"]}
        joined = self._invoke("AgentJoined", loop, transfer)
        if joined != {"Result": "OK"}:
            self._fault(f"AgentJoined: {joined.get('Reason')}")

    def _holds(self, pin: str, agent: str) -> bool:
        if not pin:
            return False
        with self._lock:
            other = self._live.setdefault(pin, agent)
        if other != agent:
            self._fault("two live transfers share a PIN")
        return other == agent

    def _lets_go(self, pin: str) -> None:
        with self._lock:
            del self._live[pin]

    def _invoke(self, function: str, contact: Contact, given: dict[str, str]) -> dict[str, str]:
        payload = json.dumps(event(contact, given, self._stage.instance_arn))
        arn = self._stage.stack.outputs[f"{function}FunctionArn"]
        began = time.monotonic()
        answer = self._lambda.invoke(FunctionName=arn, Payload=payload)
        body: dict[str, str] = json.loads(answer["Payload"].read())
        with self._lock:
            self._outcome.took[function].append(time.monotonic() - began)
        if "FunctionError" in answer or body.get("Result") != "OK":
            self._fault(f"{function}: {body.get('Reason') or body.get('errorType')}")
            return {}
        return body

    def _fault(self, what: str) -> None:
        with self._lock:
            self._outcome.faults[what] += 1


def load(aws: MiniStack, stage: Stage, transfers: int, at_once: int,
         done: Callable[[], None] = lambda: None) -> Outcome:  # fmt: skip
    """Play `transfers`, `at_once` of them at a time; wait until every execution has ended."""
    outcome = Outcome(transfers, at_once)
    crowd = Crowd(aws, stage, outcome)
    began = time.monotonic()

    def one(number: int) -> None:
        crowd.transfer(number)
        done()

    with ThreadPoolExecutor(at_once) as callers:
        list(callers.map(one, range(transfers)))
    machine = stage.stack.outputs["SecureTransferStateMachineArn"]
    step_functions = aws.client("stepfunctions")
    pages = step_functions.get_paginator("list_executions")

    def ended() -> bool:
        running = pages.paginate(stateMachineArn=machine, statusFilter="RUNNING")
        return not any(page["executions"] for page in running)

    until(ended, "the end of every execution")
    outcome.seconds = time.monotonic() - began
    for page in pages.paginate(stateMachineArn=machine):
        outcome.statuses.update(execution["status"] for execution in page["executions"])
    return outcome


def run(transfers: int, at_once: int) -> bool:
    """Play and print a load. True if none was lost, crossed or stuck."""
    console = Console(highlight=False)
    with MiniStack() as aws:
        stage = Stage(aws, f"load-{uuid.uuid4().hex[:8]}", deploy=deploy)
        stage.warm_up()
        with Progress(console=console) as progress:
            bar = progress.add_task(f"{transfers} transfers, {at_once} at once", total=transfers)
            outcome = load(aws, stage, transfers, at_once, lambda: progress.advance(bar))
    console.print(table(outcome))
    for what, count in outcome.faults.items():
        console.print(f"✗ {what} ({count})", style="red")
    console.print(verdict(outcome))
    return outcome.is_good


def table(outcome: Outcome) -> Table:
    """Return the percentiles of each function's answers, in milliseconds."""
    rows = Table(box=None, header_style="dim")
    for heading in ("function", "answers", *(f"p{one}" for one in _PERCENTILES), "most"):
        rows.add_column(heading, justify="left" if heading == "function" else "right")
    for function, seconds in outcome.took.items():
        cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
        figures = (
            [*(cuts[one - 1] for one in _PERCENTILES), max(seconds, default=0)] if cuts else []
        )
        rows.add_row(function, str(len(seconds)), *(f"{one * 1000:.0f} ms" for one in figures))
    return rows


def verdict(outcome: Outcome) -> str:
    ends = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    rate = outcome.transfers / outcome.seconds if outcome.seconds else 0
    return (
        f"{outcome.transfers} transfers, {outcome.at_once} at once: {ends}; "
        f"{sum(outcome.faults.values())} faults; {outcome.seconds:.0f} s, {rate:.0f} a second."
    )


def _client(aws: MiniStack, service: str, connections: int) -> Any:
    return boto3.client(  # type: ignore[call-overload] # any service
        service,
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=aws.account,
        aws_secret_access_key="local",  # noqa: S106 - no secret: nothing checks it
        config=Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=connections,
            read_timeout=_READ_SECONDS,
        ),
    )
