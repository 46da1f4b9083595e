"""Alarms on metrics that nobody sends would stay quiet for ever."""

import ast

import pytest

from secure_transfer.domain import errors
from simulator.template import ROOT
from tests.template.expanded import Template

OF_FUNCTIONS = ["AgentNameMissingAlarm", "PinUnknownAlarm", "WrongAgentAlarm"]


def test_these_alarms_watch_the_functions(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    own = {name for name, alarm in alarms.items() if not alarm["Namespace"].startswith("AWS/")}
    assert own == set(OF_FUNCTIONS)


@pytest.mark.parametrize("name", OF_FUNCTIONS)
def test_the_alarm_watches_what_its_function_counts(template: Template, name: str) -> None:
    alarm = template.properties(name)
    assert alarm["MetricName"] in _counted()
    (service,) = alarm["Dimensions"]
    assert service["Name"] == "service"  # the dimension that Powertools gives
    variables = template.properties(f"{service['Value']}Function")["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == service["Value"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == alarm["Namespace"]


def test_silence_is_no_alarm_and_one_event_is_enough_to_look(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["EvaluationPeriods"] == 1
        assert alarm["AlarmDescription"]


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
