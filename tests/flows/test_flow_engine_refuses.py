"""What the engine does not run, it refuses by name: flow, block, and what is wrong there."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from simulator import flow_effects as fe
from simulator import template
from simulator.errors import SimulatorError
from simulator.flow_actions import ACTIONS
from simulator.flow_blocks import BEHAVIOURS
from simulator.flow_engine import FlowContact, fill, load, run, ways
from simulator.flow_language import FLOW_TYPES
from simulator.flow_paths import NAMESPACES
from tests.flows.flow_changes import Change, add, both, drop, put
from tests.flows.flow_runs import VALUES, changed, finish, one_block, say
from tests.flows.flow_samples import SAMPLES, sample, when

NAMES = sorted(path.stem for path in template.ROOT.glob("flows/*.json"))
READ, ASK, CALL = (f"Actions/{name}/Parameters" for name in ("Read", "Ask", "Call"))
NO_BEHAVIOUR = {"CheckMetricData", "UpdateFlowAttributes"}


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(SimulatorError) as caught:
        act()
    return str(caught.value)


def refused(name: str, start: str, *changes: Change) -> str:
    """Return why a changed sample does not run from a block on."""
    flow = changed(name, put("StartAction", start), *changes)
    system = {"$.CustomerEndpoint.Address": "+447700900123"}
    contact = FlowContact({"QueueAgentName": "alice"}, "alice", {}, "0027", system)
    return refusal(lambda: finish(run(flow, contact)))


# ------------------------------------------------------------------ actions


def test_action_that_nobody_knows_is_refused() -> None:
    flow = one_block("PlayChess", {})
    for act in (lambda: next(run(flow, FlowContact())), lambda: ways(flow)):
        assert refusal(act).startswith("contactFlow: Only: ")
        assert "PlayChess" in refusal(act)


@pytest.mark.parametrize("kind", sorted(NO_BEHAVIOUR))
def test_action_that_only_connect_can_run_is_refused(kind: str) -> None:
    flow = one_block(kind, {})
    for act in (lambda: next(run(flow, FlowContact())), lambda: ways(flow)):
        assert refusal(act) == f"contactFlow: Only: the simulator cannot run the action {kind}."


def test_every_other_action_of_the_table_has_a_behaviour() -> None:
    assert set(BEHAVIOURS) == set(ACTIONS) - NO_BEHAVIOUR


@pytest.mark.parametrize("name", SAMPLES)
def test_every_block_with_a_behaviour_runs(name: str) -> None:
    system = {"$.Agent.FirstName": "Alice", "$.CustomerEndpoint.Address": "+447700900123"}
    for block in sample(name)["Actions"]:
        flow = changed(name, put("StartAction", block["Identifier"]))
        if block["Type"] in NO_BEHAVIOUR or "$.FlowAttributes" in str(block):
            continue
        contact = FlowContact(agent="alice", stored_input="0027", system=system)
        taken: list[str] = []
        # What comes after may have no behaviour.
        with suppress(SimulatorError):
            finish(run(flow, contact, taken))
        assert taken
        assert taken[0].startswith(f"{block['Identifier']}: ")


@pytest.mark.parametrize(
    ("kind", "flow_type"),
    [
        (kind, flow_type)
        for kind, action in ACTIONS.items()
        for flow_type, known in FLOW_TYPES.items()
        if known not in action.allowed_in
    ],
)
def test_action_is_refused_where_it_is_not_allowed(kind: str, flow_type: str) -> None:
    flow = one_block(kind, {}, flow_type)
    for act in (lambda: next(run(flow, FlowContact())), lambda: ways(flow)):
        said = refusal(act)
        assert said.startswith(f"{flow_type}: Only: ")
        assert kind in said
        assert FLOW_TYPES[flow_type] in said


def test_flow_without_a_name_is_refused_all_the_same() -> None:
    said = refused("answer", "Refuse", drop("Metadata/name"), put("Actions/Refuse/Type", "Play"))
    assert said.startswith("Refuse: ")


@pytest.mark.parametrize("change", [drop("Metadata/type"), put("Metadata/type", "agentTransfer"),
                                    drop("Metadata")])  # fmt: skip
def test_flow_of_no_type_is_refused(change: Change) -> None:
    assert "Metadata.type" in refused("answer", "Refuse", change)


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize("name", NAMES)
def test_unknown_parameter_is_refused_in_every_block(name: str) -> None:
    for index, action in enumerate(load(name, VALUES)["Actions"]):
        flow = load(name, VALUES)
        flow["StartAction"] = action["Identifier"]
        flow["Actions"][index]["Parameters"]["Colour"] = "x"
        contact = FlowContact(agent="alice", stored_input="0027")
        with pytest.raises(SimulatorError, match=f"{action['Identifier']}: .*Colour"):
            next(run(flow, contact))


PARAMETERS = [
    # What the language does not know.
    ("answer", "Read", put(f"{READ}/DTMFConfiguration/Inner", "x"), "DTMFConfiguration.Inner"),
    ("answer", "Read", put(f"{READ}/InputValidation/Inner", "x"), "InputValidation.Inner"),
    ("answer", "Ask", put(f"{ASK}/ResponseValidation/Inner", "x"), "ResponseValidation.Inner"),
    ("answer", "Hook", put("Actions/Hook/Parameters/EventHooks", {"Inner": "x"}),
     "EventHooks.Inner"),
    ("transfer", "Call", put(f"{CALL}/CallerId/Inner", "x"), "CallerId.Inner"),
    # What the simulator does not know.
    ("transfer", "Call", put(f"{CALL}/CallerId/Name", "x"), "CallerId.Name"),
    ("answer", "Read", put(f"{READ}/StoreInput", "False"), "StoreInput"),
    ("answer", "Read", put(f"{READ}/DTMFConfiguration/DisableCancelKey", "False"),
     "DTMFConfiguration.DisableCancelKey"),
    ("answer", "Read", put(f"{READ}/DTMFConfiguration/InputTerminationSequence", "##"),
     "InputTerminationSequence"),
    ("answer", "Ask", put(f"{ASK}/InvocationType", "ASYNCHRONOUS"), "InvocationType"),
    ("answer", "Ask", put(f"{ASK}/ResponseValidation/ResponseType", "JSON"),
     "ResponseValidation.ResponseType"),
    *(
        (sample, block, both(drop(f"Actions/{block}/Parameters/Text"),
                             put(f"Actions/{block}/Parameters/{source}", value)), source)
        for sample, block in (("answer", "Read"), ("answer", "Refuse"))
        for source, value in (("PromptId", "arn:prompt"), ("Media", {"Uri": "s3://b/prompt.wav"}))
    ),
    # What is missing, or too much.
    ("answer", "Refuse", drop("Actions/Refuse/Parameters/Text"), "Text is missing"),
    ("answer", "Read", drop(f"{READ}/Text"), "Text is missing"),
    ("answer", "Refuse", put("Actions/Refuse/Parameters/SSML", "<speak/>"), "SSML, Text"),
    ("answer", "Choose", put("Actions/Choose/Parameters/QueueId", "arn"), "AgentId, QueueId"),
    ("answer", "Choose", drop("Actions/Choose/Parameters/AgentId"), "AgentId or QueueId"),
    ("answer", "Hook", put("Actions/Hook/Parameters/EventHooks/AgentHold", "arn"),
     "EventHooks.AgentHold, EventHooks.AgentWhisper"),
    ("answer", "Hook", put("Actions/Hook/Parameters/EventHooks", {}), "AgentWhisper"),
    ("answer", "Known", drop("Actions/Known/Parameters/ComparisonValue"), "ComparisonValue"),
    ("waiting", "Count", drop("Actions/Count/Parameters/LoopCount"), "LoopCount"),
    ("answer", "Read", drop(f"{READ}/DTMFConfiguration"), "DTMFConfiguration"),
    ("answer", "Read", drop(f"{READ}/InputValidation/CustomValidation/MaximumLength"),
     "InputValidation.CustomValidation.MaximumLength"),
    *(
        ("transfer", "Call", drop(f"{CALL}/{name}"), name)
        for name in ("ThirdPartyPhoneNumber", "ThirdPartyConnectionTimeLimitSeconds",
                     "ContinueFlowExecution")
    ),
    # What is of another kind.
    *(("answer", "Refuse", put("Actions/Refuse/Parameters/Text", value), "Text")
      for value in (7, 0.5, True, None, [], {})),
    *(("answer", "Ask", put(f"{ASK}/InvocationTimeLimitSeconds", value),
       "InvocationTimeLimitSeconds") for value in (8, "8.0", "-1", "", "eight", "\u0663")),
    ("answer", "Read", put(f"{READ}/StoreInput", value=True), "StoreInput"),
    ("answer", "Read", put(f"{READ}/InputValidation/CustomValidation/MaximumLength", 4),
     "InputValidation.CustomValidation.MaximumLength"),
    ("answer", "Read", put(f"{READ}/DTMFConfiguration/DisableCancelKey", value=True),
     "DTMFConfiguration.DisableCancelKey"),
    ("answer", "Ask", put(f"{ASK}/LambdaInvocationAttributes/PIN", 27),
     "LambdaInvocationAttributes.PIN"),
    ("transfer", "Mix", put("Actions/Mix/Parameters/Attributes/nothing", None),
     "Attributes.nothing"),
    ("transfer", "Unrecorded",
     put("Actions/Unrecorded/Parameters/RecordingBehavior/RecordedParticipants", [1]),
     "RecordingBehavior.RecordedParticipants"),
    ("transfer", "Unrecorded",
     put("Actions/Unrecorded/Parameters/RecordingBehavior/RecordedParticipants", "Agent"),
     "RecordingBehavior.RecordedParticipants"),
    ("waiting", "Count", put("Actions/Count/Parameters/LoopCount", 30), "LoopCount"),
    ("answer", "Known", put("Actions/Known/Parameters/ComparisonValue", value=False),
     "ComparisonValue"),
    ("answer", "Ask", put(f"{ASK}/ResponseValidation", "STRING_MAP"), "ResponseValidation"),
    ("answer", "End", put("Actions/End/Parameters", []), "Parameters"),
    ("transfer", "Call", put(f"{CALL}/ContinueFlowExecution", "true"), "ContinueFlowExecution"),
    ("transfer", "Call", put(f"{CALL}/ContinueFlowExecution", value=True), "ContinueFlowExecution"),
    ("transfer", "Quiet", put("Actions/Quiet/Parameters/FlowLoggingBehavior", "Off"),
     "FlowLoggingBehavior"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "block", "change", "parameter"), PARAMETERS)
def test_parameter_that_does_not_fit_is_refused_before_anything_is_done(
    name: str, block: str, change: Change, parameter: str
) -> None:
    flow = changed(name, put("StartAction", block), change)
    contact = FlowContact({"QueueAgentName": "alice"}, stored_input="0027")
    said = refusal(lambda: next(run(flow, contact)))
    assert f": {block}: " in said
    assert parameter in said


def test_refusal_does_not_show_what_was_read() -> None:
    """It may be a PIN."""
    contact = FlowContact({"secret": "0027x"})
    call = {"ThirdPartyPhoneNumber": "+44", "ContinueFlowExecution": "False",
            "ThirdPartyConnectionTimeLimitSeconds": "$.Attributes.secret"}  # fmt: skip
    flow = one_block("TransferParticipantToThirdParty", call)
    said = refusal(lambda: next(run(flow, contact)))
    assert "ThirdPartyConnectionTimeLimitSeconds" in said
    assert "0027" not in said


# --------------------------------------------------------------------- paths

PATHS = [
    *(("contactFlow", path) for path in (
        "$.Lex.Intent", "$.External", "$.External.Result.Code", "$.Attributes", "$.Queue",
        "$.StoredCustomerInput.PIN", "$.ContactId.x",
        "$.Queue.Colour", "$.CustomerEndpoint.Name", "$.SystemEndpoint.Number",
        "$.StoredCustomerInput", "$.FlowAttributes.x",
    )),
    ("agentWhisper", "$.Agent.Name"),
    ("agentWhisper", "$.Agent.UserName"),
    ("agentWhisper", "$.Agent.FirstName"),
    *((flow_type, f"$.Agent.{leaf}") for leaf in ("UserName", "ARN")
      for flow_type in ("contactFlow", "queueTransfer", "customerQueue")),
]  # fmt: skip


@pytest.mark.parametrize(("flow_type", "path"), PATHS)
def test_path_that_is_not_there_is_refused(flow_type: str, path: str) -> None:
    said = refusal(lambda: say(f"Hello $.Attributes.x, {path}!", flow_type=flow_type))
    assert said.startswith(f"{flow_type}: Only: ")
    assert re.search(rf"{re.escape(path)}(?![\w.])", said)


@pytest.mark.parametrize(
    "path",
    [
        f"$.{name}.{leaf}" if leaf else f"$.{name}"
        for name, namespace in NAMESPACES.items()
        if name not in {"Agent", "Attributes", "External", "FlowAttributes", "StoredCustomerInput"}
        for leaf in (sorted(namespace.leaves) or ["x"] if namespace.leaves is not None else [""])
    ],
)
def test_what_connect_would_know_is_refused_unless_it_was_given(path: str) -> None:
    assert refusal(lambda: say(path)) == f"contactFlow: Only: there is no {path} here."
    assert say(path, FlowContact(system={path: "this"})) == fe.Say("this")


@pytest.mark.parametrize(
    "path", ["$.Lex.Intent", "$.Queue", "$.Queue.Colour", "$.Queue.Name.x", "$.ContactId.x"]
)
def test_what_connect_cannot_know_is_refused_though_it_was_given(path: str) -> None:
    said = refusal(lambda: say(path, FlowContact(system={path: "this"})))
    assert said.startswith(f"contactFlow: Only: {path} does not exist in Connect")


def test_agents_name_is_refused_where_no_agent_is_though_one_is_given() -> None:
    contact = FlowContact(agent="alice", system={"$.Agent.UserName": "alice"})
    assert "CONTACT_FLOW" in refusal(lambda: say("$.Agent.UserName", contact))


@pytest.mark.parametrize("text", ["$External.PIN", "Hello $.['Attributes']", "${Get"])
def test_what_looks_like_a_path_and_is_none_is_refused(text: str) -> None:
    said = refusal(lambda: say(text))
    assert "Only: Text is" in said
    assert text in said


# --------------------------------------------------------------- transitions

WIRED = "Transitions/Errors/NoMatchingError/NextAction"
TRANSITIONS = [
    ("answer", "Refuse", drop("Actions/Refuse/Transitions/NextAction"), "no NextAction"),
    ("answer", "Ring", drop("Actions/Ring/Transitions/NextAction"), "no NextAction"),
    ("transfer and end", "Call", drop("Actions/Call/Transitions/NextAction"), "no NextAction"),
    ("answer", "Refuse", put("Actions/Refuse/Transitions/NextAction", "Nobody"), "next.*'Nobody'"),
    ("answer", "Known", put("Actions/Known/Transitions/Errors", []), "NoMatchingCondition"),
    ("answer", "Known",
     put("Actions/Known/Transitions/Errors/NoMatchingCondition/NextAction", "Nobody"),
     "NoMatchingCondition.*'Nobody'"),
    ("waiting", "Count", drop("Actions/Count/Transitions/Conditions/0"), "ContinueLooping"),
    ("waiting", "Count", put("Actions/Count/Transitions/Conditions/0/NextAction", "Nobody"),
     "ContinueLooping.*'Nobody'"),
    ("answer", "Known", add("Actions/Known/Transitions/Conditions",
                            when("TextContains", "O", "End")), "TextContains"),
    ("answer", "Known", put("Actions/Known/Transitions/Conditions/0/Condition/Operands", []),
     "Operands"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "block", "change", "missing"), TRANSITIONS)
def test_way_that_leads_nowhere_is_refused(
    name: str, block: str, change: Change, missing: str
) -> None:
    assert re.search(f": {block}: .*{missing}", refused(name, block, change))


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (drop("Actions/Refuse/Transitions/Errors"), "no branch for NoMatchingError"),
        (put("Actions/Refuse/Transitions/Errors", []), "no branch for NoMatchingError"),
        (put(f"Actions/Refuse/{WIRED}", "Nobody"), "NoMatchingError leads to 'Nobody'"),
    ],
)
def test_error_that_leads_nowhere_is_refused(change: Change, missing: str) -> None:
    flow = changed("answer", put("StartAction", "Refuse"), change)
    contact = FlowContact(system={"$.CustomerEndpoint.Address": "+447700900123"})
    said = refusal(lambda: finish(run(flow, contact), faults={0: "NoMatchingError"}))
    assert f": Refuse: {missing}" in said


@pytest.mark.parametrize(
    ("kind", "given", "error"),
    [
        ("MessageParticipant", {"Text": "Hello"}, "CallFailed"),
        ("DisconnectParticipant", {}, "NoMatchingError"),
        ("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, "NoMatchingError"),
    ],
)
def test_error_that_the_action_does_not_have_is_refused(
    kind: str, given: dict[str, str], error: str
) -> None:
    flow = one_block(kind, given, **{error: "End"})
    said = refusal(lambda: finish(run(flow, FlowContact()), faults={0: error}))
    assert "Only: " in said
    assert kind in said
    assert error in said


@pytest.mark.parametrize("start", ["Nobody", None])
def test_start_that_is_no_block_is_refused(start: str | None) -> None:
    flow = changed("answer", put("StartAction", start))
    said = refusal(lambda: next(run(flow, FlowContact())))
    assert said.startswith(f"contactFlow: StartAction is {start!r}")


# -------------------------------------------------------------------- tokens


def test_token_without_a_value_is_refused() -> None:
    said = refusal(lambda: load("transfer_to_pci_pal", {}))
    assert said == "flows/transfer_to_pci_pal.json: no value for the token ${AddAgentFunctionArn}."
    said = refusal(lambda: fill('{"Actions": "${Nothing}"}', VALUES, "theirs.json"))
    assert said == "theirs.json: no value for the token ${Nothing}."
