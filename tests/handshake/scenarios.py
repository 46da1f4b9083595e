"""Who acts in which scenario. Their steps are put in every order that there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.fakes import NOW, NOW_EPOCH
from tests.handshake.functions import Invocation
from tests.handshake.machine import Position
from tests.handshake.steps import Guard, Rules, Site, play
from tests.handshake.tables import Items
from tests.handshake.wire import read, written
from tests.handshake.world import Run, World

CLICK = Invocation("AddAgent", "transfer-1", agent="jane.doe", draws=("0027", "0815"))
CLICK_AGAIN = Invocation("AddAgent", "transfer-1", agent="jane.doe", draws=("4711", "0042"))
CALL = Invocation("GetAgent", "loop-1", pin="0027", transfer="transfer-1")
STRANGER = Invocation("GetAgent", "loop-2", pin="0027")
JOIN = Invocation("AgentJoined", "loop-1", agent="jane.doe", transfer="transfer-1")
WRONG_AGENT = Invocation("AgentJoined", "loop-1", agent="john.roe", transfer="transfer-1")
WRONG_CALL = Invocation("AgentJoined", "loop-2", agent="jane.doe", transfer="transfer-1")

CONNECTED = Invocation("AgentConnected", "loop-1", agent="jane.doe", transfer="transfer-1")
WRONG_CONNECTED = Invocation("AgentConnected", "loop-1", agent="john.roe", transfer="transfer-1")
ENDED = Invocation("CallEnded", "loop-1", transfer="transfer-1")
ENDED_WITH_AGENT = Invocation("CallEnded", "loop-1", agent="jane.doe", transfer="transfer-1")
STRANGER_ENDED = Invocation("CallEnded", "loop-2")

OTHER_CLICK = Invocation(
    "AddAgent", "transfer-2", "john.roe", draws=("0027", "0815"), conversation="conversation-2"
)
OTHER_CALL = Invocation("GetAgent", "loop-3", pin="0027", transfer="transfer-2")

BEFORE_EXPIRY = NOW + timedelta(seconds=89)
EXPIRY = NOW + timedelta(seconds=90)
REUSABLE = NOW + timedelta(seconds=270)


@dataclass(frozen=True)
class Actor:
    invocation: Invocation
    begins: Guard = lambda _: True
    repeats: int = 0


@dataclass(frozen=True)
class Scenario:
    actors: tuple[Actor, ...]
    begun: tuple[Invocation, ...] = (CLICK,)
    """Clicks of which the execution has just begun. Others begin with their AddAgent."""
    waiting: bool = False
    """Whether those have come to wait for their looped calls."""
    held: str = ""
    """A PIN with which somebody else waits."""
    now: datetime = NOW
    times: tuple[datetime, ...] = ()
    faults: frozenset[str] = frozenset()
    wakes_may_fail: bool = True
    stops: bool = False
    known: frozenset[str] = frozenset()
    """What is wrong in it and has been decided to stay so, or waits to be mended."""

    def begin(self, site: Site) -> World:
        world = World(
            now=self.now,
            items=_held_by_another(self.held) if self.held else (),
            executions=tuple(begun(click, site) for click in self.begun),
        )
        if self.waiting:
            world = play(world, site, Rules())
        return world._replace(
            runs=tuple(Run(actor.invocation, repeats=actor.repeats) for actor in self.actors),
            faults=1 if self.faults or self.stops else 0,
        )

    @property
    def rules(self) -> Rules:
        return Rules(
            begins=tuple(actor.begins for actor in self.actors),
            times=self.times,
            wakes_may_fail=self.wakes_may_fail,
            faults=self.faults,
            stops=self.stops,
        )


def begun(click: Invocation, site: Site) -> Position:
    """Return the execution that AddAgent starts for a click."""
    asked = site.functions.begin(click, NOW).call
    assert asked
    return site.machine.begin(click.contact, read(asked.body)["input"])


def recorded(world: World) -> bool:
    """Whether AddAgent can have told the PIN, and so the loop can have been dialled."""
    return "transfer-1" in world.transfers()


def told_ok(invocation: Invocation) -> Guard:
    def guard(world: World) -> bool:
        told = [run.outcome for run in world.runs if run.invocation == invocation]
        return any(outcome and outcome.result == "OK" for outcome in told)

    return guard


def before(moment: datetime) -> Guard:
    return lambda world: world.now < moment


def since(moment: datetime) -> Guard:
    return lambda world: world.now >= moment


def after_first(invocation: Invocation) -> Guard:
    """Begin when the first of two equal invocations is over, as Connect repeats."""
    return lambda world: next(run for run in world.runs if run.invocation == invocation).is_over


def _held_by_another(pin: str) -> Items:
    both: dict[str, Any] = {
        "TransferId": {"S": "transfer-0"},
        "AgentName": {"S": "somebody"},
        "PIN": {"S": pin},
        "ExpiresAt": {"N": str(NOW_EPOCH + 80)},
    }
    row = {
        "CreatedTimestamp": {"S": "2026-11-24T09:29:50.123Z"},
        "ReusableAt": {"N": str(NOW_EPOCH + 260)},
    }
    record = {"Status": {"S": "AWAITING_LOOP"}}
    return (
        (f"pins/{pin}", written(both | row)),
        ("transfers/transfer-0", written(both | record)),
    )


_CALL, _JOIN = Actor(CALL, recorded), Actor(JOIN, told_ok(CALL))
_STRANGER, _WRONG_AGENT = Actor(STRANGER, recorded), Actor(WRONG_AGENT, told_ok(CALL))
_CALL_OF_SECOND_PIN = Invocation("GetAgent", "loop-1", pin="0815", transfer="transfer-1")
_ENDED, _CONNECTED = Actor(ENDED, recorded, repeats=1), Actor(CONNECTED, recorded, repeats=1)
_OTHER_PIN = Invocation("AddAgent", "transfer-2", "john.roe", draws=("0815",))
_WHOLE = (Actor(CLICK, repeats=1), Actor(CALL, told_ok(CLICK), 1), Actor(JOIN, told_ok(CALL), 1))
"""A transfer from the click on, each invocation repeated by Connect should it fail."""

_PIN_TOO_LATE_FORGOTTEN = frozenset(
    {
        "transfer-1 failed as PinTooLate, its execution as TransferStateUnexpected.",
        "transfer-1 is FAILED, and PinAllocated was audited.",
    }
)
"""AddAgent has given up, and CheckRecorded cannot read it: ForgetFailure goes on with the PIN, and
IsAnswered knows no FAILED."""

SCENARIOS = {
    "a click, repeated at once; the first PIN is taken": Scenario(
        (Actor(CLICK), Actor(CLICK_AGAIN), Actor(_CALL_OF_SECOND_PIN, told_ok(CLICK))),
        begun=(),
        held="0027",
    ),
    "the looped call, repeated at once, and a stranger with its PIN": Scenario(
        (_CALL, _CALL, Actor(STRANGER)),
        wakes_may_fail=False,
    ),
    "wake-ups get lost, of the looped call and of the agent": Scenario((_CALL, _CALL, _JOIN)),
    "the agent, repeated at once, and a wrong one": Scenario(
        (_CALL, _JOIN, _JOIN, _WRONG_AGENT),
        wakes_may_fail=False,
    ),
    "a stranger calls and a wrong agent picks up": Scenario(
        (_CALL, _STRANGER, _JOIN, _WRONG_AGENT),
        wakes_may_fail=False,
    ),
    "the agent of another call knows the transfer": Scenario(
        (_CALL, _JOIN, Actor(WRONG_CALL)),
    ),
    "the PIN expires while its call is answered": Scenario(
        (_CALL, Actor(CALL, after_first(CALL)), Actor(STRANGER)),
        waiting=True,
        now=BEFORE_EXPIRY,
        times=(EXPIRY,),
    ),
    "a call to AWS fails, or its answer is lost": Scenario(
        _WHOLE,
        begun=(),
        wakes_may_fail=False,
        faults=frozenset({"refused", "lost"}),
    ),
    "a write is given up and lands late": Scenario(
        _WHOLE,
        begun=(),
        wakes_may_fail=False,
        faults=frozenset({"late"}),
    ),
    "a function dies": Scenario(_WHOLE, begun=(), faults=frozenset({"killed"})),
    "a function dies, and Connect does not repeat it": Scenario(
        (Actor(CLICK), Actor(CALL, told_ok(CLICK)), _JOIN),
        begun=(),
        faults=frozenset({"killed"}),
        known=frozenset({"TransferSecured (late) of transfer-1 was never audited."}),
    ),
    "a service is out for a state": Scenario(
        _WHOLE,
        begun=(),
        wakes_may_fail=False,
        faults=frozenset({"outage"}),
        known=_PIN_TOO_LATE_FORGOTTEN,
    ),
    "the execution is stopped": Scenario((_CALL, _JOIN, _JOIN), stops=True),
    "another transfer gets the PIN as soon as it may": Scenario(
        (
            Actor(CALL, before(REUSABLE)),
            Actor(OTHER_CLICK, since(REUSABLE)),
            Actor(OTHER_CALL, told_ok(OTHER_CLICK)),
        ),
        waiting=True,
        now=BEFORE_EXPIRY,
        times=(EXPIRY, REUSABLE),
        wakes_may_fail=False,
    ),
    "the cardholder hangs up, which is told twice, and the agent joins": Scenario(
        (_CALL, _JOIN, _ENDED, _ENDED),
        wakes_may_fail=False,
    ),
    "the cardholder hangs up, and wake-ups get lost": Scenario((_CALL, _JOIN, _ENDED)),
    "whisper and contact event tell of the agent, and of a wrong one": Scenario(
        (_CALL, _JOIN, _CONNECTED, Actor(WRONG_CONNECTED, recorded, repeats=1)),
        wakes_may_fail=False,
    ),
    "contact events only, the end before or after the agent": Scenario(
        (_CALL, _CONNECTED, Actor(ENDED_WITH_AGENT, recorded, repeats=1), Actor(STRANGER_ENDED)),
    ),
    "a call to AWS fails, or its answer is lost, as the cardholder hangs up": Scenario(
        (Actor(CALL, recorded, 1), Actor(JOIN, told_ok(CALL), 1), Actor(ENDED, told_ok(CALL), 1)),
        wakes_may_fail=False,
        faults=frozenset({"refused", "lost"}),
    ),
    "a service is out for a state, as the cardholder hangs up": Scenario(
        (_CALL, Actor(ENDED, told_ok(CALL), 1)),
        wakes_may_fail=False,
        faults=frozenset({"outage"}),
    ),
    "the execution is stopped, as the cardholder hangs up": Scenario(
        (_CALL, _ENDED),
        stops=True,
    ),
    "one call tries the PINs of two transfers": Scenario(
        (Actor(CALL), Actor(Invocation("GetAgent", "loop-1", pin="0815"))),
        begun=(CLICK, _OTHER_PIN),
        waiting=True,
        wakes_may_fail=False,
    ),
}
