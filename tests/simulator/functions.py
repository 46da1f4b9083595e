import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from simulator.lambda_service import Function, LambdaService


@dataclass(frozen=True)
class Reply:
    """What Lambda's Invoke answers."""

    status: int
    payload: Any
    function_error: str | None
    api_error: str | None


class Functions:
    """A Lambda service with functions whose handlers are written down here and now."""

    def __init__(self, folder: Path, service: LambdaService | None = None) -> None:
        self._folder = folder
        self._made = 0
        self.service = service or LambdaService(folder)

    def create(
        self,
        source: str,
        *,
        timeout_seconds: int = 20,
        environment: Mapping[str, str] | None = None,
        reserved_concurrency: int | None = None,
    ) -> Function:
        self._made += 1
        module = f"handler_{self._made}"
        (self._folder / f"{module}.py").write_text(source)
        return self.service.create(
            f"{self._folder.name}-{module}",
            account="123456789012",
            handler=f"{module}.handler",
            code=self._folder,
            timeout_seconds=timeout_seconds,
            memory_mb=256,
            environment=environment or {},
            reserved_concurrency=reserved_concurrency,
        )

    def invoke(self, function: Function | str, event: object = None) -> Reply:
        name = function if isinstance(function, str) else function.name
        environ = EnvironBuilder(method="POST", data=json.dumps(event or {})).get_environ()
        response = self.service.respond(name, Request(environ))
        return Reply(
            response.status_code,
            json.loads(response.get_data()),
            response.headers.get("X-Amz-Function-Error"),
            response.headers.get("X-Amzn-ErrorType"),
        )
