from tests.asl.changes import Defect, add, drop, put, rename

DEFECTS = [
    Defect("every_task_has_a_timeout", drop("ClaimPin/TimeoutSeconds"), "ClaimPin"),
    Defect("every_task_has_a_timeout", drop("AwaitJoin/TimeoutSecondsPath"), "AwaitJoin"),
    Defect("every_task_has_a_retry", drop("RecordPin/Retry"), "RecordPin"),
    Defect("every_task_has_a_retry", put("KeepLoopAnswered/Retry", []), "KeepLoopAnswered"),
    Defect("every_task_catches_all_errors_last", drop("CountAttempt/Catch"), "CountAttempt"),
    Defect("every_task_catches_all_errors_last", drop("AwaitLoop/Catch/2"), "AwaitLoop"),
    Defect(
        "every_task_catches_all_errors_last",
        put("ClaimPin/Catch/0/ErrorEquals", ["States.ALL"]),
        "ClaimPin",
    ),
    Defect(
        "every_retry_names_its_errors",
        put("ClaimPin/Retry/0/ErrorEquals", ["States.ALL"]),
        "ClaimPin",
    ),
    Defect(
        "every_retry_names_its_errors",
        add("CheckJoined/Retry/0/ErrorEquals", "States.TaskFailed"),
        "CheckJoined",
    ),
    Defect("every_retry_is_bounded_and_jittered", drop("ClaimPin/Retry/0/MaxAttempts"), "ClaimPin"),
    Defect(
        "every_retry_is_bounded_and_jittered",
        drop("ExpireLoop/Retry/0/MaxDelaySeconds"),
        "ExpireLoop",
    ),
    Defect(
        "every_retry_is_bounded_and_jittered", put("ClaimPin/Retry/0/BackoffRate", 2), "ClaimPin"
    ),
    Defect(
        "every_retry_is_bounded_and_jittered",
        put("KeepPinAllocated/Retry/0/JitterStrategy", "NONE"),
        "KeepPinAllocated",
    ),
    Defect(
        "no_retry_repeats_a_failed_condition",
        add("AwaitLoop/Retry/0/ErrorEquals", "DynamoDb.ConditionalCheckFailedException"),
        "AwaitLoop",
    ),
    Defect(
        "no_wait_repeats_a_timeout",
        add("AwaitLoop/Retry/0/ErrorEquals", "States.Timeout"),
        "AwaitLoop",
    ),
    Defect(
        "no_wait_repeats_a_timeout",
        add("AwaitJoin/Retry/0/ErrorEquals", "States.HeartbeatTimeout"),
        "AwaitJoin",
    ),
    Defect(
        "every_wait_expires_by_either_timeout",
        put("AwaitLoop/Catch/1/ErrorEquals", ["States.Timeout"]),
        "AwaitLoop",
    ),
    Defect(
        "every_wait_expires_by_either_timeout",
        put("AwaitJoin/Catch/1/ErrorEquals", ["States.HeartbeatTimeout"]),
        "AwaitJoin",
    ),
    Defect(
        "every_wait_stores_its_task_token",
        put("AwaitLoop/Parameters/ExpressionAttributeValues/:token", {"S": "later"}),
        "AwaitLoop",
    ),
    Defect(
        "every_wait_stores_its_task_token",
        put("RecordPin/Parameters/Item/Token", {"S.$": "$$.Task.Token"}),
        "RecordPin",
    ),
    Defect(
        "every_conditional_write_goes_to_a_check",
        put("RecordPin/Catch/0/ErrorEquals", ["DynamoDB.ConditionalCheckFailedException"]),
        "RecordPin",
    ),
    Defect(
        "every_conditional_write_goes_to_a_check",
        put("AwaitJoin/Catch/0/ErrorEquals", ["DynamoDB.ConditionalCheckFailedException"]),
        "AwaitJoin",
    ),
    Defect("every_conditional_write_goes_to_a_check", drop("ExpireLoop/Catch/0"), "ExpireLoop"),
    Defect(
        "every_check_reads_consistently",
        drop("CheckAnswered/Parameters/ConsistentRead"),
        "CheckAnswered",
    ),
    Defect(
        "every_catch_drops_the_error",
        put("AwaitLoop/Catch/1/ResultPath", "$.error"),
        "AwaitLoop → ExpireLoop",
    ),
    Defect(
        "every_catch_drops_the_error",
        drop("ClaimPin/Catch/1/ResultPath"),
        "ClaimPin → PinClaimFailed",
    ),
    Defect(
        "every_path_stands_under_a_path_key",
        rename("FindFreePin/Parameters/Payload/transferId.$", "transferId"),
        "FindFreePin: transferId",
    ),
    Defect(
        "every_path_stands_under_a_path_key",
        rename("RecordPin/Parameters/Item/Status/S", "S.$"),
        "RecordPin: S.$",
    ),
]
