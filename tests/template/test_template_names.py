"""Names that others meet, and forms that AWS asks for to the letter."""

import json
from typing import Any

import pytest

from tests.template.expanded import Template

_HERE = "<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>"
ROLES = [
    "AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "FindFreePin", "ExecutionClosed",
    "SecureTransfer",
]  # fmt: skip


def test_a_kept_bus_and_a_kept_log_do_not_block_a_new_stack(template: Template) -> None:
    """The stack's name in theirs is for people, its id for a second stack of that name."""
    own = "<AWS::StackName>-audit-stack-id"
    assert template.properties("AuditBus") == {"Name": own}
    assert template.properties("AuditLogGroup")["LogGroupName"] == f"/aws/events/{own}"
    assert template.properties("AuditLogPolicy")["PolicyName"] == "<AWS::StackName>-audit"


def test_logs_of_the_machine_and_of_the_functions_last_a_month(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    groups.pop("AuditLogGroup")
    machines = groups.pop("SecureTransferLogGroup")
    assert machines["LogGroupName"] == "/aws/vendedlogs/states/<AWS::StackName>"
    assert machines["RetentionInDays"] == 30
    assert list(groups.values()) == [{"RetentionInDays": 30}] * 6


def test_the_rule_delivers_to_the_log_group_by_its_arn(template: Template) -> None:
    (target,) = template.properties("AuditLogRule")["Targets"]
    partition, region, account = _HERE
    group = f"arn:{partition}:logs:{region}:{account}:log-group:<AuditLogGroup>"
    assert target == {
        "Id": "AuditLogGroup",
        "Arn": group,
        "DeadLetterConfig": {"Arn": "<AuditDeadLetterQueue.Arn>"},
    }


def test_every_policy_is_of_the_present_version(template: Template) -> None:
    policies = [
        *_policies(
            {**template.of_type("AWS::IAM::Role"), **template.of_type("AWS::SQS::QueuePolicy")}
        ),
        json.loads(template.properties("AuditLogPolicy")["PolicyDocument"]),
    ]
    assert len(policies) == 2 * (len(ROLES) + 1) + 2  # and the operator's
    for policy in policies:
        assert set(policy) == {"Version", "Statement"}
        assert policy["Version"] == "2012-10-17"


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_taken_within_this_account(template: Template, name: str) -> None:
    """Step Functions is many customers' service: by its name alone it could come for another."""
    role = template.properties(f"{name}Role")
    (policy,) = role["Policies"]
    assert policy["PolicyName"] == name
    assert set(policy) == {"PolicyName", "PolicyDocument"}
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    ours = {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}
    assert trust.pop("Condition", None) == (ours if name == "SecureTransfer" else None)
    assert set(trust) == {"Effect", "Principal", "Action"}
    assert trust["Effect"] == "Allow"


def test_the_secret_key_is_long_and_travels_well() -> None:
    key = Template(PciPalCallerIds="+441632960001").properties("CallerHashKey")
    drawn = key["GenerateSecretString"]
    assert drawn == {"PasswordLength": 64, "ExcludePunctuation": True}


def _policies(node: Any) -> list[dict[str, Any]]:
    """Return every policy document in it."""
    if isinstance(node, list):
        return [policy for one in node for policy in _policies(one)]
    if not isinstance(node, dict):
        return []
    own = [node] if "Statement" in node else []
    return own + [policy for one in node.values() for policy in _policies(one)]
