"""The two waits, and what becomes of a transfer whose status was not the expected one."""

from typing import Any

from tests.on_aws.case import (
    CONDITION_FAILED,
    GIVEN,
    Case,
    gives_up,
    goes_on,
    stored,
    turns_off,
)

ANSWERED = {"loopContactId": "loop-1", "answeredAt": "2026-11-24T09:30:20.000Z"}
JOINED = {"transferId": "transfer-1", "joinedAt": "2026-11-24T09:30:30.000Z"}
ANSWERED_BEFORE = {**GIVEN, "loop": ANSWERED}

_ANSWER = stored(
    Status="ANSWERED", LoopContactId=ANSWERED["loopContactId"], AnsweredAt=ANSWERED["answeredAt"]
)
_JOIN = stored(Status="JOINED", JoinedAt=JOINED["joinedAt"])
LEFT = stored(Status="ABANDONED", Reason="CardholderLeft", EndedAt="2026-11-24T09:30:25.000Z")


def _wait(state: str, *, given: dict[str, Any], expire: str, check: str) -> list[Case]:
    """All but the callback."""
    return [
        *[turns_off(state, error, check, given) for error in CONDITION_FAILED],
        turns_off(state, "States.Timeout", expire, given),
        turns_off(state, "States.HeartbeatTimeout", expire, given),
        *gives_up(state, "DynamoDb.ThrottlingException", 6, "TransferFaulted", given),
        turns_off(state, "DynamoDb.AccessDeniedException", "TransferFaulted", given),
    ]


def _expire(state: str, *, given: dict[str, Any], audit: str, check: str) -> list[Case]:
    return [
        goes_on(state, "the transfer still waits", audit, given),
        *[turns_off(state, error, check, given) for error in CONDITION_FAILED],
        *gives_up(state, "DynamoDB.ThrottlingException", 6, "TransferFaulted", given),
    ]


def _check(state: str, to: str, *, given: dict[str, Any], record: dict[str, Any]) -> list[Case]:
    return [
        goes_on(state, "there is a record", to, given, result=record, adds={"stored": record}),
        goes_on(state, "there is none", to, given, result={}, adds={"stored": {}}),
        *gives_up(state, "DynamoDB.ThrottlingException", 6, "TransferFaulted", given),
    ]


LOOP: list[Case] = [
    goes_on(
        "AwaitLoop", "the call comes", "AuditLoopAnswered", result=ANSWERED, adds={"loop": ANSWERED}
    ),
    *_wait("AwaitLoop", given=GIVEN, expire="ExpireLoop", check="CheckAnswered"),
    *_expire("ExpireLoop", given=GIVEN, audit="AuditTransferTimedOut", check="CheckAnswered"),
    *_check("CheckAnswered", "IsAnswered", given=GIVEN, record=_ANSWER),
    *[
        goes_on("IsAnswered", status, to, {**GIVEN, "stored": stored(Status=status)})
        for status, to in {
            "ANSWERED": "TakeAnswer",
            "JOINED": "TakeAnswer",
            "ABANDONED": "TakeAnswer",
            "AWAITING_LOOP": "TransferStateUnexpected",
            "TIMED_OUT": "TransferStateUnexpected",
        }.items()
    ],
    goes_on("IsAnswered", "there is none", "TransferStateUnexpected", {**GIVEN, "stored": {}}),
    goes_on(
        "TakeAnswer",
        "always",
        "AuditLoopAnswered",
        {**GIVEN, "stored": _ANSWER},
        adds={"loop": ANSWERED},
    ),
]

JOIN: list[Case] = [
    goes_on(
        "AwaitJoin",
        "the agent picks up",
        "AuditTransferSecured",
        ANSWERED_BEFORE,
        result=JOINED,
        adds={"join": JOINED},
    ),
    *_wait("AwaitJoin", given=ANSWERED_BEFORE, expire="ExpireJoin", check="CheckJoined"),
    turns_off("AwaitJoin", "CardholderLeft", "CheckJoined", ANSWERED_BEFORE),
    *_expire(
        "ExpireJoin", given=ANSWERED_BEFORE, audit="AuditTransferAbandoned", check="CheckJoined"
    ),
    *_check("CheckJoined", "IsJoined", given=ANSWERED_BEFORE, record=_JOIN),
    *[
        goes_on("IsJoined", status, to, {**ANSWERED_BEFORE, "stored": stored(Status=status)})
        for status, to in {
            "JOINED": "TakeJoin",
            "ANSWERED": "TransferStateUnexpected",
            "ABANDONED": "TransferStateUnexpected",
        }.items()
    ],
    goes_on(
        "IsJoined",
        "the cardholder has left",
        "AuditCardholderLeft",
        {**ANSWERED_BEFORE, "stored": LEFT},
    ),
    goes_on("IsJoined", "there is none", "TransferStateUnexpected", {**GIVEN, "stored": {}}),
    goes_on(
        "TakeJoin",
        "always",
        "AuditTransferSecured",
        {**ANSWERED_BEFORE, "stored": _JOIN},
        adds={"join": JOINED},
    ),
    *[
        goes_on(reason, "always", "AuditTransferFaulted", adds={"failure": {"reason": reason}})
        for reason in ("TransferFaulted", "TransferStateUnexpected")
    ],
]
