"""What each type of block wants done, made of its parameters."""

from collections.abc import Callable, Mapping

from simulator.flow_effects import (
    CallOut,
    Effect,
    Enqueue,
    HangUp,
    Hook,
    Invoke,
    LogFlow,
    ReadDigits,
    Record,
    Requeue,
    Say,
    SetAttributes,
    SetQueue,
)
from simulator.flow_parameters import Parameters


def _words(parameters: Parameters) -> str:
    source = parameters.one_of()
    if source not in ("Text", "SSML"):
        raise parameters.error(f"the simulator cannot play {source}")
    return parameters.take(source)


def _say(parameters: Parameters) -> Effect:
    return Say(_words(parameters))


def _read_digits(parameters: Parameters) -> Effect:
    parameters.only("StoreInput", "True")
    keys = parameters.section("DTMFConfiguration")
    keys.only("DisableCancelKey", "True")
    terminator = keys.take("InputTerminationSequence")
    if len(terminator) != 1:
        raise keys.error("the simulator knows only an InputTerminationSequence of one key")
    validation = parameters.section("InputValidation").section("CustomValidation")
    return ReadDigits(
        prompt=_words(parameters),
        most=validation.number("MaximumLength"),
        first_within_seconds=parameters.number("InputTimeLimitSeconds"),
        next_within_seconds=keys.number("InterdigitTimeLimitSeconds"),
        terminator=terminator,
    )


def _invoke(parameters: Parameters) -> Effect:
    if parameters.has("InvocationType"):  # exports leave it out
        parameters.only("InvocationType", "SYNCHRONOUS")
    parameters.section("ResponseValidation").only("ResponseType", "STRING_MAP")
    given = "LambdaInvocationAttributes"
    return Invoke(
        function_arn=parameters.take("LambdaFunctionARN"),
        parameters=parameters.section(given).all() if parameters.has(given) else {},
        limit_seconds=parameters.number("InvocationTimeLimitSeconds"),
    )


def _set_attributes(parameters: Parameters) -> Effect:
    parameters.only("TargetContact", "Current")
    return SetAttributes(parameters.section("Attributes").all())


def _call_out(parameters: Parameters) -> Effect:
    digits, caller_id = "ThirdPartyDTMFDigits", "CallerId"
    return CallOut(
        number=parameters.take("ThirdPartyPhoneNumber"),
        digits=parameters.take(digits) if parameters.has(digits) else "",
        ring_seconds=parameters.number("ThirdPartyConnectionTimeLimitSeconds"),
        continues=parameters.flag("ContinueFlowExecution", yes="True", no="False"),
        caller_id=_number_of(parameters.section(caller_id)) if parameters.has(caller_id) else "",
    )


def _number_of(caller_id: Parameters) -> str:
    return caller_id.take("Number") if caller_id.has("Number") else ""


def _set_queue(parameters: Parameters) -> Effect:
    if parameters.one_of() == "AgentId":
        return SetQueue(agent=parameters.take("AgentId"))
    return SetQueue(queue=parameters.take("QueueId"))


def _requeue(parameters: Parameters) -> Effect:
    if parameters.one_of() == "AgentId":
        return Requeue(agent=parameters.take("AgentId"))
    return Requeue(queue=parameters.take("QueueId"))


def _hook(parameters: Parameters) -> Effect:
    hooks = parameters.section("EventHooks")
    event = hooks.one_of()
    return Hook(event, hooks.take(event))


def _record(parameters: Parameters) -> Effect:
    return Record(parameters.section("RecordingBehavior").texts("RecordedParticipants"))


def _log_flow(parameters: Parameters) -> Effect:
    return LogFlow(on=parameters.flag("FlowLoggingBehavior", yes="Enabled", no="Disabled"))


EFFECTS: Mapping[str, Callable[[Parameters], Effect]] = {
    "DequeueContactAndTransferToQueue": _requeue,
    "DisconnectParticipant": lambda _: HangUp(),
    "GetParticipantInput": _read_digits,
    "InvokeLambdaFunction": _invoke,
    "MessageParticipant": _say,
    "TransferContactToQueue": lambda _: Enqueue(),
    "TransferParticipantToThirdParty": _call_out,
    "UpdateContactAttributes": _set_attributes,
    "UpdateContactEventHooks": _hook,
    "UpdateContactRecordingBehavior": _record,
    "UpdateContactTargetQueue": _set_queue,
    "UpdateFlowLoggingBehavior": _log_flow,
}

# Compare, Loop and EndFlowExecution want nothing done: the engine knows by itself how they go on.
BEHAVIOURS = frozenset({*EFFECTS, "Compare", "Loop", "EndFlowExecution"})
