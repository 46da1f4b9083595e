"""moto for everything but Step Functions, which is wherever an endpoint says.

The machine is made at the endpoint, and the functions start and wake executions there. The engine
behind it has to make its states' calls to us; Step Functions Local is told so by its `…_ENDPOINT`
variables (tests/mocked/compose.yaml).
"""

import re
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

import boto3
import urllib3
from botocore.config import Config
from werkzeug.wrappers import Request

from simulator import stack
from simulator.aws import LocalAws
from simulator.calls import Wire
from simulator.connect_api.wire import Wire as ConnectWire
from simulator.loopback import Server
from simulator.passing_on import pass_on
from simulator.stack import Stack
from simulator.template import REGION
from tests.workflow.faults import MACHINE

STEP_FUNCTIONS_LOCAL = "Step Functions Local"

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/[^/]+/(\w+)/")


class StepFunctionsElsewhere:
    """Start with `with StepFunctionsElsewhere(aws, url) as …:`, and deploy with `deploy`.

    `calls_go_to`: the host and port at which the engine and the functions find AWS. The engine has
    to know it before, so it is given.
    """

    clock = None
    """Nothing moves its time: executions run in real time."""

    def __init__(self, aws: LocalAws, endpoint: str, calls_go_to: str) -> None:
        self._aws = aws
        self._endpoint = endpoint
        self.account = aws.account
        self.functions = aws.functions
        self.connect = aws.connect
        self.tell = aws.tell
        self.wire = Wire(self._pass_on, aws.functions, ConnectWire(self.connect))
        self._pool = urllib3.PoolManager(maxsize=50)
        host, _, port = calls_go_to.rpartition(":")
        self._server = Server(self._take, host, int(port))
        self.calls_go_to = f"{host}:{self._server.port}"
        self._step_functions = boto3.client(
            "stepfunctions",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="operator",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50),
        )

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._pool.clear()

    def client(self, service: str) -> Any:
        """Return a boto3 client, as the person who operates it."""
        return self._step_functions if service == "stepfunctions" else self._aws.client(service)

    def _take(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # Whoever is none of the functions is the engine, whatever key it has: the tests know the
        # machine's calls by one key.
        header = environ.get("HTTP_AUTHORIZATION", "")
        found = _CREDENTIAL.search(header)
        if found and not found[1].partition("Function-")[1]:
            environ["HTTP_AUTHORIZATION"] = header.replace(f"={found[1]}/", f"={MACHINE}/", 1)
        answer: Iterable[bytes] = self.wire(environ, start_response)
        return answer

    def _pass_on(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if not found or found[2] != "states":
            answer: Iterable[bytes] = self._aws.wire(environ, start_response)
            return answer
        there = pass_on(self._pool, Request(environ), self._endpoint)
        return there(environ, start_response)


def deploy(aws: StepFunctionsElsewhere, name: str = "elsewhere", **parameters: str) -> Stack:
    """Deploy as `simulator.stack.deploy` does, and lead the functions' calls over our wire."""
    made = stack.deploy(aws, name, **parameters)  # type: ignore[arg-type] # all that it asks of one
    for logical_name, physical_name in made.resources.items():
        if logical_name.endswith("Function"):
            function = aws.functions.function(physical_name)
            endpoint = {"AWS_ENDPOINT_URL": f"http://{aws.calls_go_to}"}
            function.environment = {**function.environment, **endpoint}
    return made
