"""What makes a fault good, and how it can be told from what is left that it was just this."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from tests.asl.machine import load
from tests.faults.seen import Left

_STATES = load()["States"]
_OF_LIFE = ("LoopAnswered", "TransferSecured")


class Good(StrEnum):
    UNNOTICED = "it harms nobody"
    CLIENT = "the client's second try"
    POLL = "the next look for the PIN"
    CONNECT = "Connect's repeat"
    LAMBDA = "Lambda's repeat of what nobody waits for"
    STATE = "the state's retry"
    CHECK = "the record, read instead of waiting"
    TIME_OUT = "the record, read when the wait is over"
    FUNCTION = "the function, which tells what the execution cannot"
    LATE_JOIN = "the late join, noted and told"
    QUEUE = "the fallback queue"
    LAST_RESORT = "log or history, where the event stands"
    REFUSAL = "the refusal"
    NEXT_CLICK = "the agent's next click"
    GOES_ON = "the execution, which goes on without it"
    NOTHING = "nothing: the agent hears it, or calls back"


def _client_tried_again(left: Left) -> bool:
    return any(n > 1 for n in _sent(left, looks_for_pin=False).values())


def _looked_again(left: Left) -> bool:
    return any(n > 1 for n in _sent(left, looks_for_pin=True).values())


def _sent(left: Left, *, looks_for_pin: bool) -> Counter[tuple[str, str, str]]:
    """Count calls of functions that are alike: AddAgent's looks for its PIN, or all others."""
    return Counter(
        (call.caller, call.action, call.body)
        for call in left.calls_of_functions
        if looks_for_pin == ("AddAgent" in call.caller and call.action == "dynamodb:GetItem")
    )


def _connect_repeated(left: Left) -> bool:
    return left.invoked_by_connect > len(left.invocations)


def _state_retried(left: Left) -> bool:
    """Whether a state went the usual way on, after an error in it."""
    return any(
        visit.notes and following.state == _STATES[visit.state].get("Next")
        for transfer in left.transfers
        for visit, following in zip(transfer.visits, transfer.visits[1:], strict=False)
    )


def _failed_in_a_state(left: Left) -> bool:
    return any(visit.notes for transfer in left.transfers for visit in transfer.visits)


def _visited(left: Left, kind: str) -> bool:
    return any(state.startswith(kind) for transfer in left.transfers for state in transfer.states)


def _ended(left: Left, end: str) -> bool:
    return left.transfers[0].end == end


EVIDENCE: dict[Good, Callable[[Left], bool]] = {
    Good.UNNOTICED: lambda left: _ended(left, "SUCCEEDED") and not _state_retried(left),
    Good.CLIENT: _client_tried_again,
    Good.POLL: _looked_again,
    Good.CONNECT: _connect_repeated,
    Good.LAMBDA: lambda left: bool(
        left.metrics["PlatformFault"] and left.metrics["ToldForExecution"]
    ),
    Good.STATE: _state_retried,
    Good.CHECK: lambda left: _visited(left, "Check") and not _visited(left, "Expire"),
    Good.TIME_OUT: lambda left: _visited(left, "Expire") and _ended(left, "SUCCEEDED"),
    Good.FUNCTION: lambda left: any(
        call.action == "events:PutEvents" and any(one in call.body for one in _OF_LIFE)
        for call in left.calls_of_functions
    ),
    Good.LATE_JOIN: lambda left: any(one["data"].get("late") for one in left.told),
    Good.QUEUE: lambda left: bool(left.kept),
    Good.LAST_RESORT: lambda left: bool(left.stranded),
    Good.REFUSAL: lambda left: any("sequence" not in one["metadata"] for one in left.told),
    Good.NEXT_CLICK: lambda left: not _ended(left, "SUCCEEDED"),
    Good.GOES_ON: lambda left: _ended(left, "SUCCEEDED") and _failed_in_a_state(left),
    Good.NOTHING: lambda left: not _ended(left, "SUCCEEDED"),
}
