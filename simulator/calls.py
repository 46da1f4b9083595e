"""What goes over the wire to the local AWS: every call is noted, and can be interfered with."""

import io
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from simulator.connect_api.wire import Wire as ConnectWire
from simulator.connect_api.wire import operation_of
from simulator.lambda_service import LambdaService

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
_INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call: who made it (the access key's name), to which service, which operation."""

    caller: str
    service: str
    operation: str
    body: str
    """As sent. It may hold PINs and tokens: for tests to look at, not to be printed."""
    path: str = "/"
    """Of the request: which function Lambda is to invoke."""

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"


Answer = Callable[[], Response]
Interference = Callable[[AwsCall, Answer], Response | None]
"""Gets a call and what would answer it; returns another answer, or None to leave it alone.

What would answer it can be asked for more than once, or later: the call takes effect each time.
"""


class Wire:
    """A WSGI application that notes each call, lets interference speak, and passes it on."""

    def __init__(self, backend: Any, lambda_service: LambdaService, connect: ConnectWire) -> None:
        self._backend = backend
        self._lambda = lambda_service
        self._connect = connect
        self._lock = threading.Lock()
        self._calls: list[AwsCall] = []
        # DynamoDB judges a condition and writes in one step. moto does it in two, without a lock.
        self._one_table_call_at_a_time = threading.Lock()
        self.interferences: list[Interference] = []

    @property
    def calls(self) -> list[AwsCall]:
        with self._lock:
            return list(self._calls)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        call = _call(request)
        with self._lock:
            self._calls.append(call)
        response = self._answer(call, request)
        return response(environ, start_response)

    def _answer(self, call: AwsCall, request: Request) -> Response:
        def pass_on() -> Response:
            # Read before, and read again each time that the call is passed on.
            request.environ["wsgi.input"] = io.BytesIO(request.get_data())
            invocation = _INVOCATION.fullmatch(request.path)
            if invocation:
                return self._lambda.respond(invocation[1], request)
            if call.service == "connect":
                return Response.from_app(self._connect, request.environ)
            if call.service == "dynamodb":
                with self._one_table_call_at_a_time:
                    return Response.from_app(self._backend, request.environ)
            return Response.from_app(self._backend, request.environ)

        for interfere in list(self.interferences):
            answer = interfere(call, pass_on)
            if answer is not None:
                return answer
        return pass_on()


def _call(request: Request) -> AwsCall:
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    caller, service = (scope[1], scope[2]) if scope else ("nobody", "unknown")
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    body = request.get_data(cache=True, as_text=True)
    form_action = re.search(r"(?:^|&)Action=(\w+)", body) if not target else None
    operation = target or (form_action[1] if form_action else request.path)
    if service == "lambda":
        operation = "Invoke"
    elif service == "connect":
        operation = operation_of(request.environ)
    return AwsCall(caller, service, operation, body, request.path)
