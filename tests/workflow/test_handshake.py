"""Callbacks that come early, late, twice, never, or in the same instant as a time-out.

In none of these is a transfer that timed out audited as secured, or the reverse.
"""

from tests.workflow.driver import ABANDONED, SECURED, TIMED_OUT, Click, Driver, LoopedCall
from tests.workflow.faults import ALWAYS, by_function, by_state, fault, held, refused


def test_transfer_is_secured(driver: Driver) -> None:
    click = driver.start()
    looped = driver.secures(click)

    execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    events = driver.events(click, *SECURED)
    joined = driver.record(click)
    assert joined
    assert execution.output == {"transferId": click.transfer_id, "joinedAt": joined.joined_at}
    secured = events["TransferSecured"]["metadata"]
    assert secured["loopContactId"] == looped.contact.contact_id
    assert secured["initialContactId"] == click.contact.initial_contact_id
    assert secured["occurredAt"] == joined.joined_at


def test_callback_before_await_loop_has_stored_its_token_is_found_in_the_record(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("AwaitLoop"), held, times=1) as wait:
        click = driver.start()
        driver.until_held(wait)
        looped = driver.answers(click)
        wait.release.set()
        driver.until_waiting(click, "JoinToken")
    driver.picks_up("alice", looped)

    execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    assert "CheckAnswered" in execution.states
    driver.events(click, *SECURED)


def test_callback_before_await_join_has_stored_its_token_is_found_in_the_record(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("AwaitJoin"), held, times=1) as wait:
        click = driver.start()
        looped = driver.answers(click)
        driver.until_held(wait)
        driver.picks_up("alice", looped)
        wait.release.set()
        execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    assert "CheckJoined" in execution.states
    driver.events(click, *SECURED)


def test_wake_up_of_the_looped_call_that_is_lost_is_made_good_by_the_time_out(
    driver: Driver,
) -> None:
    lost = by_function("GetAgent", "states:SendTaskSuccess")
    click = driver.start(loop_seconds=2)
    driver.until_waiting(click, "LoopToken")
    with fault(driver.aws, lost, refused(), ALWAYS) as wake:
        looped = driver.answers(click)
    driver.picks_up("alice", looped)

    execution = driver.end_of(click)

    assert wake.hits == 1
    assert execution.status == "SUCCEEDED"
    assert {"ExpireLoop", "CheckAnswered"} <= set(execution.states)
    driver.events(click, *SECURED)


def test_wake_up_of_the_agent_that_is_lost_is_made_good_by_the_time_out(driver: Driver) -> None:
    lost = by_function("AgentJoined", "states:SendTaskSuccess")
    click = driver.start(join_seconds=2)
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    with fault(driver.aws, lost, refused(), ALWAYS) as wake:
        assert driver.picks_up("alice", looped) == {"Result": "OK"}
    execution = driver.end_of(click)

    assert wake.hits == 1
    assert execution.status == "SUCCEEDED"
    assert {"ExpireJoin", "CheckJoined"} <= set(execution.states)
    driver.events(click, *SECURED)


def test_looped_call_just_before_the_time_out_takes_effect_wins(driver: Driver) -> None:
    with fault(driver.aws, by_state("ExpireLoop"), held, times=1) as expiry:
        click = driver.start(loop_seconds=1)
        driver.until_held(expiry)
        driver.secures(click)
        expiry.release.set()
        execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    driver.events(click, *SECURED)


def test_looped_call_just_after_the_time_out_took_effect_loses(driver: Driver) -> None:
    # The PIN itself is still in time: only the record's status speaks against the call.
    click = driver.start(loop_seconds=1)
    pin = driver.pin(click)
    execution = driver.end_of(click)
    late = driver.loop_returns(pin)

    assert late.answer == {"Result": "ERROR", "Reason": "PinExpired"}
    assert execution.error == "LoopTimedOut"
    assert driver.stage.events_about(late.contact.contact_id, 1)[0]["detail-type"] == "PinRejected"
    told = {e["detail-type"] for e in driver.stage.events_about(click.transfer_id, 4)}
    assert told == {*TIMED_OUT, "PinRejected"}


def test_agent_just_before_the_time_out_takes_effect_wins(driver: Driver) -> None:
    with fault(driver.aws, by_state("ExpireJoin"), held, times=1) as expiry:
        click = driver.start(join_seconds=1)
        looped = driver.answers(click)
        driver.until_held(expiry)
        driver.picks_up("alice", looped)
        expiry.release.set()
        execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    driver.events(click, *SECURED)


def test_late_join_is_answered_and_audited_as_late(driver: Driver) -> None:
    click = driver.start(join_seconds=1)
    looped = driver.answers(click)
    assert driver.end_of(click).error == "AgentNeverJoined"
    driver.events(click, *ABANDONED)

    assert driver.picks_up("alice", looped) == {"Result": "OK"}

    secured = driver.events(click, *ABANDONED, "TransferSecured")["TransferSecured"]
    assert secured["data"]["late"] is True
    assert secured["metadata"]["sequence"] == 5
    record = driver.record(click)
    assert record
    assert record.status == "ABANDONED"
    first = record.joined_at
    driver.picks_up("alice", looped)
    again = driver.record(click)
    assert again
    assert again.joined_at == first


def test_repeat_of_get_agent_while_await_join_waits_does_not_complete_it(driver: Driver) -> None:
    click = driver.start(join_seconds=2)
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")

    again = _repeat(driver, looped, driver.pin(click))

    assert again == looped.answer
    assert driver.end_of(click).error == "AgentNeverJoined"
    driver.events(click, *ABANDONED)


def test_missing_record_ends_the_execution_as_unexpected(driver: Driver) -> None:
    click = driver.start(loop_seconds=1)
    driver.until_waiting(click, "LoopToken")
    driver.delete_record(click)

    execution = driver.end_of(click)

    assert execution.error == "TransferStateUnexpected"
    failed = driver.events(click, "TransferRequested", "PinAllocated", "TransferFailed")
    assert failed["TransferFailed"]["data"]["reason"] == "TransferStateUnexpected"


def test_record_that_vanishes_before_the_agent_joins_is_unexpected_too(driver: Driver) -> None:
    click = driver.start(join_seconds=1)
    driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.delete_record(click)

    assert driver.end_of(click).error == "TransferStateUnexpected"


def test_doubled_callbacks_change_nothing(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    assert _repeat(driver, looped, driver.pin(click)) == looped.answer
    driver.until_waiting(click, "JoinToken")
    assert [driver.picks_up("alice", looped) for _ in range(2)] == [{"Result": "OK"}] * 2

    assert driver.end_of(click).status == "SUCCEEDED"
    assert _told(driver, click) == set(SECURED)


def test_execution_that_begins_again_finds_in_the_record_what_was_decided(driver: Driver) -> None:
    # As after a redrive: no callback comes any more, and none is needed.
    click = driver.start()
    driver.secures(click)
    first = driver.end_of(click)

    again = driver.end_of(_begun_again(driver, click))

    assert again.status == "SUCCEEDED"
    assert again.output == first.output
    assert {"CheckRecorded", "CheckAnswered", "CheckJoined"} <= set(again.states)
    assert _told(driver, click) == set(SECURED)


def _begun_again(driver: Driver, click: Click) -> Click:
    client = driver.aws.client("stepfunctions")
    arn = driver.stage.execution_arn(click.transfer_id)
    name = f"{click.transfer_id}-again"
    client.start_execution(
        stateMachineArn=driver.stage.stack.outputs["SecureTransferStateMachineArn"],
        name=name,
        input=client.describe_execution(executionArn=arn)["input"],
    )
    return Click(click.contact.transferred(name), click.agent, {})


def _told(driver: Driver, click: Click) -> set[str]:
    """Wait for the events of a secured transfer; return which there are, by their eventIds."""
    events = driver.stage.events_about(click.transfer_id, len(SECURED))
    ids = {event["detail"]["metadata"]["eventId"] for event in events}
    return {event_id.removeprefix(f"{click.transfer_id}-") for event_id in ids}


def _repeat(driver: Driver, looped: LoopedCall, pin: str) -> dict[str, str]:
    return driver.invoke("GetAgent", looped.contact, {"PIN": pin})
