"""A flow's Lambda block: its limit, its repeats, and what it takes for an answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LIMIT_SECONDS = 8
"""A Lambda block's most, for all tries together."""

TRIES = 4
"""The invocation and up to 3 repeats, after a throttle or an error."""

MOST_BYTES = 32 * 1024
"""Of a function's answer."""


class LambdaBlockFailed(Exception):
    """The Lambda block leaves by its Error branch."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an invocation came to. `error`: what was wrong with it, or None.

    `seconds`: how long it took, in call time; None: as long as usual.
    """

    body: bytes
    error: str | None = None
    seconds: float | None = None


class Functions(Protocol):
    """Whoever runs the functions that flows invoke."""

    def invoke(self, function_arn: str, payload: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a Lambda block came to. `failure`: why it leaves by its Error branch, or empty."""

    answer: dict[str, str]
    seconds: float
    failure: str = ""


def invoke(
    functions: Functions,
    function_arn: str,
    payload: str,
    *,
    limit_seconds: int = LIMIT_SECONDS,
    usual_seconds: Callable[[], float] = lambda: 0.0,
) -> Outcome:
    """Invoke a function as a Lambda block does, repeats included."""
    spent, error = 0.0, ""
    for _ in range(TRIES):
        reply = functions.invoke(function_arn, payload)
        spent += usual_seconds() if reply.seconds is None else reply.seconds
        if spent > limit_seconds:
            return Outcome({}, limit_seconds, f"The function took longer than {limit_seconds} s.")
        if reply.error is None:
            try:
                return Outcome(_string_map(reply.body), spent)
            except LambdaBlockFailed as failure:
                return Outcome({}, spent, str(failure))
        error = reply.error
    return Outcome({}, spent, f"The function failed {TRIES} times: {error}")


def _string_map(body: bytes) -> dict[str, str]:
    if len(body) > MOST_BYTES:
        raise LambdaBlockFailed(f"The answer has {len(body)} bytes, more than {MOST_BYTES}.")
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    flat = isinstance(answer, dict) and all(isinstance(value, str) for value in answer.values())
    if not flat:
        raise LambdaBlockFailed("The answer is not a flat map of strings (STRING_MAP).")
    return dict(answer)
