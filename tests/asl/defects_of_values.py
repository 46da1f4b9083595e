from tests.asl.changes import Defect, both, drop, put, swap

_AUDITED = "Parameters/Entries/0/Detail/data"
_KEPT = "Parameters/MessageBody/Entries/0/Detail/data"

DEFECTS = [
    Defect(
        "the_pin_is_claimed_with_the_searches_values",
        swap("ClaimPin/Parameters/Item/ReusableAt/N.$", "reusableAt", "expiresAt"),
        "ClaimPin: Item",
    ),
    Defect(
        "the_pin_is_claimed_with_the_searches_values",
        swap(
            "ClaimPin/Parameters/ExpressionAttributeValues/:requestedAt/N.$",
            "requestedAt",
            "expiresAt",
        ),
        "ClaimPin: ExpressionAttributeValues",
    ),
    Defect(
        "the_first_records_have_the_functions_values",
        both(
            *(
                put(f"{name}/Parameters/Item/InitialContactId/S.$", "$.transferId")
                for name in ("RecordPin", "RecordFailure")
            )
        ),
        "RecordPin",
    ),
    Defect(
        "the_search_is_told_what_the_execution_was",
        put("FindFreePin/Parameters/Payload/expiresAt.$", "$.reusableAt"),
        "FindFreePin: expiresAt",
    ),
    Defect(
        "the_searchs_answer_is_taken_as_it_is",
        put("FindFreePin/ResultSelector/index.$", "$.Payload.collisions"),
        "FindFreePin",
    ),
    Defect(
        "the_attempt_is_the_size_of_the_set",
        put("CountAttempt/ResultSelector/attempt.$", "$.Attributes.Transfers.SS"),
        "CountAttempt",
    ),
    Defect(
        "a_collision_is_counted_and_the_next_candidate_is_next",
        put("CountCollision/Parameters/index.$", "States.MathAdd($.claim.index, 2)"),
        "CountCollision",
    ),
    Defect(
        "what_stands_in_for_a_callback_says_what_the_item_says",
        put("TakeJoin/Parameters/joinedAt.$", "$.stored.Item.AnsweredAt.S"),
        "TakeJoin",
    ),
    Defect(
        "each_update_leaves_what_is_read_from_it",
        swap("AwaitJoin/Parameters/UpdateExpression", "JoinToken", "LoopToken"),
        "AwaitJoin",
    ),
    Defect(
        "each_update_leaves_what_is_read_from_it",
        swap("CountAttempt/Parameters/UpdateExpression", " SET PurgeAt = :purgeAt", ""),
        "CountAttempt",
    ),
    Defect(
        "each_write_takes_place_in_its_statuses_only",
        swap("AwaitLoop/Parameters/ConditionExpression", "=", "<>"),
        "AwaitLoop: ABANDONED, ANSWERED, FAILED, JOINED, TIMED_OUT, no item",
    ),
    Defect(  # a write that no status was thought of for
        "each_write_takes_place_in_its_statuses_only",
        put("CountAttempt/Parameters/ConditionExpression", "attribute_exists(TransferId)"),
        "CountAttempt",
    ),
    Defect(
        "each_status_leads_where_it_should",
        drop("IsAnswered/Choices/0/And/1/Or/1"),
        "IsAnswered: JOINED → TransferStateUnexpected",
    ),
    Defect(
        "each_status_leads_where_it_should",
        put("IsRecorded/Default", "ForgetFailure"),
        "IsRecorded: no item → ForgetFailure",
    ),
    Defect(
        "the_search_begins_when_no_candidate_is_left",
        put("IsPinFound/Choices/0/BooleanEquals", value=False),
        "IsPinFound: {'found': True} → PinPoolExhausted",
    ),
    Defect(
        "who_has_a_reason_has_failed",
        put("HasFailed/Choices/0/Variable", "$.failure"),
        "HasFailed → AuditAllocationFailed",
    ),
    Defect(
        "every_failure_has_its_own_name",
        put("PinSearchFailed/Result/reason", "PinPoolExhausted"),
        "PinSearchFailed",
    ),
    Defect(
        "who_is_abandoned_without_the_cardholders_leaving_is_unexpected",
        drop("IsJoined/Choices/1/And/3"),
        "IsJoined",
    ),
    Defect(
        "a_cardholder_who_left_is_not_taken_for_a_time_out",
        put("ExpireJoin/Parameters/ConditionExpression", "#Status IN (:waiting, :closed)"),
        "ExpireJoin",
    ),
    Defect(
        "every_failure_has_its_own_name",
        put("TakeJoin/Result", {"joinedAt": "never"}),
        "TakeJoin",
    ),
    Defect(
        "every_end_is_called_what_it_is",
        put("AgentNeverJoined/Error", "LoopTimedOut"),
        "AgentNeverJoined",
    ),
    Defect(
        "every_failure_goes_its_way",
        put("PinSearchFailed/Next", "PinPoolExhausted"),
        "PinSearchFailed",
    ),
    Defect(
        "every_result_has_its_place", put("AuditLoopAnswered/ResultPath", "$.told"), "AuditLoop"
    ),
    Defect("every_result_has_its_place", drop("RecordUnexpected/ResultPath"), "RecordUnexpected"),
    Defect("no_state_narrows_what_goes_on", put("TakeJoin/InputPath", "$.stored"), "TakeJoin"),
    Defect("no_state_narrows_what_goes_on", put("ClaimPin/OutputPath", "$.claim"), "ClaimPin"),
    Defect(
        "every_check_reads_what_is_taken_from_it",
        put("CheckJoined/Parameters/ProjectionExpression", "#Status, JoinedAt, AgentName"),
        "CheckJoined",
    ),
    Defect(
        "every_entry_has_exactly_the_declared_data",
        both(
            put(f"AuditTransferTimedOut/{_AUDITED}/waitedSeconds.$", "$.joinTimeoutSeconds"),
            put(f"KeepTransferTimedOut/{_KEPT}/waitedSeconds.$", "$.joinTimeoutSeconds"),
        ),
        "AuditTransferTimedOut",
    ),
    Defect(
        "every_audit_state_tells_its_own_events_once",
        drop("AuditPinAllocated/Parameters/Entries/0"),
        "AuditPinAllocated",
    ),
]
