"""Second attempts, crossed agents, guessed PINs: nobody gets a call that is another's."""

import json

import pytest

from operations.site import CARDHOLDER, RETURN, SHOP
from secure_transfer.domain.pins import draw
from simulator.connect.contact import Contact
from tests.workflow.driver import SECURED, Driver


def test_second_click_of_a_call_is_its_second_attempt(driver: Driver) -> None:
    conversation = driver.cardholder_calls()
    clicks = [driver.clicks("alice", conversation) for _ in range(2)]

    assert clicks[0].pin != clicks[1].pin
    for attempt, click in enumerate(clicks, 1):
        driver.until_waiting(click, "LoopToken")  # from then on the attempt is on record
        driver.secures(click)
        assert driver.end_of(click).status == "SUCCEEDED"
        events = driver.events(click, *SECURED)
        assert {event["metadata"]["attempt"] for event in events.values()} == {attempt}


def test_two_agents_whose_loops_cross_get_their_own_calls_back(driver: Driver) -> None:
    alice = driver.clicks("alice", driver.cardholder_calls())
    bob = driver.clicks("bob", driver.cardholder_calls())

    bobs, alices = driver.loop_returns(bob.pin), driver.loop_returns(alice.pin)

    for agent, click, looped in (("alice", alice, alices), ("bob", bob, bobs)):
        assert looped.played.rings == agent
        assert driver.picks_up(agent, looped) == {"Result": "OK"}
        assert driver.end_of(click).status == "SUCCEEDED"
        secured = driver.events(click, *SECURED)["TransferSecured"]
        assert secured["data"]["agentName"] == agent
        assert secured["metadata"]["loopContactId"] == looped.contact.contact_id


def test_wrong_agent_is_refused_and_the_right_one_joins_after_all(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")

    assert driver.picks_up("bob", looped) == {"Result": "ERROR", "Reason": "WrongAgent"}

    (rejected,) = driver.stage.events_of("JoinRejected", click.transfer_id)
    assert rejected["data"]["reason"] == "WrongAgent"
    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    assert driver.end_of(click).status == "SUCCEEDED"


def test_guessed_pin_is_refused_and_audited_without_it(driver: Driver) -> None:
    guess = next(pin for pin in draw(4) if _is_free(driver, pin))

    stranger = driver.loop_returns(guess)

    assert stranger.answer == {"Result": "ERROR", "Reason": "PinUnknown"}
    assert stranger.played.rings is None
    (rejected,) = driver.stage.events_of("PinRejected", stranger.contact.contact_id)
    assert rejected["data"]["reason"] == "PinUnknown"
    assert guess not in json.dumps(rejected["data"])
    assert _is_free(driver, guess)


@pytest.mark.parametrize("keyed", ["12", "*000", "1234567890"])
def test_what_is_no_pin_is_refused(driver: Driver, keyed: str) -> None:
    contact = Contact.inbound(CARDHOLDER, RETURN)
    answer = driver.invoke("GetAgent", contact, {"PIN": keyed})
    assert answer == {"Result": "ERROR", "Reason": "PinMalformed"}


def test_call_to_another_number_is_refused_with_the_right_pin_too(driver: Driver) -> None:
    click = driver.start()
    elsewhere = Contact.inbound(CARDHOLDER, SHOP)

    answer = driver.invoke("GetAgent", elsewhere, {"PIN": driver.pin(click)})

    assert answer == {"Result": "ERROR", "Reason": "NotOurCall"}
    driver.secures(click)
    assert driver.end_of(click).status == "SUCCEEDED"


def _is_free(driver: Driver, pin: str) -> bool:
    answer = driver.aws.client("dynamodb").get_item(
        TableName=driver.stage.stack.outputs["PinTableName"], Key={"PIN": {"S": pin}}
    )
    return "Item" not in answer
