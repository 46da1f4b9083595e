"""Read what Lambda knows of the functions that the flows invoke: who may, and with which limits."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from operations.connect.aws import AwsRefused, said_plainly
from operations.connect.doctor.finding import Unread
from operations.connect.doctor.instance import Functions, Json, Limits

Read = TypeVar("Read")


def read_functions(aws_lambda: Any, arns: Mapping[str, str]) -> Functions:
    """Read functions. `arns`: by role (AddAgent, …), those that the flows name."""
    policies = {arn: _policy(aws_lambda, arn) for arn in sorted(set(arns.values()))}
    limits = _limits(aws_lambda, arns["AddAgent"]) if "AddAgent" in arns else None
    return Functions(policies, limits)


def _policy(aws_lambda: Any, arn: str) -> list[Json] | Unread:
    answer = _ask("GetPolicy", lambda: aws_lambda.get_policy(FunctionName=arn)["Policy"])
    if isinstance(answer, Unread):
        # Lambda's way to say that there is no policy: nobody but the account may invoke it.
        return [] if answer.code == "ResourceNotFoundException" else answer
    try:
        statements = json.loads(answer)["Statement"]
    except (ValueError, LookupError, TypeError):
        return Unread("GetPolicy", "", "Its answer is no policy: look at it in Lambda's console.")
    return statements if isinstance(statements, list) else [statements]


def _limits(aws_lambda: Any, arn: str) -> Limits | Unread:
    operation = "GetFunctionConfiguration"
    answer = _ask(operation, lambda: aws_lambda.get_function_configuration(FunctionName=arn))
    if isinstance(answer, Unread):
        return answer
    variables = answer.get("Environment", {}).get("Variables", {})
    try:
        return Limits(
            pin_length=int(variables["PIN_LENGTH"]),
            loop_timeout_seconds=int(variables["LOOP_TIMEOUT_SECONDS"]),
            pin_quarantine_seconds=int(variables["PIN_QUARANTINE_SECONDS"]),
        )
    except (LookupError, ValueError):
        why = "The function is not the AddAgent of this project: it has no such limits."
        return Unread(operation, "", why)


def _ask(operation: str, ask: Callable[[], Read]) -> Read | Unread:
    try:
        with said_plainly():
            return ask()
    except AwsRefused as refused:
        return Unread(operation, refused.code, refused.message)
