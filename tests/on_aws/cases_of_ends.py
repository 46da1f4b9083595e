"""What is told of a transfer, with the fallback of each telling, and how it ends."""

from collections.abc import Mapping
from typing import Any

from tests.on_aws.case import GIVEN, Case, Outcome, ends, gives_up, goes_on, turns_off
from tests.on_aws.cases_of_waits import ANSWERED_BEFORE, JOINED, LEFT

_SECURED = {**ANSWERED_BEFORE, "join": JOINED}
_LEFT = {**ANSWERED_BEFORE, "stored": LEFT}
_NO_PIN = {**GIVEN, "failure": {"reason": "PinPoolExhausted"}}
_FAULTED = {**GIVEN, "failure": {"reason": "TransferFaulted"}}
_TAKEN = {"FailedEntryCount": 0, "Entries": [{"EventId": "event-1"}]}
_KEPT = {"MessageId": "message-1", "MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e"}


def _told(what: str, to: str, given: Mapping[str, Any] = GIVEN) -> list[Case]:
    """Both ways of telling lead on to the same state, and so does telling nobody."""
    audit, keep = f"Audit{what}", f"Keep{what}"
    return [
        goes_on(audit, "the bus takes it", to, given, result=_TAKEN),
        *gives_up(audit, "EventBridge.FailedEntry", 2, keep, given),
        turns_off(audit, "EventBridge.AccessDeniedException", keep, given),
        goes_on(keep, "the queue takes it", to, given, result=_KEPT),
        *gives_up(keep, "SQS.RequestThrottledException", 2, to, given),
    ]


TOLD: list[Case] = [
    *_told("PinAllocated", "AwaitLoop"),
    *_told("AllocationFailed", "TransferFailed", _NO_PIN),
    *_told("LoopAnswered", "AwaitJoin", ANSWERED_BEFORE),
    *_told("TransferTimedOut", "LoopTimedOut"),
    *_told("TransferAbandoned", "AgentNeverJoined", ANSWERED_BEFORE),
    *_told("CardholderLeft", "CardholderLeft", _LEFT),
    *_told("TransferSecured", "TransferSecured", _SECURED),
    *_told("TransferFaulted", "TransferFailed", _FAULTED),
]

ENDS: list[Case] = [
    ends("TransferSecured", "always", _SECURED, Outcome("SUCCEEDED", output=JOINED)),
    ends("LoopTimedOut", "always", GIVEN, Outcome("FAILED", error="LoopTimedOut")),
    ends("AgentNeverJoined", "always", GIVEN, Outcome("FAILED", error="AgentNeverJoined")),
    ends("CardholderLeft", "always", GIVEN, Outcome("FAILED", error="CardholderLeft")),
    ends("TransferFailed", "no PIN", _NO_PIN, Outcome("FAILED", error="PinPoolExhausted")),
    ends("TransferFailed", "a fault", _FAULTED, Outcome("FAILED", error="TransferFaulted")),
]
