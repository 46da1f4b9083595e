"""The one way to put a fault into a call: between caller and AWS, or between two people.

An injection is entered before the agent's click, and left when all that the click began has ended.
Nothing of the code under test is touched.
"""

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from werkzeug.wrappers import Response

from operations.call import Call
from operations.stage import Stage
from simulator.calls import Answer, AwsCall
from tests.faults.call_time import Delays, SlowFunctions
from tests.faults.places import CONNECT, Place
from tests.workflow.faults import ALWAYS, Fault, entries_refused, fault, refused, response_lost

SLOW_SECONDS = 5.0


@dataclass
class Played:
    """What a fault can get hold of in a call that is played."""

    stage: Stage
    call: Call
    delays: Delays
    functions: SlowFunctions

    @property
    def pin(self) -> str:
        """Return the PIN that the agent's click was given, as nobody but a play can know it."""
        return self._given["PIN"]

    @property
    def transfer_id(self) -> str:
        """Return the transfer that the agent's click began."""
        return self._given["TransferId"]

    @property
    def _given(self) -> dict[str, str]:
        answers = (one.outcome.answer for one in self.call.connect.invocations)
        return next(answer for answer in answers if "PIN" in answer)


Injection = Callable[[Played], AbstractContextManager[object]]
Act = Callable[[Fault, Answer], Response | None]


class Kind(StrEnum):
    """What can go wrong with an AWS call."""

    THROTTLED = "throttled"
    SERVER_ERROR = "server error"
    TIME_OUT = "time-out, without effect"
    RESPONSE_LOST = "time-out, after it took effect"
    SLOW = "slow by 5 s"
    REFUSED = "access denied"
    NOT_FOUND = "no such resource"
    TAKEN = "the PIN is taken"


# Kind and service: AWS's own code and HTTP status.
_ERRORS = {
    (Kind.THROTTLED, "lambda"): ("TooManyRequestsException", 429),
    (Kind.THROTTLED, "sqs"): ("RequestThrottled", 400),
    (Kind.SERVER_ERROR, "connect"): ("InternalServiceException", 500),
    (Kind.SERVER_ERROR, "dynamodb"): ("InternalServerError", 500),
    (Kind.SERVER_ERROR, "events"): ("InternalException", 500),
    (Kind.SERVER_ERROR, "lambda"): ("ServiceException", 500),
    (Kind.SERVER_ERROR, "sqs"): ("InternalError", 500),
    (Kind.SERVER_ERROR, "states"): ("InternalFailure", 500),
}
_OF_ANY_SERVICE = {
    Kind.THROTTLED: ("ThrottlingException", 400),
    Kind.REFUSED: ("AccessDeniedException", 400),
    Kind.NOT_FOUND: ("ResourceNotFoundException", 400),
    Kind.TAKEN: ("ConditionalCheckFailedException", 400),
}
# Step Functions names an error that is none of the service's model by the service's general
# exception (decision 0007); the local engine would name it by its code.
_GENERAL = {"dynamodb": "AmazonDynamoDBException", "lambda": "AWSLambdaException"}


@dataclass(frozen=True, slots=True)
class AwsFault:
    """Let the first calls from a place come to grief.

    `times`: how many; 0: all of those that AWS does not want, one of the others.
    """

    place: Place
    kind: Kind
    times: int = 0
    seconds: float = SLOW_SECONDS

    def __call__(self, played: Played) -> AbstractContextManager[object]:
        unwanted = self.kind in (Kind.REFUSED, Kind.NOT_FOUND)
        times = self.times or (ALWAYS if unwanted else 1)
        return fault(played.stage.aws, self.place.which, self._act(played), times)

    def _act(self, played: Played) -> Act:
        if self.place.caller == CONNECT and self.kind is Kind.RESPONSE_LOST:
            return response_lost(*_ERRORS[Kind.SERVER_ERROR, "lambda"])
        if self.kind in (Kind.TIME_OUT, Kind.RESPONSE_LOST):
            return _unanswered(self.place, played, takes_effect=self.kind is Kind.RESPONSE_LOST)
        if self.kind is Kind.SLOW:
            return _slow(self.place, played, self.seconds)
        return _answered_badly(self.place, self.kind)


@dataclass(frozen=True, slots=True)
class Both:
    one: Injection
    other: Injection

    @contextmanager
    def __call__(self, played: Played) -> Iterator[None]:
        with self.one(played), self.other(played):
            yield


def _answered_badly(place: Place, kind: Kind) -> Act:
    if kind is Kind.THROTTLED and place.action == "events:PutEvents":
        return entries_refused
    code, status = _ERRORS.get((kind, place.service)) or _OF_ANY_SERVICE[kind]
    if kind is Kind.REFUSED and place.is_state:
        code = _GENERAL.get(place.service, code)
    return refused(code, status)


def _unanswered(place: Place, played: Played, *, takes_effect: bool) -> Act:
    """Let the caller wait until its patience is at an end."""

    def act(state: Fault, pass_on: Answer) -> Response:
        if takes_effect:
            pass_on()
        if place.action == "states:SendTaskSuccess":
            played.delays.clock.settle()  # what was woken is long past by the time it is asked
        if place.is_state:
            played.delays.hold_up_state(_execution(state.calls[-1], played), place.patience)
        else:
            played.delays.lost_seconds += place.patience
        state.release.wait()
        return refused()(state, pass_on)  # nobody is there any more

    return act


def _slow(place: Place, played: Played, seconds: float) -> Act:
    """Let the call take effect late; its caller waits no longer than its patience."""

    def act(state: Fault, pass_on: Answer) -> Response:
        if not place.is_state:
            played.delays.lost_seconds += place.patience
            return on_its_way(played, seconds, pass_on).result()
        execution = _execution(state.calls[-1], played)
        if seconds <= place.patience:
            played.delays.hold_up_state(execution, seconds)
            return pass_on()
        arrives = on_its_way(played, seconds, pass_on)
        played.delays.hold_up_state(execution, place.patience)
        return arrives.result()

    return act


def on_its_way(played: Played, seconds: float, pass_on: Answer) -> "Future[Response]":
    """Let a call arrive later, whatever its caller does meanwhile."""
    name, clock = f"a call on its way, {uuid.uuid4()}", played.delays.clock
    arrived: Future[Response] = Future()
    clock.began(name)

    def arrive() -> None:
        played.delays.hold_up(name, seconds)
        arrived.set_result(pass_on())
        clock.ended(name)

    threading.Thread(target=arrive, daemon=True).start()
    return arrived


_NAMED = re.compile(r""":execution:[^:"\\]+:|"transferId": ?"|"TransferId": ?\{"S": ?"|"SS": ?\[""")
_ID = re.compile(r"""["\\]*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})""")


def _execution(call: AwsCall, played: Played) -> str:
    """Return the execution whose state makes a call: each sends its transfer's id."""
    ids = (_ID.match(call.body, found.end()) for found in _NAMED.finditer(call.body))
    return played.stage.execution_arn(next(one[1] for one in ids if one))
