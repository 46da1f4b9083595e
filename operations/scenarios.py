"""The seven transfers of the demo. The tests play the same ones.

Each plays on a stage whose waits are short, and checks what caller, ops and audit consumers see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from operations.stage import Click, LoopedCall, Stage
from secure_transfer.domain.pins import search_order

Details = dict[str, dict[str, Any]]
"""Audit events' details by detail-type."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    play: Callable[[Stage], None]


SECURED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
TIMED_OUT = ("TransferRequested", "PinAllocated", "TransferTimedOut")
SECURE, NOT_SECURED = "Call secure.", "Call not secured."
ABANDONED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferAbandoned")


def works(stage: Stage) -> None:
    click = stage.clicks("alice", stage.cardholder_calls())
    _picks_up(stage, click, _loop_returns(stage, click))
    _is_secured(stage, click)


def no_looped_call(stage: Stage) -> None:
    click = stage.clicks("alice", stage.cardholder_calls())
    _fails(stage, click, "LoopTimedOut", TIMED_OUT)
    late = stage.loop_returns(click.pin, "the looped call comes too late")
    stage.check("the late call is refused", holds=late.answer.get("Reason") == "PinExpired")
    stage.check("and hears so", holds=late.played.said == [NOT_SECURED])
    _is_rejected(stage, late, click.pin)


def guessed_pin(stage: Stage) -> None:
    click = stage.clicks("alice", stage.cardholder_calls())
    guessed = f"{(int(click.pin) + 1) % 10_000:04d}"
    guess = stage.loop_returns(guessed, "a stranger guesses")
    stage.check("the guess is refused", holds=guess.answer.get("Reason") == "PinUnknown")
    stage.check("and hears so", holds=guess.played.said == [NOT_SECURED])
    _is_rejected(stage, guess, guessed)
    _picks_up(stage, click, _loop_returns(stage, click))
    _is_secured(stage, click)


def pins_taken(stage: Stage) -> None:
    conversation = stage.cardholder_calls()
    contact = conversation.transferred()
    # The one free PIN stands where this transfer's search comes by early. That it is the very
    # first PIN drawn, so that nothing is taken, happens once in 10,000 runs.
    free = next(islice(search_order(contact.contact_id, length=4), 150, None))
    with stage.pins_held(free={free}):
        click = stage.clicks("alice", conversation, contact)
        _picks_up(stage, click, _loop_returns(stage, click))
        events = _is_secured(stage, click)
    collisions = events["PinAllocated"]["data"]["collisions"]
    stage.check(f"the record counts {collisions} collisions", holds=collisions >= 1)


def agent_never_picks_up(stage: Stage) -> None:
    click = stage.clicks("alice", stage.cardholder_calls())
    _loop_returns(stage, click)
    _fails(stage, click, "AgentNeverJoined", ABANDONED)


def two_agents_crossed(stage: Stage) -> None:
    alice = stage.clicks("alice", stage.cardholder_calls())
    bob = stage.clicks("bob", stage.cardholder_calls())
    bobs_call = _loop_returns(stage, bob)
    alices_call = _loop_returns(stage, alice)
    _picks_up(stage, alice, alices_call)
    _picks_up(stage, bob, bobs_call)
    _is_secured(stage, alice)
    _is_secured(stage, bob)


def second_attempt(stage: Stage) -> None:
    conversation = stage.cardholder_calls()
    first = stage.clicks("alice", conversation)
    _fails(stage, first, "LoopTimedOut", TIMED_OUT)
    second = stage.clicks("alice", conversation)
    _picks_up(stage, second, _loop_returns(stage, second))
    events = _is_secured(stage, second)
    attempts = {event["metadata"]["attempt"] for event in events.values()}
    stage.check("its events say attempt 2", holds=attempts == {2})


SCENARIOS = (
    Scenario("works", "A transfer that works", works),
    Scenario("no-looped-call", "No looped call: timed out", no_looped_call),
    Scenario("guessed-pin", "A guessed PIN: refused", guessed_pin),
    Scenario("pins-taken", "The first PINs drawn are taken: retried", pins_taken),
    Scenario("agent-never-picks-up", "The agent never picks up: abandoned", agent_never_picks_up),
    Scenario("two-agents-crossed", "Two agents, crossed in time", two_agents_crossed),
    Scenario("second-attempt", "The same call tries again after a time-out", second_attempt),
)


def _loop_returns(stage: Stage, click: Click) -> LoopedCall:
    """Let the looped call come when the execution waits for it, and check whom it is for."""
    stage.until_waiting(click, "LoopToken")
    looped = stage.loop_returns(click.pin, f"{click.agent}'s looped call returns")
    stage.check(
        f"the answer flow says “{SECURE}” and rings {click.agent}",
        holds=looped.played.said == [SECURE] and looped.played.rings == click.agent,
    )
    return looped


def _picks_up(stage: Stage, click: Click, looped: LoopedCall) -> None:
    stage.until_waiting(click, "JoinToken")
    joined = stage.picks_up(click.agent, looped)
    stage.check(f"{click.agent} is told OK", holds=joined == {"Result": "OK"})


def _is_secured(stage: Stage, click: Click) -> Details:
    execution = stage.end_of(click)
    stage.check(f"{click.agent}'s transfer is secured", holds=execution.status == "SUCCEEDED")
    narrow = set(execution.output or {}) == {"transferId", "joinedAt"}
    stage.check("its output holds no PIN", holds=narrow)
    return _is_audited(stage, click, SECURED)


def _fails(stage: Stage, click: Click, error: str, events: tuple[str, ...]) -> None:
    execution = stage.end_of(click)
    stage.check(f"the execution fails as {error}", holds=execution.error == error)
    _is_audited(stage, click, events)


def _is_audited(stage: Stage, click: Click, expected: tuple[str, ...]) -> Details:
    """Check which events tell of the transfer; return their details by detail-type."""
    events = stage.events_about(click.transfer_id, len(expected))
    told = sorted(events, key=lambda event: int(event["detail"]["metadata"]["sequence"]))
    types = tuple(event["detail-type"] for event in told)
    stage.check(f"audited: {', '.join(expected)}", holds=types == expected)
    return {event["detail-type"]: event["detail"] for event in told}


def _is_rejected(stage: Stage, call: LoopedCall, pin: str) -> None:
    event = stage.events_about(call.contact.contact_id, 1)[0]
    stage.check("audited: PinRejected", holds=event["detail-type"] == "PinRejected")
    stage.check("without the PIN", holds=pin not in str(event["detail"]["data"]))
