"""Broken flows: each is one of the samples with one change, and the one rule that must find it."""

from dataclasses import dataclass

from tests.flows.flow_changes import (
    Change,
    add,
    both,
    drop,
    insert,
    many_blocks,
    put,
    rename,
    repeat_block,
)
from tests.flows.flow_samples import invoke, keep, say, when


@dataclass(frozen=True)
class Defect:
    """`block` is whom the finding blames, and `text` a part of what it says."""

    rule: str
    sample: str
    change: Change
    block: str
    text: str


_LONG = "x" * 51
_ERROR = {"ErrorType": "NoMatchingError", "NextAction": "End"}
_NAME = {"AgentName": "alice"}
_ASK = "Actions/Ask/Parameters"
_READ = "Actions/Read/Parameters"
_CALL = "Actions/Call/Parameters"
_END = "Actions/End"

ENVELOPE = [
    Defect("envelope", "answer", drop("Version"), "-", "no Version"),
    Defect("envelope", "answer", drop("StartAction"), "-", "no StartAction"),
    Defect("envelope", "answer", put("StartAction", 1), "-", "StartAction is 1"),
    Defect("envelope", "answer", put("Name", "x"), "-", "'Name'"),
    Defect(
        "envelope",
        "answer",
        both(put("Actions", []), put("Metadata/ActionMetadata", {})),
        "-",
        "is empty",
    ),
    Defect("version", "answer", put("Version", "2018-10-30"), "-", "2018-10-30"),
    Defect("start-action", "answer", put("StartAction", "Nobody"), "-", "'Nobody'"),
    Defect("flow-type", "answer", drop("Metadata/type"), "-", "None"),
    Defect("flow-type", "answer", put("Metadata/type", "agentTransfer"), "-", "agentTransfer"),
    Defect("flow-type", "answer", put("Metadata/type", ["contactFlow"]), "-", "contactFlow"),
    Defect("too-long", "answer", put("Actions/Refuse/Parameters/Text", "a" * 256_000), "-", "256"),
    Defect("too-many-actions", "waiting", many_blocks("Count", 247), "-", "251"),
    Defect("block-shape", "answer", drop(f"{_END}/Transitions"), "End", "Transitions"),
    Defect("block-shape", "answer", put(f"{_END}/Parameters", None), "End", "type"),
    Defect("block-shape", "answer", add("Actions", "End"), "-", "action 10"),
    Defect("block-shape", "answer", put(f"{_END}/Name", "End"), "End", "Name"),
    Defect("identifier-length", "answer", rename("Refuse", _LONG), _LONG, "51"),
    Defect("identifier-length", "answer", rename("Refuse", ""), "", "has 0"),
    *(
        Defect(
            "identifier-characters", "answer", rename("Refuse", f"No{one}"), f"No{one}", repr(one)
        )
        for one in "%:(/)=$,;[]{}"
    ),
    Defect("identifier-characters", "answer", rename("Refuse", "a\\b"), "a\\b", "\\"),
    Defect("identifier-reserved", "answer", rename("End", "constructor"), "constructor", "keeps"),
    Defect("identifier-reserved", "answer", rename("End", "toString"), "toString", "keeps"),
    Defect("identifier-repeated", "answer", repeat_block("End"), "End", "2 blocks"),
    Defect("unknown-action", "answer", put("Actions/Refuse/Type", "Play"), "Refuse", "'Play'"),
    Defect(
        "action-not-in-flow-type",
        "answer",
        put(f"{_END}/Type", "EndFlowExecution"),
        "End",
        "CONTACT_FLOW",
    ),
    Defect(
        "action-not-in-flow-type",
        "transfer",
        put(f"{_END}/Type", "EndFlowExecution"),
        "End",
        "QUEUE_TRANSFER",
    ),
    *(
        Defect(
            "action-not-in-flow-type",
            name,
            put(f"{_END}/Type", "DisconnectParticipant"),
            "End",
            "WHISPER",
        )
        for name in ("whisper", "outbound")
    ),
    Defect(
        "action-not-in-flow-type",
        "outbound",
        put("Metadata/type", "agentWhisper"),
        "Quiet",
        "UpdateContactRecordingBehavior",
    ),
    Defect(
        "action-not-in-flow-type",
        "answer",
        put("Metadata/type", "customerQueue"),
        "Choose",
        "UpdateContactTargetQueue",
    ),
    Defect(
        "action-not-in-flow-type",
        "moving",
        put("Metadata/type", "contactFlow"),
        "Move on",
        "DequeueContactAndTransferToQueue",
    ),
    Defect(
        "action-not-in-flow-type",
        "moving",
        both(
            put("Actions/Move on/Type", "TransferContactToQueue"),
            put("Actions/Move on/Parameters", {}),
        ),
        "Move on",
        "TransferContactToQueue",
    ),
]

PARAMETERS = [
    Defect(
        "value-characters",
        "answer",
        put("Actions/Refuse/Parameters", {"SSML": "No."}),
        "Refuse",
        "SSML is 'No.'",
    ),
    Defect(
        "value-characters",
        "answer",
        put("Actions/Refuse/Parameters/Text", "<speak>No.</speak>"),
        "Refuse",
        "<speak>",
    ),
    Defect(
        "value-characters",
        "answer",
        put("Actions/Ask/Parameters/LambdaFunctionARN", " "),
        "Ask",
        ":lambda:",
    ),
    Defect(
        "value-characters",
        "answer",
        put("Actions/Hook/Parameters/EventHooks", {"AgentWhisper": "whisper"}),
        "Hook",
        ":connect:",
    ),
    Defect("unknown-parameter", "answer", put(f"{_ASK}/Timeout", "8"), "Ask", "Timeout"),
    Defect(
        "unknown-parameter",
        "answer",
        put(f"{_READ}/DTMFConfiguration/Terminator", "#"),
        "Read",
        "DTMFConfiguration.Terminator",
    ),
    Defect("unknown-parameter", "answer", put(f"{_END}/Parameters/Text", "x"), "End", "Text"),
    *(
        Defect("missing-parameter", "answer", drop(f"{_ASK}/{name}"), "Ask", name)
        for name in (
            "LambdaFunctionARN",
            "InvocationTimeLimitSeconds",
            "ResponseValidation",
        )
    ),
    Defect("missing-parameter", "answer", drop(f"{_READ}/StoreInput"), "Read", "StoreInput"),
    *(
        Defect("missing-parameter", "transfer", drop(f"{_CALL}/{name}"), "Call", name)
        for name in (
            "ThirdPartyPhoneNumber",
            "ThirdPartyConnectionTimeLimitSeconds",
            "ContinueFlowExecution",
        )
    ),
    Defect(
        "exactly-one-of", "answer", drop("Actions/Refuse/Parameters/Text"), "Refuse", "has none"
    ),
    Defect(
        "exactly-one-of",
        "answer",
        put("Actions/Refuse/Parameters/SSML", "<speak>x</speak>"),
        "Refuse",
        "SSML, Text",
    ),
    Defect(
        "exactly-one-of",
        "answer",
        put("Actions/Choose/Parameters/QueueId", "${QueueArn}"),
        "Choose",
        "AgentId, QueueId",
    ),
    Defect("exactly-one-of", "answer", drop("Actions/Choose/Parameters/AgentId"), "Choose", "none"),
    Defect(
        "exactly-one-of", "moving", drop("Actions/Move on/Parameters/QueueId"), "Move on", "none"
    ),
    Defect(
        "exactly-one-of",
        "answer",
        put("Actions/Hook/Parameters/EventHooks/CustomerQueue", "${WaitingFlowArn}"),
        "Hook",
        "AgentWhisper, CustomerQueue",
    ),
    Defect("exactly-one-of", "answer", drop(f"{_READ}/Text"), "Read", "none"),
    Defect(
        "exactly-one-of",
        "answer",
        put("Actions/Online/Parameters/QueueId", "${QueueArn}"),
        "Online",
        "AgentId, QueueId",
    ),
    Defect("parameter-shape", "answer", put(f"{_ASK}/ResponseValidation", "x"), "Ask", "an object"),
    Defect(
        "parameter-shape",
        "transfer",
        put("Actions/Mix/Parameters/Attributes/list", ["x"]),
        "Mix",
        "a string",
    ),
    Defect(
        "parameter-shape",
        "transfer",
        put("Actions/Unrecorded/Parameters/RecordingBehavior/RecordedParticipants", "Agent"),
        "Unrecorded",
        "a list",
    ),
    Defect(
        "scalar-is-no-string", "answer", put(f"{_ASK}/InvocationTimeLimitSeconds", 8), "Ask", "8"
    ),
    Defect("scalar-is-no-string", "answer", put(f"{_READ}/StoreInput", value=True), "Read", "True"),
    Defect(
        "scalar-is-no-string",
        "transfer",
        put("Actions/Mix/Parameters/Attributes/nothing", None),
        "Mix",
        "None",
    ),
    Defect("empty-string", "answer", put("Actions/Refuse/Parameters/Text", ""), "Refuse", "Text"),
    Defect(
        "empty-string",
        "transfer",
        put("Actions/Forget/Parameters/Attributes/delay_and_PIN", ""),
        "Forget",
        "a space",
    ),
    Defect(
        "path-in-static",
        "answer",
        put(f"{_ASK}/InvocationTimeLimitSeconds", "$.Attributes.TransferId"),
        "Ask",
        "$.Attributes.TransferId",
    ),
    Defect(
        "path-in-static",
        "answer",
        put(f"{_READ}/InputTimeLimitSeconds", "$.Attributes.TransferId"),
        "Read",
        "may only be static",
    ),
    Defect(
        "path-mixed",
        "transfer",
        put(f"{_CALL}/ThirdPartyDTMFDigits", ",,,$.External.PIN"),
        "Call",
        ",,,$.External.PIN",
    ),
    Defect(
        "path-mixed",
        "transfer",
        put(f"{_CALL}/ThirdPartyDTMFDigits", "$.External.PIN$.External.PIN"),
        "Call",
        "one whole path",
    ),
    Defect(
        "path-mixed",
        "transfer",
        put("Actions/Has PIN/Parameters/ComparisonValue", "x$.External.Result"),
        "Has PIN",
        "one whole path",
    ),
    Defect(
        "path-wanted",
        "transfer",
        put("Actions/Has PIN/Parameters/ComparisonValue", "OK"),
        "Has PIN",
        "'OK'",
    ),
    Defect(
        "malformed-path",
        "transfer",
        both(
            put("Actions/Mix/Parameters/Attributes/delay_and_PIN", ",,,$External.PIN"),
            drop("Metadata/ActionMetadata/Mix/parameters"),
        ),
        "Mix",
        "$External",
    ),
    Defect(
        "malformed-path",
        "answer",
        put("Actions/Refuse/Parameters/Text", "Hello $.['Attributes']"),
        "Refuse",
        "$.['",
    ),
    Defect("malformed-path", "answer", put(f"{_ASK}/LambdaFunctionARN", "${Get"), "Ask", "${Get"),
    Defect("value-not-allowed", "answer", put(f"{_READ}/StoreInput", "Yes"), "Read", "'Yes'"),
    Defect("value-not-allowed", "answer", put(f"{_ASK}/InvocationType", "sync"), "Ask", "'sync'"),
    Defect(
        "value-not-allowed",
        "answer",
        put(f"{_ASK}/ResponseValidation/ResponseType", "JSON"),
        "Ask",
        "STRING_MAP",
    ),
    Defect(
        "value-not-allowed",
        "transfer",
        put("Actions/Quiet/Parameters/FlowLoggingBehavior", "Off"),
        "Quiet",
        "Disabled or Enabled",
    ),
    Defect(
        "value-not-allowed",
        "outbound",
        put("Actions/Quiet/Parameters/RecordingBehavior/RecordedParticipants/0", "Both"),
        "Quiet",
        "'Both'",
    ),
    Defect(
        "value-not-allowed",
        "transfer",
        put(f"{_CALL}/ContinueFlowExecution", "true"),
        "Call",
        "'true'",
    ),
    *(
        Defect("value-out-of-range", sample, put(place, value), name, repr(value))
        for sample, name, place, values in (
            ("answer", "Ask", f"{_ASK}/InvocationTimeLimitSeconds", ("0", "9", "8.0", "+8", "x")),
            ("answer", "Read", f"{_READ}/InputTimeLimitSeconds", ("0", "181")),
            (
                "answer",
                "Read",
                f"{_READ}/InputValidation/CustomValidation/MaximumLength",
                ("0", "21"),
            ),
            ("transfer", "Call", f"{_CALL}/ThirdPartyConnectionTimeLimitSeconds", ("-1", "601")),
            ("waiting", "Count", "Actions/Count/Parameters/LoopCount", ("101", "many")),
        )
        for value in values
    ),
    Defect(
        "value-out-of-range",
        "answer",
        put(f"{_READ}/InputValidation/CustomValidation/MaximumLength", "${PinLength}0"),
        "Read",
        "${PinLength}0",
    ),
    Defect(
        "nothing-set",
        "transfer",
        put("Actions/Forget/Parameters/Attributes", {}),
        "Forget",
        "Attributes is empty",
    ),
    Defect(
        "value-too-long",
        "transfer and end",
        put(f"{_CALL}/ThirdPartyDTMFDigits", "," * 47 + "0027"),
        "Call",
        "51 characters",
    ),
    Defect(
        "value-characters",
        "transfer and end",
        put(f"{_CALL}/ThirdPartyDTMFDigits", "w0027"),
        "Call",
        "'w0027'",
    ),
    Defect(
        "value-characters",
        "transfer and end",
        put(f"{_CALL}/ThirdPartyPhoneNumber", "01632 960000"),
        "Call",
        "01632",
    ),
    Defect(
        "value-characters",
        "transfer",
        put(f"{_CALL}/ThirdPartyPhoneNumber", "${PciPalNumber}x"),
        "Call",
        "${PciPalNumber}x",
    ),
    Defect(
        "attributes-too-large",
        "transfer",
        put("Actions/Mix/Parameters/Attributes/notes", "n" * 32_768),
        "Mix",
        "32768",
    ),
]

TRANSITIONS = [
    Defect(
        "transitions-shape", "answer", put("Actions/Ask/Transitions/Next", "End"), "Ask", "'Next'"
    ),
    Defect(
        "transitions-shape",
        "transfer",
        put("Actions/Quiet/Transitions/Errors", {}),
        "Quiet",
        "must be a list",
    ),
    Defect(
        "transitions-shape",
        "answer",
        add("Actions/Ask/Transitions/Errors", {"ErrorType": "NoMatchingError"}),
        "Ask",
        "ErrorType and NextAction",
    ),
    Defect(
        "transitions-shape",
        "answer",
        add("Actions/Known/Transitions/Conditions", {"NextAction": "End", "Condition": "OK"}),
        "Known",
        "a list of Operands",
    ),
    Defect(
        "transitions-shape",
        "answer",
        put("Actions/Refuse/Transitions/NextAction", ["End"]),
        "Refuse",
        "NextAction",
    ),
    Defect(
        "terminal-has-transitions",
        "answer",
        put(f"{_END}/Transitions", {"NextAction": "Refuse"}),
        "End",
        "must be empty",
    ),
    Defect(
        "next-action-missing",
        "answer",
        drop("Actions/Refuse/Transitions/NextAction"),
        "Refuse",
        "needs a NextAction",
    ),
    Defect(
        "dangling-target",
        "answer",
        put("Actions/Refuse/Transitions/NextAction", "Nobody"),
        "Refuse",
        "'Nobody'",
    ),
    Defect(
        "dangling-target",
        "answer",
        put("Actions/Ask/Transitions/Errors/0/NextAction", "Nobody"),
        "Ask",
        "NoMatchingError leads to 'Nobody'",
    ),
    Defect(
        "dangling-target",
        "whisper",
        put("Actions/Joined/Transitions/Conditions/0/NextAction", "Nobody"),
        "Joined",
        "Conditions OK leads to 'Nobody'",
    ),
    *(
        Defect(
            "missing-error", sample, drop(f"Actions/{name}/Transitions/Errors/{error}"), name, error
        )
        for sample, name, error in (
            ("transfer", "Ask", "NoMatchingError"),
            ("transfer", "Mix", "NoMatchingError"),
            ("transfer", "Has PIN", "NoMatchingCondition"),
            ("transfer", "Call", "CallFailed"),
            ("transfer", "Call", "ConnectionTimeLimitExceeded"),
            ("transfer", "Call", "NoMatchingError"),
            ("transfer", "Failed", "NoMatchingError"),
            ("answer", "Read", "NoMatchingError"),
            ("answer", "Hook", "NoMatchingError"),
            ("answer", "Online", "NoMatchingCondition"),
            ("answer", "Online", "NoMatchingError"),
            ("answer", "Choose", "NoMatchingError"),
            ("answer", "Ring", "QueueAtCapacity"),
            ("moving", "Move on", "QueueAtCapacity"),
            ("moving", "Move on", "NoMatchingError"),
            ("answer", "Ring", "NoMatchingError"),
            ("whisper", "Note", "NoMatchingError"),
        )
    ),
    Defect(
        "forbidden-error",
        "transfer",
        put(f"{_CALL}/ContinueFlowExecution", "False"),
        "Call",
        "CallFailed",
    ),
    *(
        Defect(
            "forbidden-error",
            "transfer",
            put(f"Actions/{name}/Transitions/Errors", [_ERROR]),
            name,
            "NoMatchingError",
        )
        for name in ("Quiet", "Unrecorded")
    ),
    Defect(
        "forbidden-error",
        "answer",
        add(
            "Actions/Read/Transitions/Errors",
            {"ErrorType": "InputTimeLimitExceeded", "NextAction": "Refuse"},
        ),
        "Read",
        "InputTimeLimitExceeded",
    ),
    Defect(
        "forbidden-error",
        "waiting",
        put("Actions/Count/Transitions/Errors", [_ERROR]),
        "Count",
        "NoMatchingError",
    ),
    Defect(
        "repeated-error", "answer", add("Actions/Ask/Transitions/Errors", _ERROR), "Ask", "2 times"
    ),
    Defect(
        "default-differs",
        "answer",
        put("Actions/Known/Transitions/NextAction", "End"),
        "Known",
        "'End'",
    ),
    Defect(
        "forbidden-conditions",
        "answer",
        put("Actions/Ask/Transitions/Conditions", [when("Equals", "OK", "Known")]),
        "Ask",
        "takes no Conditions",
    ),
    Defect(
        "missing-conditions",
        "whisper",
        both(
            drop("Actions/Joined/Transitions/Conditions"),
            drop("Metadata/ActionMetadata/Joined/conditionMetadata"),
        ),
        "Joined",
        "needs Conditions",
    ),
    Defect(
        "missing-conditions",
        "waiting",
        drop("Actions/Count/Transitions/Conditions/1"),
        "Count",
        "DoneLooping",
    ),
    Defect(
        "unknown-operator",
        "answer",
        put("Actions/Online/Transitions/Conditions/0/Condition/Operator", "GreaterThan"),
        "Online",
        "'GreaterThan'",
    ),
    Defect(
        "unknown-operator",
        "waiting",
        put("Actions/Count/Transitions/Conditions/0/Condition/Operator", "TextContains"),
        "Count",
        "'TextContains'",
    ),
    *(
        Defect(
            "condition-operand",
            "answer",
            put("Actions/Online/Transitions/Conditions/0/Condition/Operands", operands),
            "Online",
            text,
        )
        for operands, text in (
            ([], "one string"),
            (["0", "1"], "one string"),
            ([0], "one string"),
            ([""], "one string"),
            (["$.Attributes.TransferId"], "only be static"),
            (["none"], "no number"),
        )
    ),
    Defect(
        "condition-operand",
        "waiting",
        add("Actions/Count/Transitions/Conditions", when("Equals", "Looping", "Goodbye")),
        "Count",
        "'Looping'",
    ),
]

WAYS = [
    Defect(
        "unreachable-block", "answer", insert(say("Island", "Nobody.", "End")), "Island", "no way"
    ),
    Defect(
        "endless-loop",
        "answer",
        put("Actions/Ring/Transitions/Errors/QueueAtCapacity/NextAction", "Hook"),
        "Hook",
        "Hook, Online, Choose, Ring",
    ),
    Defect(
        "endless-loop",
        "waiting",
        put("Actions/Goodbye/Transitions/Errors/0/NextAction", "Count"),
        "Count",
        "Count, Goodbye",
    ),
    Defect(
        "endless-loop",
        "transfer",
        put("Actions/Failed/Transitions/Errors/0/NextAction", "Failed"),
        "Failed",
        "Failed",
    ),
    Defect(
        "lambda-seconds",
        "transfer",
        both(
            insert(invoke("Twice", "${AddAgentFunctionArn}", _NAME, "Thrice", "Failed")),
            insert(invoke("Thrice", "${AddAgentFunctionArn}", _NAME, "Has PIN", "Failed")),
            put("Actions/Ask/Transitions/NextAction", "Twice"),
        ),
        "Thrice",
        "warning: ",
    ),
    Defect(
        "late-input",
        "answer",
        both(put("StartAction", "Hello"), insert(say("Hello", "Hello.", "Read"))),
        "Read",
        "Hello",
    ),
    Defect(
        "late-input",
        "answer",
        both(
            put("StartAction", "Early"),
            insert(invoke("Early", "${GetAgentFunctionArn}", {"PIN": "0027"}, "Read", "Refuse")),
        ),
        "Read",
        "Early",
    ),
]

PATHS = [
    Defect(
        "unknown-path",
        "answer",
        put("Actions/Refuse/Parameters/Text", "$.Custmer.Address"),
        "Refuse",
        "$.Custmer.Address",
    ),
    Defect(
        "unknown-path",
        "whisper",
        put("Actions/Name/Parameters/Attributes/QueueAgentName", "$.Agent.Username"),
        "Name",
        "UserName",
    ),
    Defect(
        "path-without-leaf",
        "answer",
        put("Actions/Known/Parameters/ComparisonValue", "$.External"),
        "Known",
        "$.External does not",
    ),
    Defect(
        "path-without-leaf",
        "answer",
        put("Actions/Known/Parameters/ComparisonValue", "$.External.Result.Code"),
        "Known",
        "$.External.Result.Code",
    ),
    Defect(
        "path-without-leaf",
        "answer",
        put(f"{_ASK}/LambdaInvocationAttributes/PIN", "$.StoredCustomerInput.PIN"),
        "Ask",
        "$.StoredCustomerInput.PIN",
    ),
    Defect(
        "path-not-in-flow-type",
        "transfer",
        put(f"{_ASK}/LambdaInvocationAttributes/AgentName", "$.Agent.UserName"),
        "Ask",
        "QUEUE_TRANSFER",
    ),
    Defect(
        "path-not-in-flow-type",
        "answer",
        put("Actions/Refuse/Parameters/Text", "$.Agent.FirstName"),
        "Refuse",
        "CONTACT_FLOW",
    ),
    Defect(
        "external-before-lambda",
        "answer",
        put("Actions/Refuse/Parameters/Text", "$.External.Reason"),
        "Refuse",
        "$.External.Reason",
    ),
    Defect(
        "external-before-lambda",
        "transfer",
        put("Actions/Ask/Transitions/Errors/0/NextAction", "Has PIN"),
        "Has PIN",
        "$.External.Result",
    ),
    Defect(
        "answer-never-given",
        "answer",
        put("Actions/Choose/Parameters/AgentId", "$.External.PIN"),
        "Choose",
        "${GetAgentFunctionArn}",
    ),
    Defect(
        "answer-never-given",
        "transfer",
        put("Actions/Mix/Parameters/Attributes/delay_and_PIN", ",,,$.External.Pin"),
        "Mix",
        "$.External.Pin",
    ),
    Defect(
        "answer-never-given",
        "answer",
        both(
            put(f"{_ASK}/LambdaFunctionARN", "${AddAgentFunctionArn}"),
            put(f"{_ASK}/LambdaInvocationAttributes", _NAME),
        ),
        "Choose",
        "$.External.AgentName",
    ),
    Defect(
        "unknown-function",
        "answer",
        put(f"{_ASK}/LambdaFunctionARN", "${GetAgentArn}"),
        "Ask",
        "${GetAgentArn}",
    ),
    Defect(
        "unknown-function",
        "answer",
        put(f"{_ASK}/LambdaFunctionARN", "${GetAgentFunctionArn}:live"),
        "Ask",
        ":live",
    ),
    Defect(
        "function-asked-otherwise",
        "answer",
        drop(f"{_ASK}/LambdaInvocationAttributes"),
        "Ask",
        "nothing: the function takes PIN",
    ),
    Defect(
        "function-asked-otherwise",
        "whisper",
        drop("Actions/Tell/Parameters/LambdaInvocationAttributes/TransferId"),
        "Tell",
        "AgentName, TransferId",
    ),
    Defect(
        "input-before-stored",
        "answer",
        both(
            put("StartAction", "Early"),
            insert(keep("Early", {"first": "$.StoredCustomerInput"}, "Read")),
        ),
        "Early",
        "$.StoredCustomerInput",
    ),
    Defect(
        "unknown-function",
        "answer",
        put(f"{_ASK}/LambdaFunctionARN", "${GetAgentFunctionArn}:live"),
        "Ask",
        ":live",
    ),
    Defect(
        "function-asked-otherwise",
        "answer",
        drop(f"{_ASK}/LambdaInvocationAttributes"),
        "Ask",
        "nothing: the function takes PIN",
    ),
    Defect(
        "function-asked-otherwise",
        "whisper",
        drop("Actions/Tell/Parameters/LambdaInvocationAttributes/TransferId"),
        "Tell",
        "AgentName, TransferId",
    ),
    Defect(
        "input-before-stored",
        "answer",
        put("Actions/Read/Transitions/Errors/0/NextAction", "Ask"),
        "Ask",
        "$.StoredCustomerInput",
    ),
    Defect(
        "attribute-never-set",
        "transfer",
        put(f"{_ASK}/LambdaInvocationAttributes/AgentName", "$.Attributes.AgentName"),
        "Ask",
        "$.Attributes.AgentName",
    ),
    Defect(
        "attribute-never-set",
        "transfer",
        put(f"{_CALL}/ThirdPartyDTMFDigits", "$.Attributes.['delay and PIN']"),
        "Call",
        "delay and PIN",
    ),
    Defect(
        "flow-attribute-never-set",
        "whisper",
        put("Actions/Say/Parameters/Text", "$.FlowAttributes.name"),
        "Say",
        "$.FlowAttributes.name",
    ),
]

METADATA = [
    Defect(
        "position-missing",
        "answer",
        drop("Metadata/ActionMetadata/Read/position"),
        "Read",
        "position",
    ),
    Defect(
        "position-missing",
        "answer",
        put("Metadata/ActionMetadata/Read/position/x", "40"),
        "Read",
        "numbers",
    ),
    Defect("position-missing", "answer", drop("Metadata/entryPointPosition"), "-", "entryPoint"),
    Defect(
        "metadata-of-nothing", "answer", put("Metadata/ActionMetadata/Old", {}), "Old", "no block"
    ),
    Defect(
        "metadata-conditions",
        "answer",
        put("Metadata/ActionMetadata/Known/conditionMetadata/0/value", "ERROR"),
        "Known",
        "'ERROR'",
    ),
    Defect(
        "metadata-conditions",
        "answer",
        put("Metadata/ActionMetadata/Known/conditionMetadata/0/operator/value", "Contains"),
        "Known",
        "operators agree",
    ),
    Defect(
        "metadata-dynamic",
        "answer",
        drop("Metadata/ActionMetadata/Choose/parameters"),
        "Choose",
        "AgentId must say useDynamic true",
    ),
    Defect(
        "metadata-dynamic",
        "transfer",
        put(
            "Metadata/ActionMetadata/Forget/parameters/Attributes",
            {"delay_and_PIN": {"useDynamic": True}},
        ),
        "Forget",
        "Attributes.delay_and_PIN must say useDynamic false",
    ),
]

DEFECTS = [*ENVELOPE, *PARAMETERS, *TRANSITIONS, *WAYS, *PATHS, *METADATA]
