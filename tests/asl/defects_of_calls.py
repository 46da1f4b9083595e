from tests.asl.changes import Defect, add, drop, put

_VALUES = "Parameters/ExpressionAttributeValues"

DEFECTS = [
    Defect(
        "every_task_asks_for_what_its_name_says",
        put("ExpireLoop/Resource", "arn:aws:states:::dynamodb:deleteItem"),
        "ExpireLoop",
    ),
    Defect(
        "every_call_is_one_that_aws_takes",
        put("KeepLoopAnswered/Parameters/DelayInSeconds", 5),
        "KeepLoopAnswered: Unknown parameter",
    ),
    Defect(
        "every_call_is_one_that_aws_takes",
        put("ClaimPin/Parameters/Item/ExpiresAt", {"N.$": "$.expiresAt"}),
        "ClaimPin: Invalid type for parameter Item.ExpiresAt.N",
    ),
    Defect(
        "every_call_is_one_that_aws_takes",
        drop("CheckJoined/Parameters/TableName"),
        "CheckJoined: Missing required parameter",
    ),
    Defect(
        "every_call_is_one_that_aws_takes",
        put("CountAttempt/Parameters/Key/TransferId/S.$", "States.Format('{}-{}', $.transferId)"),
        "CountAttempt: {}-{}",
    ),
    Defect(
        "every_table_is_the_one_whose_key_is_given",
        put("CheckJoined/Parameters/TableName", "${PinTableName}"),
        "CheckJoined",
    ),
    Defect(  # the item has the other table's key as well
        "every_table_is_the_one_whose_key_is_given",
        put("RecordPin/Parameters/TableName", "${PinTableName}"),
        "RecordPin",
    ),
    Defect(
        "every_placeholder_is_given_and_used",
        drop("CheckJoined/Parameters/ExpressionAttributeNames"),
        "CheckJoined",
    ),
    Defect(
        "every_placeholder_is_given_and_used",
        put(f"ExpireJoin/{_VALUES}/:joined", {"S": "JOINED"}),
        "ExpireJoin",
    ),
    Defect(
        "every_item_is_this_transfers",
        put("CheckJoined/Parameters/Key/TransferId/S.$", "$.initialContactId"),
        "CheckJoined",
    ),
    Defect(
        "every_item_is_this_transfers",
        put("CountAttempt/Parameters/Key/TransferId/S.$", "$.transferId"),
        "CountAttempt",
    ),
    Defect(
        "functions_and_queues_are_the_ones_that_are_meant",
        put("KeepLoopAnswered/Parameters/QueueUrl", "${AuditBusName}"),
        "KeepLoopAnswered",
    ),
    Defect(
        "every_retry_names_its_integrations_faults",
        drop("AwaitLoop/Retry/0/ErrorEquals/0"),
        "AwaitLoop: ['DynamoDb.ThrottlingException']",
    ),
    Defect(
        "every_retry_names_its_integrations_faults",
        add("FindFreePin/Retry/0/ErrorEquals", "States.Timeout"),
        "FindFreePin: ['States.Timeout']",
    ),
    Defect(
        "every_retry_has_the_pace_of_its_place",
        put("ClaimPin/Retry/0/MaxAttempts", 6),
        "ClaimPin",
    ),
    Defect(
        "every_retry_has_the_pace_of_its_place",
        put("AuditLoopAnswered/Retry/0/MaxDelaySeconds", 8),
        "AuditLoopAnswered",
    ),
    Defect("every_task_has_its_time", put("FindFreePin/TimeoutSeconds", 7), "FindFreePin"),
    Defect(
        "every_task_has_its_time",
        put("AwaitJoin/TimeoutSecondsPath", "$.loopTimeoutSeconds"),
        "AwaitJoin",
    ),
    Defect(
        "nobody_has_to_send_heartbeats", put("AwaitLoop/HeartbeatSecondsPath", "$.x"), "AwaitLoop"
    ),
    Defect(
        "every_error_leads_where_it_should",
        put("AwaitJoin/Catch/0/Next", "CheckAnswered"),
        "AwaitJoin",
    ),
    Defect(
        "every_error_leads_where_it_should",
        add("ClaimPin/Catch/0/ErrorEquals", "DynamoDB.ThrottlingException"),
        "ClaimPin",
    ),
]
