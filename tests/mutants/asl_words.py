"""What the mutants of the machine put in the place of what was there."""

from collections.abc import Iterator

from tests.asl.changes import Change

Found = Iterator[tuple[str, Change]]
"""What is changed, in words, and the change."""

PATHS = [
    "$.schemaVersion",
    "$.transferId",
    "$.initialContactId",
    "$.agentName",
    "$.requestedAtTime",
    "$.requestedAt",
    "$.expiresAt",
    "$.reusableAt",
    "$.purgeAt",
    "$.loopTimeoutSeconds",
    "$.joinTimeoutSeconds",
    "$.claim.candidates",
    "$.claim.index",
    "$.claim.collisions",
    "$.conversation.attempt",
    "$.failure.reason",
    "$.stored.Item.Status.S",
    "$.stored.Item.JoinedAt.S",
    "$.loop.loopContactId",
    "$.join.joinedAt",
    "$.nowhere",
    "$",
    "$$.Execution.Id",
    "$$.State.EnteredTime",
    "$$.Task.Token",
]

RESULT_PATHS = [
    "$.Payload",
    "$.Payload.found",
    "$.Payload.candidates",
    "$.Payload.index",
    "$.Payload.collisions",
    "$.Payload.more",
    "$.Attributes",
    "$.Attributes.Transfers.SS",
    "$.Attributes.PurgeAt.N",
]

STATUSES = ["AWAITING_LOOP", "ANSWERED", "JOINED", "TIMED_OUT", "ABANDONED", "FAILED"]

TOKENS = [
    "${PinTableName}",
    "${TransferTableName}",
    "${AuditBusName}",
    "${FallbackQueueUrl}",
    "${FindFreePinFunctionArn}",
]

ATTRIBUTES = [
    "PIN",
    "TransferId",
    "AgentName",
    "InitialContactId",
    "CreatedTimestamp",
    "Status",
    "Reason",
    "RequestedAt",
    "ExpiresAt",
    "ReusableAt",
    "PurgeAt",
    "Transfers",
    "Attempt",
    "LoopToken",
    "JoinToken",
    "LoopContactId",
    "AnsweredAt",
    "JoinedAt",
    "ClosedAt",
]
