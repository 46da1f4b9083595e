"""What one state of the machine is given, what its call answers, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_transfer.domain.allocate import Allocation, execution_input
from secure_transfer.domain.transfer import Limits
from secure_transfer.domain.values import Call
from tests.fakes import FakeClock

_LIMITS = Limits(4, 90, 300, 180, 400)
_CALL = Call("transfer-1", "conversation-1", None, None)
CANDIDATES = ["0027", "0031", "1234", "4711", "9999"]

GIVEN: dict[str, Any] = {
    **execution_input(Allocation.of(_CALL, "alice", _LIMITS, FakeClock()), _LIMITS),
    "claim": {"candidates": CANDIDATES, "index": 0, "collisions": 0},
}
"""An execution's input, as AddAgent builds it, with PINs that are always the same."""


CONDITION_FAILED = (
    "DynamoDB.ConditionalCheckFailedException",  # the optimised integration's name for it
    "DynamoDb.ConditionalCheckFailedException",  # the SDK integration's
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """In TestState's words. `status`: SUCCEEDED, FAILED, CAUGHT_ERROR or RETRIABLE."""

    status: str
    next_state: str = ""
    output: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """`result` or `error` is what the state's call answers, if the state makes one.

    `retries`: how often the state has been retried before.
    """

    state: str
    when: str
    given: Mapping[str, Any]
    outcome: Outcome
    result: Any = field(default_factory=dict)
    error: str = ""
    retries: int = 0

    def __str__(self) -> str:
        return f"{self.state}: {self.when}"


def stored(**item: str) -> dict[str, Any]:
    """Return what GetItem answers: an item of these texts."""
    return {"Item": {name: {"S": value} for name, value in item.items()}}


def goes_on(
    state: str,
    when: str,
    to: str,
    given: Mapping[str, Any] = GIVEN,
    *,
    result: Any = None,
    adds: Mapping[str, Any] | None = None,
) -> Case:
    """All is well. `adds`: what the state adds to what it was given."""
    outcome = Outcome("SUCCEEDED", to, {**given, **(adds or {})})
    return Case(state, when, given, outcome, {} if result is None else result)


def turns_off(
    state: str,
    error: str,
    to: str,
    given: Mapping[str, Any] = GIVEN,
    *,
    retries: int = 0,
) -> Case:
    """The state catches an error, and hands on what it was given."""
    outcome = Outcome("CAUGHT_ERROR", to, dict(given), error)
    return Case(state, _when(error, retries), given, outcome, error=error, retries=retries)


def gives_up(
    state: str, error: str, retries: int, to: str, given: Mapping[str, Any] = GIVEN
) -> list[Case]:
    """A passing fault is tried again, so many times and no more; then the state turns off."""
    before = retries - 1
    once_more = Outcome("RETRIABLE", error=error)
    return [
        Case(state, _when(error, before), given, once_more, error=error, retries=before),
        turns_off(state, error, to, given, retries=retries),
    ]


def ends(state: str, when: str, given: Mapping[str, Any], outcome: Outcome) -> Case:
    return Case(state, when, given, outcome)


def _when(error: str, retries: int) -> str:
    return f"{error} after {retries} retries" if retries else error
