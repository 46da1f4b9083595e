"""What each part is allowed to do. Every action is written out, and each on its resource."""

from collections.abc import Iterator
from typing import Any

import pytest

from operations.audit.check.reading import READ
from tests.asl.machine import load, tasks
from tests.template.expanded import INSTANCE_ARN, Template

USERS = f"{INSTANCE_ARN}/agent/*"
"""The users of our instance, and of no other."""

# In IAM's words: the actions of each role by the resource they are allowed on. A log group's ARN
# ends in `:*`, which means its streams.
ALLOWED = {
    "AddAgentRole": {
        "<SecureTransferStateMachine>": {"states:StartExecution"},
        "<TransferTable.Arn>": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<AddAgentLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "GetAgentRole": {
        "<PinTable.Arn>": {"dynamodb:GetItem"},
        "<TransferTable.Arn>": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "<SecureTransferStateMachine>": {"states:SendTaskSuccess"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<GetAgentLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "AgentJoinedRole": {
        "<TransferTable.Arn>": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "<SecureTransferStateMachine>": {"states:SendTaskSuccess"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<AgentJoinedLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "ContactChangedRole": {
        "<TransferTable.Arn>": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "<SecureTransferStateMachine>": {"states:SendTaskSuccess", "states:SendTaskFailure"},
        USERS: {"connect:DescribeUser"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<ContactChangedLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "FindFreePinRole": {
        "<PinTable.Arn>": {"dynamodb:BatchGetItem", "dynamodb:PutItem"},
        "<FindFreePinLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "ExecutionClosedRole": {
        "<TransferTable.Arn>": {"dynamodb:GetItem"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<ExecutionClosedLogGroup.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    },
    "SecureTransferRole": {
        "<PinTable.Arn>": {"dynamodb:PutItem"},
        "<TransferTable.Arn>": {"dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem"},
        "<AuditBus.Arn>": {"events:PutEvents"},
        "<FallbackQueue.Arn>": {"sqs:SendMessage"},
        "<FindFreePinFunction.Arn>": {"lambda:InvokeFunction"},
        "*": {
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        },
    },
    "AuditOperatorRole": {
        "<FallbackQueue.Arn>": {
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        },
        "<AuditDeadLetterQueue.Arn>": {"sqs:GetQueueAttributes"},
        "<AuditBus.Arn>": {"events:PutEvents", "events:StartReplay"},
        "<AuditArchive.Arn>": {"events:StartReplay"},
        "replays": {"events:StartReplay", "events:DescribeReplay", "events:CancelReplay"},
        "rules": {"events:DescribeRule"},
        "<AuditLogGroup.Arn>": {"logs:FilterLogEvents"},
        "<TransferTable.Arn>": {"dynamodb:BatchGetItem"},
        "<TransferTable.Arn>/index/ByDay": {"dynamodb:Query"},
        "<SecureTransferStateMachine>": {"states:ListExecutions"},
        "executions": {"states:DescribeExecution"},
    },
}

_HERE = "<AWS::Region>:<AWS::AccountId>"
_NAMED = {
    f"arn:<AWS::Partition>:states:{_HERE}:execution:<SecureTransferStateMachine.Name>:*": (
        "executions"
    ),
    # The stack's own id: no other stack's replays.
    f"arn:<AWS::Partition>:events:{_HERE}:replay/stack-id-*": "replays",
    f"arn:<AWS::Partition>:events:{_HERE}:rule/<AuditBus>/*": "rules",
}

# What the operator may read of a transfer's item: neither its PIN nor its tokens.
_READ_BY_THE_OPERATOR = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": list(READ)},
    "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
}


def test_these_are_the_roles(template: Template) -> None:
    assert set(template.of_type("AWS::IAM::Role")) == set(ALLOWED)


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_allows_exactly_this(template: Template, role: str) -> None:
    allowed: dict[str, set[str]] = {}
    for statement in _statements(template, role):
        for resource in _as_list(statement["Resource"]):
            name = _NAMED.get(resource, resource)
            allowed.setdefault(name, set()).update(_as_list(statement["Action"]))
    assert allowed == ALLOWED[role]


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_has_no_wildcard_but_for_vended_logs(template: Template, role: str) -> None:
    """Written for the day on which somebody changes the table above."""
    for statement in _statements(template, role):
        condition = {"Condition"} if _is_of_items(role, statement) else set()
        assert set(statement) == {"Effect", "Action", "Resource"} | condition
        assert statement["Effect"] == "Allow"
        actions = _as_list(statement["Action"])
        assert not any("*" in action for action in actions)
        if "*" in _as_list(statement["Resource"]):
            assert role == "SecureTransferRole"
            assert all(action.startswith("logs:") for action in actions)


def test_the_operator_reads_neither_pin_nor_token(template: Template) -> None:
    (statement,) = (
        one
        for one in _statements(template, "AuditOperatorRole")
        if _is_of_items("AuditOperatorRole", one)
    )
    assert statement["Condition"] == _READ_BY_THE_OPERATOR
    assert {"PIN", "LoopToken", "JoinToken"}.isdisjoint(READ)


def test_the_operators_role_is_taken_by_whom_the_account_lets(template: Template) -> None:
    (statement,) = template.properties("AuditOperatorRole")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:<AWS::Partition>:iam::<AWS::AccountId>:root"},
        "Action": "sts:AssumeRole",
    }


def test_the_operator_has_one_policy_by_its_name(template: Template) -> None:
    (policy,) = template.properties("AuditOperatorRole")["Policies"]
    assert policy["PolicyName"] == "AuditOperator"


@pytest.mark.parametrize("concurrency", ["0", "10"])
@pytest.mark.parametrize("instance", ["", INSTANCE_ARN])
@pytest.mark.parametrize("emulator", ["true", "false"])
def test_the_operator_replays_the_archive_where_there_is_one(
    emulator: str, instance: str, concurrency: str
) -> None:
    template = Template(
        LocalEmulator=emulator, ConnectInstanceArn=instance, FindFreePinConcurrency=concurrency
    )
    resources = {
        resource
        for statement in _statements(template, "AuditOperatorRole")
        for resource in _as_list(statement["Resource"])
    }
    is_there = "AuditArchive" in template.resources
    assert is_there is (emulator == "false")
    everything = set(ALLOWED["AuditOperatorRole"])
    expected = everything if is_there else everything - {"<AuditArchive.Arn>"}
    assert {_NAMED.get(one, one) for one in resources} == expected
    assert ("AuditArchiveArn" in template.outputs) is is_there


@pytest.mark.parametrize("role", sorted(set(ALLOWED) - {"AuditOperatorRole"}))
def test_the_role_is_taken_by_its_own_service_only(template: Template, role: str) -> None:
    (statement,) = template.properties(role)["AssumeRolePolicyDocument"]["Statement"]
    service = "states" if role == "SecureTransferRole" else "lambda"
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


def test_no_managed_policy_is_attached(template: Template) -> None:
    for role in template.of_type("AWS::IAM::Role").values():
        assert set(role) == {"AssumeRolePolicyDocument", "Policies"}


@pytest.mark.parametrize(
    "name",
    [
        "AddAgent",
        "GetAgent",
        "AgentJoined",
        "ContactChanged",
        "FindFreePin",
        "ExecutionClosed",
        "SecureTransfer",
    ],
)
def test_each_part_has_a_role_of_its_own(template: Template, name: str) -> None:
    if name == "SecureTransfer":
        assert template.properties("SecureTransferStateMachine")["RoleArn"] == f"<{name}Role.Arn>"
    else:
        assert template.properties(f"{name}Function")["Role"] == f"<{name}Role.Arn>"


def test_the_machines_role_allows_what_its_states_do_and_nothing_else(template: Template) -> None:
    given = template.properties("SecureTransferStateMachine")["DefinitionSubstitutions"]
    done: dict[str, set[str]] = {}
    for task in tasks(load()).values():
        target = given[_substitution_in(task["Parameters"])]
        # A name or a URL in the state, an ARN in the policy.
        arn = target if target.endswith(".Arn>") else f"{target[:-1]}.Arn>"
        done.setdefault(arn, set()).add(_action(task["Resource"]))
    allowed = {name: acts for name, acts in ALLOWED["SecureTransferRole"].items() if name != "*"}
    assert done == allowed


def _statements(template: Template, role: str) -> Iterator[dict[str, Any]]:
    for policy in template.properties(role)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def _is_of_items(role: str, statement: dict[str, Any]) -> bool:
    return role == "AuditOperatorRole" and statement["Resource"] == "<TransferTable.Arn>"


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _substitution_in(parameters: dict[str, Any]) -> str:
    for key in ("TableName", "QueueUrl", "FunctionName"):
        if key in parameters:
            return str(parameters[key])[2:-1]
    return str(parameters["Entries"][0]["EventBusName"])[2:-1]


def _action(resource: str) -> str:
    """Return IAM's name of what a Task does: `…:aws-sdk:dynamodb:updateItem.waitForTaskToken`."""
    service, name = resource.removesuffix(".waitForTaskToken").split(":")[-2:]
    if service == "lambda":
        return "lambda:InvokeFunction"
    return f"{service}:{name[0].upper()}{name[1:]}"
