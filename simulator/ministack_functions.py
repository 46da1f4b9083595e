"""What Lambda's API tells of the functions that MiniStack runs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from simulator.lambda_service import Permission


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    timeout_seconds: int
    log_group: str
    permissions: list[Permission]


class DeployedFunctions:
    """`client`: returns a boto3 client of a service. A function that was asked for is settled."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._known: dict[str, DeployedFunction] = {}

    def function(self, arn: str) -> DeployedFunction:
        if arn not in self._known:
            settings = self._client("lambda").get_function_configuration(FunctionName=arn)
            self._known[arn] = DeployedFunction(
                settings["Timeout"], settings["LoggingConfig"]["LogGroup"], self._permissions(arn)
            )
        return self._known[arn]

    def log_of(self, arn: str) -> str:
        logs = self._client("logs").get_paginator("filter_log_events")
        pages = logs.paginate(logGroupName=self.function(arn).log_group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def _permissions(self, arn: str) -> list[Permission]:
        try:
            answer = self._client("lambda").get_policy(FunctionName=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return []  # it has no policy
            raise
        return [
            Permission(
                statement["Principal"].get("Service", ""),
                statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", ""),
                statement.get("Condition", {}).get("StringEquals", {}).get("AWS:SourceAccount", ""),
            )
            for statement in json.loads(answer["Policy"])["Statement"]
        ]
