"""Rules of which errors a task repeats and how, how long it may take, and where errors lead.

The tables say once more what decision 0007 and docs/state-machine.md say in words: a name that is
misspelt repeats nothing, and nobody would see it before the day on which AWS throws that error.
"""

from secure_transfer.domain.transfer import CARDHOLDER_LEFT
from tests.asl import facts
from tests.asl.machine import CONDITION_FAILED, Machine, State, tasks
from tests.asl.rules_of_tasks import Findings

_SPELT_BY_DYNAMODB = ("RequestLimitExceeded", "InternalServerError", "ServiceUnavailable")
"""Without the ending that Step Functions gives to other errors."""

_TRANSIENT = (
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    *(f"{error}Exception" for error in _SPELT_BY_DYNAMODB),
    "SdkClientException",
)

_REPEATED = {
    "dynamodb": {
        *(f"DynamoDB.{error}" for error in (*_TRANSIENT, *_SPELT_BY_DYNAMODB)),
        "DynamoDB.AmazonDynamoDBException",
        "States.Timeout",
    },
    # The SDK integration ends every name with Exception. A wait's time-out is an outcome.
    "aws-sdk:dynamodb": {
        *(f"DynamoDb.{error}" for error in _TRANSIENT),
        "DynamoDb.DynamoDbException",
    },
    "events": {
        "EventBridge.FailedEntry",
        "EventBridge.ThrottlingException",
        "EventBridge.InternalException",
        "EventBridge.SdkClientException",
        "EventBridge.AmazonEventBridgeException",
        "States.Timeout",
    },
    "sqs": {
        "SQS.RequestThrottledException",
        "SQS.ThrottlingException",
        "SQS.InternalErrorException",
        "SQS.SdkClientException",
        "SQS.AmazonSQSException",
        "States.Timeout",
    },
    # By the time a search has timed out, AddAgent has given up.
    "lambda": {
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    },
}
"""The throttles and transient faults of each integration, and the general exception."""

_BRIEF, _SHORT, _LONG = (2, 2), (4, 2), (6, 8)
"""How often a task is repeated, and how many seconds at the most lie between two tries."""

_WHILE_AN_AGENT_WAITS = {"ClaimPin": _SHORT, "RecordPin": _SHORT, "RecordFailure": _SHORT}
_WHILE_A_TRANSFER_WAITS = ("FindFreePin", "Audit", "Keep")

_SECONDS_OF_A_CALL = 3
_WAITS_FOR = {"AwaitLoop": "$.loopTimeoutSeconds", "AwaitJoin": "$.joinTimeoutSeconds"}

_TIMED_OUT = {"States.Timeout", "States.HeartbeatTimeout"}
_LEADS = {
    "ClaimPin": ("CountCollision", "", "PinClaimFailed"),
    "FindFreePin": ("", "", "PinSearchFailed"),
    "RecordPin": ("CheckRecorded", "", "PinRecordFailed"),
    "RecordFailure": ("CheckRecorded", "", "CountAttempt"),
    "CheckRecorded": ("", "", "ForgetFailure"),
    "CountAttempt": ("", "", "HasFailed"),
    "AwaitLoop": ("CheckAnswered", "ExpireLoop", "TransferFaulted"),
    "ExpireLoop": ("CheckAnswered", "", "TransferFaulted"),
    "CheckAnswered": ("", "", "TransferFaulted"),
    "AwaitJoin": ("CheckJoined", "ExpireJoin", "TransferFaulted"),
    "ExpireJoin": ("CheckJoined", "", "TransferFaulted"),
    "CheckJoined": ("", "", "TransferFaulted"),
}
"""Where a failed condition leads, a time-out of its own, and everything else."""

_INTERRUPTED_BY = {"AwaitJoin": {CARDHOLDER_LEFT}}
"""What a function ends a wait with: as after a failed condition, the item tells what happened."""


def every_retry_names_its_integrations_faults(machine: Machine) -> Findings:
    return [
        f"{name}: {sorted(named ^ _REPEATED[_integration(task)])}"
        for name, task in tasks(machine).items()
        if (named := {error for retry in task.get("Retry", []) for error in retry["ErrorEquals"]})
        != _REPEATED[_integration(task)]
        or len(task["Retry"]) != 1
    ]


def every_retry_has_the_pace_of_its_place(machine: Machine) -> Findings:
    """Soon and often while an agent waits for a PIN; longer where nothing but a record does."""
    findings = []
    for name, task in tasks(machine).items():
        (retry,) = task["Retry"]
        attempts, most = _WHILE_AN_AGENT_WAITS.get(name, _LONG)
        if name.startswith(_WHILE_A_TRANSFER_WAITS):
            attempts, most = _BRIEF
        pace = (retry.get("MaxAttempts"), retry.get("MaxDelaySeconds"))
        if pace != (attempts, most) or (retry["IntervalSeconds"], retry["BackoffRate"]) != (1, 2.0):
            findings.append(name)
    return findings


def every_task_has_its_time(machine: Machine) -> Findings:
    """A call to AWS three seconds, a search as long as its function, a wait what it is given."""
    findings = []
    for name, task in tasks(machine).items():
        seconds = None if name in _WAITS_FOR else _SECONDS_OF_A_CALL
        if name == "FindFreePin":
            seconds = facts.seconds_of_a_search()
        if (task.get("TimeoutSeconds"), task.get("TimeoutSecondsPath")) != (
            seconds,
            _WAITS_FOR.get(name),
        ):
            findings.append(name)
    return findings


def nobody_has_to_send_heartbeats(machine: Machine) -> Findings:
    return [
        name for name, task in tasks(machine).items() if any("Heartbeat" in key for key in task)
    ]


def every_error_leads_where_it_should(machine: Machine) -> Findings:
    findings = []
    for name, task in tasks(machine).items():
        caught = [(set(catch["ErrorEquals"]), catch["Next"]) for catch in task["Catch"]]
        if name.startswith(("Audit", "Keep")):  # see the rules of the graph
            expected = [({"States.ALL"}, task["Catch"][-1]["Next"])]
        else:
            changed = CONDITION_FAILED | _INTERRUPTED_BY.get(name, set())
            ways = zip((changed, _TIMED_OUT, {"States.ALL"}), _LEADS[name], strict=True)
            expected = [(errors, target) for errors, target in ways if target]
        if caught != expected:
            findings.append(name)
    return findings


def _integration(task: State) -> str:
    action = str(task["Resource"]).removesuffix(".waitForTaskToken").partition(":::")[2]
    return action.rpartition(":")[0]
