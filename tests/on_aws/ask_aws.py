"""Ask AWS's own engine what one state does: TestState, with the state's call mocked.

With a mock it calls nobody, needs no role, and takes states that wait for a task token.
"""

import json
import re
from typing import Any

from simulator.template import ROOT
from tests.on_aws.case import GIVEN, Case, Outcome

_ASL = (ROOT / "statemachines/secure_transfer.asl.json").read_text()
MACHINE: dict[str, Any] = json.loads(_ASL)
STATES: dict[str, dict[str, Any]] = MACHINE["States"]

_ARN = "arn:aws:states:eu-west-2:123456789012"
_ENTERED = "2026-11-24T09:30:01.000Z"


def ask(step_functions: Any, case: Case) -> Outcome:
    """Return what the state does. Raises `ClientError` if AWS does not take the question."""
    answer = step_functions.test_state(
        definition=re.sub(r"\$\{(\w+)\}", r"a-\1", _ASL),  # nobody is called by these names
        stateName=case.state,
        input=json.dumps(case.given),
        **(_mocked(case) if STATES[case.state]["Type"] == "Task" else {}),
    )
    status = answer["status"]
    if status in ("FAILED", "RETRIABLE"):
        return Outcome(status, error=answer["error"])
    output = json.loads(answer["output"])
    return Outcome(status, answer.get("nextState", ""), output, answer.get("error", ""))


def is_answered_by_its_service(state: str) -> bool:
    """Whether a state's result is its API's answer: not a callback, nor what a function returns."""
    resource = STATES[state].get("Resource", "lambda")
    return "waitForTaskToken" not in resource and "lambda" not in resource


def _mocked(case: Case) -> dict[str, Any]:
    """Mock the call; say who executes, and which token a wait has, as nobody does."""
    if case.error:
        mock: dict[str, Any] = {"errorOutput": {"error": case.error, "cause": "mocked"}}
    else:
        strictness = "STRICT" if is_answered_by_its_service(case.state) else "NONE"
        mock = {"result": json.dumps(case.result), "fieldValidationMode": strictness}
    context = {
        "Execution": {
            "Id": f"{_ARN}:execution:secure-transfer:transfer-1",
            "Input": GIVEN,
            "Name": "transfer-1",
            "RoleArn": "arn:aws:iam::123456789012:role/secure-transfer",
            "StartTime": _ENTERED,
        },
        "State": {"EnteredTime": _ENTERED, "Name": case.state, "RetryCount": case.retries},
        "StateMachine": {
            "Id": f"{_ARN}:stateMachine:secure-transfer",
            "Name": "secure-transfer",
        },
        "Task": {"Token": "a-token"},
    }
    retried = {"stateConfiguration": {"retrierRetryCount": case.retries}} if case.retries else {}
    return {"mock": mock, "context": json.dumps(context), **retried}
