"""Small flows of our own without a fault, one or more a type, from which tests make broken ones."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def sample(name: str) -> Json:
    return deepcopy(SAMPLES[name])


def block(name: str, kind: str, given: Json, transitions: Json, /, **metadata: Any) -> Json:
    return {
        "Identifier": name,
        "Type": kind,
        "Parameters": given,
        "Transitions": transitions,
        "metadata": metadata,
    }


def flow(kind: str, *blocks: Json) -> Json:
    """Lay blocks out in a row; the first one is the start."""
    return {
        "Version": "2019-10-30",
        "StartAction": blocks[0]["Identifier"],
        "Metadata": {
            "entryPointPosition": {"x": 0, "y": 40},
            "ActionMetadata": {
                one["Identifier"]: {"position": {"x": 260 * number, "y": 40}, **one["metadata"]}
                for number, one in enumerate(blocks, 1)
            },
            "name": kind,
            "type": kind,
        },
        "Actions": [
            {key: value for key, value in one.items() if key != "metadata"} for one in blocks
        ],
    }


def to(target: str, conditions: list[Json] | None = None, **errors: str) -> Json:
    transitions: Json = {"NextAction": target}
    if errors:
        transitions["Errors"] = [
            {"ErrorType": name, "NextAction": there} for name, there in errors.items()
        ]
    if conditions:
        transitions["Conditions"] = conditions
    return transitions


def when(operator: str, operand: str, target: str) -> Json:
    return {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}


def say(name: str, text: str, target: str) -> Json:
    return block(name, "MessageParticipant", {"Text": text}, to(target, NoMatchingError=target))


def invoke(name: str, token: str, asked: dict[str, str], target: str, failed: str) -> Json:
    return block(
        name,
        "InvokeLambdaFunction",
        {
            "LambdaFunctionARN": token,
            "InvocationTimeLimitSeconds": "8",
            "InvocationType": "SYNCHRONOUS",
            "LambdaInvocationAttributes": asked,
            "ResponseValidation": {"ResponseType": "STRING_MAP"},
        },
        to(target, NoMatchingError=failed),
        parameters={"LambdaInvocationAttributes": _dynamic(asked)},
    )


def keep(name: str, attributes: dict[str, str], target: str) -> Json:
    return block(
        name,
        "UpdateContactAttributes",
        {"Attributes": attributes, "TargetContact": "Current"},
        to(target, NoMatchingError=target),
        parameters={"Attributes": _dynamic(attributes)},
    )


def is_ok(name: str, target: str, otherwise: str) -> Json:
    return block(
        name,
        "Compare",
        {"ComparisonValue": "$.External.Result"},
        to(otherwise, [when("Equals", "OK", target)], NoMatchingCondition=otherwise),
        conditionMetadata=[{"id": "1", "operator": {"value": "Equals"}, "value": "OK"}],
    )


def end(name: str, kind: str) -> Json:
    return block(name, kind, {}, {})


def _dynamic(values: dict[str, str]) -> Json:
    return {key: {"useDynamic": True} for key, value in values.items() if "$." in value}


ANSWER = flow(
    "contactFlow",
    block(
        "Read",
        "GetParticipantInput",
        {
            "Text": "One moment.",
            "StoreInput": "True",
            "InputTimeLimitSeconds": "40",
            "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
            "DTMFConfiguration": {
                "DisableCancelKey": "True",
                "InputTerminationSequence": "#",
                "InterdigitTimeLimitSeconds": "5",
            },
        },
        to("Ask", NoMatchingError="Refuse"),
    ),
    invoke("Ask", "${GetAgentFunctionArn}", {"PIN": "$.StoredCustomerInput"}, "Known", "Refuse"),
    is_ok("Known", "Keep", "Refuse"),
    keep("Keep", {"TransferId": "$.External.TransferId"}, "Hook"),
    block(
        "Hook",
        "UpdateContactEventHooks",
        {"EventHooks": {"AgentWhisper": "${SecureCallJoinedFlowArn}"}},
        to("Online", NoMatchingError="Refuse"),
    ),
    block(
        "Online",
        "CheckMetricData",
        {"MetricType": "NumberOfAgentsOnline", "AgentId": "$.External.AgentName"},
        to(
            "Refuse",
            [when("NumberGreaterThan", "0", "Choose")],
            NoMatchingCondition="Refuse",
            NoMatchingError="Refuse",
        ),
        parameters={"AgentId": {"useDynamic": True}},
    ),
    block(
        "Choose",
        "UpdateContactTargetQueue",
        {"AgentId": "$.External.AgentName"},
        to("Ring", NoMatchingError="Refuse"),
        parameters={"AgentId": {"useDynamic": True}},
    ),
    block(
        "Ring",
        "TransferContactToQueue",
        {},
        to("End", QueueAtCapacity="Refuse", NoMatchingError="Refuse"),
    ),
    say("Refuse", "Not secured. Called from $.CustomerEndpoint.Address.", "End"),
    end("End", "DisconnectParticipant"),
)

TRANSFER = flow(
    "queueTransfer",
    block(
        "Quiet",
        "UpdateFlowLoggingBehavior",
        {"FlowLoggingBehavior": "Disabled"},
        to("Unrecorded"),
    ),
    block(
        "Unrecorded",
        "UpdateContactRecordingBehavior",
        {"RecordingBehavior": {"RecordedParticipants": []}},
        to("Ask"),
    ),
    invoke(
        "Ask",
        "${AddAgentFunctionArn}",
        {"AgentName": "$.Attributes.QueueAgentName"},
        "Has PIN",
        "Failed",
    ),
    is_ok("Has PIN", "Mix", "Failed"),
    keep("Mix", {"delay_and_PIN": ",,,$.External.PIN"}, "Call"),
    block(
        "Call",
        "TransferParticipantToThirdParty",
        {
            "ThirdPartyPhoneNumber": "${PciPalNumber}",
            "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": "True",
            "ThirdPartyDTMFDigits": "$.Attributes.delay_and_PIN",
            "CallerId": {"Number": "+441632960001"},
        },
        to(
            "Forget",
            CallFailed="Failed",
            ConnectionTimeLimitExceeded="Failed",
            NoMatchingError="Failed",
        ),
        parameters={"ThirdPartyDTMFDigits": {"useDynamic": True}},
    ),
    keep("Forget", {"delay_and_PIN": "used"}, "End"),
    say("Failed", "Not secured. Try again.", "End"),
    end("End", "DisconnectParticipant"),
)

TRANSFER_AND_END = flow(
    "queueTransfer",
    block(
        "Call",
        "TransferParticipantToThirdParty",
        {
            "ThirdPartyPhoneNumber": "+441632960000",
            "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": "False",
            "ThirdPartyDTMFDigits": ",,,0027",
        },
        to("Failed", NoMatchingError="Failed"),
    ),
    say("Failed", "Not secured. Try again.", "End"),
    end("End", "DisconnectParticipant"),
)

WHISPER = flow(
    "agentWhisper",
    keep("Name", {"QueueAgentName": "$.Agent.UserName"}, "Note"),
    block(
        "Note",
        "UpdateFlowAttributes",
        {"FlowAttributes": {"who": {"Value": "$.Agent.FirstName"}}},
        to("Tell", NoMatchingError="Tell"),
    ),
    invoke(
        "Tell",
        "${AgentJoinedFunctionArn}",
        {"AgentName": "$.Agent.UserName", "TransferId": "$.Attributes.['TransferId']"},
        "Joined",
        "Say",
    ),
    is_ok("Joined", "Say", "Say"),
    say("Say", "Secured, $.FlowAttributes.who.", "End"),
    end("End", "EndFlowExecution"),
)

OUTBOUND = flow(
    "outboundWhisper",
    keep("Name", {"QueueAgentName": "$.Agent.UserName"}, "Quiet"),
    block(
        "Quiet",
        "UpdateContactRecordingBehavior",
        {"RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"]}},
        to("End"),
    ),
    end("End", "EndFlowExecution"),
)

WAITING = flow(
    "customerQueue",
    block(
        "Count",
        "Loop",
        {"LoopCount": "30"},
        to(
            "Goodbye",
            [when("Equals", "ContinueLooping", "Wait"), when("Equals", "DoneLooping", "Goodbye")],
        ),
    ),
    say("Wait", "Please wait.", "Count"),
    say("Goodbye", "Goodbye.", "End"),
    end("End", "DisconnectParticipant"),
)

MOVING = flow(
    "customerQueue",
    block(
        "Move on",
        "DequeueContactAndTransferToQueue",
        {"QueueId": "arn:aws:connect:eu-west-2:123456789012:instance/ours/queue/other"},
        to("Moved", QueueAtCapacity="Goodbye", NoMatchingError="Goodbye"),
    ),
    end("Moved", "EndFlowExecution"),
    say("Goodbye", "Goodbye.", "End"),
    end("End", "DisconnectParticipant"),
)

SAMPLES: dict[str, Json] = {
    "answer": ANSWER,
    "transfer": TRANSFER,
    "transfer and end": TRANSFER_AND_END,
    "whisper": WHISPER,
    "outbound": OUTBOUND,
    "waiting": WAITING,
    "moving": MOVING,
}
