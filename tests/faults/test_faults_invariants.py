"""The invariants notice what they are there for: each is shown a call that breaks it."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from operations.ops import SECURED
from simulator.connect.contact import Contact
from simulator.connect.flow_run import Invocation
from simulator.connect.lambda_block import Outcome
from tests.faults import invariants
from tests.faults.invariants import Asked
from tests.faults.seen import Left, Transfer

OUTPUTS = {f"{name}FunctionArn": name for name in ("AddAgent", "GetAgent", "AgentJoined")}
CLICK = Contact.inbound("+447700900123", "+441632960000").transferred("click")
LOOPED = Contact.inbound("+441632960001", "+441632960002")
JOINED = {"PIN": "0027", "Status": "JOINED", "LoopContactId": LOOPED.contact_id, "JoinedAt": "then"}


def invoked(function: str, contact: Contact, answer: dict[str, str], **given: str) -> Invocation:
    return Invocation(function, given, contact, Outcome(answer, 0.3))


GIVEN = invoked("AddAgent", CLICK, {"Result": "OK", "PIN": "0027"}, AgentName="alice")
ANSWERED = invoked("GetAgent", LOOPED, {"Result": "OK", "TransferId": "click"}, PIN="0027")
MET = invoked("AgentJoined", LOOPED, {"Result": "OK"}, TransferId="click")


def told(*types: str, **metadata: Any) -> list[dict[str, Any]]:
    """Return events of the click's life."""
    about = {"transferId": "click", "attempt": 1, **metadata}
    return [
        {"type": one, "data": {}, "metadata": {"eventId": f"click-{one}", "sequence": 1, **about}}
        for one in types
    ]


def left(
    end: str = "SUCCEEDED",
    item: dict[str, str] = JOINED,
    events: tuple[str, ...] = SECURED,
    invocations: tuple[Invocation, ...] = (GIVEN, ANSWERED, MET),
) -> Left:
    transfer = Transfer("click", end, [], item, "")
    return Left([transfer], list(invocations), [], told(*events), [], [], Counter())


def asked(what_is_left: Left) -> Asked:
    return Asked(OUTPUTS, what_is_left)


def test_a_good_call_passes() -> None:
    good = left()
    invariants.every_execution_ended_as_the_parties_saw(good, asked(good))
    invariants.the_record_has_no_gap(good, asked(good))


@pytest.mark.parametrize("missing", SECURED)
def test_an_event_that_nobody_told_is_a_gap(missing: str) -> None:
    gap = left(events=tuple(one for one in SECURED if one != missing))
    with pytest.raises(AssertionError):
        invariants.the_record_has_no_gap(gap, asked(gap))


@pytest.mark.parametrize("untrue", ["TransferTimedOut", "TransferAbandoned", "TransferFailed"])
def test_an_event_of_what_has_not_been_is_noticed(untrue: str) -> None:
    too_much = left(events=(*SECURED, untrue))
    with pytest.raises(AssertionError):
        invariants.the_record_has_no_gap(too_much, asked(too_much))


def test_a_refusal_that_nobody_told_is_a_gap() -> None:
    refusal = {"Result": "ERROR", "Reason": "PinUnknown"}
    gap = left(invocations=(GIVEN, ANSWERED, MET, invoked("GetAgent", LOOPED, refusal, PIN="1")))
    with pytest.raises(AssertionError):
        invariants.the_record_has_no_gap(gap, asked(gap))


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("RUNNING", "JOINED"),
        ("SUCCEEDED", "ABANDONED"),
        ("LoopTimedOut", "TIMED_OUT"),
        ("AgentNeverJoined", "JOINED"),
        ("PinTooLate", "JOINED"),
        ("", "JOINED"),
    ],
)
def test_an_end_that_the_parties_did_not_see_is_noticed(end: str, status: str) -> None:
    other = left(end=end, item={**JOINED, "Status": status})
    with pytest.raises(AssertionError):
        invariants.every_execution_ended_as_the_parties_saw(other, asked(other))


def test_a_transfer_that_failed_and_was_answered_is_noticed() -> None:
    failed = left(end="PinTooLate", item={"Status": "FAILED"}, invocations=(ANSWERED,))
    with pytest.raises(AssertionError):
        invariants.every_execution_ended_as_the_parties_saw(failed, asked(failed))


@pytest.mark.parametrize("answer", [GIVEN, ANSWERED])
def test_a_pin_of_two_transfers_or_two_calls_is_noticed(answer: Invocation) -> None:
    another = Invocation(
        answer.function_arn, answer.parameters, CLICK.transferred("another"), answer.outcome
    )
    twice = left(invocations=(GIVEN, ANSWERED, MET, another))
    with pytest.raises(AssertionError):
        invariants.no_pin_worked_twice(SimpleNamespace(), asked(twice))


@pytest.mark.parametrize("agent", ["alice", "bob"])
def test_only_the_agent_who_clicked_may_get_the_looped_call(agent: str) -> None:
    contact = SimpleNamespace(identity=LOOPED, label="the looped call")
    note = f"the looped call is put through to {agent}"
    call = SimpleNamespace(
        connect=SimpleNamespace(contacts=[contact]),
        world=SimpleNamespace(journal=SimpleNamespace(of=lambda _: [note])),
    )
    scene = SimpleNamespace(call=call, bob=SimpleNamespace(heard=[]))
    if agent == "alice":
        invariants.no_looped_call_reached_another_agent(scene, asked(left()))
        return
    with pytest.raises(AssertionError):
        invariants.no_looped_call_reached_another_agent(scene, asked(left()))
