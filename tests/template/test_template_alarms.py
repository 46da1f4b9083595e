"""Alarms on metrics that nobody sends would stay quiet for ever."""

import ast
import re
from typing import Any

import pytest

from secure_transfer.domain import errors
from secure_transfer.domain.closing import REASONS
from simulator.template import ROOT
from tests.asl.machine import load
from tests.template.expanded import Template

OF_FUNCTIONS = {
    "AgentNameMissingAlarm": ["AddAgent"],
    "PinUnknownAlarm": ["GetAgent"],
    "CallerLockedOutAlarm": ["GetAgent"],
    "PinAlreadyUsedAlarm": ["GetAgent"],
    "WrongAgentAlarm": ["AgentJoined"],
    "AuditLostAlarm": ["AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "ExecutionClosed"],
}
OF_EVENTS = {"TransferFaultAlarm"}


def _watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the metrics that an alarm looks at: one of its own, or those of its expression."""
    if "Metrics" not in alarm:
        return [alarm]
    return [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]


def test_these_alarms_watch_the_functions(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    own = {
        name
        for name, alarm in alarms.items()
        if not _watched(alarm)[0]["Namespace"].startswith("AWS/")
    }
    assert own == {*OF_FUNCTIONS, *OF_EVENTS}


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_the_alarm_watches_what_its_functions_count(template: Template, name: str) -> None:
    services = []
    for metric in _watched(template.properties(name)):
        assert metric["MetricName"] in _counted()
        (service,) = metric["Dimensions"]
        assert service["Name"] == "service"  # the dimension that Powertools gives
        variables = template.properties(f"{service['Value']}Function")["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == service["Value"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == metric["Namespace"]
        services.append(service["Value"])
    assert services == OF_FUNCTIONS[name]


def test_the_expression_adds_up_every_metric_that_it_is_given(template: Template) -> None:
    *_, whole = [
        alarm for alarm in template.of_type("AWS::CloudWatch::Alarm").values() if "Metrics" in alarm
    ]
    expression, *metrics = whole["Metrics"]
    assert expression["ReturnData"] is True
    filled = [f"FILL({metric['Id']}, 0)" for metric in metrics]
    assert expression["Expression"] == " + ".join(filled)


def test_silence_is_no_alarm_and_one_event_is_enough_to_look(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["EvaluationPeriods"] == 1
        assert alarm["AlarmDescription"]


def test_a_transfer_that_fails_through_a_fault_is_counted_from_its_event(
    template: Template,
) -> None:
    """Whoever is refused, comes late or finds no free PIN is no fault of ours or of AWS."""
    ((name, of_events),) = template.of_type("AWS::Logs::MetricFilter").items()
    counted = set(re.findall(r'"(\w+)"', of_events["FilterPattern"]))
    told_by_functions = {"PinTooLate", *REASONS.values()}
    nobodys_fault = {"PinPoolExhausted", "ExecutionStopped"}
    assert counted == (_reasons_of_the_machine() | told_by_functions) - nobodys_fault
    of_a_fault = [f'$.detail.data.reason = "{reason}"' for reason in sorted(counted)]
    assert sorted(of_events["FilterPattern"].strip("{} ").split(" || ")) == of_a_fault
    assert of_events["FilterPattern"].startswith("{ $")
    assert of_events["FilterPattern"].endswith('" }')
    assert of_events["LogGroupName"] == "<AuditLogGroup>"
    assert set(of_events) == {"LogGroupName", "FilterPattern", "MetricTransformations"}
    alarm = template.properties("TransferFaultAlarm")
    assert of_events["MetricTransformations"] == [
        {
            "MetricNamespace": alarm["Namespace"],
            "MetricName": alarm["MetricName"],
            "MetricValue": "1",
        }
    ], name
    assert alarm["Namespace"] == "SecureTransfer/<AWS::StackName>"


def _reasons_of_the_machine() -> set[str]:
    """Return the reasons that the machine itself gives a transfer's failure."""
    states = load()["States"].values()
    return {state["Result"]["reason"] for state in states if "reason" in state.get("Result", {})}


def _counted() -> set[str]:
    """Return the metrics' names: every refusal's, and what is counted by name."""
    refusals = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    named = {
        str(node.args[0].value)
        for path in (ROOT / "functions").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "count"
        and isinstance(node.args[0], ast.Constant)
    }
    return refusals | named
