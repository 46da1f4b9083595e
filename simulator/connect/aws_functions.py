"""The functions of a local AWS, invoked as a Connect instance invokes them."""

import json
from collections.abc import Iterable
from typing import Any, Protocol

from botocore.exceptions import ClientError

from simulator.connect.lambda_block import Reply
from simulator.errors import SimulatorError
from simulator.lambda_service import Permission

_TIMED_OUT = "Sandbox.Timedout"


class DeployedFunction(Protocol):
    @property
    def timeout_seconds(self) -> int: ...

    @property
    def permissions(self) -> Iterable[Permission]: ...


class DeployedFunctions(Protocol):
    def function(self, arn: str, /) -> DeployedFunction: ...


class FunctionsOfAws(Protocol):
    """What invoking its functions needs of a local AWS."""

    @property
    def account(self) -> str: ...

    @property
    def functions(self) -> DeployedFunctions: ...

    def client(self, service: str) -> Any: ...


class AwsFunctions:
    def __init__(self, aws: FunctionsOfAws, instance_arn: str) -> None:
        self._aws = aws
        self._instance_arn = instance_arn

    def invoke(self, function_arn: str, payload: str) -> Reply:
        """Invoke a function. Raises `SimulatorError` if it does not let the instance in."""
        self._must_be_let_in(function_arn)
        try:
            answer = self._aws.client("lambda").invoke(FunctionName=function_arn, Payload=payload)
        except ClientError as error:
            return Reply(b"", error.response["Error"]["Code"])
        body = answer["Payload"].read()
        if "FunctionError" not in answer:
            return Reply(body)
        failure = json.loads(body)
        timed_out = failure.get("errorType") == _TIMED_OUT
        function = self._aws.functions.function(function_arn)
        seconds = float(function.timeout_seconds) if timed_out else None
        return Reply(body, failure.get("errorMessage", "unknown"), seconds)

    def _must_be_let_in(self, function_arn: str) -> None:
        permissions = self._aws.functions.function(function_arn).permissions
        if not any(
            permission.principal == "connect.amazonaws.com"
            and permission.source_arn == self._instance_arn
            and permission.source_account == self._aws.account
            for permission in permissions
        ):
            raise SimulatorError(
                f"{function_arn} does not permit {self._instance_arn} to invoke it: "
                "deploy with ConnectInstanceArn."
            )
