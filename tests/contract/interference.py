"""Come between the adapters and the local AWS: failed calls, lost answers, odd answers."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from simulator.aws import LocalAws
from simulator.calls import Answer, AwsCall

CALLER = "contract-tests"
"""The access key's name, by which the local AWS tells our calls from the state machine's."""


@dataclass(frozen=True)
class Interference:
    """What is added here concerns our own calls only."""

    aws: LocalAws

    def add(self, operation: str, act: Callable[[Answer], Response], times: int) -> None:
        """Let `act` answer the next calls of an operation."""
        turns = itertools.count()

        def interfere(call: AwsCall, answer: Answer) -> Response | None:
            ours = (call.caller, call.operation) == (CALLER, operation)
            return act(answer) if ours and next(turns) < times else None

        self.aws.wire.interferences.append(interfere)

    def fail(self, operation: str, code: str, *, message: str = "", times: int = 99) -> None:
        error = {"__type": code, "message": message}
        self.add(operation, lambda _: _json(error, 400), times)

    def lose_response(self, operation: str) -> None:
        """Let the next call take effect, and lose its answer on the way back."""

        def act(answer: Answer) -> Response:
            answer()
            return _json({"__type": "InternalServerError"}, 500)

        self.add(operation, act, times=1)

    def answer(self, operation: str, body: Mapping[str, Any], times: int = 99) -> None:
        """Answer in AWS's place; AWS does not see the call."""
        self.add(operation, lambda _: _json(body, 200), times)

    def calls(self, operation: str) -> list[AwsCall]:
        """Return our calls of an operation, so far."""
        wanted = (CALLER, operation)
        return [call for call in self.aws.wire.calls if (call.caller, call.operation) == wanted]


def _json(body: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/x-amz-json-1.0")
