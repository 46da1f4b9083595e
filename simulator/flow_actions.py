"""The actions that our flows use, as data. An action that is not here is not known."""

from collections.abc import Mapping

from simulator.flow_language import (
    ALL_TYPES,
    NO_WHISPERS,
    NUMERIC,
    ROUTING,
    WHISPERS,
    Action,
    Conditions,
    FlowType,
    Group,
    Listing,
    Operator,
    Outcomes,
    ParameterClass,
    Shape,
    Source,
    Table,
    Text,
)

_STATIC = ParameterClass.STATIC
_STATIC_OR_PATH = ParameterClass.STATIC_OR_PATH
_MIXED = ParameterClass.MIXED
_DOCS, _LIVE, _EXPORTS, _INFERRED = Source.DOCS, Source.LIVE, Source.EXPORTS, Source.INFERRED

NO_MATCHING_ERROR = "NoMatchingError"
NO_MATCHING_CONDITION = "NoMatchingCondition"
CONTINUE_LOOPING = "ContinueLooping"
DONE_LOOPING = "DoneLooping"

_NOTHING = Group({}, _DOCS)
_ERROR = Outcomes(_DOCS, errors=frozenset({NO_MATCHING_ERROR}))
_TRUE_OR_FALSE = frozenset({"True", "False"})

# What is said, in the four ways that MessageParticipant and GetParticipantInput share.
_MESSAGE: Mapping[str, Shape] = {
    # Markup in a Text would be read out.
    "Text": Text(_MIXED, _DOCS, pattern=r"(?!\s*<speak).*"),
    "SSML": Text(_MIXED, _DOCS, pattern=r"\s*<speak[ >].*</speak>\s*"),
    "PromptId": Text(_STATIC_OR_PATH, _DOCS),
    "Media": Group(
        {
            "Uri": Text(_MIXED, _DOCS, required=True),
            "SourceType": Text(_STATIC, _DOCS, required=True, values=frozenset({"S3"})),
            "MediaType": Text(_STATIC, _DOCS, required=True, values=frozenset({"Audio"})),
        },
        _DOCS,
    ),
}

_FLOW = Text(_STATIC_OR_PATH, _DOCS, pattern=r"arn:[a-z-]+:connect:.+")

_HOOKS: Mapping[str, Shape] = {
    "AgentHold": _FLOW,
    "AgentWhisper": _FLOW,
    "CustomerHold": _FLOW,
    "CustomerQueue": _FLOW,
    "CustomerRemaining": _FLOW,
    "CustomerWhisper": _FLOW,
    "DefaultAgentUI": Text(_STATIC_OR_PATH, _EXPORTS),
}

ACTIONS: Mapping[str, Action] = {
    "UpdateContactAttributes": Action(
        Group(
            {
                "Attributes": Table(
                    Text(_MIXED, _DOCS), _DOCS, required=True, most_bytes=32 * 1024
                ),
                "TargetContact": Text(_STATIC, _DOCS, required=True, values=frozenset({"Current"})),
            },
            _DOCS,
        ),
        ALL_TYPES,
        _DOCS,
        _ERROR,
    ),
    "UpdateFlowAttributes": Action(
        Group(
            {
                "FlowAttributes": Table(
                    Group({"Value": Text(_MIXED, _LIVE, required=True)}, _LIVE),
                    _LIVE,
                    required=True,
                ),
            },
            _LIVE,
        ),
        ALL_TYPES,
        _DOCS,
        Outcomes(_LIVE, errors=frozenset({NO_MATCHING_ERROR})),
    ),
    "MessageParticipant": Action(
        Group(_MESSAGE, _DOCS, one_of=frozenset(_MESSAGE)), ALL_TYPES, _DOCS, _ERROR
    ),
    "InvokeLambdaFunction": Action(
        Group(
            {
                # 0: a token, with what is written behind it.
                "LambdaFunctionARN": Text(
                    _STATIC_OR_PATH, _DOCS, required=True, pattern=r"(arn:[a-z-]+:lambda:|0).+"
                ),
                "InvocationTimeLimitSeconds": Text(_STATIC, _DOCS, required=True, between=(1, 8)),
                # Connect knows ASYNCHRONOUS and JSON as well. A flow that runs on without the
                # answer, or with a nested one, is none of ours. Exports leave the type out.
                "InvocationType": Text(_STATIC, _INFERRED, values=frozenset({"SYNCHRONOUS"})),
                "LambdaInvocationAttributes": Table(Text(_MIXED, _DOCS), _DOCS),
                "ResponseValidation": Group(
                    {
                        "ResponseType": Text(
                            _STATIC, _INFERRED, required=True, values=frozenset({"STRING_MAP"})
                        ),
                    },
                    _INFERRED,
                    required=True,
                ),
            },
            _DOCS,
        ),
        ALL_TYPES,
        _DOCS,
        _ERROR,
    ),
    "Compare": Action(
        Group({"ComparisonValue": Text(ParameterClass.PATH, _DOCS, required=True)}, _DOCS),
        ALL_TYPES,
        _DOCS,
        Outcomes(
            _LIVE,
            errors=frozenset({NO_MATCHING_CONDITION}),
            conditions=Conditions(_LIVE),
            default=NO_MATCHING_CONDITION,
        ),
    ),
    "TransferParticipantToThirdParty": Action(
        Group(
            {
                "ThirdPartyPhoneNumber": Text(
                    _STATIC_OR_PATH, _DOCS, required=True, pattern=r"\+[1-9][0-9]{1,14}"
                ),
                "ThirdPartyConnectionTimeLimitSeconds": Text(
                    _STATIC_OR_PATH, _LIVE, required=True, between=(0, 600)
                ),
                "ContinueFlowExecution": Text(_STATIC, _LIVE, required=True, values=_TRUE_OR_FALSE),
                # Only whole: commas and PIN are mixed into an attribute first.
                "ThirdPartyDTMFDigits": Text(
                    _STATIC_OR_PATH, _DOCS, longest=50, pattern=r"[0-9,*#]+"
                ),
                "CallerId": Group(
                    {
                        "Number": Text(_STATIC_OR_PATH, _DOCS, pattern=r"\+[1-9][0-9]{1,14}"),
                        "Name": Text(_STATIC_OR_PATH, _DOCS),
                    },
                    _DOCS,
                ),
            },
            _DOCS,
        ),
        NO_WHISPERS,
        _DOCS,
        # As with True, so that a value that is neither is one finding and not four.
        Outcomes(
            _LIVE,
            errors=frozenset({"CallFailed", "ConnectionTimeLimitExceeded", NO_MATCHING_ERROR}),
        ),
        variants={
            ("ContinueFlowExecution", "False"): Outcomes(
                _LIVE, errors=frozenset({NO_MATCHING_ERROR})
            ),
        },
    ),
    "GetParticipantInput": Action(
        Group(
            {
                **_MESSAGE,
                # Without it the block branches on the digits: a form that is not known here.
                "StoreInput": Text(_STATIC, _DOCS, required=True, values=frozenset({"True"})),
                # To the first digit, not to the last.
                "InputTimeLimitSeconds": Text(_STATIC, _DOCS, required=True, between=(1, 180)),
                "InputValidation": Group(
                    {
                        "CustomValidation": Group(
                            {
                                "MaximumLength": Text(
                                    _STATIC, _INFERRED, required=True, between=(1, 20)
                                )
                            },
                            _DOCS,
                            required=True,
                        ),
                    },
                    _DOCS,
                    required=True,
                ),
                "DTMFConfiguration": Group(
                    {
                        "DisableCancelKey": Text(_STATIC, _DOCS, values=_TRUE_OR_FALSE),
                        "InputTerminationSequence": Text(
                            _STATIC, _DOCS, longest=5, pattern=r"[0-9*#]+"
                        ),
                        "InterdigitTimeLimitSeconds": Text(_STATIC, _INFERRED, between=(1, 20)),
                    },
                    _DOCS,
                ),
            },
            _DOCS,
            one_of=frozenset(_MESSAGE),
        ),
        NO_WHISPERS,
        _DOCS,
        # A time-out is no error: it goes on with "Timeout" as the input.
        Outcomes(_LIVE, errors=frozenset({NO_MATCHING_ERROR})),
    ),
    "UpdateContactTargetQueue": Action(
        Group(
            {
                "AgentId": Text(_STATIC_OR_PATH, _DOCS),
                "QueueId": Text(_STATIC_OR_PATH, _DOCS),
            },
            _DOCS,
            one_of=frozenset({"AgentId", "QueueId"}),
        ),
        ROUTING,
        _DOCS,
        _ERROR,
    ),
    "TransferContactToQueue": Action(
        _NOTHING,
        ROUTING,
        _DOCS,
        Outcomes(_LIVE, errors=frozenset({"QueueAtCapacity", NO_MATCHING_ERROR})),
    ),
    # From the queue that the contact waits in to another: TransferContactToQueue is refused there.
    "DequeueContactAndTransferToQueue": Action(
        Group(
            {
                "AgentId": Text(_STATIC_OR_PATH, _DOCS),
                "QueueId": Text(_STATIC_OR_PATH, _DOCS),
            },
            _DOCS,
            # Both may be left out, says AWS, and not what happens then.
            one_of=frozenset({"AgentId", "QueueId"}),
        ),
        frozenset({FlowType.CUSTOMER_QUEUE}),
        _DOCS,
        Outcomes(_LIVE, errors=frozenset({"QueueAtCapacity", NO_MATCHING_ERROR})),
    ),
    "CheckMetricData": Action(
        Group(
            {
                "MetricType": Text(
                    _STATIC,
                    _DOCS,
                    required=True,
                    values=frozenset(
                        {
                            "NumberOfAgentsAvailable",
                            "NumberOfAgentsStaffed",
                            "NumberOfAgentsOnline",
                            "OldestContactInQueueAgeSeconds",
                            "NumberOfContactsInQueue",
                        }
                    ),
                ),
                "AgentId": Text(_STATIC_OR_PATH, _DOCS),
                "QueueId": Text(_STATIC_OR_PATH, _DOCS),
            },
            _DOCS,
            at_most_one_of=frozenset({"AgentId", "QueueId"}),
        ),
        NO_WHISPERS,
        _DOCS,
        Outcomes(
            _LIVE,
            errors=frozenset({NO_MATCHING_CONDITION, NO_MATCHING_ERROR}),
            conditions=Conditions(_DOCS, operators=NUMERIC | {Operator.EQUALS}),
        ),
    ),
    "UpdateContactRecordingBehavior": Action(
        Group(
            {
                "RecordingBehavior": Group(
                    {
                        # Empty: nobody is recorded.
                        "RecordedParticipants": Listing(
                            Text(_STATIC, _DOCS, values=frozenset({"Agent", "Customer"})),
                            _DOCS,
                            required=True,
                        ),
                    },
                    _DOCS,
                    required=True,
                ),
            },
            _DOCS,
        ),
        NO_WHISPERS | {FlowType.OUTBOUND_WHISPER},
        _DOCS,
        Outcomes(_LIVE),
    ),
    "UpdateContactEventHooks": Action(
        Group(
            {
                "EventHooks": Group(_HOOKS, _DOCS, required=True, one_of=frozenset(_HOOKS)),
            },
            _DOCS,
        ),
        NO_WHISPERS,
        _DOCS,
        _ERROR,
    ),
    "UpdateFlowLoggingBehavior": Action(
        Group(
            {
                "FlowLoggingBehavior": Text(
                    _STATIC, _DOCS, required=True, values=frozenset({"Enabled", "Disabled"})
                ),
            },
            _DOCS,
        ),
        ALL_TYPES,
        _DOCS,
        Outcomes(_DOCS),
    ),
    # Counts by block: continues LoopCount times, is done once, then counts anew.
    "Loop": Action(
        Group({"LoopCount": Text(_STATIC_OR_PATH, _DOCS, required=True, between=(0, 100))}, _DOCS),
        ALL_TYPES,
        _DOCS,
        Outcomes(
            _DOCS,
            conditions=Conditions(
                _DOCS,
                operators=frozenset({Operator.EQUALS}),
                operands=frozenset({CONTINUE_LOOPING, DONE_LOOPING}),
            ),
        ),
    ),
    "EndFlowExecution": Action(
        _NOTHING, WHISPERS | {FlowType.CUSTOMER_QUEUE}, _DOCS, outcomes=None
    ),
    "DisconnectParticipant": Action(_NOTHING, NO_WHISPERS, _DOCS, outcomes=None),
}
