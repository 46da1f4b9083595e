"""AWS throttles, refuses, is slow or is down. What was begun ends by itself and is audited."""

import pytest

from tests.workflow.driver import NEVER_STARTED, SECURED, Driver
from tests.workflow.faults import (
    ALWAYS,
    by_function,
    by_state,
    entries_refused,
    fault,
    held,
    refused,
    response_lost,
)

# Not on the Retry lists.
BROKEN = refused("ResourceNotFoundException")


@pytest.mark.parametrize("state", ["ClaimPin", "RecordPin", "CountAttempt", "AwaitLoop"])
def test_throttled_state_is_retried(driver: Driver, state: str) -> None:
    with fault(driver.aws, by_state(state), refused(), times=2) as throttled:
        click = driver.start()
        driver.secures(click)
        execution = driver.end_of(click)

    assert throttled.hits == 2
    assert execution.status == "SUCCEEDED"
    driver.events(click, *SECURED)


@pytest.mark.parametrize(
    ("state", "reason"),
    [("ClaimPin", "PinClaimFailed"), ("RecordPin", "PinRecordFailed")],
)
def test_transfer_that_gets_no_pin_is_recorded_answered_and_audited(
    driver: Driver, state: str, reason: str
) -> None:
    with fault(driver.aws, by_state(state), BROKEN, ALWAYS):
        click = driver.clicks("alice", driver.cardholder_calls())

    assert click.answer == {"Result": "ERROR", "Reason": reason}
    assert driver.end_of(click).error == reason
    failed = driver.events(click, *NEVER_STARTED)["TransferFailed"]
    assert failed["data"]["reason"] == reason
    assert failed["metadata"]["attempt"] == 1


def test_next_click_of_the_same_call_is_not_blocked_by_a_failed_one(driver: Driver) -> None:
    conversation = driver.cardholder_calls()
    with fault(driver.aws, by_state("ClaimPin"), BROKEN, ALWAYS):
        first = driver.clicks("alice", conversation)
    second = driver.clicks("alice", conversation)

    assert first.answer["Result"] == "ERROR"
    assert second.answer["Result"] == "OK"
    driver.until_waiting(second, "LoopToken")  # from then on the attempt is on record
    driver.secures(second)
    driver.end_of(second)
    events = driver.events(second, *SECURED)
    assert {event["metadata"]["attempt"] for event in events.values()} == {2}


def test_failure_that_cannot_be_recorded_is_audited_all_the_same(driver: Driver) -> None:
    with (
        fault(driver.aws, by_state("ClaimPin"), BROKEN, ALWAYS),
        fault(driver.aws, by_state("RecordFailure"), BROKEN, ALWAYS),
    ):
        click = driver.start()
        assert driver.end_of(click).error == "PinClaimFailed"

    driver.events(click, *NEVER_STARTED)


def test_pin_that_was_recorded_although_the_state_failed_is_used(driver: Driver) -> None:
    broken = response_lost("ResourceNotFoundException", 400)
    with fault(driver.aws, by_state("RecordPin"), broken, times=1):
        click = driver.start()
        driver.secures(click)
        execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    assert {"RecordFailure", "ForgetFailure"} <= set(execution.states)
    driver.events(click, *SECURED)


def test_record_that_cannot_be_read_may_hold_the_pin_and_the_transfer_goes_on(
    driver: Driver,
) -> None:
    broken = response_lost("ResourceNotFoundException", 400)
    with (
        fault(driver.aws, by_state("RecordPin"), broken, times=1),
        fault(driver.aws, by_state("CheckRecorded"), BROKEN, ALWAYS),
    ):
        click = driver.start()
        driver.secures(click)
        assert driver.end_of(click).status == "SUCCEEDED"

    driver.events(click, *SECURED)


def test_record_in_a_status_that_cannot_be_is_unexpected(driver: Driver) -> None:
    with fault(driver.aws, by_state("RecordPin"), held, times=1) as recording:
        click = driver.start()
        recording.reached.wait(60)
        _put_record(driver, click.transfer_id, status="TIMED_OUT")
        recording.release.set()
        assert driver.end_of(click).error == "TransferStateUnexpected"

    driver.events(click, *NEVER_STARTED)


def test_attempt_that_cannot_be_counted_is_audited_as_not_known(driver: Driver) -> None:
    with fault(driver.aws, by_state("CountAttempt"), BROKEN, ALWAYS):
        click = driver.start()
        driver.secures(click)
        assert driver.end_of(click).status == "SUCCEEDED"

    events = driver.events(click, *SECURED)
    assert {event["metadata"]["attempt"] for event in events.values()} == {0}


def test_call_goes_on_when_await_loop_fails_under_it(driver: Driver) -> None:
    with fault(driver.aws, by_state("AwaitLoop"), BROKEN, ALWAYS):
        click = driver.start()
        assert driver.end_of(click).error == "TransferFaulted"
    faulted = driver.record(click)

    driver.secures(click)

    assert faulted
    assert faulted.status == "AWAITING_LOOP"
    # With nobody left to do so, the functions tell the audit what became of the call.
    events = driver.events(click, *SECURED, "TransferFailed")
    assert events["TransferFailed"]["data"]["reason"] == "TransferFaulted"
    assert events["TransferSecured"]["data"]["late"] is False


def test_call_goes_on_when_await_join_fails_under_it(driver: Driver) -> None:
    with fault(driver.aws, by_state("AwaitJoin"), BROKEN, ALWAYS):
        click = driver.start()
        looped = driver.answers(click)
        assert driver.end_of(click).error == "TransferFaulted"
    faulted = driver.record(click)

    assert driver.picks_up("alice", looped) == {"Result": "OK"}

    assert faulted
    assert faulted.status == "ANSWERED"
    driver.events(click, *SECURED, "TransferFailed")


def test_functions_tell_the_audit_when_their_token_is_gone_with_the_execution(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("ExpireLoop"), BROKEN, ALWAYS):
        click = driver.start(loop_seconds=1)
        assert driver.end_of(click).error == "TransferFaulted"
    faulted = driver.record(click)

    driver.secures(click)

    assert faulted
    assert faulted.loop_token
    events = driver.events(click, *SECURED, "TransferFailed")
    assert events["LoopAnswered"]["metadata"]["attempt"] == 1


def test_time_out_of_the_agent_that_cannot_be_recorded_is_a_fault_of_the_machine(
    driver: Driver,
) -> None:
    with fault(driver.aws, by_state("ExpireJoin"), BROKEN, ALWAYS):
        click = driver.start(join_seconds=1)
        looped = driver.answers(click)
        assert driver.end_of(click).error == "TransferFaulted"

    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    driver.events(click, *SECURED, "TransferFailed")


def test_check_that_cannot_read_the_answer_is_a_fault_of_the_machine(driver: Driver) -> None:
    with (
        fault(driver.aws, by_state("CheckAnswered"), BROKEN, ALWAYS),
        fault(driver.aws, by_state("AwaitLoop"), held, times=1) as wait,
    ):
        click = driver.start()
        driver.answers(click)
        wait.reached.wait(60)
        wait.release.set()
        assert driver.end_of(click).error == "TransferFaulted"


def test_check_that_cannot_read_the_join_is_a_fault_of_the_machine(driver: Driver) -> None:
    with (
        fault(driver.aws, by_state("CheckJoined"), BROKEN, ALWAYS),
        fault(driver.aws, by_state("AwaitJoin"), held, times=1) as wait,
    ):
        click = driver.start()
        driver.secures(click)
        wait.reached.wait(60)
        wait.release.set()
        assert driver.end_of(click).error == "TransferFaulted"


def test_event_bus_that_refuses_leaves_the_events_in_the_fallback_queue(driver: Driver) -> None:
    with fault(driver.aws, by_state("Audit"), entries_refused, ALWAYS):
        click = driver.start()
        driver.secures(click)
        execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    kept = driver.kept(click.transfer_id)
    assert [entry["DetailType"] for entry in kept] == list(SECURED)
    assert {entry["Source"] for entry in kept} == {"secure-transfer"}
    ids = [entry["Detail"]["metadata"]["eventId"] for entry in kept]
    assert ids == [f"{click.transfer_id}-{detail_type}" for detail_type in SECURED]


def test_event_bus_that_is_slow_does_not_hold_the_transfer_up(driver: Driver) -> None:
    with fault(driver.aws, by_state("AuditTransferTimedOut"), held, ALWAYS):
        click = driver.start(loop_seconds=1)
        execution = driver.end_of(click)

    assert execution.error == "LoopTimedOut"
    assert "KeepTransferTimedOut" in execution.states
    assert [entry["DetailType"] for entry in driver.kept(click.transfer_id)] == ["TransferTimedOut"]


def test_leaving_that_the_bus_does_not_take_is_kept(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    with fault(driver.aws, by_state("AuditCardholderLeft"), BROKEN, ALWAYS):
        driver.connect_tells("DISCONNECTED", looped)
        execution = driver.end_of(click)

    assert execution.error == "CardholderLeft"
    assert "KeepCardholderLeft" in execution.states
    (kept,) = driver.kept(click.transfer_id)
    assert kept["DetailType"] == "TransferAbandoned"
    assert kept["Detail"]["data"] == {"agentName": "alice", "reason": "CardholderLeft"}


@pytest.mark.parametrize("join_seconds", [1, 60])
def test_queue_that_refuses_too_does_not_hold_the_transfer_up(
    driver: Driver, join_seconds: int
) -> None:
    with (
        fault(driver.aws, by_state("Audit"), BROKEN, ALWAYS),
        fault(driver.aws, by_state("Keep"), BROKEN, ALWAYS),
    ):
        click = driver.start(join_seconds=join_seconds)
        looped = driver.answers(click)
        if join_seconds == 1:
            assert driver.end_of(click).error == "AgentNeverJoined"
        else:
            driver.picks_up("alice", looped)
            assert driver.end_of(click).status == "SUCCEEDED"


@pytest.mark.parametrize("state", ["ClaimPin", "CheckJoined"])
def test_failure_that_the_bus_does_not_take_is_kept(driver: Driver, state: str) -> None:
    with (
        fault(driver.aws, by_state(state), BROKEN, ALWAYS),
        fault(driver.aws, by_state("Audit"), BROKEN, ALWAYS),
    ):
        if state == "ClaimPin":
            click = driver.start()
        else:
            with fault(driver.aws, by_state("AwaitJoin"), held, times=1) as wait:
                click = driver.start()
                driver.secures(click)
                wait.release.set()
        driver.end_of(click)

    assert "TransferFailed" in [entry["DetailType"] for entry in driver.kept(click.transfer_id)]


def test_refused_pin_is_kept_when_the_bus_does_not_take_it(driver: Driver) -> None:
    with fault(driver.aws, by_function("GetAgent", "events:PutEvents"), entries_refused, ALWAYS):
        guess = driver.loop_returns("12")

    assert guess.answer == {"Result": "ERROR", "Reason": "PinMalformed"}
    (entry,) = driver.kept(guess.contact.contact_id)
    assert entry["DetailType"] == "PinRejected"
    assert entry["Detail"]["metadata"]["contactId"] == guess.contact.contact_id


@pytest.mark.parametrize("action", ["dynamodb:GetItem", "dynamodb:UpdateItem"])
def test_get_agent_raises_while_dynamodb_is_down_and_a_repeat_succeeds(
    driver: Driver, action: str
) -> None:
    click = driver.start()
    pin = driver.pin(click)
    # Two tries an invocation: Connect's second invocation finds DynamoDB up again.
    with fault(driver.aws, by_function("GetAgent", action), refused(), times=2) as down:
        looped = driver.loop_returns(pin)

    assert down.hits == 2
    assert looped.answer["Result"] == "OK"
    driver.picks_up("alice", looped)
    assert driver.end_of(click).status == "SUCCEEDED"


def test_add_agent_raises_while_step_functions_is_down(driver: Driver) -> None:
    down = by_function("AddAgent", "states:StartExecution")
    with fault(driver.aws, down, refused(), ALWAYS) as calls:
        click = driver.clicks("alice", driver.cardholder_calls())
    assert calls.hits == 8  # two tries for each of Connect's four
    assert "StartExecution failed: ThrottlingException" in click.played.failure
    assert click.played.called is None
    assert "could not be secured" in click.played.said[0]


def test_execution_whose_start_was_not_confirmed_is_found_by_the_repeat(driver: Driver) -> None:
    began = by_function("AddAgent", "states:StartExecution")
    with fault(driver.aws, began, response_lost(), times=1):
        click = driver.clicks("alice", driver.cardholder_calls())

    assert click.answer["Result"] == "OK"
    driver.secures(click)
    assert driver.end_of(click).status == "SUCCEEDED"
    driver.events(click, *SECURED)


def test_execution_that_add_agent_could_not_wait_for_goes_on_and_blocks_no_repeat(
    driver: Driver,
) -> None:
    conversation = driver.cardholder_calls()
    contact = conversation.transferred()
    with (
        fault(driver.aws, by_function("AddAgent", "dynamodb:GetItem"), refused(), ALWAYS),
        fault(driver.aws, by_function("AddAgent", "dynamodb:PutItem"), refused(), ALWAYS),
    ):
        click = driver.clicks("alice", conversation, contact)
    assert click.played.failure

    again = driver.clicks("alice", conversation, contact)

    assert again.answer["Result"] == "OK"
    assert again.answer["PIN"] == driver.pin(again)
    driver.secures(again)
    assert driver.end_of(again).status == "SUCCEEDED"


def test_pin_that_comes_too_late_is_not_given_out(driver: Driver) -> None:
    with fault(driver.aws, by_state("ClaimPin"), held, ALWAYS) as claim:
        conversation = driver.cardholder_calls()
        contact = conversation.transferred()
        click = driver.clicks("alice", conversation, contact)
        again = driver.clicks("alice", conversation, contact)
        claim.release.set()
        execution = driver.end_of(click)

    assert click.answer == again.answer == {"Result": "ERROR", "Reason": "PinTooLate"}
    assert execution.error == "PinTooLate"
    failed = driver.events(click, *NEVER_STARTED)["TransferFailed"]
    assert failed["data"]["reason"] == "PinTooLate"


def _put_record(driver: Driver, transfer_id: str, status: str) -> None:
    driver.aws.client("dynamodb").put_item(
        TableName=driver.stage.stack.outputs["TransferTableName"],
        Item={"TransferId": {"S": transfer_id}, "Status": {"S": status}},
    )
