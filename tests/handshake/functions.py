"""The functions, stopped before each of their calls to AWS.

A function is run from its start on the answers that it has got so far; at the call that comes next
it is left, and run anew once that has been answered. So where a function stands is a value: the
explorer can keep it, compare it, and go on from it in several ways. Code, adapters and boto3 are
the deployed ones; only the transport is not there.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain import allocate, answer, closing, join, pins
from secure_transfer.domain.contact import ContactChange, follow_contact
from secure_transfer.domain.errors import PlatformFault, Refused
from secure_transfer.domain.search import find_free_pin
from secure_transfer.domain.transfer import Limits
from secure_transfer.domain.values import Call as ConnectCall
from secure_transfer.observability import metrics
from tests.fakes import NOW, NOW_TEXT, execution_arn
from tests.handshake.machine import NAMES
from tests.handshake.transport import Network
from tests.handshake.wire import Answer, Call, read, written

LIMITS = Limits(
    pin_length=4,
    loop_timeout_seconds=90,
    join_timeout_seconds=300,
    pin_quarantine_seconds=180,
    record_retention_days=400,
)

_POLL_TAKES = allocate.DEADLINE_SECONDS * 0.6
"""Each look for the PIN takes so long that AddAgent gives up after two: whatever happens, happens
before the first, between them, or after both."""


CONTACT_EVENTS = ("AgentConnected", "CallEnded")
"""What Connect tells ContactChanged of: CONNECTED_TO_AGENT, DISCONNECTED."""

CONNECTED_AT, ENDED_AT = NOW - timedelta(seconds=2), NOW - timedelta(seconds=1)
"""The times that its events name; where an event comes twice, both times the same."""


class Invocation(NamedTuple):
    """What Connect asks of a function, or tells it."""

    function: str
    contact: str
    agent: str = ""
    pin: str = ""
    transfer: str = ""
    draws: tuple[str, ...] = ()
    """AddAgent: the PINs that it happens to draw."""
    conversation: str = "conversation-1"
    payload: str = ""
    """FindFreePin, which the state machine invokes: what it sends."""
    ended: str = ""
    """ExecutionClosed: the error or the status that its transfer's execution ended with."""


class Outcome(NamedTuple):
    """How an invocation ended: `OK`, `ERROR` or, for its caller to repeat it, `RAISED`.

    `IGNORED`: the contact that was told of is none of ours.
    """

    result: str
    reason: str = ""
    pin: str = ""
    agent: str = ""
    transfer: str = ""
    payload: str = ""
    """What FindFreePin answers to the state machine."""


class Stand:
    """Where an invocation stands. There is one object for each place, so identity is equality."""

    def __init__(
        self,
        invocation: Invocation,
        now: datetime,
        answers: tuple[Answer, ...],
        following: Call | Outcome,
    ) -> None:
        self.invocation = invocation
        self.now = now
        self.answers = answers
        self.call = following if isinstance(following, Call) else None
        self.outcome = following if isinstance(following, Outcome) else None
        self.is_raised = self.outcome is not None and self.outcome.result == "RAISED"
        self.after: dict[Answer, Stand] = {}
        """Where it stands once its call has been answered so."""


class _Stopped(BaseException):
    """Not an Exception: nothing between here and the call may catch it."""

    def __init__(self, call: Call) -> None:
        self.call = call


class Functions:
    """Every function, on clients that hand each call to us."""

    def __init__(self, clients: Callable[[Network], Any]) -> None:
        self._begun: dict[tuple[Invocation, datetime], Stand] = {}
        self._given: Iterator[Answer] = iter(())
        made = self._clients = clients(self._answer)
        machine = "arn:aws:states:eu-west-2:123456789012:stateMachine:secure-transfer"
        table = NAMES["TransferTableName"]
        self.pins = PinTable(made.dynamodb, NAMES["PinTableName"])
        self.transfers = TransferTable(made.dynamodb, table)
        self.polled_transfers = TransferTable(made.polling_dynamodb, table)
        self.starter = StateMachine(made.step_functions, machine)
        self.waker = StateMachine(made.waking_step_functions, machine)
        self.audit = AuditBus(
            made.events, NAMES["AuditBusName"], made.sqs, NAMES["FallbackQueueUrl"]
        )

    def close(self) -> None:
        self._clients.close()

    def forget(self) -> None:
        """Run everything anew: its code has changed."""
        self._begun.clear()

    def begin(self, invocation: Invocation, now: datetime) -> Stand:
        if (invocation, now) not in self._begun:
            self._begun[invocation, now] = self._stand(invocation, now, ())
        return self._begun[invocation, now]

    def go_on(self, stand: Stand, answered: Answer) -> Stand:
        if answered not in stand.after:
            answers = (*stand.answers, answered)
            stand.after[answered] = self._stand(stand.invocation, stand.now, answers)
        return stand.after[answered]

    def _stand(self, of: Invocation, now: datetime, answers: tuple[Answer, ...]) -> Stand:
        self._given = iter(answers)
        try:
            with patch.object(pins, "draw", lambda _: list(of.draws)):
                following: Call | Outcome = self._outcome(of, now)
        except _Stopped as stopped:
            following = stopped.call
        metrics.clear_metrics()  # no handler runs here that would send them
        return Stand(of, now, answers, following)

    def _outcome(self, of: Invocation, now: datetime) -> Outcome:
        try:
            return self._run(of, _StandingClock(now))
        except Refused as refusal:
            return Outcome("ERROR", refusal.reason)
        except PlatformFault:
            return Outcome("RAISED")

    def _run(self, of: Invocation, clock: "_StandingClock") -> Outcome:
        if of.function == "FindFreePin":
            return self._search(read(of.payload))
        if of.function == "ExecutionClosed":
            closing.tell_for(_closed(of), transfers=self.transfers, audit=self.audit)
            return Outcome("OK")
        contact = ConnectCall(of.contact, of.conversation, None, None)
        given: Any = {"instance_arn": "", "audit": self.audit, "clock": clock}
        if of.function == "AddAgent":
            pin = allocate.allocate_pin(
                contact, of.agent, limits=LIMITS, workflow=self.starter,
                transfers=self.polled_transfers, **given,
            )  # fmt: skip
            return Outcome("OK", pin=pin, transfer=of.contact)
        given |= {"transfers": self.transfers, "workflow": self.waker}
        if of.function in CONTACT_EVENTS:
            told = follow_contact(_change(of, contact), agents=_Directory(), **given)
            return Outcome("OK", transfer=told.transfer_id) if told else Outcome("IGNORED")
        if of.function == "GetAgent":
            transfer = answer.answer_loop(
                contact, of.pin, return_number="", pin_length=LIMITS.pin_length, pins=self.pins,
                **given,
            )  # fmt: skip
            return Outcome("OK", agent=transfer.agent_name, transfer=transfer.transfer_id)
        join.join_agent(contact, of.agent, of.transfer, **given)
        return Outcome("OK")

    def _search(self, asked: dict[str, Any]) -> Outcome:
        wanted = pins.PinRecord(
            pin="",
            transfer_id=asked["transferId"],
            agent_name=asked["agentName"],
            created_timestamp=asked["requestedAtTime"],
            expires_at=asked["expiresAt"],
            reusable_at=asked["reusableAt"],
        )
        found = find_free_pin(
            wanted,
            requested_at=asked["requestedAt"],
            collisions=asked["collisions"],
            pin_length=LIMITS.pin_length,
            pins=self.pins,
        )
        return Outcome("OK", payload=written(found.as_claim()))

    def _answer(self, asked: Call) -> Answer:
        answered = next(self._given, None)
        if answered is None:
            raise _Stopped(asked)
        return answered


def _closed(of: Invocation) -> closing.ClosedExecution:
    stopped = of.ended == closing.HowItClosed.ABORTED
    return closing.ClosedExecution(
        transfer_id=of.contact,
        execution_arn=execution_arn(of.contact),
        how=closing.HowItClosed.ABORTED if stopped else closing.HowItClosed.FAILED,
        error=None if stopped else of.ended,
        stopped_at=NOW_TEXT,
    )


def _change(of: Invocation, contact: ConnectCall) -> ContactChange:
    return ContactChange(
        contact,
        is_over=of.function == "CallEnded",
        agent_id=of.agent or None,
        connected_at=CONNECTED_AT,
        ended_at=ENDED_AT,
    )


class _Directory:
    """Connect's users, each of which has its name for an id."""

    def user_name(self, agent_id: str) -> str:
        return agent_id


class _StandingClock:
    """It is the time at which the function was begun; only a look for the PIN takes any."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._slept = 0.0

    def now(self) -> datetime:
        return self._now + timedelta(seconds=self._slept)

    def monotonic(self) -> float:
        return self._slept

    def sleep(self, seconds: float) -> None:
        assert seconds == allocate.POLL_SECONDS
        self._slept += _POLL_TAKES
