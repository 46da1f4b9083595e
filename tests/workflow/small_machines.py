"""Machines of one state, to look at an engine by itself."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from operations import history
from operations.stage import PATIENCE_SECONDS, Stage, until


class SmallMachine:
    """`seconds`: how long an execution may take; None: as long as it likes."""

    def __init__(self, stage: Stage, *, seconds: int | None = None, **state: Any) -> None:
        definition = {"StartAt": "It", "States": {"It": {"End": True, **state}}}
        if seconds:
            definition["TimeoutSeconds"] = seconds
        self.client: Any = stage.aws.client("stepfunctions")
        self._stage = stage
        self._arn = self.client.create_state_machine(
            name=f"small-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{stage.aws.account}:role/small",
        )["stateMachineArn"]

    def start(self, name: str = "", given: Mapping[str, Any] | None = None) -> str:
        """Start an execution; return its ARN."""
        answer = self.client.start_execution(
            stateMachineArn=self._arn,
            name=name or uuid.uuid4().hex,
            input=json.dumps(given or {}),
        )
        return str(answer["executionArn"])

    def end_of(self, execution_arn: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        def ended() -> Any:
            answer = self.client.describe_execution(executionArn=execution_arn)
            return None if answer["status"] == "RUNNING" else answer

        answer: dict[str, Any] = until(ended, "the execution's end", patience)
        return answer

    def token_of(self, execution_arn: str) -> str:
        """Wait until a machine made by `waiting` waits; return its token."""

        def stored() -> str:
            item = self._stage.aws.client("dynamodb").get_item(
                TableName=self._stage.stack.outputs["TransferTableName"],
                Key={"TransferId": {"S": execution_arn.rpartition(":")[2]}},
                ConsistentRead=True,
            )
            return str(item.get("Item", {}).get("LoopToken", {}).get("S", ""))

        return str(until(stored, "the token to be stored"))

    def types_of_events(self, execution_arn: str) -> list[str]:
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=execution_arn
        )
        return [str(event["type"]) for page in pages for event in page["events"]]

    def errors(self, execution_arn: str) -> list[str]:
        (visit,) = history.of_execution(self.client, execution_arn)
        return visit.notes


def waiting(stage: Stage, **fields: Any) -> SmallMachine:
    """Return a machine that waits as AwaitLoop does, in a task that stores its token."""
    return SmallMachine(
        stage,
        Type="Task",
        Resource="arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
        Parameters={
            "TableName": stage.stack.outputs["TransferTableName"],
            "Item": {
                "TransferId": {"S.$": "$$.Execution.Name"},
                "LoopToken": {"S.$": "$$.Task.Token"},
            },
        },
        **fields,
    )
