"""Faults of the calls that the functions make, and of those with which Connect invokes them."""

from dataclasses import replace

from operations.call_parts import CALL_SECURE, NOT_SECURED
from operations.ops import ABANDONED, SECURED, TIMED_OUT
from tests.calls.test_branches import NO_PIN, NOT_RECORDED, PLEASE_WAIT
from tests.faults.cell import Lead, Seen, cell
from tests.faults.good import Good
from tests.faults.injection import AwsFault, Both, Kind
from tests.faults.places import (
    AddAgent,
    AgentJoined,
    ContactChanged,
    ExecutionClosed,
    FindFreePin,
    GetAgent,
    Place,
    of_connect,
    of_state,
)
from tests.faults.scene import (
    READING,
    agent_comes_late,
    asked_from_elsewhere,
    cardholder_leaves,
    guess,
    heard_of,
    stopped_before_the_loop,
    used_pin_again,
    wrong_agent,
)

NEVER_STARTED = ("TransferRequested", "TransferFailed")
FOUR_FAULTS = ("PlatformFault",) * 4
"""Connect's four tries, each a fault."""

WAKE_UP_LOST = Seen(metrics=("WakeUpLost",))
RAISED_ONCE = Seen(metrics=("PlatformFault",))
NOT_BEGUN = Seen(cardholder=(), agent=(NO_PIN,), ends=("",), events=(), metrics=FOUR_FAULTS)
NOT_ANSWERED = Seen(
    cardholder=(READING, NOT_SECURED),
    agent=(READING, NOT_SECURED),
    ends=("LoopTimedOut",),
    events=TIMED_OUT,
    metrics=FOUR_FAULTS,
)
NOT_NOTED = Seen(
    agent=(READING, CALL_SECURE, NOT_RECORDED),
    ends=("AgentNeverJoined",),
    events=ABANDONED,
    metrics=FOUR_FAULTS,
)
WRONG_AGENT = Seen(
    agent=(READING, CALL_SECURE),
    ends=("AgentNeverJoined",),
    events=ABANDONED,
    refusals=("JoinRejected",),
    metrics=("WrongAgent",),
)
_BEGUN = ("TransferRequested", "PinAllocated")
# The execution is gone; the call is secured all the same, and told of.
STOPPED = Seen(
    ends=("ABORTED",),
    events=(*SECURED, "TransferFailed"),
    repeated=_BEGUN,
    in_order=False,
    metrics=("ToldForExecution",),
)
JOINED_LATE = Seen(
    cardholder=(READING, CALL_SECURE, PLEASE_WAIT),
    ends=("AgentNeverJoined",),
    events=(*ABANDONED, "TransferSecured"),
)


def no_pin(reason: str, *more: str) -> Seen:
    """Return what is seen of a transfer that ends before it has a PIN."""
    metrics = tuple(sorted((reason, *more)))
    return Seen(
        cardholder=(), agent=(NO_PIN,), ends=(reason,), events=NEVER_STARTED, metrics=metrics
    )


# The PIN comes after 6 s; AddAgent gives up after 5.
_PIN_LATE = Lead(
    "no PIN in 5 s",
    Both(
        AwsFault(of_state("ClaimPin"), Kind.TIME_OUT),
        AwsFault(of_state("ClaimPin"), Kind.SLOW, seconds=2),
    ),
)
DRAWN_PINS_TAKEN = Lead(
    "all drawn PINs are taken", AwsFault(of_state("ClaimPin"), Kind.TAKEN, times=5)
)


def _no_bus(place: Place) -> Lead:
    return Lead("the bus refuses it", AwsFault(place, Kind.REFUSED))


ADD_AGENT = (
    cell(AddAgent.STARTS, Kind.THROTTLED, Good.CLIENT),
    cell(AddAgent.STARTS, Kind.RESPONSE_LOST, Good.CLIENT),
    cell(AddAgent.STARTS, Kind.SLOW, Good.CLIENT),
    cell(AddAgent.STARTS, Kind.REFUSED, Good.NEXT_CLICK, NOT_BEGUN),
    cell(AddAgent.LOOKS, Kind.TIME_OUT, Good.POLL),
    cell(AddAgent.GIVES_UP, Kind.THROTTLED, Good.CONNECT, RAISED_ONCE, after=_PIN_LATE),
    cell(
        AddAgent.TELLS, Kind.REFUSED, Good.QUEUE,
        Seen(kept=("TransferFailed",), metrics=("AuditKept", "NotOurCall")),
        play=asked_from_elsewhere,
    ),
    cell(
        AddAgent.KEEPS, Kind.REFUSED, Good.LAST_RESORT,
        Seen(stranded=("TransferFailed",), metrics=("AuditKept", "AuditLost", "NotOurCall")),
        after=_no_bus(AddAgent.TELLS), play=asked_from_elsewhere,
    ),
)  # fmt: skip

GET_AGENT = (
    cell(GetAgent.FINDS_PIN, Kind.THROTTLED, Good.CLIENT),
    cell(GetAgent.RESERVES, Kind.RESPONSE_LOST, Good.CLIENT),
    cell(GetAgent.ANSWERS, Kind.TIME_OUT, Good.CLIENT),
    cell(GetAgent.ANSWERS, Kind.RESPONSE_LOST, Good.CONNECT, RAISED_ONCE, times=2),
    cell(GetAgent.ANSWERS, Kind.SLOW, Good.CLIENT),
    cell(GetAgent.ANSWERS, Kind.REFUSED, Good.NEXT_CLICK, NOT_ANSWERED),
    cell(
        GetAgent.JUDGES, Kind.SERVER_ERROR, Good.CLIENT,
        Seen(refusals=("PinRejected",), metrics=("PinAlreadyUsed",)), play=used_pin_again,
    ),
    cell(
        GetAgent.WAKES, Kind.THROTTLED, Good.TIME_OUT,
        replace(WAKE_UP_LOST, repeated=("LoopAnswered", "TransferSecured")),
    ),
    cell(
        GetAgent.WAKES, Kind.RESPONSE_LOST, Good.UNNOTICED,
        replace(WAKE_UP_LOST, repeated=("LoopAnswered",)),
    ),
    cell(
        GetAgent.TELLS, Kind.RESPONSE_LOST, Good.QUEUE,
        Seen(refusals=("PinRejected",), kept=("PinRejected",),
             metrics=("AuditKept", "PinUnknown")),
        play=guess,
    ),
    cell(
        GetAgent.KEEPS, Kind.TIME_OUT, Good.LAST_RESORT,
        Seen(stranded=("PinRejected",), metrics=("AuditKept", "AuditLost", "PinUnknown")),
        after=_no_bus(GetAgent.TELLS), play=guess,
    ),
)  # fmt: skip

AGENT_JOINED = (
    cell(AgentJoined.JOINS, Kind.RESPONSE_LOST, Good.CLIENT),
    cell(AgentJoined.JOINS, Kind.REFUSED, Good.NOTHING, NOT_NOTED),
    cell(AgentJoined.JUDGES, Kind.THROTTLED, Good.CLIENT, WRONG_AGENT, play=wrong_agent),
    cell(AgentJoined.JOINS_LATE, Kind.RESPONSE_LOST, Good.CLIENT, JOINED_LATE,
         play=agent_comes_late),
    cell(
        AgentJoined.JOINS_LATE, Kind.REFUSED, Good.NOTHING,
        replace(NOT_NOTED, cardholder=JOINED_LATE.cardholder), play=agent_comes_late,
    ),
    cell(
        AgentJoined.WAKES, Kind.RESPONSE_LOST, Good.UNNOTICED,
        replace(WAKE_UP_LOST, repeated=("TransferSecured",)),
    ),
    cell(
        AgentJoined.TELLS, Kind.THROTTLED, Good.QUEUE,
        replace(JOINED_LATE, events=ABANDONED, kept=("TransferSecured",), metrics=("AuditKept",)),
        play=agent_comes_late,
    ),
    cell(
        AgentJoined.KEEPS, Kind.SERVER_ERROR, Good.LAST_RESORT,
        replace(WRONG_AGENT, refusals=(), stranded=("JoinRejected",),
                metrics=("AuditKept", "AuditLost", "WrongAgent")),
        after=_no_bus(AgentJoined.TELLS), play=wrong_agent,
    ),
)  # fmt: skip

LEFT = Seen(
    cardholder=(READING, CALL_SECURE),
    agent=(READING, CALL_SECURE),
    ends=("CardholderLeft",),
    events=ABANDONED,
)
HEARD_OF = Seen(events=(*SECURED, "SecureCallEnded"))
_WHISPER_FAILS = Lead("AgentJoined is denied", AwsFault(of_connect("AgentJoined"), Kind.REFUSED))
JOINED_UNHEARD = replace(HEARD_OF, agent=(READING, CALL_SECURE, NOT_RECORDED))

CONTACT_CHANGED = (
    cell(ContactChanged.READS, Kind.THROTTLED, Good.CLIENT, LEFT, play=cardholder_leaves),
    cell(ContactChanged.ENDS, Kind.SERVER_ERROR, Good.CLIENT, LEFT, play=cardholder_leaves),
    cell(ContactChanged.INTERRUPTS, Kind.THROTTLED, Good.NOTHING,
         replace(LEFT, repeated=("TransferAbandoned",), metrics=("WakeUpLost",)),
         play=cardholder_leaves),
    cell(ContactChanged.NAMES, Kind.SERVER_ERROR, Good.CLIENT, JOINED_UNHEARD,
         after=_WHISPER_FAILS, play=heard_of),
    cell(ContactChanged.WAKES, Kind.THROTTLED, Good.TIME_OUT,
         replace(JOINED_UNHEARD, repeated=("TransferSecured",), metrics=("WakeUpLost",)),
         after=_WHISPER_FAILS, play=heard_of),
    cell(ContactChanged.TELLS, Kind.REFUSED, Good.QUEUE,
         replace(HEARD_OF, events=SECURED, kept=("SecureCallEnded",), metrics=("AuditKept",)),
         play=heard_of),
    cell(ContactChanged.KEEPS, Kind.REFUSED, Good.LAST_RESORT,
         replace(HEARD_OF, events=SECURED, stranded=("SecureCallEnded",),
                 metrics=("AuditKept", "AuditLost")),
         after=_no_bus(ContactChanged.TELLS), play=heard_of),
)  # fmt: skip

FIND_FREE_PIN = (
    cell(FindFreePin.LOOKS, Kind.THROTTLED, Good.CLIENT, after=DRAWN_PINS_TAKEN),
    cell(FindFreePin.LOOKS, Kind.REFUSED, Good.NEXT_CLICK,
         no_pin("PinSearchFailed", "PlatformFault"), after=DRAWN_PINS_TAKEN),
    cell(FindFreePin.CLAIMS, Kind.RESPONSE_LOST, Good.CLIENT, after=DRAWN_PINS_TAKEN),
)  # fmt: skip

EXECUTION_CLOSED = (
    cell(ExecutionClosed.READS, Kind.THROTTLED, Good.CLIENT, STOPPED,
         play=stopped_before_the_loop),
    cell(
        ExecutionClosed.READS, Kind.SERVER_ERROR, Good.LAMBDA,
        replace(STOPPED, metrics=("PlatformFault", *STOPPED.metrics)), times=2,
        play=stopped_before_the_loop,
    ),
    cell(
        ExecutionClosed.TELLS, Kind.REFUSED, Good.QUEUE,
        replace(STOPPED, events=SECURED, in_order=True, repeated=(),
                kept=(*_BEGUN, "TransferFailed"),
                metrics=(*("AuditKept",) * 3, *STOPPED.metrics)),
        play=stopped_before_the_loop,
    ),
    cell(
        ExecutionClosed.KEEPS, Kind.REFUSED, Good.LAST_RESORT,
        replace(STOPPED, events=SECURED, in_order=True, repeated=(), stranded=("TransferFailed",),
                metrics=(*("AuditKept",) * 3, *("AuditLost",) * 3, *STOPPED.metrics)),
        after=_no_bus(ExecutionClosed.TELLS), play=stopped_before_the_loop,
    ),
)  # fmt: skip

CONNECT = (
    cell(of_connect("AddAgent"), Kind.RESPONSE_LOST, Good.CONNECT),
    cell(of_connect("GetAgent"), Kind.SERVER_ERROR, Good.CONNECT),
    cell(of_connect("AgentJoined"), Kind.REFUSED, Good.NOTHING, replace(NOT_NOTED, metrics=())),
)
