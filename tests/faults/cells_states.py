"""Faults of the calls that the states of the machine make."""

from dataclasses import replace

from operations.call_parts import CALL_SECURE
from operations.ops import ABANDONED, SECURED, TIMED_OUT
from tests.calls.test_branches import GOODBYE, PLEASE_WAIT
from tests.faults.cell import Lead, Seen, cell
from tests.faults.cells_functions import DRAWN_PINS_TAKEN, LEFT, NEVER_STARTED, no_pin
from tests.faults.good import Good
from tests.faults.injection import AwsFault, Both, Kind
from tests.faults.outside import Happens, looped_call, sent
from tests.faults.places import AgentJoined, GetAgent, of_state
from tests.faults.scene import READING, agent_never_comes, cardholder_leaves

_BEGUN = ("TransferRequested", "PinAllocated")
_ENDED = ("LoopAnswered", "TransferSecured")

NO_LOOP = Seen(cardholder=(), agent=(), ends=("LoopTimedOut",), events=TIMED_OUT)
NEVER_CAME = Seen(
    cardholder=(READING, CALL_SECURE, PLEASE_WAIT, GOODBYE),
    agent=(READING, CALL_SECURE),
    ends=("AgentNeverJoined",),
    events=ABANDONED,
)
# The execution is gone; the call is secured all the same, and told of.
FAULTED = Seen(ends=("TransferFaulted",), events=(*SECURED, "TransferFailed"))
FAULTED_FIRST = replace(FAULTED, in_order=False)
# It had given up when the call was answered or joined: what was told is told again for it.
_TOLD_FOR_IT = ("ToldForExecution",)
FAULTED_LATE = replace(FAULTED, repeated=_ENDED, metrics=_TOLD_FOR_IT)
# Functions tell what nobody was woken for; the execution finds it and tells it too.
TOLD_BY_BOTH = Seen(repeated=_ENDED)
JOIN_TOLD_BY_BOTH = Seen(repeated=("TransferSecured",))
# The wake-up seemed to arrive: its event waits for the execution, and the next comes first.
JOIN_TOLD_FIRST = replace(JOIN_TOLD_BY_BOTH, in_order=False)
_UNWOKEN = ("WakeUpLost",)

# What leads to the states off the straight way.
_NO_CLAIM = Lead("there is no PinTable", AwsFault(of_state("ClaimPin"), Kind.NOT_FOUND))
_UNSURE = Lead("RecordPin's answer was lost", AwsFault(of_state("RecordPin"), Kind.RESPONSE_LOST))
_NO_CALL = Lead("nobody calls back", looped_call(Happens.LOST))
_NO_WAIT = Lead("there is no TransferTable", AwsFault(of_state("AwaitLoop"), Kind.NOT_FOUND))
_NOT_WOKEN = Lead("GetAgent's wake-up was throttled", AwsFault(GetAgent.WAKES, Kind.THROTTLED))
_NOT_WOKEN_AGAIN = Lead(
    "AgentJoined's wake-up was throttled", AwsFault(AgentJoined.WAKES, Kind.THROTTLED)
)
_SEEMS_WOKEN = Lead("GetAgent's wake-up was accepted and lost", sent(GetAgent.WAKES, Happens.LOST))
_SEEMS_WOKEN_AGAIN = Lead(
    "AgentJoined's wake-up was accepted and lost", sent(AgentJoined.WAKES, Happens.LOST)
)


def _no_bus(told: str, lead: Lead | None = None) -> Lead:
    bus = Lead("the bus refuses it", AwsFault(of_state(f"Audit{told}"), Kind.REFUSED))
    if lead is None:
        return bus
    return Lead(f"{lead.when}; {bus.when}", Both(lead.injection, bus.injection))


ALLOCATION = (
    cell(of_state("ClaimPin"), Kind.THROTTLED, Good.STATE),
    cell(of_state("ClaimPin"), Kind.RESPONSE_LOST, Good.STATE),
    cell(of_state("ClaimPin"), Kind.SLOW, Good.STATE),
    cell(of_state("ClaimPin"), Kind.REFUSED, Good.NEXT_CLICK, no_pin("PinTooLate")),
    cell(of_state("ClaimPin"), Kind.NOT_FOUND, Good.NEXT_CLICK, no_pin("PinClaimFailed")),
    cell(of_state("FindFreePin"), Kind.THROTTLED, Good.STATE, after=DRAWN_PINS_TAKEN),
    cell(of_state("FindFreePin"), Kind.REFUSED, Good.NEXT_CLICK, no_pin("PinSearchFailed"),
         after=DRAWN_PINS_TAKEN),
    cell(of_state("RecordPin"), Kind.TIME_OUT, Good.STATE),
    cell(of_state("RecordPin"), Kind.RESPONSE_LOST, Good.CHECK),
    cell(of_state("RecordPin"), Kind.NOT_FOUND, Good.NEXT_CLICK, no_pin("PinRecordFailed")),
    cell(of_state("RecordFailure"), Kind.RESPONSE_LOST, Good.NEXT_CLICK, no_pin("PinClaimFailed"),
         after=_NO_CLAIM),
    cell(of_state("CheckRecorded"), Kind.NOT_FOUND, Good.GOES_ON, after=_UNSURE),
    cell(of_state("CountAttempt"), Kind.RESPONSE_LOST, Good.STATE),
    cell(of_state("CountAttempt"), Kind.NOT_FOUND, Good.GOES_ON),
)  # fmt: skip

WAITS = (
    cell(of_state("AwaitLoop"), Kind.THROTTLED, Good.STATE),
    cell(of_state("AwaitLoop"), Kind.TIME_OUT, Good.TIME_OUT, TOLD_BY_BOTH),
    cell(of_state("AwaitLoop"), Kind.RESPONSE_LOST, Good.TIME_OUT, JOIN_TOLD_FIRST),
    cell(of_state("AwaitLoop"), Kind.NOT_FOUND, Good.FUNCTION, FAULTED_FIRST),
    cell(of_state("AwaitLoop"), Kind.REFUSED, Good.FUNCTION, FAULTED_LATE),
    cell(of_state("AwaitJoin"), Kind.SERVER_ERROR, Good.STATE),
    cell(of_state("AwaitJoin"), Kind.TIME_OUT, Good.TIME_OUT, JOIN_TOLD_BY_BOTH),
    cell(of_state("AwaitJoin"), Kind.NOT_FOUND, Good.FUNCTION,
         replace(FAULTED_FIRST, repeated=("LoopAnswered",), metrics=_TOLD_FOR_IT)),
    cell(of_state("AwaitJoin"), Kind.REFUSED, Good.FUNCTION, FAULTED_LATE),
    cell(of_state("ExpireLoop"), Kind.RESPONSE_LOST, Good.STATE, NO_LOOP, after=_NO_CALL),
    cell(
        of_state("ExpireLoop"), Kind.NOT_FOUND, Good.NEXT_CLICK,
        replace(NO_LOOP, ends=("TransferFaulted",), events=(*_BEGUN, "TransferFailed")),
        after=_NO_CALL,
    ),
    cell(of_state("CheckAnswered"), Kind.TIME_OUT, Good.STATE,
         replace(TOLD_BY_BOTH, metrics=_UNWOKEN), after=_NOT_WOKEN),
    cell(of_state("CheckAnswered"), Kind.NOT_FOUND, Good.FUNCTION,
         replace(FAULTED_LATE, metrics=(*_TOLD_FOR_IT, *_UNWOKEN)), after=_NOT_WOKEN),
    cell(of_state("CheckAnswered"), Kind.NOT_FOUND, Good.FUNCTION,
         replace(FAULTED_LATE, repeated=("TransferSecured",), in_order=False),
         after=_SEEMS_WOKEN),
    cell(of_state("ExpireJoin"), Kind.RESPONSE_LOST, Good.STATE, NEVER_CAME,
         play=agent_never_comes),
    cell(
        of_state("ExpireJoin"), Kind.NOT_FOUND, Good.NOTHING,
        replace(NEVER_CAME, ends=("TransferFaulted",),
                events=(*_BEGUN, "LoopAnswered", "TransferFailed"),
                repeated=("LoopAnswered",), metrics=_TOLD_FOR_IT),
        play=agent_never_comes,
    ),
    cell(of_state("CheckJoined"), Kind.SERVER_ERROR, Good.STATE,
         replace(JOIN_TOLD_BY_BOTH, metrics=_UNWOKEN), after=_NOT_WOKEN_AGAIN),
    cell(of_state("CheckJoined"), Kind.NOT_FOUND, Good.FUNCTION,
         replace(FAULTED_LATE, metrics=(*_TOLD_FOR_IT, *_UNWOKEN)), after=_NOT_WOKEN_AGAIN),
    cell(of_state("CheckJoined"), Kind.NOT_FOUND, Good.FUNCTION,
         replace(FAULTED_LATE, repeated=("LoopAnswered",), in_order=False),
         after=_SEEMS_WOKEN_AGAIN),
)  # fmt: skip

AUDIT = (
    cell(of_state("AuditPinAllocated"), Kind.THROTTLED, Good.STATE),
    cell(of_state("AuditPinAllocated"), Kind.SLOW, Good.STATE, Seen(repeated=_BEGUN)),
    cell(of_state("AuditPinAllocated"), Kind.REFUSED, Good.QUEUE, Seen(events=_ENDED, kept=_BEGUN)),
    cell(of_state("KeepPinAllocated"), Kind.REFUSED, Good.LAST_RESORT,
         Seen(events=_ENDED, stranded=_BEGUN), after=_no_bus("PinAllocated")),
    cell(of_state("KeepAllocationFailed"), Kind.SERVER_ERROR, Good.QUEUE,
         replace(no_pin("PinClaimFailed"), events=(), kept=NEVER_STARTED),
         after=_no_bus("AllocationFailed", _NO_CLAIM)),
    cell(of_state("KeepLoopAnswered"), Kind.THROTTLED, Good.QUEUE,
         Seen(events=(*_BEGUN, "TransferSecured"), kept=("LoopAnswered",)),
         after=_no_bus("LoopAnswered")),
    cell(of_state("AuditTransferSecured"), Kind.RESPONSE_LOST, Good.STATE,
         Seen(repeated=("TransferSecured",))),
    cell(of_state("KeepTransferSecured"), Kind.TIME_OUT, Good.QUEUE,
         Seen(events=(*_BEGUN, "LoopAnswered"), kept=("TransferSecured",)),
         after=_no_bus("TransferSecured")),
    cell(of_state("KeepTransferTimedOut"), Kind.THROTTLED, Good.QUEUE,
         replace(NO_LOOP, events=_BEGUN, kept=("TransferTimedOut",)),
         after=_no_bus("TransferTimedOut", _NO_CALL)),
    cell(of_state("KeepTransferAbandoned"), Kind.THROTTLED, Good.QUEUE,
         replace(NEVER_CAME, events=(*_BEGUN, "LoopAnswered"), kept=("TransferAbandoned",)),
         after=_no_bus("TransferAbandoned"), play=agent_never_comes),
    cell(of_state("AuditCardholderLeft"), Kind.THROTTLED, Good.STATE, LEFT,
         play=cardholder_leaves),
    cell(of_state("KeepCardholderLeft"), Kind.THROTTLED, Good.QUEUE,
         replace(LEFT, events=(*_BEGUN, "LoopAnswered"), kept=("TransferAbandoned",)),
         after=_no_bus("CardholderLeft"), play=cardholder_leaves),
    cell(of_state("KeepTransferFaulted"), Kind.THROTTLED, Good.QUEUE,
         replace(FAULTED, events=SECURED, kept=("TransferFailed",)),
         after=_no_bus("TransferFaulted", _NO_WAIT)),
)  # fmt: skip
