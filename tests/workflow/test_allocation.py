"""How a PIN comes about: how few steps it takes, who gets which, and what if none is free."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from operations.stage import Stage
from secure_transfer.domain.pins import draw
from simulator.template import ROOT
from tests.workflow.driver import NEVER_STARTED, SECURED, Driver
from tests.workflow.faults import ALWAYS, by_function, fault, refused


def test_pin_takes_two_states_and_four_calls(driver: Driver) -> None:
    before = len(driver.aws.wire.calls)
    click = driver.clicks("alice", driver.cardholder_calls())
    calls = driver.aws.wire.calls[before:]

    actions = [call.action for call in calls if call.caller != "operator"]
    assert actions.count("dynamodb:PutItem") >= 2, "The states' calls did not come by."
    recorded = _nth(actions, "dynamodb:PutItem", 2)
    # How often AddAgent looked in vain before is the engine's speed; the look that hits is one.
    before_the_pin = [action for action in actions[:recorded] if action != "dynamodb:GetItem"]
    assert before_the_pin == ["states:StartExecution", "dynamodb:PutItem"]
    assert actions[recorded] == "dynamodb:PutItem"
    assert "dynamodb:GetItem" in actions[recorded:]
    the_record_and_the_look_that_hits = 2
    assert len(before_the_pin) + the_record_and_the_look_that_hits <= 4
    driver.secures(click)
    execution = driver.end_of(click)
    assert execution.states[:2] == ["ClaimPin", "RecordPin"]


def test_happy_path_has_at_most_twelve_states_and_no_lambda(driver: Driver) -> None:
    click = driver.start()
    driver.until_waiting(click, "LoopToken")
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.picks_up("alice", looped)
    execution = driver.end_of(click)

    assert len(execution.states) <= 12, execution.states
    machine = json.loads((ROOT / "statemachines/secure_transfer.asl.json").read_text())
    resources = {machine["States"][state].get("Resource", "") for state in execution.states}
    assert not any("lambda" in resource for resource in resources), resources


def test_repeats_of_add_agent_are_one_transfer(driver: Driver) -> None:
    conversation = driver.cardholder_calls()
    contact = conversation.transferred()
    with ThreadPoolExecutor(5) as five:
        clicks = list(five.map(lambda _: driver.clicks("alice", conversation, contact), range(5)))

    answers = [click.answer for click in clicks]
    assert answers[0]["Result"] == "OK"
    assert answers == [answers[0]] * 5
    driver.secures(clicks[0])
    driver.end_of(clicks[0])
    driver.events(clicks[0], *SECURED)


def test_repeat_after_the_loop_was_answered_is_told_that_the_transfer_is_closed(
    driver: Driver,
) -> None:
    conversation = driver.cardholder_calls()
    contact = conversation.transferred()
    click = driver.clicks("alice", conversation, contact)
    driver.secures(click)

    again = driver.clicks("alice", conversation, contact)

    assert again.answer == {"Result": "ERROR", "Reason": "TransferClosed"}
    assert driver.end_of(click).status == "SUCCEEDED"


def test_of_eight_looped_calls_with_one_pin_exactly_one_wins(driver: Driver) -> None:
    click = driver.start()
    pin = driver.pin(click)
    with ThreadPoolExecutor(8) as eight:
        calls = list(eight.map(lambda _: driver.loop_returns(pin), range(8)))

    winners = [call for call in calls if call.answer["Result"] == "OK"]
    reasons = {call.answer.get("Reason") for call in calls if call not in winners}
    assert len(winners) == 1
    assert reasons == {"PinAlreadyUsed"}
    driver.picks_up("alice", winners[0])
    assert driver.end_of(click).status == "SUCCEEDED"


def test_taken_candidates_are_counted_and_the_next_one_is_tried(driver: Driver) -> None:
    other = driver.start()
    taken = driver.pin(other)
    free = next(pin for pin in draw(4) if pin != taken)
    click = driver.start(edit=lambda given: given["claim"].update(candidates=[taken, free]))

    assert driver.pin(click) == free
    driver.secures(click)
    execution = driver.end_of(click)
    assert execution.states[:4] == ["ClaimPin", "CountCollision", "HasCandidate", "ClaimPin"]
    assert driver.events(click, *SECURED)["PinAllocated"]["data"]["collisions"] == 1
    driver.secures(other)
    driver.end_of(other)


def test_failed_search_ends_as_pin_search_failed(driver: Driver) -> None:
    other = driver.start()
    taken = driver.pin(other)
    broken = refused("AccessDeniedException")
    with fault(driver.aws, by_function("FindFreePin", "dynamodb:BatchGetItem"), broken, ALWAYS):
        click = driver.start(edit=lambda given: given["claim"].update(candidates=[taken]))
        assert driver.end_of(click).error == "PinSearchFailed"

    driver.events(click, *NEVER_STARTED)


@pytest.fixture
def pool(deploy: Callable[..., Stage]) -> Stage:
    """A stack of its own, of whose 10,000 PINs others hold 9,995."""
    stage = deploy("full-pool", LoopTimeoutSeconds="600")
    stage.warm_up()
    stage.hold_pins(free=draw(4))
    return stage


def test_last_free_pins_go_to_five_callers_and_the_sixth_is_refused(
    pool: Stage, engine: str, figure: Callable[[str], None]
) -> None:
    driver = Driver(pool)
    clicks = [driver.clicks(f"agent{n}", driver.cardholder_calls()) for n in range(6)]

    *served, sixth = clicks
    assert [click.answer["Result"] for click in served] == ["OK"] * 5
    assert len({click.pin for click in served}) == 5
    assert sixth.answer == {"Result": "ERROR", "Reason": "PinPoolExhausted"}
    assert driver.end_of(sixth).error == "PinPoolExhausted"
    failed = driver.events(sixth, *NEVER_STARTED)["TransferFailed"]["data"]
    assert failed["reason"] == "PinPoolExhausted"
    assert failed["collisions"] >= 5
    took = ", ".join(f"{click.seconds:.1f}" for click in clicks)
    figure(
        f"The last PINs of a full pool were answered after {took} s on {engine}; Connect's "
        "limit is 8 s."
    )
    for click in served:
        driver.picks_up(click.agent, driver.loop_returns(click.pin))
        driver.end_of(click)


def _nth(actions: list[str], action: str, count: int) -> int:
    places = [place for place, name in enumerate(actions) if name == action]
    return places[count - 1]
