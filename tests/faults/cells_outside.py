"""Outside events that do not come as they should."""

from dataclasses import replace

from operations.call_parts import CALL_SECURE, NOT_SECURED, SECURED_CALL
from operations.ops import ABANDONED, SECURED, TIMED_OUT
from tests.calls.test_branches import NOT_RECORDED
from tests.faults import outside
from tests.faults.cell import AS_USUAL, Cell, Seen
from tests.faults.cells_functions import JOINED_LATE, STOPPED
from tests.faults.cells_states import JOIN_TOLD_FIRST, NO_LOOP, TOLD_BY_BOTH
from tests.faults.good import Good
from tests.faults.injection import AwsFault, Injection, Kind
from tests.faults.outside import Happens, digits, looped_call, sent
from tests.faults.places import GetAgent, of_any_audit_state, of_state
from tests.faults.scene import (
    READING,
    Play,
    agent_comes_late,
    stopped_before_the_join,
    stopped_before_the_loop,
    two_agents,
    usual,
)
from tests.workflow.faults import ALWAYS

NOT_HEARD = Seen(
    cardholder=(READING, NOT_SECURED),
    agent=(READING, NOT_SECURED),
    ends=("LoopTimedOut",),
    events=TIMED_OUT,
    refusals=("PinRejected",),
    metrics=("PinMalformed",),
)


def _event(
    where: str,
    how: Happens,
    injection: Injection,
    good: Good,
    seen: Seen = AS_USUAL,
    *,
    much: str = "",
    play: Play = usual,
) -> Cell:
    what = f"{how} ({much})" if much else str(how)
    return Cell(where, what, (injection,), seen, good, play)


def _slow_to_wait(seconds: float) -> AwsFault:
    return AwsFault(of_state("AwaitLoop"), Kind.SLOW, seconds=seconds)


_NO_BUS = AwsFault(of_any_audit_state(), Kind.THROTTLED, times=ALWAYS)
_WAKE_UP = "the wake-up after the looped call"
_AUDIT_FIRST, _AUDIT_LAST = of_state("AuditPinAllocated"), of_state("AuditTransferSecured")

WAKE_UPS = (
    _event(_WAKE_UP, Happens.LOST, sent(GetAgent.WAKES, Happens.LOST), Good.TIME_OUT,
           JOIN_TOLD_FIRST),
    _event(_WAKE_UP, Happens.LATE, sent(GetAgent.WAKES, Happens.LATE, 100), Good.TIME_OUT,
           JOIN_TOLD_FIRST, much="when the wait is over"),
    _event(_WAKE_UP, Happens.EARLY, _slow_to_wait(18), Good.CHECK, TOLD_BY_BOTH,
           much="before the execution waits"),
    _event(_WAKE_UP, Happens.DOUBLED, sent(GetAgent.WAKES, Happens.DOUBLED), Good.UNNOTICED),
    _event(_WAKE_UP, Happens.REORDERED, sent(GetAgent.WAKES, Happens.LATE, 30), Good.CHECK,
           JOIN_TOLD_FIRST, much="after the join"),
)  # fmt: skip

LOOPED_CALL = (
    _event("the looped call", Happens.LOST, looped_call(Happens.LOST), Good.NEXT_CLICK, NO_LOOP),
    _event(
        "the looped call", Happens.LATE, looped_call(Happens.LATE), Good.REFUSAL,
        replace(NO_LOOP, refusals=("PinRejected",), metrics=("PinExpired",)),
        much="when the wait is over",
    ),
    _event(
        "the looped call", Happens.EARLY, looped_call(Happens.EARLY), Good.UNNOTICED,
        Seen(cardholder=(CALL_SECURE,), agent=(CALL_SECURE, SECURED_CALL)),
        much="before PCI Pal answers",
    ),
    _event(
        "the looped call", Happens.DOUBLED, looped_call(Happens.DOUBLED), Good.REFUSAL,
        Seen(refusals=("PinRejected",), metrics=("PinAlreadyUsed",)),
    ),
    _event(
        "the looped call", Happens.REORDERED, looped_call(Happens.REORDERED), Good.UNNOTICED,
        Seen(ends=("SUCCEEDED", "SUCCEEDED")), much="after that of a later click", play=two_agents,
    ),
)  # fmt: skip

JOIN = (
    _event(
        "the agent's join", Happens.LOST, outside.join_lost, Good.NOTHING,
        Seen(agent=(READING, CALL_SECURE, NOT_RECORDED), ends=("AgentNeverJoined",),
             events=ABANDONED),
    ),
    _event("the agent's join", Happens.LATE, outside.nothing, Good.LATE_JOIN, JOINED_LATE,
           much="when the wait is over", play=agent_comes_late),
    _event("the agent's join", Happens.EARLY, _slow_to_wait(60), Good.CHECK, TOLD_BY_BOTH,
           much="before the execution waits for the looped call"),
    _event("the agent's join", Happens.DOUBLED, outside.join_doubled, Good.UNNOTICED,
           Seen(repeated=("TransferSecured",))),
    _event("the agent's join", Happens.REORDERED, outside.nothing, Good.UNNOTICED,
           Seen(ends=("SUCCEEDED", "SUCCEEDED")), much="after that of a later click",
           play=two_agents),
)  # fmt: skip

DIGITS = (
    _event("the PIN's digits", Happens.LOST, digits(Happens.LOST), Good.REFUSAL, NOT_HEARD,
           much="one of them"),
    _event("the PIN's digits", Happens.LATE, digits(Happens.LATE), Good.REFUSAL, NOT_HEARD,
           much="by a minute"),
    _event("the PIN's digits", Happens.EARLY, digits(Happens.EARLY), Good.REFUSAL, NOT_HEARD,
           much="before the loop is closed"),
    _event("the PIN's digits", Happens.DOUBLED, digits(Happens.DOUBLED), Good.REFUSAL,
           replace(NOT_HEARD, metrics=("PinUnknown",)), much="one of them"),
    _event("the PIN's digits", Happens.REORDERED, digits(Happens.REORDERED), Good.REFUSAL,
           replace(NOT_HEARD, metrics=("PinUnknown",)), much="two of them exchanged"),
)  # fmt: skip

STOPS = (
    Cell("the execution", "stopped while it waits for the looped call", (), STOPPED, Good.FUNCTION,
         stopped_before_the_loop),
    Cell(
        "the execution", "stopped while it waits for the agent", (),
        replace(STOPPED, repeated=(*STOPPED.repeated, "LoopAnswered")), Good.FUNCTION,
        stopped_before_the_join,
    ),
)  # fmt: skip

EVENTS = (
    _event("audit events", Happens.LOST, _NO_BUS, Good.QUEUE, Seen(events=(), kept=SECURED),
           much="the bus takes none"),
    _event("audit events", Happens.DOUBLED, sent(_AUDIT_LAST, Happens.DOUBLED), Good.UNNOTICED,
           Seen(repeated=("TransferSecured",))),
    _event("audit events", Happens.REORDERED, sent(_AUDIT_FIRST, Happens.LATE, 30),
           Good.UNNOTICED, Seen(in_order=False), much="the first ones come last"),
)  # fmt: skip
