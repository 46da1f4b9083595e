"""Every block and every branch of every flow is taken, and the engine skips nothing in silence."""

import json
from collections.abc import Iterator
from itertools import islice

import pytest

from simulator import flow_effects as fe
from simulator import template
from simulator.errors import SimulatorError
from simulator.flow_actions import NO_MATCHING_ERROR as ERROR
from simulator.flow_engine import FlowContact, fill, load, run, ways
from tests.flows.flow_changes import add, drop, put
from tests.flows.flow_runs import (
    OK,
    VALUES,
    Faults,
    World,
    changed,
    finish,
    good_world,
    one_block,
    say,
)
from tests.flows.flow_samples import when

NAMES = sorted(path.stem for path in template.ROOT.glob("flows/*.json"))
REFUSED = {"Result": "ERROR", "Reason": "PinUnknown"}
WRONG_AGENT = {"Result": "ERROR", "Reason": "WrongAgent"}
READ = "Actions/Read/Parameters"


def play(
    name: str, world: World = good_world, faults: Faults | None = None
) -> tuple[list[fe.Effect], list[str]]:
    """Run a flow to its end; return what it did and which ways it took."""
    flow = load(name, VALUES)
    contact = FlowContact(attributes={"QueueAgentName": "alice", "TransferId": "t"})
    if "Whisper" in flow["Metadata"]["type"]:
        contact.agent = "alice"
    return finish(run(flow, contact), world, faults)


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
        case fe.Enqueue() | fe.Requeue():
            return ["QueueAtCapacity", "NoMatchingError"]
    return ["NoMatchingError"]


def runs(name: str) -> Iterator[list[str]]:
    """Take every single fault, and every second one after it, on good and on refusing days."""
    for world in (good_world, refusing(REFUSED), refusing(WRONG_AGENT)):
        effects, taken = play(name, world)
        yield taken
        for first, effect in enumerate(effects):
            for error in errors_of(effect):
                then, taken = play(name, world, {first: error})
                yield taken
                for second in range(first + 1, len(then)):
                    for other in errors_of(then[second]):
                        yield play(name, world, {first: error, second: other})[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_branch_is_taken(name: str) -> None:
    there_are = ways(load(name, VALUES))
    were_taken = {way for one in runs(name) for way in one}
    assert were_taken == there_are


@pytest.mark.parametrize("name", NAMES)
def test_ways_are_all_that_is_wired(name: str) -> None:
    """Counted from the file, so that no branch is left out of what must be taken."""
    wired = set()
    for action in load(name, VALUES)["Actions"]:
        block, transitions = action["Identifier"], action["Transitions"]
        conditions = transitions.get("Conditions", [])
        wired |= {f"{block}: {error['ErrorType']}" for error in transitions.get("Errors", [])}
        wired |= {f"{block}: {one['Condition']['Operands'][0]}" for one in conditions}
        if not conditions:
            wired.add(f"{block}: next" if transitions else f"{block}: end")
    assert ways(load(name, VALUES)) == wired


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


def test_attribute_whose_name_has_spaces_is_read() -> None:
    contact = FlowContact(attributes={"my name": "alice"})
    assert say("Hello, $.Attributes.['my name'].", contact) == fe.Say("Hello, alice.")


@pytest.mark.parametrize("path", ["$.Attributes.Nobody", "$.External.Nothing"])
def test_what_nobody_set_or_answered_reads_as_empty(path: str) -> None:
    assert say(f"<{path}>") == fe.Say("<>")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("$.ContactId", "$.ContactId"),
        ("$.SystemEndpoint.Address", "$.SystemEndpoint.Address"),
        ("$.SystemEndpoint.Address", "$.SystemEndpoint.['Address']"),
        ("$.Queue.Name", "$.Queue['Name']"),
        ("$.SegmentAttributes['connect:Subtype']", "$.SegmentAttributes.['connect:Subtype']"),
    ],
)
def test_what_connect_knows_is_read_however_it_is_written(path: str, written: str) -> None:
    assert say(f"It is {written}.", FlowContact(system={path: "this"})) == fe.Say("It is this.")


def test_agents_other_names_are_what_connect_knows() -> None:
    contact = FlowContact(agent="alice", system={"$.Agent.FirstName": "Alice"})
    text = "$.Agent.UserName is $.Agent.FirstName"
    assert say(text, contact, "agentWhisper") == fe.Say("alice is Alice")


def test_each_answer_of_a_function_replaces_the_one_before() -> None:
    contact = FlowContact(external={"Reason": "PinUnknown"})
    finish(run(changed("transfer"), contact))
    assert contact.external == OK["arn:add"]


def test_no_attribute_is_set_by_a_block_that_failed() -> None:
    contact = FlowContact()
    finish(run(changed("outbound"), FlowContact(contact.attributes, "alice")), faults={0: ERROR})
    assert contact.attributes == {}


SAFE_CALL = {
    "ThirdPartyPhoneNumber": "+441632960001",
    "ThirdPartyConnectionTimeLimitSeconds": "30",
    "ContinueFlowExecution": "False",
}


def test_call_after_which_the_flow_does_not_continue_ends_it() -> None:
    flow = changed("transfer and end")
    effects, taken = finish(run(flow, FlowContact()))
    assert effects == [fe.CallOut("+441632960000", ",,,0027", 30, continues=False)]
    assert taken == ["Call: next"]


def test_call_that_is_not_made_goes_on_though_the_flow_would_not_continue() -> None:
    effects, taken = finish(run(changed("transfer and end"), FlowContact()), faults={0: ERROR})
    assert effects[1:] == [fe.Say("Not secured. Try again."), fe.HangUp()]
    assert taken == [f"Call: {ERROR}", "Failed: next", "End: end"]


@pytest.mark.parametrize("error", ["CallFailed", "ConnectionTimeLimitExceeded"])
def test_safe_call_knows_no_other_error_even_if_it_is_wired(error: str) -> None:
    wired = {"ErrorType": error, "NextAction": "Failed"}
    flow = changed("transfer and end", add("Actions/Call/Transitions/Errors", wired))
    with pytest.raises(SimulatorError, match=f"Call: .*{error}"):
        finish(run(flow, FlowContact()), faults={0: error})
    assert f"Call: {error}" not in ways(flow)


def test_call_may_key_nothing_and_show_a_number() -> None:
    given = {**SAFE_CALL, "CallerId": {"Number": "$.SystemEndpoint.Address"}}
    flow = one_block("TransferParticipantToThirdParty", given)
    ours = "+441632960000"
    call = next(run(flow, FlowContact(system={"$.SystemEndpoint.Address": ours})))
    assert call == fe.CallOut("+441632960001", "", 30, continues=False, caller_id=ours)


def test_flow_continues_after_a_call_that_ended() -> None:
    contact = FlowContact(attributes={"QueueAgentName": "alice"})
    effects, taken = finish(run(changed("transfer"), contact))
    assert fe.CallOut("+441632960001", ",,,0027", 30, True, "+441632960001") in effects
    assert taken[-3:] == ["Call: next", "Forget: next", "End: end"]
    assert contact.attributes["delay_and_PIN"] == "used"


@pytest.mark.parametrize(
    ("given", "queue"),
    [
        ({"AgentId": "$.External.AgentName"}, fe.SetQueue(agent="alice")),
        ({"QueueId": "$.Attributes.Queue"}, fe.SetQueue(queue="arn:queue")),
        ({"AgentId": "$.External.Nobody"}, fe.SetQueue()),
    ],
)
def test_queue_is_an_agents_own_or_another(given: dict[str, str], queue: fe.SetQueue) -> None:
    contact = FlowContact(external={"AgentName": "alice"}, attributes={"Queue": "arn:queue"})
    assert next(run(one_block("UpdateContactTargetQueue", given), contact)) == queue


@pytest.mark.parametrize(
    ("given", "queue"),
    [
        ({"AgentId": "$.External.AgentName"}, fe.Requeue(agent="alice")),
        ({"QueueId": "$.Attributes.Queue"}, fe.Requeue(queue="arn:queue")),
    ],
)
def test_waiting_call_can_be_passed_on_to_an_agents_own_queue_or_another(
    given: dict[str, str], queue: fe.Requeue
) -> None:
    contact = FlowContact(external={"AgentName": "alice"}, attributes={"Queue": "arn:queue"})
    flow = changed("moving", put("Actions/Move on/Parameters", given))
    effects, taken = finish(run(flow, contact))
    assert (effects, taken) == ([queue], ["Move on: next"])


def test_key_that_ends_the_input_is_the_flows_own() -> None:
    flow = changed("answer", put(f"{READ}/DTMFConfiguration/InputTerminationSequence", "*"))
    assert next(run(flow, FlowContact())) == fe.ReadDigits("One moment.", 4, 40, 5, "*")


def test_contact_tells_which_block_runs() -> None:
    contact = FlowContact()
    running = run(load("answer_from_pci_pal", VALUES), contact)
    blocks = []
    for came in (None, None, "0027"):
        running.send(came)
        blocks.append(contact.block)
    assert blocks == ["Logging off", "Read PIN", "GetAgent"]


def test_prompt_before_digits_may_be_ssml() -> None:
    spoken = "<speak>Reading.</speak>"
    flow = changed("answer", drop(f"{READ}/Text"), put(f"{READ}/SSML", spoken))
    assert next(run(flow, FlowContact())) == fe.ReadDigits(spoken, 4, 40, 5, "#")


def test_what_exports_leave_out_is_not_missed() -> None:
    left_out = ("InvocationType", "LambdaInvocationAttributes")
    changes = [drop(f"Actions/Ask/Parameters/{name}") for name in left_out]
    flow = changed("answer", put("StartAction", "Ask"), *changes)
    assert next(run(flow, FlowContact())) == fe.Invoke("arn:get", {}, 8)


def test_loop_that_is_done_counts_anew() -> None:
    flow = changed("waiting", put("Actions/Count/Parameters/LoopCount", "2"),
                   put("Actions/Goodbye/Transitions/NextAction", "Count"))  # fmt: skip
    running = run(flow, FlowContact())
    words = [effect.text for effect in islice(running, 6) if isinstance(effect, fe.Say)]
    assert words == 2 * ["Please wait.", "Please wait.", "Goodbye."]


def test_loop_counts_in_its_own_run() -> None:
    contact = FlowContact()
    for _ in range(2):
        effects, _ways = finish(run(changed("waiting"), contact))
        assert len(said(effects)) == 31


def test_ways_have_the_names_that_a_run_gives_them() -> None:
    assert ways(changed("waiting")) == {
        "Count: ContinueLooping", "Count: DoneLooping", "Wait: next", "Wait: NoMatchingError",
        "Goodbye: next", "Goodbye: NoMatchingError", "End: end",
    }  # fmt: skip
    assert ways(changed("transfer and end")) == {
        "Call: next", "Call: NoMatchingError", "Failed: next", "Failed: NoMatchingError",
        "End: end",
    }  # fmt: skip
    assert {way for way in ways(load("answer_from_pci_pal", VALUES)) if way.startswith("R")} == {
        "Read PIN: next", "Read PIN: NoMatchingError", "Ring agent: next",
        "Ring agent: QueueAtCapacity", "Ring agent: NoMatchingError",
    }  # fmt: skip


def test_way_that_no_run_can_take_is_none() -> None:
    other = when("Equals", "Other", "End")
    flow = changed("waiting", add("Actions/Count/Transitions/Conditions", other))
    assert ways(flow) == ways(changed("waiting"))


def test_of_two_conditions_that_hold_the_first_one_counts() -> None:
    again = when("Equals", "OK", "Failed")
    flow = changed("transfer", add("Actions/Has PIN/Transitions/Conditions", again))
    assert "Mix: next" in finish(run(flow, FlowContact()))[1]


def test_what_was_compared_gives_no_way_its_name() -> None:
    """It may be a PIN."""
    flow = changed("transfer", put("Actions/Has PIN/Parameters/ComparisonValue", "$.External.PIN"))
    taken: list[str] = []
    finish(run(flow, FlowContact(), taken))
    assert "Has PIN: NoMatchingCondition" in taken
    assert set(taken) <= ways(flow)


def test_run_that_is_broken_off_tells_which_ways_it_took() -> None:
    taken: list[str] = []
    running = run(load("answer_from_pci_pal", VALUES), FlowContact(), taken)
    running.send(None)
    running.send(None)
    running.send("0027")
    running.close()
    assert taken == ["Logging off: next", "Read PIN: next"]


def test_run_returns_the_ways_that_it_told_meanwhile() -> None:
    taken: list[str] = []
    _, returned = finish(run(changed("waiting"), FlowContact(), taken))
    assert returned is taken


def test_token_may_stand_for_any_text() -> None:
    words = 'Say "yes"\no'
    text = json.dumps(one_block("MessageParticipant", {"Text": "${Words}"}))
    assert next(run(fill(text, {"Words": words}, "words.json"), FlowContact())) == fe.Say(words)


def test_what_shows_the_pin_is_left_out_of_what_is_printed() -> None:
    pin = {"PIN": "0027"}
    assert "0027" not in repr(fe.CallOut("+44", ",,0027", 30, continues=True))
    assert "0027" not in repr(fe.SetAttributes({"delay_and_PIN": ",,0027"}))
    assert "0027" not in repr(fe.Invoke("arn:get", pin, 8))
    assert "0027" not in repr(FlowContact(pin, "alice", pin, "0027", pin))
