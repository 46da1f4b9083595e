"""The control plane as a server on loopback."""

import logging
import threading
from types import TracebackType
from typing import Any, Self

import boto3
from moto.core.utils import get_service_model
from werkzeug.serving import make_server

from simulator.connect_api.store import Account
from simulator.connect_api.wire import ApiRequest, Refusal, Wire, status_of
from simulator.errors import SimulatorError

HOST = "127.0.0.1"


class ConnectApi:
    """Start with `with ConnectApi() as api:`; what it holds is `api.account`."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or Account()
        self.wire = Wire(self.account)
        """A WSGI application, where a server of its own is not wanted."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request otherwise
        self._server = make_server(HOST, 0, self.wire, threaded=True)
        self.endpoint = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def requests(self) -> list[ApiRequest]:
        """Every request, in order."""
        return list(self.wire.requests)

    @property
    def writes(self) -> list[ApiRequest]:
        """The requests that change something, those that came to an error among them."""
        return [request for request in self.requests if request.writes]

    def refuse(self, operation: str, code: str, *, times: int | None = None) -> Refusal:
        """Answer an operation with an error: the next `times`, or always.

        `code`: an error of botocore's Connect; `AccessDeniedException`, `ThrottlingException` and
        `TooManyRequestsException` come from any operation. What is returned counts down. Raises
        `SimulatorError` for an operation or error that there is not.
        """
        if operation not in get_service_model("connect").operation_names:
            raise SimulatorError(f"botocore's Connect has no operation {operation}.")
        status_of(code)
        refusal = Refusal(operation, code, times)
        self.wire.refusals.append(refusal)
        return refusal

    def allow(self) -> None:
        """Take back all that was said with `refuse`."""
        self.wire.refusals.clear()

    def client(self) -> Any:
        """Return a boto3 client of this account's Connect, as the person who operates it."""
        return boto3.client(
            "connect",
            endpoint_url=self.endpoint,
            region_name=self.account.region,
            aws_access_key_id="operator",
            aws_secret_access_key="local",  # noqa: S106 - no secret: nothing checks it
        )
