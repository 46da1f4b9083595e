"""A function that misbehaves: what agent and cardholder hear then, and that the call goes on.

A fault costs the call its security and never its end: the agent hears it, goes back, and can try
again. Each block takes its 8 s at most, whatever the function does.
"""

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest

from operations.call import AgentAtWork, Call, Cardholder
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    SECURED_CALL,
    conversation,
    reunite,
    secure,
)
from simulator.connect.lambda_block import LIMIT_SECONDS, Reply
from simulator.errors import SimulatorError
from simulator.flow_engine import Flow
from simulator.flow_language import MOST_SECONDS_OF_LAMBDAS
from tests.calls.memory_site import ARNS, MemoryFunctions, memory_call
from tests.calls.over import nothing_is_left
from tests.calls.test_branches import NO_PIN, NOT_RECORDED, heard
from tests.flows.flow_samples import end, flow, invoke, say

READING = "Reading agent locator."
GOOD: Mapping[str, Mapping[str, str]] = {
    "AddAgent": {"Result": "OK", "PIN": "0027", "TransferId": "transfer-1"},
    "GetAgent": {"Result": "OK", "AgentName": "alice", "TransferId": "transfer-1"},
    "AgentJoined": {"Result": "OK"},
}
BLOCKS = {
    "AddAgent": ("transfer_to_pci_pal", "AddAgent"),
    "GetAgent": ("answer_from_pci_pal", "GetAgent"),
    "AgentJoined": ("secure_call_joined", "AgentJoined"),
}
RAISED = Reply(b'{"errorMessage": "broken", "errorType": "RuntimeError"}', "broken")
THROTTLED = Reply(b"", "TooManyRequestsException")


def answers(**answer: Any) -> Reply:
    return Reply(json.dumps(answer).encode())


Fault = Callable[[Mapping[str, Any]], list[Reply]]
"""What the invocations of one block come to, made of what would be a good answer."""

FAULTS: dict[str, Fault] = {
    "raises": lambda _: [RAISED] * 4,
    "is throttled": lambda _: [THROTTLED] * 4,
    "is throttled and raises": lambda _: [THROTTLED, RAISED] * 2,
    "answers a nested map": lambda good: [answers(**good, More={"of": "it"})],
    "answers a list in the map": lambda good: [answers(**good, More=["of", "it"])],
    "answers a list": lambda good: [Reply(json.dumps([good]).encode())],
    "answers a text": lambda _: [Reply(b'"OK"')],
    "answers null": lambda _: [Reply(b"null")],
    "answers nothing": lambda _: [Reply(b"")],
    "answers what is no JSON": lambda _: [Reply(b"Result=OK")],
    "answers a number": lambda good: [answers(**good, Attempt=1)],
    "answers true": lambda good: [answers(**{**good, "Result": True})],
    "answers null as a value": lambda good: [answers(**good, Reason=None)],
    "answers an empty map": lambda _: [answers()],
    "answers without a Result": lambda good: [answers(**{**good, "Result": ""})],
    "answers ok, not OK": lambda good: [answers(**{**good, "Result": "ok"})],
    "answers 40 KB": lambda good: [answers(**good, More="x" * 40 * 1024)],
    "answers after 9 s": lambda good: [Reply(answers(**good).body, seconds=9.0)],
    "raises twice after 3 s, then answers late": lambda good: [
        Reply(RAISED.body, RAISED.error, 3.0),
        Reply(RAISED.body, RAISED.error, 3.0),
        Reply(answers(**good).body, seconds=3.0),
    ],
    "times out": lambda _: [Reply(b"", "Task timed out after 7.00 seconds", 7.0)] * 2,
}

PLACES = pytest.mark.parametrize("name", BLOCKS)


# ------------------------------------------------------------------------------ what is played


def functions_of(call: Call) -> MemoryFunctions:
    functions = call.connect.functions
    assert isinstance(functions, MemoryFunctions)
    return functions


def lasts(call: Call, flow_name: str, block: str) -> Callable[[], list[float]]:
    """Return who tells how long a block lasted, each time, in call time."""
    begun: list[tuple[str, float]] = []

    def watch(running: str, began: str) -> None:
        if running == flow_name:
            begun.append((began, call.world.now))

    call.connect.block_watchers.append(watch)

    def told() -> list[float]:
        return [later - at for (one, at), (_, later) in pairwise(begun) if one == block]

    return told


def is_alone_again(call: Call, alice: AgentAtWork) -> None:
    """Wait until the third party is gone."""
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the transfer to end")


def gets_no_pin(call: Call, carol: Cardholder, alice: AgentAtWork) -> None:
    alice.clicks()
    alice.hears(NO_PIN)
    is_alone_again(call, alice)
    assert heard(alice) == [NO_PIN]
    assert heard(carol) == []
    alice.resumes()


def is_not_secured(call: Call, carol: Cardholder, alice: AgentAtWork) -> None:
    alice.clicks()
    alice.joins()
    alice.hears(NOT_SECURED)
    carol.hears(NOT_SECURED)
    is_alone_again(call, alice)
    assert heard(alice) == heard(carol) == [READING, NOT_SECURED]


def is_not_recorded(_: Call, carol: Cardholder, alice: AgentAtWork) -> None:
    secure(alice)
    alice.accepts()
    alice.hears(NOT_RECORDED)
    alice.is_connected()
    assert heard(alice) == [READING, CALL_SECURE, NOT_RECORDED]
    assert heard(carol) == [READING, CALL_SECURE]


FAILS = {"AddAgent": gets_no_pin, "GetAgent": is_not_secured, "AgentJoined": is_not_recorded}
"""How a call goes in which a function's block leaves by its Error branch."""


def fails(call: Call, name: str) -> None:
    """Play what a block that failed leads to, then the second try, which goes well."""
    carol, alice = conversation(call)
    FAILS[name](call, carol, alice)
    call.talk(alice, carol)
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


# ----------------------------------------------------------------------------------- the faults


@PLACES
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_heard_and_the_next_try_goes_well(name: str, fault: str) -> None:
    call = memory_call()
    took = lasts(call, *BLOCKS[name])
    functions_of(call).replies[name] = FAULTS[fault](GOOD[name])
    fails(call, name)
    assert not functions_of(call).replies[name]  # each reply has been asked for
    assert 0 < round(took()[0], 6) <= LIMIT_SECONDS


@PLACES
@pytest.mark.parametrize("fault", ["answers after 9 s", "times out",
                                   "raises twice after 3 s, then answers late"])  # fmt: skip
def test_who_is_too_slow_is_waited_for_no_longer_than_8_s(name: str, fault: str) -> None:
    call = memory_call()
    took = lasts(call, *BLOCKS[name])
    functions_of(call).replies[name] = FAULTS[fault](GOOD[name])
    fails(call, name)
    assert took()[0] == pytest.approx(LIMIT_SECONDS)


@PLACES
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("reply", [RAISED, THROTTLED], ids=["raises", "is throttled"])
def test_who_answers_at_last_is_not_noticed(name: str, times: int, reply: Reply) -> None:
    call = memory_call()
    functions_of(call).replies[name] = [reply] * times
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    assert heard(alice) == [READING, CALL_SECURE, SECURED_CALL]
    assert heard(carol) == [READING, CALL_SECURE]
    assert [one for one, _, _ in functions_of(call).invoked] == list(BLOCKS)
    carol.hangs_up()
    nothing_is_left(call)


@PLACES
def test_an_answer_within_8_s_is_in_time(name: str) -> None:
    call = memory_call()
    slow = Reply(RAISED.body, RAISED.error, 7.5)
    functions_of(call).replies[name] = [slow]
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    assert heard(alice) == [READING, CALL_SECURE, SECURED_CALL]
    carol.hangs_up()
    nothing_is_left(call)


@PLACES
def test_the_time_line_says_what_was_wrong(name: str) -> None:
    call = memory_call()
    functions_of(call).replies[name] = [RAISED] * 4
    fails(call, name)
    asked = [note.text for note in call.world.journal.notes if f"asks {name}: " in note.text]
    assert asked[0].endswith(f"asks {name}: The function failed 4 times: broken")
    assert asked[1].endswith(f"asks {name}: OK")


# ------------------------------------------------------------------- answers that lack something


def test_without_a_pin_the_loop_hears_no_key_and_is_refused() -> None:
    """Nothing but pauses is keyed; GetAgent refuses the time-out that Connect stores then."""
    call = memory_call()
    functions_of(call).replies["AddAgent"] = [answers(Result="OK", TransferId="transfer-1")]
    fails(call, "GetAgent")
    asked, _ = (given for name, given, _ in functions_of(call).invoked if name == "GetAgent")
    assert asked["Details"]["Parameters"] == {"PIN": "Timeout"}
    refused = [one for name, _, one in functions_of(call).invoked if name == "GetAgent"]
    assert refused[0] == {"Result": "ERROR", "Reason": "PinMalformed"}


def test_without_a_transfer_id_from_add_agent_nothing_is_missed() -> None:
    """The flow takes the id from GetAgent's answer, not from AddAgent's."""
    call = memory_call()
    real = functions_of(call).invoke

    def without_the_id(function_arn: str, payload: str) -> Reply:
        reply = real(function_arn, payload)
        answer = json.loads(reply.body)
        if function_arn == ARNS["AddAgent"]:
            del answer["TransferId"]
        return answers(**answer)

    functions_of(call).invoke = without_the_id  # type: ignore[method-assign]
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    assert heard(alice)[-1] == SECURED_CALL
    carol.hangs_up()
    nothing_is_left(call)


@pytest.mark.parametrize("name", ["", "mallory"])
def test_without_the_name_of_an_agent_nobody_is_rung(name: str) -> None:
    call = memory_call()
    functions_of(call).replies["GetAgent"] = [
        answers(Result="OK", AgentName=name, TransferId="transfer-1")
    ]
    fails(call, "GetAgent")


def test_without_an_agent_name_nobody_is_rung() -> None:
    call = memory_call()
    functions_of(call).replies["GetAgent"] = [answers(Result="OK", TransferId="transfer-1")]
    fails(call, "GetAgent")


def test_without_a_transfer_id_from_get_agent_the_join_is_not_recorded() -> None:
    call = memory_call()
    functions_of(call).replies["GetAgent"] = [answers(Result="OK", AgentName="alice")]
    carol, alice = conversation(call)
    secure(alice)
    alice.accepts()
    alice.hears(NOT_RECORDED)
    alice.is_connected()
    call.talk(alice, carol)
    _, _, joined = functions_of(call).invoked[-1]
    assert joined == {"Result": "ERROR", "Reason": "TransferIdInvalid"}
    carol.hangs_up()
    nothing_is_left(call)


# -------------------------------------------------------------------------- many, in one flow

ASKING = "+441632960009"
ALL_ASKED, TOO_SLOW = "All have answered.", "That took too long."
PATIENCE = "One moment."


def asks(*blocks: str) -> Flow:
    """Return a flow of Lambda blocks in a row; `…` stands for words in between."""
    names = [f"{number} {block}" for number, block in enumerate(blocks)]
    following = [*names[1:], "Say all asked"]
    content: Flow = flow(
        "contactFlow",
        *(
            say(name, PATIENCE, target)
            if block == "…"
            else invoke(name, ARNS[block], {}, target, "Say too slow")
            for name, block, target in zip(names, blocks, following, strict=True)
        ),
        say("Say all asked", ALL_ASKED, "End"),
        say("Say too slow", TOO_SLOW, "End"),
        end("End", "DisconnectParticipant"),
    )
    return content


def dials_a_flow(call: Call, content: Flow) -> Cardholder:
    """Let a cardholder call a flow in which each function takes 7 s."""
    arn = call.connect.publish_unchecked("asking", content)
    call.connect.claim_number(ASKING, arn, "the asking call")
    replies = functions_of(call).replies
    for name in BLOCKS:
        replies[name] = [Reply(answers(Result="OK").body, seconds=7.0)]
    carol = call.cardholder()
    carol.dials(ASKING)
    return carol


def test_functions_that_take_over_20_s_together_leave_by_the_error_branch() -> None:
    call = memory_call()
    carol = dials_a_flow(call, asks("AddAgent", "GetAgent", "AgentJoined"))
    call.until(lambda: bool(call.connect.contacts), "the call to be answered")
    began = call.world.now
    carol.hears(TOO_SLOW)
    # The third is broken off within its time, when 20 s are over; then come the words.
    assert call.world.now - began == pytest.approx(MOST_SECONDS_OF_LAMBDAS + 4 * 0.4)
    carol.is_cut_off()
    assert carol.heard == [TOO_SLOW]
    assert any("over 20 s together" in note.text for note in call.world.journal.notes)
    nothing_is_left(call)


def test_after_20_s_no_function_is_waited_for_any_more() -> None:
    call = memory_call()
    content = asks("AddAgent", "GetAgent", "AgentJoined", "GetAgent")
    third = content["Actions"][2]["Transitions"]
    third["Errors"][0]["NextAction"] = third["NextAction"]  # on, as if nothing had happened
    carol = dials_a_flow(call, content)
    carol.hears(TOO_SLOW)
    carol.is_cut_off()
    assert len(call.connect.invocations) == 4
    nothing_is_left(call)


@pytest.mark.parametrize(
    "blocks",
    [("AddAgent", "GetAgent", "…", "AgentJoined"), ("AddAgent", "…", "GetAgent", "AgentJoined")],
)
def test_words_in_between_begin_the_20_s_anew(blocks: tuple[str, ...]) -> None:
    call = memory_call()
    carol = dials_a_flow(call, asks(*blocks))
    carol.hears(ALL_ASKED)
    carol.is_cut_off()
    assert carol.heard == [PATIENCE, ALL_ASKED]
    nothing_is_left(call)


def test_a_flow_whose_functions_may_take_over_20_s_is_not_published() -> None:
    call = memory_call()
    content = asks("AddAgent", "GetAgent", "AgentJoined")
    with pytest.raises(SimulatorError, match=r"2 AgentJoined: .*20 s"):
        call.connect.publish("asking", content, attributes=frozenset())
    content = asks("AddAgent", "GetAgent", "…", "AgentJoined")
    call.connect.publish("asking", content, attributes=frozenset())
