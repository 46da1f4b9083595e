"""Tell of moto's executions what Step Functions tells on the default bus: each change of status.

The detail is as AWS documents it for standard workflows, with input, output, error and cause. It
has no version, no alias and no redrive: nor have moto's executions.
"""

import json
from datetime import datetime
from typing import Any

from moto.events.models import events_backends
from moto.stepfunctions.parser.api import ExecutionStatus, StateMachineType
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend import execution

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"

# To put something in their places is what this module is for: nothing here is typed.
_Execution: Any = execution.Execution
_Communication: Any = execution.BaseExecutionWorkerCommunication

_start_as_moto_does = _Execution.start
_end_as_moto_does = _Communication.terminated


def tell_status() -> None:
    """Let every execution tell its status from now on, before anybody waits for it in vain."""
    _Execution.start = _start
    _Communication.terminated = _terminated


def _start(execution: Any) -> None:
    _tell(execution, ExecutionStatus.RUNNING)
    _start_as_moto_does(execution)


def _terminated(communication: Any) -> None:
    _end_as_moto_does(communication)
    _tell(communication.execution, communication.execution.exec_status)


def _tell(execution: Any, status: ExecutionStatus) -> None:
    if execution.sm_type != StateMachineType.STANDARD:
        return
    entry = {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Resources": [execution.exec_arn],
        "Detail": json.dumps(_detail(execution, status)),
    }
    events_backends[execution.account_id][execution.region_name].put_events([entry])


def _detail(execution: Any, status: ExecutionStatus) -> dict[str, Any]:
    succeeded = status == ExecutionStatus.SUCCEEDED
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": status.value,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "output": to_json_str(execution.output, separators=(",", ":")) if succeeded else None,
        "outputDetails": {"included": True} if succeeded else None,
        "error": execution.error,
        "cause": execution.cause,
    }


def _milliseconds(date: datetime | None) -> int | None:
    return None if date is None else round(date.timestamp() * 1000)
