"""An AWS on loopback: moto's server, with Lambda functions that really run.

moto has the services and the Step Functions engine; `lambda_service` runs the functions; `calls`
stands between them and whoever calls. `moto_rules` lets EventBridge invoke functions, and
`moto_status` tells it of the executions.
"""

import logging
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import requests
from botocore.config import Config
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)

from simulator.async_invocations import AsyncInvocations
from simulator.calls import Wire
from simulator.clock import Clock
from simulator.connect_api import Account
from simulator.connect_api.wire import Wire as ConnectWire
from simulator.lambda_service import LambdaService
from simulator.loopback import Server
from simulator.moto_callbacks import forget_closed_waits
from simulator.moto_clock import follow
from simulator.moto_pace import quicken
from simulator.moto_rules import invoke_functions
from simulator.moto_status import tell_status
from simulator.template import REGION


class LocalAws:
    """Start with `with LocalAws() as aws:`. One at a time in a process: moto's state is global."""

    account = DEFAULT_ACCOUNT_ID

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="local-aws-")
        self.clock = Clock()
        self.functions = LambdaService(Path(self._folder.name), self.clock.now)
        self.invocations = AsyncInvocations(self.functions, self.clock)
        self.connect = Account(id=self.account)
        self.wire = Wire(
            DomainDispatcherApplication(create_backend_app),
            self.functions,
            ConnectWire(self.connect),
        )
        # Its engine logs an error whenever a Choice asks whether a field IsPresent and it is not.
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
        quicken()
        self._server = Server(self.wire)
        self.endpoint = self._server.url
        self.functions.endpoint = self.endpoint
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> Self:
        # moto's engine makes its own calls to localhost at this port.
        os.environ["MOTO_PORT"] = str(self._server.port)
        self.clock.start()
        follow(self.clock)
        invoke_functions(self.invocations)
        tell_status()
        forget_closed_waits()
        self._server.start()
        requests.post(
            f"{self.endpoint}/moto-api/config",
            json={"stepfunctions": {"execute_state_machine": True}},
            timeout=10,
        ).raise_for_status()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.invocations.stop()
        requests.post(f"{self.endpoint}/moto-api/reset", timeout=10)
        self.functions.stop()
        self._server.stop()
        self.clock.stop()
        self._folder.cleanup()

    def tell(self, entry: Any) -> None:
        """Put an event of a service of AWS's own on the default bus: an entry of PutEvents."""
        self.client("events").put_events(Entries=[entry])  # moto takes any source

    def client(self, service: str) -> Any:
        """Return a boto3 client of this AWS, as the person who operates it."""
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload] # any service
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id="operator",
                aws_secret_access_key="local",  # noqa: S106 - no secret: nothing checks it
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50),
            )
        return self._clients[service]
