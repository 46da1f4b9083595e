"""The copy of the audit trail that nobody can change: how it is locked, and who writes it."""

from typing import Any

import pytest

from secure_transfer.adapters.audit_bus import SOURCE
from tests.template.expanded import Template
from tests.template.test_template_conditions import LOCKED_COPY

BUCKET, OBJECTS = "<LockedCopyBucket.Arn>", "<LockedCopyBucket.Arn>/*"

ALLOWED = {
    "LockedCopyRuleRole": {
        "<LockedCopyStream.Arn>": ["firehose:PutRecord", "firehose:PutRecordBatch"],
    },
    "LockedCopyStreamRole": {
        BUCKET: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        OBJECTS: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"],
        "<LockedCopyLogGroup.Arn>": "logs:PutLogEvents",
    },
}
TAKEN_BY = {"LockedCopyRuleRole": "events", "LockedCopyStreamRole": "firehose"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"AuditConsumerAccounts": "111122223333"},
        {"LockedCopyDays": "30", "LocalEmulator": "true"},
    ],
)
def test_there_is_none_unless_somebody_asks_for_it_on_aws(given: dict[str, str]) -> None:
    template = Template(**given)
    assert set(LOCKED_COPY).isdisjoint(template.resources)
    assert "LockedCopyBucketName" not in template.outputs
    assert _let_into_the_dead_letter_queue(template) == ["<AuditLogRule.Arn>"]


@pytest.mark.parametrize(
    "given", [{"LockedCopyDays": "1"}, {"LockedCopyDays": "1", "FindFreePinConcurrency": "0"}]
)
def test_it_needs_nothing_else(given: dict[str, str]) -> None:
    template = Template(**given)
    assert set(LOCKED_COPY) <= set(template.resources)
    assert template.outputs["LockedCopyBucketName"] == "<LockedCopyBucket>"
    # What cannot be passed on waits in the dead-letter queue.
    both = ["<AuditLogRule.Arn>", "<LockedCopyRule.Arn>"]
    assert _let_into_the_dead_letter_queue(template) == both


def test_objects_are_locked_for_everybody_and_as_long_as_asked_for(
    shared_template: Template,
) -> None:
    bucket = shared_template.properties("LockedCopyBucket")
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": "30"}},
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}  # a lock is a version's


def test_objects_go_when_their_lock_has_gone(shared_template: Template) -> None:
    """A locked version stays, whatever a lifecycle says: it can be as short as the lock."""
    (rule,) = shared_template.properties("LockedCopyBucket")["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Id": "GoneWhenUnlocked",
        "Status": "Enabled",
        "ExpirationInDays": "30",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def test_the_bucket_is_encrypted_private_and_reached_over_tls_only(
    shared_template: Template,
) -> None:
    bucket = shared_template.properties("LockedCopyBucket")
    assert set(bucket) == {
        "ObjectLockEnabled", "ObjectLockConfiguration", "VersioningConfiguration",
        "BucketEncryption", "PublicAccessBlockConfiguration", "OwnershipControls",
        "LifecycleConfiguration",
    }  # fmt: skip
    assert bucket["BucketEncryption"] == {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        ]
    }
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert shared_template.properties("LockedCopyBucketPolicy") == {
        "Bucket": "<LockedCopyBucket>",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [BUCKET, OBJECTS],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        },
    }


def test_the_bucket_outlives_the_stack(shared_template: Template) -> None:
    bucket = shared_template.resources["LockedCopyBucket"]
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["UpdateReplacePolicy"] == "Retain"


def test_every_event_is_passed_on_replayed_ones_too(shared_template: Template) -> None:
    rule = shared_template.properties("LockedCopyRule")
    assert rule["EventBusName"] == "<AuditBus>"
    assert rule["EventPattern"] == {"source": [SOURCE]}
    assert rule["Targets"] == [
        {
            "Id": "LockedCopyStream",
            "Arn": "<LockedCopyStream.Arn>",
            "RoleArn": "<LockedCopyRuleRole.Arn>",
            "DeadLetterConfig": {"Arn": "<AuditDeadLetterQueue.Arn>"},
        }
    ]
    assert set(rule) == {"EventBusName", "EventPattern", "Targets", "Description"}


def test_firehose_writes_an_event_a_line_every_five_minutes(shared_template: Template) -> None:
    stream = shared_template.properties("LockedCopyStream")
    assert stream == {
        "DeliveryStreamType": "DirectPut",
        "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
        "ExtendedS3DestinationConfiguration": {
            "BucketARN": BUCKET,
            "RoleARN": "<LockedCopyStreamRole.Arn>",
            "Prefix": "events/",
            "BufferingHints": {"IntervalInSeconds": 300, "SizeInMBs": 5},
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [
                    {
                        "Type": "AppendDelimiterToRecord",
                        # Firehose reads the escape itself.
                        "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
                    }
                ],
            },
            "CloudWatchLoggingOptions": {
                "Enabled": True,
                "LogGroupName": "<LockedCopyLogGroup>",
                "LogStreamName": "<LockedCopyLogStream>",
            },
        },
    }


def test_firehoses_errors_are_kept_for_a_month(shared_template: Template) -> None:
    assert shared_template.properties("LockedCopyLogGroup") == {"RetentionInDays": 30}
    assert shared_template.properties("LockedCopyLogStream") == {
        "LogGroupName": "<LockedCopyLogGroup>"
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_of_the_copy_allows_exactly_this(shared_template: Template, role: str) -> None:
    (policy,) = shared_template.properties(role)["Policies"]
    assert policy["PolicyName"] == role.removesuffix("Role")
    assert policy["PolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resource}
            for resource, actions in ALLOWED[role].items()
        ],
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_no_role_of_the_copy_deletes_or_unlocks(shared_template: Template, role: str) -> None:
    """Written for the day on which somebody changes the table above."""
    for statement in shared_template.properties(role)["Policies"][0]["PolicyDocument"]["Statement"]:
        actions = (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
        for action in actions:
            assert not any(word in action for word in ("*", "Delete", "Retention", "LegalHold"))


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_of_the_copy_is_taken_by_its_own_service_in_this_account(
    shared_template: Template, role: str
) -> None:
    assert shared_template.properties(role) == {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"{TAKEN_BY[role]}.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}},
                }
            ],
        },
        "Policies": shared_template.properties(role)["Policies"],
    }


def test_an_alarm_rings_when_delivery_fails_and_when_it_is_late(shared_template: Template) -> None:
    common = {
        "Namespace": "AWS/Firehose",
        "Dimensions": [{"Name": "DeliveryStreamName", "Value": "<LockedCopyStream>"}],
        "Period": 300,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",  # no event, no figure
    }
    assert _without_its_text(shared_template, "LockedCopyFailedAlarm") == {
        **common,
        "MetricName": "DeliveryToS3.Success",
        "Statistic": "Minimum",
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
    }
    assert _without_its_text(shared_template, "LockedCopyLateAlarm") == {
        **common,
        "MetricName": "DeliveryToS3.DataFreshness",
        "Statistic": "Maximum",
        "Threshold": 900,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }


def _let_into_the_dead_letter_queue(template: Template) -> list[str]:
    policy = template.properties("AuditDeadLetterQueuePolicy")["PolicyDocument"]
    rules: list[str] = policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"]
    return rules


def _without_its_text(template: Template, alarm: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in template.properties(alarm).items()
        if name != "AlarmDescription"
    }
