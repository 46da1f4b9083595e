"""Interfere with single AWS calls, of the state machine or of a function, on the wire.

Nothing of the code under test is touched: each fault stands between caller and AWS.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from simulator.aws import LocalAws
from simulator.calls import Answer, AwsCall

Which = Callable[[AwsCall], bool]

# The states' calls, told apart by what they send (a regular expression).
_STATE_CALLS = {
    "ClaimPin": ("dynamodb:PutItem", '"CreatedTimestamp"'),
    "FindFreePin": ("lambda:Invoke", "FindFreePin"),
    "RecordPin": ("dynamodb:PutItem", '"AWAITING_LOOP"'),
    "RecordFailure": ("dynamodb:PutItem", '"FAILED"'),
    "CountAttempt": ("dynamodb:UpdateItem", "conversation/"),
    "AwaitLoop": ("dynamodb:UpdateItem", "LoopToken"),
    "AwaitJoin": ("dynamodb:UpdateItem", "JoinToken"),
    "ExpireLoop": ("dynamodb:UpdateItem", '"TIMED_OUT"'),
    "ExpireJoin": ("dynamodb:UpdateItem", '"ABANDONED"'),
    "CheckRecorded": ("dynamodb:GetItem", '#Status, Reason"'),
    "CheckAnswered": ("dynamodb:GetItem", "AnsweredAt"),
    "CheckJoined": ("dynamodb:GetItem", "EndedAt"),
    "Audit": ("events:PutEvents", ""),
    "Keep": ("sqs:SendMessage", ""),
}
# What an Audit… state tells of, and its Keep… twin.
_TOLD = {
    "PinAllocated": "PinAllocated",
    "AllocationFailed": "TransferRequested.*TransferFailed",
    "LoopAnswered": "LoopAnswered",
    "TransferSecured": "TransferSecured",
    "TransferTimedOut": "TransferTimedOut",
    "TransferAbandoned": "AgentNeverJoined",
    "CardholderLeft": "CardholderLeft",
    "TransferFaulted": "^(?!.*TransferRequested).*TransferFailed",
}
for _name, _sent in _TOLD.items():
    _STATE_CALLS[f"Audit{_name}"] = ("events:PutEvents", _sent)
    _STATE_CALLS[f"Keep{_name}"] = ("sqs:SendMessage", _sent)
MACHINE = "ak"  # the key under which moto's engine makes its calls


def by_state(state: str) -> Which:
    """The call that a state of the machine makes."""
    action, sent = _STATE_CALLS[state]
    looks_like = re.compile(sent, re.DOTALL)

    def which(call: AwsCall) -> bool:
        ours = call.caller == MACHINE and call.action == action
        return ours and bool(looks_like.search(call.path + call.body))

    return which


def by_function(name: str, action: str) -> Which:
    """A call that a function makes, for example `GetAgent` and `states:SendTaskSuccess`."""
    return lambda call: f"-{name}Function-" in call.caller and call.action == action


@dataclass
class Fault:
    """What has been done so far to the calls that a fault concerns."""

    hits: int = 0
    calls: list[AwsCall] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@contextmanager
def fault(
    aws: LocalAws, which: Which, act: Callable[[Fault, Answer], Response | None], times: int
) -> Iterator[Fault]:
    """Let `act` answer the first `times` calls that `which` picks."""
    state, lock = Fault(), threading.Lock()

    def interfere(call: AwsCall, pass_on: Answer) -> Response | None:
        with lock:
            if not which(call) or state.hits >= times:
                return None
            state.hits += 1
            state.calls.append(call)
        state.reached.set()
        return act(state, pass_on)

    aws.wire.interferences.append(interfere)
    try:
        yield state
    finally:
        state.release.set()
        aws.wire.interferences.remove(interfere)


def refused(code: str = "ThrottlingException", status: int = 400) -> Callable[..., Response]:
    """Answer with an AWS error; the call has no effect."""

    def act(_: Fault, __: Answer) -> Response:
        return _error(code, status)

    return act


def response_lost(code: str = "InternalServerError", status: int = 500) -> Callable[..., Response]:
    """Let the call take effect, and answer with an error all the same."""

    def act(_: Fault, pass_on: Answer) -> Response:
        pass_on()
        return _error(code, status)

    return act


def held(state: Fault, pass_on: Answer) -> Response:
    """Keep the call back until the test releases it."""
    state.release.wait(60)
    return pass_on()


def entries_refused(_: Fault, __: Answer) -> Response:
    """PutEvents answers HTTP 200 and has taken nothing: EventBridge's way to refuse."""
    entry = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal error"}
    return _json({"FailedEntryCount": 2, "Entries": [entry, entry]}, 200)


ALWAYS = 1_000_000


def _error(code: str, status: int) -> Response:
    return _json({"__type": f"com.amazonaws.local#{code}", "message": "injected"}, status)


def _json(body: dict[str, object], status: int) -> Response:
    # moto's engine, as the SDKs, counts on a request id.
    headers = {"x-amzn-RequestId": "injected"}
    return Response(json.dumps(body), status, headers, content_type="application/x-amz-json-1.0")
