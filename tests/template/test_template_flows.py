"""The nested stack of the flows: when it is made, and what it is given."""

from functools import cache
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from simulator.template import ROOT
from tests.template.expanded import INSTANCE_ARN, Template

QUEUE_ARN = f"{INSTANCE_ARN}/queue/5ec0de00-0000-4000-8000-000000000002"
NUMBERS = {f"PciPalNumber{route}": f"+4416329600{n:02}" for n, route in enumerate(["", 2, 3, 4])}
NAMES = {f"RouteName{route}": f"Route {route}" for route in ["", 2, 3, 4]}
CHOICES = ("RecordFirstLeg", "LogFlows", "BranchOnCallFailure")
FUNCTIONS = ("AddAgent", "GetAgent", "AgentJoined")


@cache
def nested() -> Any:
    return yaml_parse((ROOT / "flows/stack.yaml").read_text())


def no_two_alike() -> dict[str, str]:
    """Return a value for each setting of the flows: what is given the wrong one shows."""
    words = {name: name for name in nested()["Parameters"] if name.startswith("Say")}
    return {
        **NUMBERS,
        **NAMES,
        **words,
        "ConnectInstanceArn": INSTANCE_ARN,
        "QuickConnectQueueArn": QUEUE_ARN,
        "FallbackQueueArn": f"{QUEUE_ARN[:-1]}3",
        "CallerIdNumber": "+441632960099",
        "PinLength": "6",
        "DelayCommas": "33",
        "FirstDigitSeconds": "44",
    }


def given_by(template: Template) -> Any:
    return template.properties("ConnectFlows")["Parameters"]


def test_the_stack_of_the_flows_is_a_file_of_the_repository(template: Template) -> None:
    stack = template.properties("ConnectFlows")
    assert set(stack) == {"TemplateURL", "Parameters"}
    assert stack["TemplateURL"] == "flows/stack.yaml"
    assert nested()["AWSTemplateFormatVersion"] == "2010-09-09"


def test_it_is_given_every_parameter_by_its_name() -> None:
    values = no_two_alike()
    given = given_by(Template(**values))
    assert set(given) == set(nested()["Parameters"])
    for name in FUNCTIONS:
        assert given.pop(f"{name}FunctionArn") == f"<{name}Function.Arn>"
    assert {name: value for name, value in given.items() if name not in CHOICES} == values


@pytest.mark.parametrize("name", CHOICES)
def test_it_is_given_each_choice_by_its_name(template: Template, name: str) -> None:
    usual = given_by(template)
    other = "false" if usual[name] == "true" else "true"
    chosen = Template(ConnectInstanceArn=INSTANCE_ARN, **{name: other})
    assert given_by(chosen) == {**usual, name: other}


def test_its_parameters_have_the_same_rules_there(template: Template) -> None:
    """But for those that may be empty here, where there is no such stack then."""
    ours, theirs = template.raw["Parameters"], nested()["Parameters"]
    for name in set(ours) & set(theirs):
        here, there = dict(ours[name]), dict(theirs[name])
        if name == "ConnectInstanceArn":
            there["AllowedPattern"] = f"^$|{there['AllowedPattern']}"
        if name in ("ConnectInstanceArn", "PciPalNumber"):
            there["Default"] = ""
        for rules in (here, there):
            rules.pop("Description")
            rules.pop("ConstraintDescription", None)
        assert here == there, name


def test_it_is_made_for_an_instance_on_aws(
    template: Template, bare_template: Template, local_template: Template
) -> None:
    assert "ConnectFlows" in template.resources
    assert "ConnectFlows" not in bare_template.resources
    assert "ConnectFlows" not in local_template.resources


def test_its_flows_are_put_out_where_there_are_any(
    template: Template, bare_template: Template, local_template: Template
) -> None:
    flows = {
        name: f"<ConnectFlows.Outputs.{name}>"
        for name in ("SaveAgentNameFlowArn", "SaveAgentNameOutboundFlowArn")
    }
    flows["AnswerFromPciPalFlowArn"] = "<ConnectFlows.Outputs.AnswerFromPciPalFlowArn>"
    assert {name: template.outputs[name] for name in flows} == flows
    assert set(flows) <= set(nested()["Outputs"])
    for none in (bare_template, local_template):
        assert not set(flows) & set(none.outputs)


def test_quick_connects_are_put_out_where_there_are_any() -> None:
    needed = {
        "ConnectInstanceArn": INSTANCE_ARN,
        "PciPalNumber": "+441632960001",
        "QuickConnectQueueArn": QUEUE_ARN,
    }
    outputs = Template(**needed).outputs
    assert outputs["QuickConnectArns"] == "<ConnectFlows.Outputs.QuickConnectArns>"
    assert "QuickConnectArns" in nested()["Outputs"]
    for name in needed:
        without = {other: value for other, value in needed.items() if other != name}
        assert "QuickConnectArns" not in Template(**without).outputs, name
    assert "QuickConnectArns" not in Template(LocalEmulator="true", **needed).outputs
