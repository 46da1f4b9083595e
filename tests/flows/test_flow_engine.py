"""Every block and every branch of every flow is taken, and the engine skips nothing in silence."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator import flow_engine as fe
from simulator import template
from simulator.errors import SimulatorError

VALUES = {
    "AddAgentFunctionArn": "arn:add",
    "GetAgentFunctionArn": "arn:get",
    "AgentJoinedFunctionArn": "arn:joined",
    "PciPalNumber": "+441632960001",
    "PinLength": "4",
    "SecureCallJoinedFlowArn": "arn:flow:joined",
    "SecureCallWaitingFlowArn": "arn:flow:waiting",
}
NAMES = sorted(path.stem for path in template.ROOT.glob("flows/*.json"))
OK = {
    "arn:add": {"Result": "OK", "PIN": "0027", "TransferId": "t"},
    "arn:get": {"Result": "OK", "AgentName": "alice", "TransferId": "t"},
    "arn:joined": {"Result": "OK"},
}
REFUSED = {"Result": "ERROR", "Reason": "PinUnknown"}
WRONG_AGENT = {"Result": "ERROR", "Reason": "WrongAgent"}

World = Callable[[fe.Effect], Any]
Faults = dict[int, str]


def good_world(effect: fe.Effect) -> Any:
    """A day on which everything works."""
    match effect:
        case fe.ReadDigits():
            return "0027"
        case fe.Invoke(function_arn=function):
            return OK[function]
    return None


def play(
    name: str, world: World = good_world, faults: Faults | None = None
) -> tuple[list[fe.Effect], list[str]]:
    """Run a flow to its end; return what it did and which ways it took.

    `faults`: which effect, counted from 0, fails with which error.
    """
    contact = fe.FlowContact(attributes={"QueueAgentName": "alice", "TransferId": "t"})
    if "Whisper" in fe.load(name, VALUES)["Metadata"]["type"]:
        contact.agent = "alice"
    flow = fe.run(fe.load(name, VALUES), contact)
    effects, came = [], None
    while True:
        try:
            effect = flow.send(came)
        except StopIteration as end:
            return effects, end.value
        error = (faults or {}).get(len(effects))
        effects.append(effect)
        came = fe.Failed(error) if error else world(effect)


def said(effects: list[fe.Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, fe.Say)]


def refusing(answer: dict[str, str]) -> World:
    return lambda effect: answer if isinstance(effect, fe.Invoke) else good_world(effect)


def errors_of(effect: fe.Effect) -> list[str]:
    """Return the errors that a block can leave by after this effect."""
    match effect:
        case fe.Record() | fe.LogFlow() | fe.HangUp():
            return []
        case fe.CallOut():
            return ["CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError"]
        case fe.Enqueue():
            return ["QueueAtCapacity", "NoMatchingError"]
    return ["NoMatchingError"]


def runs(name: str) -> Iterator[list[str]]:
    """Take every single fault, and every second one after it, on good and on refusing days."""
    for world in (good_world, refusing(REFUSED), refusing(WRONG_AGENT)):
        effects, ways = play(name, world)
        yield ways
        for first, effect in enumerate(effects):
            for error in errors_of(effect):
                then, ways = play(name, world, {first: error})
                yield ways
                for second in range(first + 1, len(then)):
                    for other in errors_of(then[second]):
                        yield play(name, world, {first: error, second: other})[1]


def branches(name: str) -> set[str]:
    """Return every way out of every block, as the engine names it."""
    ways = set()
    for action in fe.load(name, VALUES)["Actions"]:
        transitions = action["Transitions"]
        block = action["Identifier"]
        if action["Type"] not in ("Compare", "Loop") and "NextAction" in transitions:
            ways.add(f"{block}: next" if action["Type"] != "TransferContactToQueue" else block)
        ways |= {f"{block}: {error['ErrorType']}" for error in transitions.get("Errors", [])}
        for condition in transitions.get("Conditions", []):
            ways.add(f"{block}: {condition['Condition']['Operands'][0]}")
    return ways


def taken(name: str) -> set[str]:
    flow = {action["Identifier"]: action for action in fe.load(name, VALUES)["Actions"]}
    ways = set()
    for run in runs(name):
        for way in run:
            block, _, by = way.partition(": ")
            operands = {
                c["Condition"]["Operands"][0]
                for c in flow[block]["Transitions"].get("Conditions", [])
            }
            if flow[block]["Type"] == "Compare" and by not in operands:
                by = "NoMatchingCondition"
            over = by == "the flow is over"
            ways.add(
                block if over and "NextAction" in flow[block]["Transitions"] else f"{block}: {by}"
            )
    return ways


@pytest.mark.parametrize("name", NAMES)
def test_every_branch_is_taken(name: str, figure: Callable[[str], None]) -> None:
    there_are, were_taken = branches(name), taken(name)
    assert there_are - were_taken == set()
    figure(f"flows/{name}.json: {len(there_are)} of {len(there_are)} branches taken")


def test_transfer_flow_keys_seven_commas_and_the_pin() -> None:
    effects, _ = play("transfer_to_pci_pal")
    (call,) = [effect for effect in effects if isinstance(effect, fe.CallOut)]
    assert (call.number, call.digits) == ("+441632960001", ",,,,,,,0027")


def test_answer_flow_hands_the_heard_digits_to_get_agent_and_rings_that_agent() -> None:
    effects, _ = play("answer_from_pci_pal")
    (invoke,) = [effect for effect in effects if isinstance(effect, fe.Invoke)]
    assert invoke.parameters == {"PIN": "0027"}
    assert fe.SetQueue("alice") in effects
    assert fe.Hook("AgentWhisper", "arn:flow:joined") in effects
    assert effects[-2:] == [fe.Say("Call secure."), fe.Enqueue()]


def test_digits_that_never_come_are_handed_on_as_timeout() -> None:
    effects, _ = play(
        "answer_from_pci_pal",
        lambda effect: "Timeout" if isinstance(effect, fe.ReadDigits) else good_world(effect),
    )
    (invoke,) = [effect for effect in effects if isinstance(effect, fe.Invoke)]
    assert invoke.parameters == {"PIN": "Timeout"}


def test_refused_looped_call_hears_that_it_is_not_secured() -> None:
    effects, _ = play("answer_from_pci_pal", refusing(REFUSED))
    assert said(effects) == ["Call not secured."]
    assert effects[-1] == fe.HangUp()


def test_cardholder_is_told_again_and_again_and_then_goodbye() -> None:
    effects, _ = play("secure_call_waiting")
    words = said(effects)
    assert len(words) == 31
    assert "Goodbye" in words[-1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unknown", ["Colour", "Inner"])
def test_unknown_parameter_is_an_error_that_names_block_and_parameter(
    name: str, unknown: str
) -> None:
    for index, action in enumerate(fe.load(name, VALUES)["Actions"]):
        flow = copy.deepcopy(fe.load(name, VALUES))
        flow["StartAction"] = action["Identifier"]
        flow["Actions"][index]["Parameters"][unknown] = "x"
        contact = fe.FlowContact(agent="alice", stored_input="0027")
        with pytest.raises(SimulatorError, match=f"{action['Identifier']}.*{unknown}"):
            _to_the_end(fe.run(flow, contact))


def test_unknown_action_is_an_error_that_names_it() -> None:
    flow = _one_block("PlayChess", {})
    with pytest.raises(SimulatorError, match="PlayChess"):
        _to_the_end(fe.run(flow, fe.FlowContact()))


@pytest.mark.parametrize(
    "path",
    ["$.Agent.UserName", "$.StoredCustomerInput", "$.Lex.Intent", "$.External", "$.Queue.Name"],
)
def test_path_that_is_not_there_is_an_error_that_names_it(path: str) -> None:
    flow = _one_block("MessageParticipant", {"Text": path})
    with pytest.raises(SimulatorError, match=path.replace("$", r"\$")):
        _to_the_end(fe.run(flow, fe.FlowContact()))


def test_attribute_whose_name_has_spaces_is_read() -> None:
    flow = fe.run(
        _one_block("MessageParticipant", {"Text": "Hello, $.Attributes.['my name']."}),
        fe.FlowContact(attributes={"my name": "alice"}),
    )
    assert next(flow) == fe.Say("Hello, alice.")


def test_missing_parameter_token_and_branch_are_errors_that_name_them() -> None:
    with pytest.raises(SimulatorError, match="Text is missing"):
        _to_the_end(fe.run(_one_block("MessageParticipant", {}), fe.FlowContact()))
    with pytest.raises(SimulatorError, match="AddAgentFunctionArn"):
        fe.load("transfer_to_pci_pal", {})
    flow = fe.run(_one_block("MessageParticipant", {"Text": "Hello"}), fe.FlowContact())
    next(flow)
    with pytest.raises(SimulatorError, match="no branch for NoMatchingError"):
        flow.send(fe.Failed())


def test_what_shows_the_pin_is_left_out_of_what_is_printed() -> None:
    assert "0027" not in repr(fe.CallOut("+44", ",,0027", 30))
    assert "0027" not in repr(fe.SetAttributes({"delay_and_PIN": ",,0027"}))


def _one_block(kind: str, parameters: dict[str, str]) -> fe.Flow:
    action = {"Identifier": "Only", "Type": kind, "Parameters": parameters, "Transitions": {}}
    return json.loads(json.dumps({"StartAction": "Only", "Actions": [action]}))


def _to_the_end(flow: fe.Run) -> None:
    came = None
    while True:
        try:
            effect = flow.send(came)
        except StopIteration:
            return
        came = good_world(effect)
