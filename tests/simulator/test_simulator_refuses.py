"""What the simulator does not know is an error that names it, never skipped in silence."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from simulator import stack, template
from simulator.aws import LocalAws
from simulator.errors import SimulatorError
from tests.simulator.unknown import (
    MACHINE_FILE,
    NESTED,
    PROPERTIES,
    function,
    machine,
    queue,
    resource,
)

Resources = dict[str, dict[str, Any]]
Refusal = Callable[..., str]


@pytest.fixture
def refusal(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """Deploy resources as if they were the template's, and return what the error says."""

    def deploy(resources: Resources, **parts: Any) -> str:
        parameters = {"LocalEmulator": {"Type": "String"}}
        expanded = {"Parameters": parameters, "Resources": resources, **parts}
        monkeypatch.setattr(template, "expand", lambda: expanded)
        with pytest.raises(SimulatorError) as caught:
            stack.deploy(aws, "refused")
        return str(caught.value)

    return deploy


def test_a_resource_type(refusal: Refusal) -> None:
    said = refusal({"Things": resource("S3::Bucket")})
    assert "Things" in said
    assert "AWS::S3::Bucket" in said


@pytest.mark.parametrize(("unknown", "name"), PROPERTIES, ids=[name for _, name in PROPERTIES])
def test_a_property(refusal: Refusal, unknown: dict[str, Any], name: str) -> None:
    said = refusal({"Thing": unknown})
    assert "Thing" in said
    assert unknown["Type"] in said
    assert name in said


@pytest.mark.parametrize(("unknown", "name"), NESTED, ids=[name for _, name in NESTED])
def test_a_property_within_a_property(refusal: Refusal, unknown: dict[str, Any], name: str) -> None:
    said = refusal({"Thing": unknown})
    assert "Thing" in said
    assert name in said


@pytest.mark.parametrize(
    ("name", "value"), [("Runtime", "python3.9"), ("Architectures", ["x86_64"])]
)
def test_a_value_that_makes_no_difference_here_but_must_not_change_unseen(
    refusal: Refusal, name: str, value: Any
) -> None:
    said = refusal({"Thing": function(**{name: value})})
    assert "Thing" in said
    assert f"{name}={value!r}" in said


def test_a_part_of_a_resource(refusal: Refusal) -> None:
    said = refusal({"Thing": {**queue(), "CreationPolicy": {}}})
    assert "Thing" in said
    assert "CreationPolicy" in said


@pytest.mark.parametrize(
    "reference",
    [
        {"Fn::GetAtt": ["Queue", "Colour"]},
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Nobody", "Arn"]},
        {"Fn::Sub": "${Nobody.Arn}"},
        {"Ref": "AWS::NotificationARNs"},
    ],
)
def test_a_reference(refusal: Refusal, reference: dict[str, Any]) -> None:
    ((_, path),) = reference.items()
    name = ".".join(path) if isinstance(path, list) else re.sub(r"[${}]", "", path)
    group = resource("Logs::LogGroup", LogGroupName=reference)
    assert name in refusal({"Queue": queue(), "Group": group})


def test_a_reference_to_what_a_condition_leaves_out(refusal: Refusal) -> None:
    resources = {
        "Queue": {**queue(), "Condition": "Never"},
        "Group": resource("Logs::LogGroup", LogGroupName={"Ref": "Queue"}),
    }
    assert "Queue" in refusal(resources, Conditions={"Never": {"Fn::Equals": [1, 2]}})


def test_a_circle_of_references(refusal: Refusal) -> None:
    resources = {
        "First": resource("Logs::LogGroup", LogGroupName={"Ref": "Second"}),
        "Second": resource("Logs::LogGroup", LogGroupName={"Fn::Sub": "${Third.Arn}"}),
        "Third": resource("Logs::LogGroup", LogGroupName={"Ref": "First"}),
    }
    assert "First → Second → Third → First" in refusal(resources)


def test_a_substitution_that_the_template_does_not_give(refusal: Refusal) -> None:
    said = refusal({"Machine": machine(DefinitionSubstitutions={"PinTableName": "pins"})})
    assert MACHINE_FILE in said
    assert "${AuditBusName}" in said


def test_a_condition(refusal: Refusal) -> None:
    assert "Someday" in refusal({"Queue": {**queue(), "Condition": "Someday"}})


def test_a_parameter(aws: LocalAws) -> None:
    with pytest.raises(SimulatorError, match="PinLenght"):
        stack.deploy(aws, "refused", PinLenght="4")
