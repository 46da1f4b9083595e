"""Rules of where the Choices lead, case by case, and of what the machine calls its failures."""

from typing import Any

from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status
from tests.asl.evaluated import data, decided
from tests.asl.machine import Machine, states
from tests.asl.rules_of_tasks import Findings

_LEADS_TO: dict[str, dict[str, str]] = {
    "IsRecorded": {
        Status.FAILED: "TakeFailure",
        Status.AWAITING_LOOP: "ForgetFailure",
        Status.ANSWERED: "ForgetFailure",
        Status.JOINED: "ForgetFailure",
        Status.ABANDONED: "ForgetFailure",
    },
    "IsAnswered": {
        Status.ANSWERED: "TakeAnswer",
        Status.JOINED: "TakeAnswer",
        Status.ABANDONED: "TakeAnswer",
    },
    "IsJoined": {Status.JOINED: "TakeJoin"},
}
"""Where each status leads; every other, and no item, to what cannot be."""

_CANNOT_BE = {
    "IsRecorded": "RecordUnexpected",
    "IsAnswered": "TransferStateUnexpected",
    "IsJoined": "TransferStateUnexpected",
}


def each_status_leads_where_it_should(machine: Machine) -> Findings:
    findings = []
    for name, otherwise in _CANNOT_BE.items():
        cases: dict[str, Any] = {
            status: {"Item": {"Status": {"S": status}, "Reason": {"S": "PinTooLate"}}}
            for status in [*Status, "ANOTHER"]
        }
        cases |= {"no item": {}, "no status": {"Item": {}}}
        for case, stored in cases.items():
            expected = _LEADS_TO[name].get(case, otherwise)
            found = decided(machine["States"][name], data(stored=stored))
            if found != expected:
                findings.append(f"{name}: {case} → {found}")
    return findings


def who_is_abandoned_without_the_cardholders_leaving_is_unexpected(machine: Machine) -> Findings:
    """The wait's own time-out has no Reason, and never comes to this Choice."""
    cases: list[tuple[dict[str, Any], str]] = [
        (_item(Status.ABANDONED, CARDHOLDER_LEFT), "AuditCardholderLeft"),
        (_item(Status.ABANDONED), "TransferStateUnexpected"),
        (_item(Status.ABANDONED, "PinTooLate"), "TransferStateUnexpected"),
        (_item(Status.ANSWERED, CARDHOLDER_LEFT), "TransferStateUnexpected"),
        ({"Reason": {"S": CARDHOLDER_LEFT}}, "TransferStateUnexpected"),
    ]
    return [
        f"IsJoined: {item} → {found}"
        for item, expected in cases
        if (found := decided(machine["States"]["IsJoined"], data(stored={"Item": item})))
        != expected
    ]


def _item(status: str, reason: str = "") -> dict[str, Any]:
    return {"Status": {"S": status}} | ({"Reason": {"S": reason}} if reason else {})


def the_search_begins_when_no_candidate_is_left(machine: Machine) -> Findings:
    cases = [
        ("HasCandidate", {"index": 0, "count": 3}, "ClaimPin"),
        ("HasCandidate", {"index": 2, "count": 3}, "ClaimPin"),
        ("HasCandidate", {"index": 3, "count": 3}, "FindFreePin"),
        ("IsPinFound", {"found": True}, "RecordPin"),
        ("IsPinFound", {"found": False}, "PinPoolExhausted"),
    ]
    return [
        f"{name}: {claim} → {found}"
        for name, claim, expected in cases
        if (found := decided(machine["States"][name], data(claim=claim))) != expected
    ]


def who_has_a_reason_has_failed(machine: Machine) -> Findings:
    cases = [
        (data(failure={"reason": "PinTooLate"}), "AuditAllocationFailed"),
        (data(failure={}), "AuditPinAllocated"),
        (data(), "AuditPinAllocated"),
    ]
    return [
        f"HasFailed → {found}"
        for given, expected in cases
        if (found := decided(machine["States"]["HasFailed"], given)) != expected
    ]


def every_failure_has_its_own_name(machine: Machine) -> Findings:
    """The reason is the state's name; where two states find the same, it says what they found."""
    other = {"RecordUnexpected": "TransferStateUnexpected"}
    results = {
        name: state["Result"]
        for name, state in states(machine, "Pass").items()
        if "Result" in state
    }
    findings = [
        name
        for name, result in results.items()
        if result != ({} if name == "ForgetFailure" else {"reason": other.get(name, name)})
    ]
    return findings + [
        name
        for name, state in machine["States"].items()
        if state["Type"] == "Pass" and ("Result" in state) == ("Parameters" in state)
    ]


def every_end_is_called_what_it_is(machine: Machine) -> Findings:
    return [
        name
        for name, state in states(machine, "Fail").items()
        if not state.get("Cause", "").endswith(".")
        or (state.get("Error"), state.get("ErrorPath"))
        != ((None, "$.failure.reason") if name == "TransferFailed" else (name, None))
    ]
