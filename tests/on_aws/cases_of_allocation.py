"""Each state from the click to the PIN, or to why there is none."""

from typing import Any

from tests.on_aws.case import (
    CANDIDATES,
    CONDITION_FAILED,
    GIVEN,
    Case,
    gives_up,
    goes_on,
    stored,
    turns_off,
)

_THROTTLED = "DynamoDB.ThrottlingException"
_REFUSED = "DynamoDB.AccessDeniedException"


def _claim(**changes: Any) -> dict[str, Any]:
    return {**GIVEN, "claim": {**GIVEN["claim"], **changes}}


def _failed(reason: str) -> dict[str, Any]:
    return {**GIVEN, "failure": {"reason": reason}}


_TOO_LATE = stored(Status="FAILED", Reason="PinTooLate")
_LATE = _failed("PinRecordFailed")
_FOUND = {"found": True, "candidates": ["0027"], "index": 0, "collisions": 5}
_NOT_FOUND = {"found": False, "candidates": [], "index": 0, "collisions": 5}
_REASONS = ("PinClaimFailed", "PinSearchFailed", "PinPoolExhausted", "PinRecordFailed")

CLAIM: list[Case] = [
    goes_on("ClaimPin", "the PIN is free", "RecordPin"),
    *[turns_off("ClaimPin", error, "CountCollision") for error in CONDITION_FAILED],
    *gives_up("ClaimPin", _THROTTLED, 4, "PinClaimFailed"),
    *gives_up("ClaimPin", "States.Timeout", 4, "PinClaimFailed"),
    turns_off("ClaimPin", _REFUSED, "PinClaimFailed"),
    goes_on(
        "CountCollision",
        "the first candidate was taken",
        "HasCandidate",
        adds={"claim": {"candidates": CANDIDATES, "count": 5, "index": 1, "collisions": 1}},
    ),
    goes_on("HasCandidate", "one is left", "ClaimPin", _claim(index=4, count=5)),
    goes_on("HasCandidate", "none is left", "FindFreePin", _claim(index=5, count=5)),
    *[
        goes_on(
            "FindFreePin",
            when,
            "IsPinFound",
            result={"StatusCode": 200, "Payload": answer},
            adds={"claim": answer},
        )
        for when, answer in {"it finds one": _FOUND, "it finds none": _NOT_FOUND}.items()
    ],
    *gives_up("FindFreePin", "Lambda.TooManyRequestsException", 2, "PinSearchFailed"),
    turns_off("FindFreePin", "KeyError", "PinSearchFailed"),
    turns_off("FindFreePin", "States.Timeout", "PinSearchFailed"),
    goes_on("IsPinFound", "one is", "RecordPin", {**GIVEN, "claim": _FOUND}),
    goes_on("IsPinFound", "none is", "PinPoolExhausted", {**GIVEN, "claim": _NOT_FOUND}),
]

RECORD: list[Case] = [
    goes_on("RecordPin", "there is no record yet", "CountAttempt"),
    *[turns_off("RecordPin", error, "CheckRecorded") for error in CONDITION_FAILED],
    *gives_up("RecordPin", _THROTTLED, 4, "PinRecordFailed"),
    turns_off("RecordPin", _REFUSED, "PinRecordFailed"),
    *[
        goes_on(reason, "always", "RecordFailure", adds={"failure": {"reason": reason}})
        for reason in _REASONS
    ],
    goes_on("RecordFailure", "there is no record yet", "CountAttempt", _LATE),
    *[turns_off("RecordFailure", error, "CheckRecorded", _LATE) for error in CONDITION_FAILED],
    *gives_up("RecordFailure", _THROTTLED, 4, "CountAttempt", _LATE),
    goes_on(
        "CheckRecorded",
        "AddAgent had given up",
        "IsRecorded",
        result=_TOO_LATE,
        adds={"stored": _TOO_LATE},
    ),
    goes_on("CheckRecorded", "there is none", "IsRecorded", result={}, adds={"stored": {}}),
    *gives_up("CheckRecorded", _THROTTLED, 6, "ForgetFailure"),
    goes_on("IsRecorded", "FAILED", "TakeFailure", {**GIVEN, "stored": _TOO_LATE}),
    *[
        goes_on("IsRecorded", status, to, {**GIVEN, "stored": stored(Status=status)})
        for status, to in {
            "AWAITING_LOOP": "ForgetFailure",
            "ANSWERED": "ForgetFailure",
            "JOINED": "ForgetFailure",
            "TIMED_OUT": "RecordUnexpected",
            "ABANDONED": "ForgetFailure",
        }.items()
    ],
    goes_on("IsRecorded", "there is none", "RecordUnexpected", {**GIVEN, "stored": {}}),
    goes_on(
        "TakeFailure",
        "always",
        "CountAttempt",
        {**GIVEN, "stored": _TOO_LATE},
        adds={"failure": {"reason": "PinTooLate"}},
    ),
    goes_on("ForgetFailure", "always", "CountAttempt", _LATE, adds={"failure": {}}),
    goes_on(
        "RecordUnexpected",
        "always",
        "CountAttempt",
        adds={"failure": {"reason": "TransferStateUnexpected"}},
    ),
    goes_on(
        "CountAttempt",
        "it is the conversation's second",
        "HasFailed",
        result={"Attributes": {"Transfers": {"SS": ["transfer-0", "transfer-1"]}}},
        adds={"conversation": {"attempt": 2}},
    ),
    *gives_up("CountAttempt", _THROTTLED, 6, "HasFailed"),
    goes_on("HasFailed", "it has", "AuditAllocationFailed", _LATE),
    goes_on("HasFailed", "it has not", "AuditPinAllocated"),
    goes_on("HasFailed", "it has not after all", "AuditPinAllocated", {**GIVEN, "failure": {}}),
]
