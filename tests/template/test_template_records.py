"""What is kept, for how long, and how it is found again."""

import json

import pytest

from secure_transfer.adapters.audit_bus import SOURCE
from tests.asl.machine import load
from tests.template.expanded import Template

# With its bus the archive, and the rules that consumers put on it.
KEPT = {
    "TransferTable",
    "AuditBus",
    "AuditArchive",
    "AuditLogGroup",
    "AuditDeadLetterQueue",
    "FallbackQueue",
}


def _keys(schema: list[dict[str, str]]) -> list[str]:
    in_order = sorted(schema, key=lambda key: key["KeyType"] != "HASH")
    return [key["AttributeName"] for key in in_order]


def test_the_tables_are_found_by_their_keys(template: Template) -> None:
    tables = template.of_type("AWS::DynamoDB::Table")
    assert {name: _keys(table["KeySchema"]) for name, table in tables.items()} == {
        "PinTable": ["PIN"],
        "TransferTable": ["TransferId"],
    }


def test_transfers_are_found_by_agent_conversation_looped_call_and_day(template: Template) -> None:
    indexes = template.properties("TransferTable")["GlobalSecondaryIndexes"]
    assert {index["IndexName"]: _keys(index["KeySchema"]) for index in indexes} == {
        "ByAgent": ["AgentName", "RequestedAt"],
        "ByInitialContact": ["InitialContactId", "RequestedAt"],
        "ByLoopContact": ["LoopContactId"],
        "ByDay": ["Day", "RequestedAt"],
    }


def test_no_index_holds_a_pin_or_a_token(template: Template) -> None:
    for index in template.properties("TransferTable")["GlobalSecondaryIndexes"]:
        assert index["Projection"]["ProjectionType"] == "INCLUDE"
        projected = set(index["Projection"]["NonKeyAttributes"])
        assert projected.isdisjoint({"PIN", "LoopToken", "JoinToken"})


def test_every_index_key_is_an_attribute_that_the_states_or_the_answer_write(
    template: Template,
) -> None:
    item = load()["States"]["RecordPin"]["Parameters"]["Item"]
    written = {name: kind.removesuffix(".$") for name, value in item.items() for kind in value}
    written["LoopContactId"] = "S"  # TransferTable.answer
    declared = template.properties("TransferTable")["AttributeDefinitions"]
    for definition in declared:
        assert written[definition["AttributeName"]] == definition["AttributeType"]


@pytest.mark.parametrize(
    ("table", "attribute"), [("PinTable", "ReusableAt"), ("TransferTable", "PurgeAt")]
)
def test_rows_are_swept_when_their_time_has_come(
    template: Template, table: str, attribute: str
) -> None:
    sweeping = template.properties(table)["TimeToLiveSpecification"]
    assert sweeping == {"AttributeName": attribute, "Enabled": True}


def test_every_table_is_encrypted_paid_by_use_and_restorable(template: Template) -> None:
    for table in template.of_type("AWS::DynamoDB::Table").values():
        assert table["SSESpecification"]["SSEEnabled"] is True
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_what_holds_records_outlives_the_stack_and_a_replacement(template: Template) -> None:
    """RetainExceptOnCreate: but a stack that never came to life leaves nothing behind."""
    outlives = {
        part: {
            name
            for name, resource in template.resources.items()
            if resource.get(part, "").startswith("Retain")
        }
        for part in ("DeletionPolicy", "UpdateReplacePolicy")
    }
    assert outlives == {"DeletionPolicy": KEPT, "UpdateReplacePolicy": KEPT}


def test_what_may_go_with_the_stack_says_so_where_it_holds_data(template: Template) -> None:
    kinds = {"AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::SQS::Queue"}
    for name, resource in template.resources.items():
        if resource["Type"] in kinds and name not in KEPT:
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Delete", name


def test_every_log_group_forgets(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    days = {name: group.get("RetentionInDays") for name, group in groups.items()}
    assert all(days.values()), days
    assert days["AuditLogGroup"] == 400


def test_queues_keep_messages_as_long_as_sqs_can_and_encrypt_them(template: Template) -> None:
    for queue in template.of_type("AWS::SQS::Queue").values():
        assert queue == {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}


def test_the_archive_keeps_every_event_as_long_as_records_are_kept() -> None:
    archive = Template(RecordRetentionDays="30").properties("AuditArchive")
    assert archive["SourceArn"] == "<AuditBus.Arn>"
    assert int(archive["RetentionDays"]) == 30
    assert archive["EventPattern"] == {"source": [SOURCE]}


def test_the_audit_rule_takes_what_functions_and_states_send(template: Template) -> None:
    rule = template.properties("AuditLogRule")
    assert rule["EventBusName"] == "<AuditBus>"
    assert rule["EventPattern"]["source"] == [SOURCE]
    machine = json.dumps(load())
    assert machine.count('"Source": ') == machine.count(f'"Source": "{SOURCE}"') > 0


def test_what_is_replayed_is_not_logged_again(template: Template) -> None:
    """Only replayed events have the field; the archive's own rule leaves them out in this way."""
    pattern = template.properties("AuditLogRule")["EventPattern"]
    assert pattern == {"source": [SOURCE], "replay-name": [{"exists": False}]}


def test_the_audit_rule_delivers_to_the_log_group_or_to_the_dead_letter_queue(
    template: Template,
) -> None:
    (target,) = template.properties("AuditLogRule")["Targets"]
    # An ARN without the `:*` that !GetAtt would end it with: EventBridge takes no other.
    assert target["Arn"].endswith(":log-group:<AuditLogGroup>")
    assert target["DeadLetterConfig"] == {"Arn": "<AuditDeadLetterQueue.Arn>"}


def test_the_audit_log_group_lets_the_rule_in(template: Template) -> None:
    document = json.loads(template.properties("AuditLogPolicy")["PolicyDocument"])
    by_action = {statement["Action"]: statement for statement in document["Statement"]}
    assert set(by_action) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        assert statement["Resource"] == "<AuditLogGroup.Arn>"
        assert set(statement["Principal"]["Service"]) == {
            "events.amazonaws.com",
            "delivery.logs.amazonaws.com",
        }
    assert by_action["logs:PutLogEvents"]["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "<AuditLogRule.Arn>"}
    }


def test_the_dead_letter_queue_lets_only_the_rule_in(template: Template) -> None:
    policy = template.properties("AuditDeadLetterQueuePolicy")
    assert policy["Queues"] == ["<AuditDeadLetterQueue>"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "<AuditDeadLetterQueue.Arn>",
        "Condition": {"ArnEquals": {"aws:SourceArn": ["<AuditLogRule.Arn>"]}},
    }


def test_what_waits_in_a_queue_raises_an_alarm(template: Template) -> None:
    watched = {
        dimension["Value"]
        for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm["Dimensions"]
    }
    assert watched == {f"<{name}.QueueName>" for name in template.of_type("AWS::SQS::Queue")}
