"""From how many on, and counted over how long, an alarm rings."""

from typing import Any

from tests.template.expanded import Template

OWN = "SecureTransfer/<AWS::StackName>"

_BY = {OWN: "service", "AWS/SQS": "QueueName", "AWS/Lambda": "FunctionName"}
"""By which dimension each namespace tells its metrics apart."""

RINGS = {
    # One is one too many …
    "AgentNameMissingAlarm": ("Sum", 60, 1),
    "CallerLockedOutAlarm": ("Sum", 60, 1),
    "PinAlreadyUsedAlarm": ("Sum", 60, 1),
    "WrongAgentAlarm": ("Sum", 60, 1),
    "TransferFaultAlarm": ("Sum", 60, 1),
    "AuditLostAlarm": ("Sum", 60, 1),
    "ExecutionClosedFailedAlarm": ("Sum", 60, 1),
    # … what waits in a queue is there until somebody has seen to it …
    "AuditFallbackAlarm": ("Maximum", 60, 1),
    "AuditDeadLetterAlarm": ("Maximum", 60, 1),
    # … and people do mistype.
    "PinUnknownAlarm": ("Sum", 300, 5),
}
"""Statistic, seconds, threshold."""


def test_every_alarm_rings_when_it_should(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    assert {name: _rings(alarm) for name, alarm in alarms.items()} == RINGS
    for alarm in alarms.values():
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_an_alarm_looks_at_one_metric_of_one_part(template: Template) -> None:
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        for metric in _metrics(alarm):
            if name == "TransferFaultAlarm":
                assert "Dimensions" not in metric  # a metric filter gives none
                continue
            (dimension,) = metric["Dimensions"]
            assert set(dimension) == {"Name", "Value"}
            assert dimension["Name"] == _BY[metric["Namespace"]], name


def test_a_change_of_status_that_no_try_could_tell_of_rings(template: Template) -> None:
    alarm = template.properties("ExecutionClosedFailedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "AsyncEventsDropped")
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": "<ExecutionClosedFunction>"}]


def test_an_expression_alone_gives_the_alarm_of_several_metrics_its_value(
    template: Template,
) -> None:
    whole, *parts = template.properties("AuditLostAlarm")["Metrics"]
    assert set(whole) == {"Id", "Label", "Expression", "ReturnData"}
    assert [part["ReturnData"] for part in parts] == [False] * len(parts)
    ids = [part["Id"] for part in (whole, *parts)]
    assert len(set(ids)) == len(ids)
    assert all(one[0].islower() and one.isalnum() for one in ids)
    for part in parts:
        assert set(part) == {"Id", "ReturnData", "MetricStat"}
        assert set(part["MetricStat"]) == {"Period", "Stat", "Metric"}
        assert set(part["MetricStat"]["Metric"]) == {"Namespace", "MetricName", "Dimensions"}


def test_an_alarm_says_nothing_that_it_does_not_mean(template: Template) -> None:
    """A misspelt property would be one that is missing."""
    common = {"AlarmDescription", "EvaluationPeriods", "Threshold", "ComparisonOperator",
              "TreatMissingData"}  # fmt: skip
    single = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        of_events = {"Dimensions"} if name == "TransferFaultAlarm" else set()
        assert set(alarm) in (common | single - of_events, common | {"Metrics"})


def _rings(alarm: dict[str, Any]) -> tuple[str, int, int]:
    if "Metrics" not in alarm:
        return alarm["Statistic"], alarm["Period"], alarm["Threshold"]
    stats = [one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one]
    ((stat, period),) = {(one["Stat"], one["Period"]) for one in stats}
    return stat, period, alarm["Threshold"]


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    if "Metrics" not in alarm:
        return [alarm]
    return [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
