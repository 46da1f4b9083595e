"""What a block of a flow wants done, for whoever runs the flow to do."""

from dataclasses import dataclass, field

from simulator.flow_actions import NO_MATCHING_ERROR


@dataclass(frozen=True, slots=True)
class Failed:
    """Sent back to a block: leave by this error."""

    error: str = NO_MATCHING_ERROR


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class ReadDigits:
    """Send back the digits, or `Timeout` if no digit came: that is no error in Connect."""

    prompt: str
    most: int
    first_within_seconds: int
    next_within_seconds: int
    terminator: str


@dataclass(frozen=True, slots=True)
class Invoke:
    """Send back the function's answer, a flat map of strings."""

    function_arn: str
    parameters: dict[str, str] = field(repr=False)  # the PIN is among them
    limit_seconds: int


@dataclass(frozen=True, slots=True)
class CallOut:
    """Send back anything when the call that was made has ended.

    If the flow does not continue, it is over as soon as the call is answered: send back anything
    then. Whatever kept the call from being answered is then a NoMatchingError.
    """

    number: str
    digits: str = field(repr=False)  # the PIN is among them
    ring_seconds: int
    continues: bool
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class SetAttributes:
    attributes: dict[str, str] = field(repr=False)  # the PIN is among them


@dataclass(frozen=True, slots=True)
class SetQueue:
    """An agent's own queue or another: the flow gives one of them, and that may read as empty."""

    agent: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """Run another flow of the instance when `event` comes."""

    event: str
    flow_arn: str


@dataclass(frozen=True, slots=True)
class Record:
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogFlow:
    on: bool


@dataclass(frozen=True, slots=True)
class Enqueue:
    """The contact goes to the queue that was set; sent back anything, the flow is over."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """The contact that waits leaves its queue for another one: an agent's own, or a queue.

    Sent back anything, the flow is over: the call goes on as a new contact, with flows of its own.
    """

    agent: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over, and its leg of the call with it."""


Effect = (
    Say
    | ReadDigits
    | Invoke
    | CallOut
    | SetAttributes
    | SetQueue
    | Hook
    | Record
    | LogFlow
    | Enqueue
    | Requeue
    | HangUp
)


def ends_flow(effect: Effect | None) -> bool:
    """Whether nothing runs after what was wanted is done."""
    match effect:
        case Enqueue() | Requeue() | HangUp() | CallOut(continues=False):
            return True
    return False
