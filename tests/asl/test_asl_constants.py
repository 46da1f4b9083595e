"""The machine against numbers and names that the design fixes, written out once more."""

from secure_transfer.domain import audit
from tests.asl import facts
from tests.asl.machine import Machine
from tests.asl.rules_of_audit import SEQUENCE
from tests.asl.rules_of_graph import happy_paths


def test_the_functions_know_the_same_sequence_as_the_machine() -> None:
    assert SEQUENCE == {
        "TransferRequested": 1,
        "PinAllocated": 2,
        "LoopAnswered": 3,
        "TransferTimedOut": 3,
        "TransferSecured": 4,
        "TransferAbandoned": 4,
        "TransferFailed": 9,
    }
    assert audit.TRANSFER_SECURED_LATE == 5
    assert audit.SECURE_CALL_ENDED == 6


def test_the_machine_tells_the_functions_schema_version() -> None:
    # Entries take it from the input: the rule on metadata sees to that.
    assert facts.execution_input()["schemaVersion"] == audit.SCHEMA_VERSION


def test_the_happy_path_is_this_one(machine: Machine) -> None:
    assert happy_paths(machine) == [
        [
            "ClaimPin",
            "RecordPin",
            "CountAttempt",
            "HasFailed",
            "AuditPinAllocated",
            "AwaitLoop",
            "AuditLoopAnswered",
            "AwaitJoin",
            "AuditTransferSecured",
            "TransferSecured",
        ]
    ]


def test_the_input_holds_no_attempt_yet(machine: Machine) -> None:
    """0 is "not known": CountAttempt's Catch leaves it so, and goes on."""
    assert facts.execution_input()["conversation"] == {"attempt": 0}
    count = machine["States"]["CountAttempt"]
    assert [catch["Next"] for catch in count["Catch"]] == [count["Next"]]


def test_callbacks_and_the_output_bring_ids_and_times_only(machine: Machine) -> None:
    assert facts.callback_of("AwaitLoop") == {"loopContactId", "answeredAt"}
    assert facts.callback_of("AwaitJoin") == {"transferId", "joinedAt"}
    assert machine["States"]["TransferSecured"]["OutputPath"] == "$.join"
