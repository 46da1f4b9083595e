"""The control plane as a server on loopback."""

from types import TracebackType
from typing import Any, Self

import boto3
from moto.core.utils import get_service_model

from simulator.connect_api.store import Account
from simulator.connect_api.wire import ApiRequest, Refusal, Wire, status_of
from simulator.errors import SimulatorError
from simulator.loopback import Server


class ConnectApi:
    """Start with `with ConnectApi() as api:`; what it holds is `api.account`."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or Account()
        self.wire = Wire(self.account)
        """A WSGI application, where a server of its own is not wanted."""
        self._server = Server(self.wire)
        self.endpoint = self._server.url

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
