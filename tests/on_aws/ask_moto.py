"""Ask moto's engine, which has no TestState, what one state does.

It executes a machine of that state alone, in which every other is an end: how the state was left,
and with what, is how the end was entered. To be used with `mock_config.taken_by_moto`.
"""

import json
import uuid
from typing import Any

from moto.stepfunctions.parser.mocking.mock_config import MockTestCase

from operations.stage import until
from tests.mocked import mock_config
from tests.on_aws.ask_aws import STATES
from tests.on_aws.case import Case, Outcome

_ROLE = "arn:aws:iam::123456789012:role/SecureTransfer"
_ENDS = {name: {"Type": "Succeed"} for name in STATES}


class OneStateAtATime:
    def __init__(self, step_functions: Any) -> None:
        self._client = step_functions
        self._asked: dict[str, Case] = {}

    def ask(self, case: Case) -> Outcome:
        name = uuid.uuid4().hex
        self._asked[name] = case
        definition = {"StartAt": case.state, "States": {**_ENDS, case.state: STATES[case.state]}}
        machine = self._client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=_ROLE
        )
        execution = self._client.start_execution(
            stateMachineArn=machine["stateMachineArn"], name=name, input=json.dumps(case.given)
        )["executionArn"]

        def ended() -> Any:
            answer = self._client.describe_execution(executionArn=execution)
            return answer if answer["status"] != "RUNNING" else None

        answer = until(ended, f"the end of “{case}”")
        pages = self._client.get_paginator("get_execution_history").paginate(executionArn=execution)
        return _outcome(case, answer, [event for page in pages for event in page["events"]])

    def mocks(self, execution: str) -> MockTestCase | None:
        """Mock the calls of a case: as many errors as TestState is told of, then a result."""
        case = self._asked.get(execution)
        if case is None or STATES[case.state]["Type"] != "Task":
            return None
        if not case.error:
            return mock_config.case({case.state: {"0": {"Return": case.result}}})
        tries = f"0-{case.retries}" if case.retries else "0"
        return mock_config.case(
            {
                case.state: {
                    tries: {"Throw": {"Error": case.error, "Cause": "mocked"}},
                    str(case.retries + 1): {"Return": case.result},
                }
            }
        )


def _outcome(case: Case, answer: dict[str, Any], events: list[dict[str, Any]]) -> Outcome:
    tries = [event for event in events if event["type"] == "TaskScheduled"]
    if case.error and len(tries) > case.retries + 1:
        return Outcome("RETRIABLE", error=case.error)
    if answer["status"] == "FAILED":
        return Outcome("FAILED", error=answer["error"])
    status = "CAUGHT_ERROR" if case.error else "SUCCEEDED"
    entered = [event["stateEnteredEventDetails"] for event in events if _is_entry(event)]
    if len(entered) == 1:
        return Outcome(status, output=json.loads(answer["output"]), error=case.error)
    _, left_for = entered
    return Outcome(status, left_for["name"], json.loads(left_for["input"]), case.error)


def _is_entry(event: dict[str, Any]) -> bool:
    return bool(event["type"].endswith("StateEntered"))
