"""How much of the running invocation is left. No AWS call starts that might not end in it.

Connect gives an invocation 8 s and boto3, left alone, waits 60 s for an answer. A call that
outlives the invocation loses the answer, after it may have decided something.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.domain.errors import OutOfTime

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.0
"""What one try of a call may take, at the most: see `clients`."""

LAST_MILLISECONDS = int((CONNECT_SECONDS + READ_SECONDS) * 1000) + 100

_running: ContextVar[LambdaContext | None] = ContextVar("running invocation", default=None)


@contextmanager
def invocation(context: LambdaContext) -> Iterator[None]:
    """Let the calls inside know whose time they spend."""
    token = _running.set(context)
    try:
        yield
    finally:
        _running.reset(token)


def refuse_late_calls(client: Any) -> None:
    """Make every try of every call of a boto3 client look at the time first."""
    client.meta.events.register_first("before-send.*", _look_at_the_time)


def _look_at_the_time(**_: Any) -> None:
    context = _running.get()
    if context and context.get_remaining_time_in_millis() < LAST_MILLISECONDS:
        raise OutOfTime("Too little of the invocation is left for another call to AWS.")
