from tests.asl.changes import Defect, both, drop, put, rename, swap

_ENTRY = "AuditPinAllocated/Parameters/Entries/1/Detail/data"

DEFECTS = [
    # What is read must be there.
    Defect(
        "every_path_that_is_read_is_there",
        swap("RecordPin/Parameters/Item/Day/S.$", "requestedAtDay", "day"),
        "RecordPin: $.day",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        drop("CountCollision/Parameters/collisions.$"),
        "RecordPin: $.claim.collisions",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        drop("CountCollision/Parameters/count.$"),
        "HasCandidate: $.claim.count",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        drop("FindFreePin/ResultSelector/index.$"),
        "RecordPin: $.claim.index",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        put("AwaitLoop/ResultPath", None),
        "AuditLoopAnswered: $.loop.loopContactId",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        put("AwaitJoin/ResultPath", "$.claim"),
        "AuditTransferSecured: $.join.joinedAt",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        put("RecordUnexpected/ResultPath", "$.conversation"),
        "AuditPinAllocated: $.conversation.attempt",
    ),
    Defect(  # a missing item: Choice would look into nothing
        "every_path_that_is_read_is_there",
        drop("IsJoined/Choices/0/And/0"),
        "IsJoined: $.stored.Item.Status.S",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        swap("CheckAnswered/Parameters/ProjectionExpression", ", AnsweredAt", ""),
        "TakeAnswer: $.stored.Item.AnsweredAt.S",
    ),
    Defect(  # an ANSWERED item has no JoinedAt yet
        "every_path_that_is_read_is_there",
        put("IsJoined/Choices/0/And/1/StringEquals", "ANSWERED"),
        "TakeJoin: $.stored.Item.JoinedAt.S",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        put("HasFailed/Default", "AuditAllocationFailed"),
        "AuditAllocationFailed: $.failure.reason",
    ),
    Defect(
        "every_path_that_is_read_is_there",
        put("AwaitLoop/TimeoutSecondsPath", "$.waitSeconds"),
        "AwaitLoop: $.waitSeconds",
    ),
    Defect(
        "every_field_of_the_input_is_read",
        both(drop("RecordPin/Parameters/Item/Day"), drop("RecordFailure/Parameters/Item/Day")),
        "$.requestedAtDay",
    ),
    Defect(
        "callbacks_bring_what_the_item_would_have_told",
        drop("TakeAnswer/Parameters/answeredAt.$"),
        "TakeAnswer",
    ),
    Defect(
        "callbacks_bring_what_the_item_would_have_told",
        put("TakeJoin/ResultPath", "$.joined"),
        "TakeJoin",
    ),
    Defect(
        "callbacks_bring_what_the_item_would_have_told",
        put("TakeAnswer/Next", "AwaitJoin"),
        "TakeAnswer",
    ),
    Defect(
        "results_have_what_is_taken_out_of_them",
        put("FindFreePin/ResultSelector/index.$", "$.Payload.place"),
        "FindFreePin: $.Payload.place",
    ),
    Defect(
        "results_have_what_is_taken_out_of_them",
        drop("CountAttempt/Parameters/ReturnValues"),
        "CountAttempt: $.Attributes.Transfers.SS",
    ),
    Defect(
        "find_free_pin_is_given_what_it_takes",
        rename("FindFreePin/Parameters/Payload/expiresAt.$", "expires.$"),
        "expiresAt",
    ),
    # The status and its values.
    Defect(
        "status_values_are_those_of_the_domain",
        put("ExpireLoop/Parameters/ExpressionAttributeValues/:closed", {"S": "EXPIRED"}),
        "EXPIRED",
    ),
    Defect(
        "status_values_are_those_of_the_domain",
        put("IsRecorded/Choices/0/And/1/StringEquals", "failed"),
        "failed",
    ),
    Defect(
        "status_values_are_those_of_the_domain",
        put("ExpireLoop/Parameters/ExpressionAttributeValues/:closed", {"S": "ABANDONED"}),
        "TIMED_OUT",
    ),
    Defect(
        "each_wait_expires_into_its_own_end",
        put("ExpireJoin/Parameters/ExpressionAttributeValues/:waiting", {"S": "AWAITING_LOOP"}),
        "ExpireJoin",
    ),
    Defect(  # a repeat after a lost response would take its own result for somebody else's
        "each_wait_expires_into_its_own_end",
        put("ExpireLoop/Parameters/ConditionExpression", "#Status = :waiting"),
        "ExpireLoop",
    ),
    # Secrets.
    Defect(
        "nothing_that_is_told_holds_a_secret",
        put(f"{_ENTRY}/candidates.$", "$.claim.candidates"),
        "AuditPinAllocated",
    ),
    Defect(
        "nothing_that_is_told_holds_a_secret",
        put(f"{_ENTRY}/first.$", "States.ArrayGetItem($.claim.candidates, 0)"),
        "AuditPinAllocated",
    ),
    Defect("nothing_that_is_told_holds_a_secret", put(f"{_ENTRY}/all.$", "$"), "AuditPinAllocated"),
    Defect(
        "nothing_that_is_told_holds_a_secret",
        put(f"{_ENTRY}/input.$", "$$.Execution.Input"),
        "AuditPinAllocated",
    ),
    Defect(
        "nothing_that_is_told_holds_a_secret", put(f"{_ENTRY}/pin", "0027"), "AuditPinAllocated"
    ),
    Defect(
        "nothing_that_is_told_holds_a_secret",
        put("KeepLoopAnswered/Parameters/MessageBody/Entries/0/Detail/data/x.$", "$$.Task.Token"),
        "KeepLoopAnswered",
    ),
    Defect(
        "nothing_that_is_told_holds_a_secret",
        both(
            drop("TransferFailed/Cause"),
            put("TransferFailed/CausePath", "$.stored.Item.PIN.S"),
        ),
        "TransferFailed",
    ),
    Defect(
        "nothing_that_is_told_holds_a_secret",
        put("TransferSecured/OutputPath", "$.claim.candidates"),
        "TransferSecured",
    ),
    Defect("the_output_is_narrowed", drop("TransferSecured/OutputPath"), "TransferSecured"),
    Defect(
        "the_output_is_narrowed", put("TransferSecured/OutputPath", "$.claim"), "TransferSecured"
    ),
    Defect(
        "no_pass_on_the_way_to_the_end_carries_a_secret",
        put("TakeJoin/Parameters/pin.$", "$.stored.Item.PIN.S"),
        "TakeJoin",
    ),
    Defect(
        "no_pass_on_the_way_to_the_end_carries_a_secret",
        put("TakeFailure/Parameters/all.$", "$.stored"),
        "TakeFailure",
    ),
    Defect(
        "no_check_reads_a_secret",
        drop("CheckJoined/Parameters/ProjectionExpression"),
        "CheckJoined",
    ),
    Defect(
        "no_check_reads_a_secret",
        put("CheckAnswered/Parameters/ProjectionExpression", "#Status, LoopToken"),
        "CheckAnswered",
    ),
    # Records.
    Defect(
        "claim_pin_claims_as_the_search_does",
        swap("ClaimPin/Parameters/ConditionExpression", "ReusableAt <=", "ExpiresAt <="),
        "ClaimPin: ConditionExpression",
    ),
    Defect(
        "claim_pin_claims_as_the_search_does",
        rename("ClaimPin/Parameters/ExpressionAttributeValues/:requestedAt/N.$", "S.$"),
        "ClaimPin: ExpressionAttributeValues",
    ),
    Defect(
        "claim_pin_claims_as_the_search_does",
        drop("ClaimPin/Parameters/Item/ReusableAt"),
        "ClaimPin: Item",
    ),
    Defect("both_first_records_are_alike", drop("RecordFailure/Parameters/Item/Day"), "RecordPin"),
    Defect(
        "both_first_records_are_alike", drop("RecordFailure/Parameters/Item/Reason"), "RecordPin"
    ),
    Defect(
        "both_first_records_are_alike",
        put("RecordPin/Parameters/ConditionExpression", "attribute_not_exists(PIN)"),
        "RecordPin",
    ),
    Defect(
        "add_agents_failure_is_a_failure_record",
        drop("RecordFailure/Parameters/Item/PurgeAt"),
        "purgeat: N",
    ),
    Defect(
        "every_substitution_is_given_and_used",
        put("ClaimPin/Parameters/TableName", "${PinsTableName}"),
        "PinTableName",
    ),
    Defect(
        "every_substitution_is_given_and_used",
        put("ClaimPin/Parameters/TableName", "${PinsTableName}"),
        "PinsTableName",
    ),
]
