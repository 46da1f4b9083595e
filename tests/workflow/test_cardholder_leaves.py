"""What Connect tells of the looped call: that it is over, or that an agent was connected.

The events come by a rule of the default bus, in any order, twice, or after everything is over.
"""

import pytest

from tests.workflow.driver import ABANDONED, ENDED, SECURED, Driver
from tests.workflow.faults import ALWAYS, by_function, by_state, fault, held, refused

LATE = (*ABANDONED, "TransferSecured", "SecureCallEnded")


def test_cardholder_who_hangs_up_before_the_agent_has_come_ends_the_transfer_at_once(
    driver: Driver,
) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")

    driver.connect_tells("DISCONNECTED", looped)
    execution = driver.end_of(click)

    assert execution.error == "CardholderLeft"
    assert {"CheckJoined", "AuditCardholderLeft"} <= set(execution.states)
    assert "ExpireJoin" not in execution.states
    record = driver.record(click)
    assert record
    assert (record.status, record.reason) == ("ABANDONED", "CardholderLeft")
    told = driver.events(click, *ABANDONED)["TransferAbandoned"]
    assert told["data"] == {"agentName": "alice", "reason": "CardholderLeft"}
    assert told["metadata"]["occurredAt"] == record.ended_at


def test_cardholder_who_left_before_await_join_began_is_found_in_the_record(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("AwaitJoin"), held, times=1) as wait:
        click = driver.start()
        looped = driver.answers(click)
        driver.until_held(wait)
        driver.connect_tells("DISCONNECTED", looped)
        driver.until_recorded(click, lambda it: it.reason, "the cardholder's leaving")
        wait.release.set()
        execution = driver.end_of(click)

    assert execution.error == "CardholderLeft"
    driver.events(click, *ABANDONED)


def test_cardholder_who_left_before_the_execution_knew_of_the_answer_is_found_too(
    driver: Driver,
) -> None:
    lost = by_function("GetAgent", "states:SendTaskSuccess")
    click = driver.start(loop_seconds=4)
    driver.until_waiting(click, "LoopToken")
    with fault(driver.aws, lost, refused(), ALWAYS):
        looped = driver.answers(click)
    driver.connect_tells("DISCONNECTED", looped)
    driver.until_recorded(click, lambda it: it.reason, "the cardholder's leaving")

    execution = driver.end_of(click)

    assert execution.error == "CardholderLeft"
    assert {"CheckAnswered", "CheckJoined"} <= set(execution.states)
    driver.events(click, *ABANDONED)


def test_interruption_that_is_lost_is_made_good_by_the_time_out(driver: Driver) -> None:
    lost = by_function("ContactChanged", "states:SendTaskFailure")
    click = driver.start(join_seconds=4)
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    with fault(driver.aws, lost, refused(), ALWAYS) as interruption:
        driver.connect_tells("DISCONNECTED", looped)
        driver.until_held(interruption)
        execution = driver.end_of(click)

    assert interruption.hits == 1
    assert execution.error == "CardholderLeft"
    assert {"ExpireJoin", "CheckJoined"} <= set(execution.states)
    told = driver.events(click, *ABANDONED)["TransferAbandoned"]
    assert told["data"]["reason"] == "CardholderLeft"


def test_cardholder_who_leaves_just_before_the_time_out_takes_effect_has_left(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("ExpireJoin"), held, times=1) as expiry:
        click = driver.start(join_seconds=1)
        looped = driver.answers(click)
        driver.until_held(expiry)
        driver.connect_tells("DISCONNECTED", looped)
        driver.until_recorded(click, lambda it: it.reason, "the cardholder's leaving")
        expiry.release.set()
        execution = driver.end_of(click)

    assert execution.error == "CardholderLeft"
    driver.events(click, *ABANDONED)


def test_cardholder_who_leaves_after_the_time_out_took_effect_is_only_noted(
    driver: Driver,
) -> None:
    click = driver.start(join_seconds=1)
    looped = driver.answers(click)
    assert driver.end_of(click).error == "AgentNeverJoined"

    driver.connect_tells("DISCONNECTED", looped)

    record = driver.until_recorded(click, lambda it: it.ended_at, "the call's end")
    assert (record.status, record.reason) == ("ABANDONED", None)
    told = driver.events(click, *ABANDONED)["TransferAbandoned"]
    assert told["data"]["reason"] == "AgentNeverJoined"


def test_end_of_a_secured_call_is_told_with_what_took_how_long(driver: Driver) -> None:
    click = driver.start()
    looped = driver.secures(click)
    driver.end_of(click)

    for _ in range(2):
        driver.connect_tells("DISCONNECTED", looped, agent="alice")

    ended = driver.events(click, *ENDED)["SecureCallEnded"]
    assert set(ended["data"]) == {
        "agentName", "clickToPinSeconds", "pinToLoopSeconds", "loopToAgentSeconds",
        "agentToEndSeconds",
    }  # fmt: skip
    record = driver.record(click)
    assert record
    assert ended["metadata"]["occurredAt"] == record.ended_at


@pytest.mark.parametrize("whisper_first", [True, False])
def test_agent_joins_by_whisper_and_by_contact_event_in_any_order(
    driver: Driver,
    whisper_first: bool,  # noqa: FBT001
) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    if whisper_first:
        driver.picks_up("alice", looped)
    driver.connect_tells("CONNECTED_TO_AGENT", looped, agent="alice")
    joined = driver.until_recorded(click, lambda it: it.joined_at, "the agent's joining")
    if not whisper_first:
        assert driver.picks_up("alice", looped) == {"Result": "OK"}

    execution = driver.end_of(click)

    assert execution.output == {"transferId": click.transfer_id, "joinedAt": joined.joined_at}
    driver.events(click, *SECURED)


def test_wrong_agent_is_one_fact_from_both_sources(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.connect_tells("CONNECTED_TO_AGENT", looped, agent="bob")
    told = driver.stage.events_of("JoinRejected", looped.contact.contact_id)
    driver.picks_up("bob", looped)

    assert [one["metadata"]["eventId"] for one in told] == [
        f"{looped.contact.contact_id}-WrongAgent-JoinRejected"
    ]
    driver.picks_up("alice", looped)
    assert driver.end_of(click).status == "SUCCEEDED"
    about = driver.stage.events_about(looped.contact.contact_id, 1)
    assert [one["detail-type"] for one in about].count("JoinRejected") == 1


def test_late_join_after_the_cardholder_left_is_told_with_the_calls_end(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.connect_tells("DISCONNECTED", looped)
    assert driver.end_of(click).error == "CardholderLeft"

    assert driver.picks_up("alice", looped) == {"Result": "OK"}

    events = driver.events(click, *LATE)
    assert events["TransferSecured"]["data"]["late"] is True
    # The agent came after the end: how long he was there cannot be told.
    assert "agentToEndSeconds" not in events["SecureCallEnded"]["data"]


def test_end_that_overtakes_the_connection_secures_the_transfer(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")

    driver.connect_tells("DISCONNECTED", looped, agent="alice")
    driver.connect_tells("CONNECTED_TO_AGENT", looped, agent="alice")

    assert driver.end_of(click).status == "SUCCEEDED"
    driver.events(click, *ENDED)


def test_end_of_the_first_leg_or_of_a_stranger_ends_nothing(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    stranger = driver.cardholder_calls()
    for contact_id in (click.transfer_id, click.contact.initial_contact_id, stranger.contact_id):
        driver.connect_tells("DISCONNECTED", looped, contactId=contact_id)
    driver.picks_up("alice", looped)

    assert driver.end_of(click).status == "SUCCEEDED"
    record = driver.record(click)
    assert record
    assert record.ended_at is None


def test_connect_that_names_nobody_for_a_moment_is_asked_again(driver: Driver) -> None:
    by_the_function = by_function("ContactChanged", "connect:DescribeUser")
    click = driver.start()
    looped = driver.answers(click)
    with fault(driver.aws, by_the_function, refused(), times=3) as names:
        driver.connect_tells("CONNECTED_TO_AGENT", looped, agent="alice")
        driver.until_recorded(click, lambda it: it.joined_at, "the agent's joining")

    assert names.hits == 3  # twice by one invocation, and once by Lambda's repeat of it
    assert driver.end_of(click).status == "SUCCEEDED"
