from pathlib import Path

import pytest

from simulator import template
from simulator.errors import SimulatorError

_DECLARED = {
    "Parameters": {
        "Length": {"Type": "Number", "Default": 4, "MinValue": 4, "MaxValue": 6},
        "Local": {"Type": "String", "Default": "false", "AllowedValues": ["true", "false"]},
        "Instance": {
            "Type": "String",
            "Default": "",
            "AllowedPattern": "^$|arn:.+",
            "ConstraintDescription": "An ARN, or empty.",
        },
        "Owner": {"Type": "String"},
    }
}


def test_parameters_are_defaults_and_what_is_given() -> None:
    values = template.parameter_values(_DECLARED, {"Owner": "ops", "Length": "6"})
    assert values == {"Length": "6", "Local": "false", "Instance": "", "Owner": "ops"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Length", "3"),
        ("Length", "7"),
        ("Length", "four"),
        ("Length", ""),
        ("Length", "-4"),
        ("Local", "yes"),
        ("Local", ""),
        ("Instance", "not an ARN"),
        ("Instance", "arn:a\n"),
    ],
)
def test_a_value_that_is_not_allowed_is_an_error_that_names_parameter_and_value(
    name: str, value: str
) -> None:
    with pytest.raises(SimulatorError) as caught:
        template.parameter_values(_DECLARED, {"Owner": "ops", name: value})
    assert f"{name}={value}" in str(caught.value)


def test_a_pattern_explains_itself() -> None:
    with pytest.raises(SimulatorError, match=r"An ARN, or empty\."):
        template.parameter_values(_DECLARED, {"Owner": "ops", "Instance": "x"})


def test_a_parameter_that_is_not_declared_is_an_error_that_names_it() -> None:
    with pytest.raises(SimulatorError, match="PinLenght"):
        template.parameter_values(_DECLARED, {"Owner": "ops", "PinLenght": "4"})


def test_a_parameter_without_default_must_be_given() -> None:
    with pytest.raises(SimulatorError, match="Owner"):
        template.parameter_values(_DECLARED, {})


def test_invalid_sam_is_an_error_that_names_file_and_resource(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  Nameless: {Type: 'AWS::Serverless::Function', Properties: {Runtime: python3.13}}\n"
    )
    with pytest.raises(SimulatorError, match=r"broken\.yaml.*Nameless"):
        template.expand(broken)


def test_only_files_of_the_project_are_deployed() -> None:
    with pytest.raises(SimulatorError, match="s3://elsewhere/code"):
        template.local_file("elsewhere", "code")


def test_the_deployed_code_and_definition_are_the_repositorys() -> None:
    resources = template.expand()["Resources"]
    code = resources["AddAgentFunction"]["Properties"]["Code"]
    machine = resources["SecureTransferStateMachine"]["Properties"]["DefinitionS3Location"]
    assert template.local_file(code["S3Bucket"], code["S3Key"]) == template.ROOT / "functions"
    assert template.local_file(machine["Bucket"], machine["Key"]).is_file()
