"""What checkov finds in template.yaml and is left as it is: which check, on what, and why.

An exception that is no longer found fails the scan: take it out.
"""

from dataclasses import dataclass

FUNCTIONS = (
    "AddAgentFunction",
    "GetAgentFunction",
    "AgentJoinedFunction",
    "ContactChangedFunction",
    "ExecutionClosedFunction",
    "FindFreePinFunction",
)


@dataclass(frozen=True, slots=True)
class Accepted:
    check: str
    """checkov's id."""
    asks_for: str
    resources: tuple[str, ...]
    """Logical names. A new resource is none of them: it is thought about first."""
    why: str


EXCEPTIONS = (
    Accepted(
        "CKV_AWS_119",
        "a KMS key of one's own for a table",
        ("PinTable", "TransferTable"),
        "Both are encrypted under the KMS key that AWS manages for DynamoDB. No card data is in "
        "them. A key of one's own costs by the month and the call, needs a policy that somebody "
        "keeps, and whoever disables it stops every transfer.",
    ),
    Accepted(
        "CKV_AWS_158",
        "a KMS key of one's own for a log group",
        (
            "SecureTransferLogGroup",
            "AddAgentLogGroup",
            "GetAgentLogGroup",
            "AgentJoinedLogGroup",
            "ContactChangedLogGroup",
            "ExecutionClosedLogGroup",
            "FindFreePinLogGroup",
            "AuditLogGroup",
            "LockedCopyLogGroup",
        ),
        "CloudWatch Logs encrypts every log group under the service's own keys, and no PIN, token "
        "or telephone number is written to any. While a key of one's own is out of reach, logs and "
        "audit events get lost.",
    ),
    Accepted(
        "CKV_AWS_18",
        "access logs of a bucket",
        ("LockedCopyBucket",),
        "They need a second bucket, are delivered as it suits S3, and can themselves be deleted. "
        "Who wants to know who reads the copy turns on CloudTrail's data events for the bucket.",
    ),
    Accepted(
        "CKV_AWS_149",
        "a KMS key of one's own for a secret",
        ("CallerHashKey",),
        "It is encrypted under the KMS key that AWS manages for Secrets Manager. Another one is "
        "needed where another account reads the secret; here only CloudFormation does.",
    ),
    Accepted(
        "CKV_AWS_27",
        "encryption of a queue",
        ("AuditDeadLetterQueue", "FallbackQueue"),
        "Both are encrypted (SqsManagedSseEnabled); checkov looks for a KMS key only. The one "
        "that AWS manages for SQS would refuse EventBridge.",
    ),
    Accepted(
        "CKV_AWS_173",
        "a KMS key of one's own for a function's environment",
        FUNCTIONS,
        "Lambda encrypts every environment. Theirs hold names, ARNs, durations and telephone "
        "numbers of the business, no callers'. The one secret, GetAgent's CALLER_HASH_KEY, "
        "protects rows that live 15 minutes; with a key of one's own, GetAgent would not start "
        "when that key is out of reach.",
    ),
    Accepted(
        "CKV_AWS_116",
        "a dead-letter queue for a function",
        FUNCTIONS,
        "Lambda puts only asynchronous events there. Connect and the state machine wait for the "
        "functions' answers, and see what fails. What ContactChanged was told and could not note, "
        "the waits' own time-outs find out, as they do where Connect tells nothing. "
        "ExecutionClosed has an alarm for what its repeats could not mend: its log names the "
        "transfer, and the record tells the rest, whoever asks it.",
    ),
    Accepted(
        "CKV_AWS_117",
        "a function inside a VPC",
        FUNCTIONS,
        "They call AWS's own interfaces and nothing else: there is no network of anybody's that "
        "they have to reach. In a VPC they need paid endpoints or a NAT gateway, whose failure "
        "is one more way for a call to fail.",
    ),
    Accepted(
        "CKV_AWS_115",
        "reserved concurrency for a function",
        (
            "AddAgentFunction",
            "GetAgentFunction",
            "AgentJoinedFunction",
            "ContactChangedFunction",
            "ExecutionClosedFunction",
        ),
        "A reservation is a limit too: above it calls are refused, and a refused one is a payment "
        "that is not taken. Connect's own quota of concurrent calls bounds them. FindFreePin, "
        "which a full pool multiplies, has one.",
    ),
)
