"""Callers and agents by the hundred, each with one transfer, as Connect's flows play them."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from operations.ops import SECURED
from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import Stage, until
from simulator.connect.contact import Contact, event
from simulator.ministack import MiniStack
from simulator.template import REGION

STEPS = ("AddAgent", "GetAgent", "AgentJoined")
ENVIRONMENTS = 8
"""How many invocations run at a time; the others wait for their turn.

Each takes a process of its own, of which two cores carry few. On AWS each would have an environment
at once.
"""

_READ_SECONDS = 60  # of an invocation that a busy machine is slow with
_TELLING_SECONDS = 60.0  # after the last execution has ended
_AT_REST_SECONDS = 60.0  # without any execution ending: those that are left will not end


@dataclass
class Outcome:
    """What came of a load. `took`: by function, the seconds of each invocation."""

    transfers: int
    seconds: float = 0.0
    took: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    waited: list[float] = field(default_factory=list)
    """The seconds that each invocation waited for one of the environments."""
    clicked: list[float] = field(default_factory=list)
    """When each agent clicked, in seconds since the beginning."""
    most_live: int = 0
    """How many transfers had a PIN and no looped call yet, at most."""
    faults: Counter[str] = field(default_factory=Counter)
    """What was not as it should be: a refusal, a PIN that two share, another's agent."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Of the executions; RUNNING ones are stuck."""
    audited: int = 0
    """How many transfers have told all their events."""

    @property
    def is_good(self) -> bool:
        return (
            not self.faults
            and self.statuses == Counter(SUCCEEDED=self.transfers)
            and self.audited == self.transfers
        )


class Crowd:
    def __init__(self, aws: MiniStack, stage: Stage) -> None:
        self._aws = aws
        self._stage = stage
        self._lambda = _client(aws)
        self._environments = ThreadPoolExecutor(ENVIRONMENTS)  # first come, first served
        self._told: defaultdict[str, set[str]] = defaultdict(set)
        """By transfer, the detail-types of its events."""

    def play(
        self,
        transfers: int,
        at_once: int,
        done: Callable[[], None] = lambda: None,
        *,
        in_the_same_second: bool = False,
    ) -> Outcome:
        """Play `transfers`, `at_once` of them at a time; wait until every execution has ended."""
        played = Played(Outcome(transfers))
        ready = threading.Barrier(transfers if in_the_same_second else 1)

        def one(number: int) -> None:
            ready.wait()
            self._transfer(f"agent{number}", played)
            done()

        with ThreadPoolExecutor(transfers if in_the_same_second else at_once) as callers:
            list(callers.map(one, range(transfers)))
        return self._end(played)

    def play_steadily(
        self, a_second: float, minutes: int, every_minute: Callable[[Outcome], None]
    ) -> Outcome:
        """Begin `a_second` transfers each second; tell of each minute what came of it alone."""
        count = max(1, round(a_second * 60))
        whole = Played(Outcome(count * minutes))
        with ThreadPoolExecutor(count) as callers:
            for _ in range(minutes):
                minute = Played(Outcome(count), whole.began)
                begun = [
                    callers.submit(self._transfer_at, number / a_second, minute, time.monotonic())
                    for number in range(count)
                ]
                for one in begun:
                    one.result()
                every_minute(minute.outcome)
                whole.take(minute)
        return self._end(whole)

    def _transfer_at(self, seconds: float, played: "Played", since: float) -> None:
        time.sleep(max(0.0, since + seconds - time.monotonic()))  # the rate is what is asked for
        self._transfer("agent", played)

    def _transfer(self, agent: str, played: "Played") -> None:
        """Secure one call, as Connect's flows do: AddAgent, GetAgent, AgentJoined."""
        click = Contact.inbound(CARDHOLDER, SHOP).transferred()
        loop = Contact.inbound(PCI_PAL, RETURN)
        played.clicks(click.contact_id)
        added = self._invoke("AddAgent", click, {"AgentName": agent}, played)
        pin = added.get("PIN", "")
        if not pin:
            return
        with played.live(pin, click.contact_id):
            answered = self._invoke("GetAgent", loop, {"PIN": pin}, played)
        if (answered.get("AgentName"), answered.get("TransferId")) != (agent, click.contact_id):
            played.fault("GetAgent rang another agent, or none")
            return
        transfer = {"AgentName": agent, "TransferId": click.contact_id}
        self._invoke("AgentJoined", loop, transfer, played)

    def _invoke(
        self, function: str, contact: Contact, given: dict[str, str], played: "Played"
    ) -> dict[str, str]:
        payload = json.dumps(event(contact, given, self._stage.instance_arn))
        arn = self._stage.stack.outputs[f"{function}FunctionArn"]
        queued = time.monotonic()

        def invoke() -> tuple[float, Any]:
            began = time.monotonic()
            answer = self._lambda.invoke(FunctionName=arn, Payload=payload)
            return began, {**answer, "Payload": json.load(answer["Payload"])}

        began, answer = self._environments.submit(invoke).result()
        played.invoked(function, began - queued, time.monotonic() - began)
        body: dict[str, str] = answer["Payload"]
        if "FunctionError" in answer or body.get("Result") != "OK":
            played.fault(f"{function}: {body.get('Reason') or body.get('errorType')}")
            return {}
        return body

    # ------------------------------------------------------------- what came of it

    def _end(self, played: "Played") -> Outcome:
        outcome = played.outcome
        statuses = self._statuses(played.transfer_ids)
        outcome.seconds = time.monotonic() - played.began
        outcome.statuses.update(statuses.values())
        outcome.audited = self._audited(played.transfer_ids)
        return outcome

    def _statuses(self, of: set[str]) -> dict[str, str]:
        """Wait until every execution has ended, or none has for a long time."""
        pages = self._aws.client("stepfunctions").get_paginator("list_executions")
        machine = self._stage.stack.outputs["SecureTransferStateMachineArn"]
        statuses: dict[str, str] = {}
        changed = time.monotonic()
        while time.monotonic() < changed + _AT_REST_SECONDS:
            before = statuses
            statuses = {
                execution["name"]: execution["status"]
                for page in pages.paginate(stateMachineArn=machine)
                for execution in page["executions"]
                if execution["name"] in of
            }
            if "RUNNING" not in statuses.values():
                break
            changed = time.monotonic() if statuses != before else changed
        return statuses

    def _audited(self, of: set[str]) -> int:
        def complete() -> int:
            return sum(self._told[transfer] >= set(SECURED) for transfer in of)

        def all_told() -> bool:
            for told in self._stage.take_events():
                about = told["detail"]["metadata"].get("transferId", "")
                self._told[about].add(told["detail-type"])
            return complete() == len(of)

        with suppress(TimeoutError):  # what is missing is counted
            until(all_told, "every event", _TELLING_SECONDS)
        return complete()


class Played:
    """What is noted while transfers are played, by many threads at once."""

    def __init__(self, outcome: Outcome, began: float | None = None) -> None:
        self.outcome = outcome
        self.began = time.monotonic() if began is None else began
        self.transfer_ids: set[str] = set()
        self._live: dict[str, str] = {}
        self._lock = threading.Lock()

    def clicks(self, transfer_id: str) -> None:
        with self._lock:
            self.outcome.clicked.append(time.monotonic() - self.began)
            self.transfer_ids.add(transfer_id)

    @contextmanager
    def live(self, pin: str, transfer_id: str) -> Iterator[None]:
        with self._lock:
            other = self._live.setdefault(pin, transfer_id)
            self.outcome.most_live = max(self.outcome.most_live, len(self._live))
        if other != transfer_id:
            self.fault("two live transfers share a PIN")
        yield
        with self._lock:
            if other == transfer_id:
                del self._live[pin]

    def invoked(self, function: str, waited: float, took: float) -> None:
        with self._lock:
            self.outcome.waited.append(waited)
            self.outcome.took[function].append(took)

    def fault(self, what: str) -> None:
        with self._lock:
            self.outcome.faults[what] += 1

    def take(self, part: "Played") -> None:
        self.transfer_ids |= part.transfer_ids
        mine, theirs = self.outcome, part.outcome
        for step in STEPS:
            mine.took[step] += theirs.took[step]
        mine.waited += theirs.waited
        mine.clicked += theirs.clicked
        mine.most_live = max(mine.most_live, theirs.most_live)
        mine.faults += theirs.faults


def _client(aws: MiniStack) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=aws.account,
        aws_secret_access_key="local",  # noqa: S106 - no secret: nothing checks it
        config=Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=ENVIRONMENTS,
            read_timeout=_READ_SECONDS,
        ),
    )
