"""What the rules on the default bus pass on of an execution's change of status, and what never."""

import json
from typing import Any

import pytest

from simulator.event_input import input_of
from tests.template.expanded import Template

RULES = {
    "ExecutionStoppedRule": ["ABORTED", "TIMED_OUT"],
    "ExecutionFailedRule": ["FAILED"],
}
PASSED_ON = ["name", "executionArn", "status", "stopDate"]

STATUS_CHANGE: dict[str, Any] = {
    "source": "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    "detail": {
        "executionArn": "arn:aws:states:eu-west-2:123456789012:execution:machine:transfer-1",
        "stateMachineArn": "arn:aws:states:eu-west-2:123456789012:stateMachine:machine",
        "name": "transfer-1",
        "status": "FAILED",
        "startDate": 1551225146847,
        "stopDate": 1551225151881,
        "input": '{"claim": {"candidates": ["0027"]}}',
        "inputDetails": {"included": True},
        "output": '"task-token"',
        "outputDetails": {"included": True},
        "error": "States.Runtime",
        "cause": "0027 task-token",
    },
}


@pytest.mark.parametrize("name", RULES)
def test_the_rule_is_for_executions_of_our_machine_that_did_not_succeed(
    template: Template, name: str
) -> None:
    rule = template.properties(name)
    assert set(rule) == {"Description", "EventPattern", "Targets"}  # the default bus, enabled
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": ["<SecureTransferStateMachine>"],
            "status": RULES[name],
        },
    }


@pytest.mark.parametrize("name", RULES)
def test_the_rule_invokes_execution_closed_and_keeps_no_event(
    template: Template, name: str
) -> None:
    (target,) = template.properties(name)["Targets"]
    assert set(target) == {"Id", "Arn", "InputTransformer"}  # and no dead-letter queue
    assert target["Id"] == "ExecutionClosed"
    assert target["Arn"] == "<ExecutionClosedFunction.Arn>"


@pytest.mark.parametrize("name", RULES)
def test_the_rule_passes_on_what_is_no_secret_and_nothing_else(
    template: Template, name: str
) -> None:
    (target,) = template.properties(name)["Targets"]
    transformer = target["InputTransformer"]
    passed_on = [*PASSED_ON, *(["error"] if name == "ExecutionFailedRule" else [])]
    assert transformer["InputPathsMap"] == {one: f"$.detail.{one}" for one in passed_on}
    assert json.loads(transformer["InputTemplate"]) == {one: f"<{one}>" for one in passed_on}

    given = input_of(target, "rule", STATUS_CHANGE)

    detail = STATUS_CHANGE["detail"]
    assert given == {one: str(detail[one]) for one in passed_on}


def test_a_stop_with_any_text_for_an_error_reaches_the_function(template: Template) -> None:
    (target,) = template.properties("ExecutionStoppedRule")["Targets"]
    told = {**STATUS_CHANGE["detail"], "status": "ABORTED", "error": '"}', "cause": "\\"}
    assert input_of(target, "rule", {**STATUS_CHANGE, "detail": told})["status"] == "ABORTED"


def test_the_rules_may_invoke_the_function_and_no_other_rule(template: Template) -> None:
    permissions = [
        one
        for one in template.of_type("AWS::Lambda::Permission").values()
        if one["FunctionName"] == "<ExecutionClosedFunction.Arn>"
    ]
    assert sorted(one["SourceArn"] for one in permissions) == sorted(
        f"<{name}.Arn>" for name in RULES
    )
    for one in permissions:
        assert one["Principal"] == "events.amazonaws.com"
        assert one["Action"] == "lambda:InvokeFunction"
        assert set(one) == {"FunctionName", "Action", "Principal", "SourceArn"}
