from tests.asl.changes import Change, Defect, both, drop, put
from tests.asl.machine import Machine


def _three_states_more(machine: Machine) -> None:
    after = machine["States"]["RecordPin"]
    for number in range(3):
        machine["States"][f"Step{number}"] = {"Type": "Pass", "Next": after["Next"]}
        after["Next"] = f"Step{number}"
        after = machine["States"][f"Step{number}"]


def _starts_with(state: str) -> Change:
    def change(machine: Machine) -> None:
        machine["States"]["Before"] = {"Type": "Pass", "Next": state}
        machine["States"]["Between"] = {"Type": "Pass", "Next": "Before"}
        machine["StartAt"] = "Between"

    return change


def _gives_up_early(machine: Machine) -> None:
    machine["TimeoutSeconds"] = 600


DEFECTS = [
    Defect("every_edge_leads_somewhere", put("IsJoined/Default", "Nowhere"), "IsJoined → Nowhere"),
    Defect(
        "every_edge_leads_somewhere",
        put("CheckRecorded/Catch/0/Next", "Nowhere"),
        "CheckRecorded → Nowhere",
    ),
    Defect("every_state_is_reachable", put("Island", {"Type": "Succeed"}), "Island"),
    Defect("every_state_is_reachable", put("IsAnswered/Choices", []), "TakeAnswer"),
    Defect(
        "every_state_comes_to_an_end",
        both(
            put("TransferFaulted/Next", "TransferStateUnexpected"),
            put("TransferStateUnexpected/Next", "TransferFaulted"),
        ),
        "TransferFaulted",
    ),
    Defect("every_state_comes_to_an_end", put("CountAttempt/End", value=True), "CountAttempt"),
    Defect("every_circle_counts", put("TransferFaulted/Next", "AwaitLoop"), "AwaitLoop"),
    Defect("every_circle_counts", put("IsPinFound/Default", "FindFreePin"), "FindFreePin"),
    Defect("every_end_is_audited", put("ExpireLoop/Next", "LoopTimedOut"), "LoopTimedOut"),
    Defect(
        "every_end_is_audited", put("CheckJoined/Catch/0/Next", "TransferFailed"), "TransferFailed"
    ),
    Defect("every_end_is_audited", put("AwaitJoin/Next", "TransferSecured"), "TransferSecured"),
    Defect(
        "keep_states_follow_their_audit_state_only",
        put("ExpireLoop/Next", "KeepTransferTimedOut"),
        "ExpireLoop → KeepTransferTimedOut",
    ),
    Defect(
        "keep_states_follow_their_audit_state_only",
        put("AuditLoopAnswered/Next", "KeepLoopAnswered"),
        "AuditLoopAnswered → KeepLoopAnswered",
    ),
    Defect("every_audit_state_has_its_keep_state", drop("KeepLoopAnswered"), "KeepLoopAnswered"),
    Defect(
        "every_audit_state_has_its_keep_state",
        put("AuditLoopAnswered/Catch/0/Next", "AwaitJoin"),
        "AuditLoopAnswered",
    ),
    Defect(
        "every_audit_state_has_its_keep_state",
        drop("KeepPinAllocated/Parameters/MessageBody/Entries/1"),
        "AuditPinAllocated",
    ),
    Defect(
        "every_audit_state_has_its_keep_state",
        put("KeepLoopAnswered/Parameters/MessageBody/Entries/0/Detail/data/extra", 1),
        "AuditLoopAnswered",
    ),
    Defect(
        "a_transfer_never_fails_because_its_audit_did",
        put("KeepLoopAnswered/Catch/0/Next", "TransferFaulted"),
        "KeepLoopAnswered",
    ),
    Defect(
        "a_transfer_never_fails_because_its_audit_did",
        put("KeepTransferSecured/Next", "TransferFailed"),
        "KeepTransferSecured",
    ),
    Defect(
        "audit_states_send_to_the_bus_and_keep_states_to_the_queue",
        put("KeepLoopAnswered/Resource", "arn:aws:states:::events:putEvents"),
        "KeepLoopAnswered",
    ),
    Defect(
        "audit_states_send_to_the_bus_and_keep_states_to_the_queue",
        put("CountAttempt/Resource", "arn:aws:states:::events:putEvents"),
        "CountAttempt",
    ),
    Defect("the_happy_path_is_short_and_runs_no_function", _three_states_more, "13 states"),
    Defect(
        "the_happy_path_is_short_and_runs_no_function",
        put("CountAttempt/Resource", "arn:aws:states:::lambda:invoke"),
        "CountAttempt",
    ),
    Defect(
        "the_happy_path_is_short_and_runs_no_function", put("AwaitJoin/Next", "LoopTimedOut"), "no"
    ),
    Defect("the_pin_is_recorded_by_the_second_state", _starts_with("ClaimPin"), "Between → Before"),
    Defect("the_machine_outlasts_its_waits", _gives_up_early, "TimeoutSeconds"),
]
