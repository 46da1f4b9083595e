"""template.yaml on the local AWS: what was declared is there."""

import json
from typing import Any

import pytest

from simulator import template
from simulator.aws import LocalAws
from simulator.stack import Stack, deploy


@pytest.fixture(scope="module")
def stack(aws: LocalAws) -> Stack:
    return deploy(aws, "deployed", PinLength="5", LoopTimeoutSeconds="7")


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    resources: dict[str, Any] = template.expand()["Resources"]
    return resources


def test_every_resource_is_made_but_those_that_conditions_leave_out(
    stack: Stack, declared: dict[str, Any]
) -> None:
    conditional = {name for name, resource in declared.items() if "Condition" in resource}
    assert set(stack.resources) == set(declared) - conditional


def test_tables_have_their_indexes_and_sweeping(aws: LocalAws, stack: Stack) -> None:
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=stack.outputs["TransferTableName"])["Table"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {
        "ByAgent", "ByInitialContact", "ByLoopContact", "ByDay",
    }  # fmt: skip
    assert table["SSEDescription"]["Status"] == "ENABLED"
    sweeping = dynamodb.describe_time_to_live(TableName=table["TableName"])
    assert sweeping["TimeToLiveDescription"]["AttributeName"] == "PurgeAt"
    backups = dynamodb.describe_continuous_backups(TableName=table["TableName"])
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_machine_is_the_files_with_its_substitutions_made(aws: LocalAws, stack: Stack) -> None:
    machine = aws.client("stepfunctions").describe_state_machine(
        stateMachineArn=stack.outputs["SecureTransferStateMachineArn"]
    )
    assert "${" not in machine["definition"]
    claim = json.loads(machine["definition"])["States"]["ClaimPin"]
    assert claim["Parameters"]["TableName"] == stack.outputs["PinTableName"]


@pytest.mark.parametrize(
    "name", ["AddAgent", "GetAgent", "AgentJoined", "FindFreePin", "ExecutionClosed"]
)
def test_a_function_is_given_exactly_the_templates_environment(
    aws: LocalAws, stack: Stack, declared: dict[str, Any], name: str
) -> None:
    function = aws.functions.function(stack.resources[f"{name}Function"])
    properties = declared[f"{name}Function"]["Properties"]
    assert set(function.environment) == set(properties["Environment"]["Variables"])
    assert function.handler == properties["Handler"]
    assert function.timeout_seconds == properties["Timeout"]
    assert function.memory_mb == properties["MemorySize"]
    assert function.reserved_concurrency == (10 if name == "FindFreePin" else None)


def test_environment_variables_are_resolved_to_text(aws: LocalAws, stack: Stack) -> None:
    environment = aws.functions.function(stack.outputs["AddAgentFunctionArn"]).environment
    assert environment["PIN_LENGTH"] == "5"
    assert environment["LOOP_TIMEOUT_SECONDS"] == "7"
    assert environment["TRANSFER_TABLE_NAME"] == stack.outputs["TransferTableName"]
    assert environment["AUDIT_BUS_NAME"] == stack.outputs["AuditBusName"]
    assert environment["CONNECT_INSTANCE_ARN"] == ""


def test_the_audit_rule_stands_on_the_audit_bus(aws: LocalAws, stack: Stack) -> None:
    events = aws.client("events")
    bus = stack.outputs["AuditBusName"]
    (rule,) = events.list_rules(EventBusName=bus)["Rules"]
    assert json.loads(rule["EventPattern"])["source"] == ["secure-transfer"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
    assert target["Arn"].endswith(f":log-group:{stack.resources['AuditLogGroup']}")


def test_two_stacks_have_nothing_in_common(aws: LocalAws, stack: Stack) -> None:
    other = deploy(aws, "another")
    shared = set(stack.resources.values()) & set(other.resources.values())
    assert shared == set()


def test_no_permission_without_an_instance(aws: LocalAws, stack: Stack) -> None:
    assert aws.functions.function(stack.outputs["AddAgentFunctionArn"]).permissions == []


def test_a_permission_is_the_templates(aws: LocalAws) -> None:
    instance = "arn:aws:connect:eu-west-2:123456789012:instance/" + "0" * 36
    stack = deploy(aws, "with-instance", ConnectInstanceArn=instance)
    (permission,) = aws.functions.function(stack.outputs["GetAgentFunctionArn"]).permissions
    assert permission.principal == "connect.amazonaws.com"
    assert permission.source_arn == instance
    assert permission.source_account == aws.account
