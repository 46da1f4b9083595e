"""How a release goes live: versions behind aliases, a tenth of the calls first, a way back.

No local engine has CodeDeploy or a machine's versions: what AWS makes of it is to be proved there
(docs/first-deploy.md). That a changed parameter reaches the functions by their aliases is shown on
MiniStack, in tests/workflow/test_releases.py.
"""

from typing import Any

import pytest

from tests.template.expanded import INSTANCE_ARN, Template

FUNCTIONS = ("AddAgent", "GetAgent", "AgentJoined", "FindFreePin")
CONNECT_FACING = FUNCTIONS[:3]
ALARMS = ["<FunctionErrorsAlarm>", "<TransferFaultAlarm>"]

AWS = {"ConnectInstanceArn": INSTANCE_ARN, "Release": "a-release"}
AT_ONCE = {**AWS, "RollOutMinutes": "0"}
NO_INSTANCE = {"Release": "a-release"}
EMULATOR = {**AWS, "LocalEmulator": "true"}


def test_without_a_release_there_are_neither_versions_nor_aliases(
    template: Template, local_template: Template
) -> None:
    for unreleased in (template, local_template):
        kinds = {resource["Type"] for resource in unreleased.resources.values()}
        assert not [kind for kind in kinds if kind.startswith("AWS::CodeDeploy")]
        assert not [kind for kind in kinds if kind.endswith(("Version", "Alias"))]
        assert "FunctionErrorsAlarm" not in unreleased.resources
        assert "RollOutRole" not in unreleased.resources


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_release_is_a_version_of_the_function_and_the_alias_leads_to_it(
    released_template: Template, name: str
) -> None:
    assert released_template.properties(f"{name}Version") == {
        "FunctionName": f"<{name}Function>",
        "Description": "a-release",  # another one makes CloudFormation publish another version
    }
    # … and this gives Lambda something new to publish, whatever else has not changed.
    function = released_template.properties(f"{name}Function")
    assert function["Environment"]["Variables"]["RELEASE"] == "a-release"
    assert released_template.properties(f"{name}Alias") == {
        "Name": "live",
        "FunctionName": f"<{name}Function>",
        "FunctionVersion": f"<{name}Version.Version>",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_code_deploy_shifts_the_functions_calls_and_goes_back_if_an_alarm_rings(name: str) -> None:
    for form, how in (
        (AWS, "<RollOutConfig>"),
        (NO_INSTANCE, "<RollOutConfig>"),
        (AT_ONCE, "CodeDeployDefault.LambdaAllAtOnce"),
    ):
        template = Template(**form)
        assert template.resources[f"{name}Alias"]["UpdatePolicy"] == {
            "CodeDeployLambdaAliasUpdate": {
                "ApplicationName": "<RollOutApplication>",
                "DeploymentGroupName": f"<{name}RollOut>",
            }
        }
        assert template.properties(f"{name}RollOut") == {
            "ApplicationName": "<RollOutApplication>",
            "ServiceRoleArn": "<RollOutRole.Arn>",
            "DeploymentStyle": {
                "DeploymentType": "BLUE_GREEN",
                "DeploymentOption": "WITH_TRAFFIC_CONTROL",
            },
            "DeploymentConfigName": how,
            "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": name} for name in ALARMS]},
            "AutoRollbackConfiguration": {
                "Enabled": True,
                "Events": [
                    "DEPLOYMENT_FAILURE",
                    "DEPLOYMENT_STOP_ON_ALARM",
                    "DEPLOYMENT_STOP_ON_REQUEST",
                ],
            },
        }


def test_a_tenth_of_the_calls_gets_a_release_first_for_as_long_as_is_asked() -> None:
    template = Template(Release="a-release", RollOutMinutes="25")
    assert template.properties("RollOutApplication") == {"ComputePlatform": "Lambda"}
    assert template.properties("RollOutConfig") == {
        "ComputePlatform": "Lambda",
        "TrafficRoutingConfig": {
            "Type": "TimeBasedCanary",
            "TimeBasedCanary": {"CanaryPercentage": 10, "CanaryInterval": "25"},
        },
    }
    assert template.properties("SecureTransferAlias") == {
        "Name": "live",
        "DeploymentPreference": {
            "StateMachineVersionArn": "<SecureTransferVersion>",
            "Type": "CANARY",
            "Percentage": 10,
            "Interval": "25",
            "Alarms": ALARMS,
        },
    }


def test_no_minutes_are_all_calls_at_once() -> None:
    template = Template(**AT_ONCE)
    assert "RollOutConfig" not in template.resources
    assert template.properties("SecureTransferAlias")["DeploymentPreference"] == {
        "StateMachineVersionArn": "<SecureTransferVersion>",
        "Type": "ALL_AT_ONCE",
        "Alarms": ALARMS,
    }


def test_the_machines_version_is_its_revision(released_template: Template) -> None:
    """A release that leaves the machine as it is publishes none: it would be the same version."""
    assert released_template.properties("SecureTransferVersion") == {
        "StateMachineArn": "<SecureTransferStateMachine>",
        "StateMachineRevisionId": "<SecureTransferStateMachine.StateMachineRevisionId>",
    }


def test_an_error_by_an_alias_takes_a_release_back(released_template: Template) -> None:
    alarm = released_template.properties("FunctionErrorsAlarm")
    whole, *parts = alarm["Metrics"]
    assert {key: value for key, value in alarm.items() if key not in {"Metrics", "AlarmDescription"}
    } == {
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }  # fmt: skip
    ids = [name[0].lower() + name[1:] for name in FUNCTIONS]
    assert whole == {
        "Id": "errors",
        "Label": "Errors of the functions",
        "Expression": " + ".join(f"FILL({one}, 0)" for one in ids),
        "ReturnData": True,
    }
    assert parts == [
        {"Id": one, "ReturnData": False, "MetricStat": _errors_of(name)}
        for one, name in zip(ids, FUNCTIONS, strict=True)
    ]


def _errors_of(name: str) -> dict[str, Any]:
    return {
        "Period": 60,
        "Stat": "Sum",
        "Metric": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [
                {"Name": "FunctionName", "Value": f"<{name}Function>"},
                {"Name": "Resource", "Value": f"<{name}Function>:live"},
            ],
        },
    }


def test_code_deploy_may_shift_these_aliases_and_look_at_alarms(
    released_template: Template,
) -> None:
    role = released_template.properties("RollOutRole")
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}
    assert role["AssumeRolePolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "codedeploy.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}},
            }
        ],
    }
    (policy,) = role["Policies"]
    assert policy["PolicyName"] == "RollOut"
    assert policy["PolicyDocument"]["Version"] == "2012-10-17"
    functions = [f"<{name}Function.Arn>" for name in FUNCTIONS]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": [
                "lambda:GetAlias",
                "lambda:UpdateAlias",
                "lambda:GetProvisionedConcurrencyConfig",
            ],
            "Resource": [arn for one in functions for arn in (one, f"{one}:live")],
        },
        {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"},
    ]


def test_whoever_is_given_a_function_or_the_machine_is_given_its_alias() -> None:
    for form in (AWS, AT_ONCE, NO_INSTANCE, EMULATOR):
        template = Template(**form)
        for name in CONNECT_FACING:
            assert template.outputs[f"{name}FunctionArn"] == f"<{name}Alias>"
        machine = template.properties("SecureTransferStateMachine")
        search = machine["DefinitionSubstitutions"]["FindFreePinFunctionArn"]
        assert search == "<FindFreePinFunction.Arn>:live"
        starts = template.properties("AddAgentFunction")["Environment"]["Variables"]
        by_alias = "" if form is EMULATOR else ":live"  # which has no alias of a machine
        assert starts["STATE_MACHINE_ARN"] == f"<SecureTransferStateMachine>{by_alias}"


def test_connect_is_given_the_aliases_and_may_invoke_them() -> None:
    for form in (AWS, AT_ONCE, EMULATOR):
        template = Template(**form)
        for name in CONNECT_FACING:
            permission = template.properties(f"{name}ConnectPermission")
            assert permission["FunctionName"] == f"<{name}Alias>"
            if form is not EMULATOR:
                flows = template.properties("ConnectFlows")["Parameters"]
                assert flows[f"{name}FunctionArn"] == f"<{name}Alias>"


def test_the_machine_may_search_by_the_alias_and_as_it_did_before_there_was_one(
    template: Template,
) -> None:
    function = "<FindFreePinFunction.Arn>"
    assert _searched(template) == [function]
    for form in (AWS, AT_ONCE, NO_INSTANCE, EMULATOR):
        assert _searched(Template(**form)) == [function, f"{function}:live"]


def _searched(template: Template) -> list[str]:
    (allowed,) = [
        statement["Resource"]
        for policy in template.properties("SecureTransferRole")["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    resources: list[str] = allowed
    return resources


def test_an_emulator_gets_the_functions_aliases_and_none_of_what_shifts_calls() -> None:
    template = Template(**EMULATOR)
    kinds = {resource["Type"] for resource in template.resources.values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::CodeDeploy")]
    not_made = {
        "SecureTransferVersion",
        "SecureTransferAlias",
        "RollOutRole",
        "FunctionErrorsAlarm",
    }
    assert not not_made & set(template.resources)
    for name in FUNCTIONS:
        assert "UpdatePolicy" not in template.resources[f"{name}Alias"]
