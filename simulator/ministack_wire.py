"""A MiniStack whose functions' calls go over a wire, which notes them and can be interfered with.

Only theirs: its Step Functions engine makes the states' calls inside the server's own process.
"""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from wsgiref.util import shift_path_info

import urllib3
from werkzeug.wrappers import Request

from simulator import ministack
from simulator.calls import Wire
from simulator.connect_api.wire import Wire as ConnectWire
from simulator.lambda_service import LambdaService
from simulator.loopback import Server
from simulator.ministack import MiniStack
from simulator.passing_on import pass_on
from simulator.stack import Stack


class WiredMiniStack(MiniStack):
    """Start with `with WiredMiniStack() as aws:`, and put templates there with this `deploy`."""

    def __init__(self) -> None:
        super().__init__()
        no_functions = LambdaService(Path(tempfile.gettempdir()))  # none of ours invokes another
        self.wire = Wire(self._pass_on, no_functions, ConnectWire(self.connect))
        self._pool = urllib3.PoolManager(maxsize=50)
        self._server = Server(self._take)

    def __enter__(self) -> Self:
        super().__enter__()
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._server.stop()
        self._pool.clear()

    def endpoint_of(self, function: str) -> str:
        """Return where a function is to call AWS. The path tells the wire who calls."""
        return f"{self._server.url}/{function}"

    def _take(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # Every function of an account has the same access key. The wire knows callers by their
        # keys' names: give it one.
        function = shift_path_info(environ) or "nobody"
        for whole in ("RAW_URI", "REQUEST_URI"):  # which still begin with the function
            environ.pop(whole, None)
        account, caller = f"Credential={self.account}/", f"Credential={function}/"
        header = environ.get("HTTP_AUTHORIZATION", "")
        environ["HTTP_AUTHORIZATION"] = header.replace(account, caller)
        answer: Iterable[bytes] = self.wire(environ, start_response)
        return answer

    def _pass_on(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ)
        function = request.script_root.strip("/")
        authorization = request.headers.get("Authorization", "").replace(
            f"Credential={function}/", f"Credential={self.account}/"
        )
        query = request.query_string.decode()
        url = f"{self.endpoint}{request.path}{'?' if query else ''}{query}"
        answer = pass_on(self._pool, request, url, {"Authorization": authorization})
        return answer(environ, start_response)


def deploy(aws: WiredMiniStack, name: str = "secure-transfer", **parameters: str) -> Stack:
    """Deploy as `ministack.deploy` does, and lead the functions' calls over the wire."""
    stack = ministack.deploy(aws, name, **parameters)
    lead_over_the_wire(aws, stack)
    return stack


def lead_over_the_wire(aws: WiredMiniStack, stack: Stack) -> None:
    functions = aws.client("lambda")
    for logical_name, function in stack.resources.items():
        if logical_name.endswith("Function"):
            settings = functions.get_function_configuration(FunctionName=function)
            variables = settings["Environment"]["Variables"]
            endpoint = {"AWS_ENDPOINT_URL": aws.endpoint_of(function)}
            functions.update_function_configuration(
                FunctionName=function, Environment={"Variables": variables | endpoint}
            )
