from tests.asl.changes import Change, Defect, both, drop, put, swap

_ENTRY = "Audit{}/Parameters/Entries/{}"


def _metadata(state: str, field: str, entry: int = 0) -> str:
    return f"{_ENTRY.format(state, entry)}/Detail/metadata/{field}"


def _data(state: str, field: str) -> str:
    return f"{_ENTRY.format(state, 0)}/Detail/data/{field}"


def _loop_is_no_longer_known() -> Change:
    """AuditLoopAnswered can be come to without a looped call."""
    return put("IsAnswered/Default", "AuditLoopAnswered")


DEFECTS = [
    Defect(
        "every_entry_is_ours_and_on_our_bus",
        put(_ENTRY.format("LoopAnswered", 0) + "/Source", "another-system"),
        "AuditLoopAnswered",
    ),
    Defect(
        "every_entry_is_ours_and_on_our_bus",
        drop(_ENTRY.format("PinAllocated", 1) + "/EventBusName"),
        "AuditPinAllocated: PinAllocated",
    ),
    Defect(
        "every_entry_is_ours_and_on_our_bus",
        put("KeepLoopAnswered/Parameters/MessageBody/Entries/0/Detail/more", {}),
        "KeepLoopAnswered",
    ),
    Defect(
        "the_detail_types_are_the_declared_ones",
        put(_ENTRY.format("TransferAbandoned", 0) + "/DetailType", "AgentLost"),
        "AgentLost",
    ),
    Defect(
        "the_detail_types_are_the_declared_ones",
        both(
            put(_ENTRY.format("PinAllocated", 0) + "/DetailType", "PinAllocated"),
            put(_ENTRY.format("AllocationFailed", 0) + "/DetailType", "PinAllocated"),
            put("KeepPinAllocated/Parameters/MessageBody/Entries", []),
            put("KeepAllocationFailed/Parameters/MessageBody/Entries", []),
        ),
        "TransferRequested",
    ),
    Defect(
        "every_entry_has_its_place_in_the_sequence",
        put(_metadata("TransferTimedOut", "sequence"), 4),
        "AuditTransferTimedOut",
    ),
    Defect(
        "every_entry_has_its_place_in_the_sequence",
        drop(_metadata("PinAllocated", "sequence", entry=1)),
        "AuditPinAllocated: PinAllocated",
    ),
    Defect(
        "every_event_id_is_transfer_and_detail_type",
        swap(_metadata("TransferFaulted", "eventId.$"), "TransferFailed", "TransferFaulted"),
        "AuditTransferFaulted",
    ),
    Defect(
        "every_event_id_is_transfer_and_detail_type",
        swap(_metadata("LoopAnswered", "eventId.$"), "$.transferId", "$$.Execution.Id"),
        "AuditLoopAnswered",
    ),
    Defect(
        "every_metadata_has_exactly_the_declared_fields",
        drop(_metadata("LoopAnswered", "attempt.$")),
        "AuditLoopAnswered",
    ),
    Defect(
        "every_metadata_has_exactly_the_declared_fields",
        drop(_metadata("TransferAbandoned", "loopContactId.$")),
        "AuditTransferAbandoned",
    ),
    Defect(
        "every_metadata_has_exactly_the_declared_fields",
        put(_metadata("TransferFaulted", "loopContactId.$"), "$.loop.loopContactId"),
        "AuditTransferFaulted",
    ),
    Defect(
        "every_metadata_has_exactly_the_declared_fields",
        _loop_is_no_longer_known(),
        "AuditTransferSecured",
    ),
    Defect(
        "every_metadata_has_exactly_the_declared_fields",
        put(_metadata("LoopAnswered", "schemaVersion.$"), "$.conversation.attempt"),
        "AuditLoopAnswered",
    ),
    Defect(
        "every_entry_tells_when_the_fact_occurred",
        put(_metadata("LoopAnswered", "occurredAt.$"), "$$.State.EnteredTime"),
        "AuditLoopAnswered",
    ),
    Defect(
        "entries_have_the_shape_that_the_functions_give_them",
        drop(_data("TransferSecured", "late")),
        "AuditTransferSecured",
    ),
    Defect(
        "entries_have_the_shape_that_the_functions_give_them",
        drop(_metadata("LoopAnswered", "executionArn.$")),
        "AuditLoopAnswered",
    ),
]
