"""AWS Lambda on one machine: each sandbox is a process of its own, which takes one event at a time.

As on AWS, a function's first event and every event that finds all its sandboxes busy start a new
one (a cold start), a handler that overruns its time-out loses its sandbox, and a function has the
environment that the template gives it and no other. An event finds the time that the service's
clock tells.
"""

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from simulator.errors import SimulatorError
from simulator.template import REGION, ROOT

_START_SECONDS = 30
"""Lambda allows 10 s for the imports; a shared machine may need more."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A statement of a function's resource policy."""

    principal: str
    source_arn: str
    source_account: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a function made of an event: its answer as JSON, or with `failed` its error."""

    payload: str
    failed: bool


@dataclass
class Function:
    name: str
    arn: str
    handler: str
    code: Path
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]
    reserved_concurrency: int | None
    log: Path
    permissions: list[Permission] = field(default_factory=list)
    idle: "queue.LifoQueue[_Sandbox]" = field(default_factory=queue.LifoQueue)
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class LambdaService:
    def __init__(self, log_folder: Path, now: Callable[[], float] = time.time) -> None:
        self.endpoint = ""  # known when the server is up
        self._now = now
        self._log_folder = log_folder
        self._functions: dict[str, Function] = {}
        self._sandboxes: list[_Sandbox] = []

    def create(
        self,
        name: str,
        *,
        account: str,
        handler: str,
        code: Path,
        timeout_seconds: int,
        memory_mb: int,
        environment: Mapping[str, str],
        reserved_concurrency: int | None,
    ) -> Function:
        function = Function(
            name=name,
            arn=f"arn:aws:lambda:{REGION}:{account}:function:{name}",
            handler=handler,
            code=code,
            timeout_seconds=timeout_seconds,
            memory_mb=memory_mb,
            environment=environment,
            reserved_concurrency=reserved_concurrency,
            log=self._log_folder / f"{name}.log",
        )
        self._functions[name] = function
        return function

    def function(self, name_or_arn: str) -> Function:
        name = name_or_arn.rpartition(":")[2]
        if name not in self._functions:
            raise SimulatorError(f"There is no function {name_or_arn}.")
        return self._functions[name]

    def log_of(self, name_or_arn: str) -> str:
        log = self.function(name_or_arn).log
        return log.read_text() if log.exists() else ""

    def respond(self, path_name: str, request: Request) -> Response:
        """Answer an Invoke call of Lambda's API."""
        name = unquote(path_name).rpartition(":")[2]
        if name not in self._functions:
            return _api_error(404, "ResourceNotFoundException", f"Function not found: {name}")
        function = self._functions[name]
        try:
            event = json.loads(request.get_data(as_text=True) or "{}")
        except json.JSONDecodeError as error:
            return _api_error(400, "InvalidRequestContentException", f"Could not parse: {error}")
        result = self.invoke(function, event)
        if result is None:
            return _api_error(429, "TooManyRequestsException", "Rate Exceeded.")
        headers = {"X-Amz-Function-Error": "Unhandled"} if result.failed else {}
        return Response(result.payload, 200, headers, content_type="application/json")

    def invoke(self, function: Function, event: Any) -> Result | None:
        """Wait for what the function makes of an event. None: it runs all that it may at once."""
        with function.lock:
            if function.running == function.reserved_concurrency:
                return None
            function.running += 1
        try:
            return self._invoke(function, event)
        finally:
            with function.lock:
                function.running -= 1

    def stop(self) -> None:
        for sandbox in self._sandboxes:
            sandbox.stop()

    def _invoke(self, function: Function, event: Any) -> Result:
        try:
            sandbox = function.idle.get_nowait()
        except queue.Empty:
            sandbox = _Sandbox(function, self.endpoint)
            self._sandboxes.append(sandbox)
        reply = sandbox.run(event, function.timeout_seconds, self._now())
        if reply is None:
            sandbox.stop()
            message = f"Task timed out after {function.timeout_seconds}.00 seconds"
            return _failed({"errorMessage": message, "errorType": "Sandbox.Timedout"})
        if "exited" in reply:
            message = f"The sandbox of {function.handler} exited; see its log."
            return _failed({"errorMessage": message, "errorType": "Runtime.ExitError"})
        function.idle.put(sandbox)
        if "error" in reply:
            return _failed(reply["error"])
        return Result(str(reply["payload"]), failed=False)


class _Sandbox:
    def __init__(self, function: Function, endpoint: str) -> None:
        read_end, write_end = os.pipe()
        self._replies = os.fdopen(read_end)
        with function.log.open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
                [
                    sys.executable,
                    "-m",
                    "simulator.lambda_runtime",
                    function.handler,
                    str(write_end),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[write_end],
                env=_environment(function, endpoint),
                text=True,
            )
        os.close(write_end)
        # As on AWS, the start has a time of its own and is not part of the event's.
        select.select([self._replies], [], [], _START_SECONDS)
        self._replies.readline()

    def run(self, event: Any, timeout_seconds: int, now: float) -> dict[str, Any] | None:
        """Return the runtime's reply; None after a time-out."""
        request = {
            "requestId": str(uuid.uuid4()),
            "timeoutSeconds": timeout_seconds,
            "now": now,
            "event": event,
        }
        if self._process.stdin is None:
            raise SimulatorError("The sandbox has no standard input.")
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return {"exited": True}
        ready, _, _ = select.select([self._replies], [], [], timeout_seconds)
        if not ready:
            return None
        line = self._replies.readline()
        return json.loads(line) if line else {"exited": True}

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):  # an event that nobody read
                self._process.stdin.close()
        self._replies.close()


def _environment(function: Function, endpoint: str) -> dict[str, str]:
    return {
        # Lambda's own variables
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        # The role's credentials. The key's name tells the local AWS who calls.
        "AWS_ACCESS_KEY_ID": function.name,
        "AWS_SECRET_ACCESS_KEY": "local",
        # What makes it local
        "AWS_ENDPOINT_URL": endpoint,
        "SIMULATOR_FUNCTION_ARN": function.arn,
        "PYTHONPATH": os.pathsep.join([str(function.code), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ.get("PATH", ""),
        # The template's
        **function.environment,
    }


def _failed(error: Mapping[str, Any]) -> Result:
    return Result(json.dumps(error), failed=True)


def _api_error(status: int, code: str, message: str) -> Response:
    return Response(
        json.dumps({"Type": "User", "message": message}),
        status,
        {"X-Amzn-ErrorType": code},
        content_type="application/json",
    )
