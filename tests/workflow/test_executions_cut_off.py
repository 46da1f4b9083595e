"""An execution that is stopped, runs out of time or dies: what it could not tell is told.

The call goes on whatever becomes of its execution: the record says what is so.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.stage import Stage, until
from secure_transfer.domain.transfer import Status
from tests.workflow.driver import SECURED, TIMED_OUT, Click, Driver

BEGUN = ("TransferRequested", "PinAllocated")
ANSWERED = (*BEGUN, "LoopAnswered")


def stop(driver: Driver, click: Click) -> None:
    """Stop an execution, as an operator may, with texts of the operator's own."""
    driver.aws.client("stepfunctions").stop_execution(
        executionArn=driver.stage.execution_arn(click.transfer_id),
        error='"quoted"',
        cause=f"PIN {driver.pin(click)}",
    )
    assert driver.end_of(click).status == "ABORTED"


def assert_failed(driver: Driver, click: Click, event: dict[str, Any], reason: str) -> None:
    described = driver.aws.client("stepfunctions").describe_execution(
        executionArn=driver.stage.execution_arn(click.transfer_id)
    )
    assert event["data"]["reason"] == reason
    assert event["metadata"]["executionArn"] == described["executionArn"]
    # moto does not describe when an execution timed out, though it tells it on the bus.
    earliest = described.get("stopDate", described["startDate"])
    told = datetime.fromisoformat(event["metadata"]["occurredAt"])
    assert timedelta(0) <= told - earliest + timedelta(milliseconds=1) < timedelta(minutes=1)


def test_execution_that_is_stopped_before_the_looped_call_is_told_of(driver: Driver) -> None:
    click = driver.start()
    driver.until_waiting(click, "LoopToken")

    stop(driver, click)

    events = driver.events(click, *BEGUN, "TransferFailed")
    assert_failed(driver, click, events["TransferFailed"], "ExecutionStopped")
    assert events["TransferFailed"]["data"]["agentName"] == "alice"
    record = driver.record(click)
    assert record
    assert record.status is Status.AWAITING_LOOP  # the call goes on
    assert events["PinAllocated"]["data"] == {
        "agentName": "alice",
        "collisions": 0,
        "lifetimeSeconds": 60,
    }


def test_call_goes_on_after_its_execution_was_stopped(driver: Driver) -> None:
    click = driver.start()
    driver.until_waiting(click, "LoopToken")
    stop(driver, click)
    driver.events(click, *BEGUN, "TransferFailed")

    driver.secures(click)

    events = driver.events(click, *SECURED, "TransferFailed")
    assert events["TransferSecured"]["data"]["late"] is False
    record = driver.record(click)
    assert record
    assert record.status is Status.JOINED


def test_execution_that_is_stopped_before_the_agent_comes_is_told_of(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")

    stop(driver, click)

    events = driver.events(click, *ANSWERED, "TransferFailed")
    assert_failed(driver, click, events["TransferFailed"], "ExecutionStopped")
    assert events["TransferFailed"]["metadata"]["loopContactId"] == looped.contact.contact_id


def test_agent_who_joins_after_the_stop_is_told_of_by_the_function(driver: Driver) -> None:
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    stop(driver, click)
    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    driver.events(click, *SECURED, "TransferFailed")


def test_agent_who_joined_before_the_stop_is_told_of(driver: Driver) -> None:
    """The record has it; whether the execution came to tell it does not matter."""
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    # A wake-up that Step Functions took and that the execution did not live to see.
    joined = driver.transfers.join(
        click.transfer_id, "alice", looped.contact.contact_id, datetime.now(UTC)
    )
    assert joined

    stop(driver, click)

    events = driver.events(click, *SECURED, "TransferFailed")
    assert events["TransferSecured"]["metadata"]["occurredAt"] == joined.joined_at
    assert events["TransferSecured"]["data"] == {"agentName": "alice", "late": False}


def test_execution_that_dies_before_it_has_a_record_is_told_of(driver: Driver) -> None:
    taken = driver.pin(driver.start())

    def leads_nowhere(given: dict[str, Any]) -> None:
        """CountCollision has nothing to add to, and a Pass state catches nothing."""
        given["claim"] = {"candidates": [taken], "index": 0}

    click = driver.start(edit=leads_nowhere)
    execution = driver.end_of(click)
    assert execution.status == "FAILED"
    assert str(execution.error).startswith("States.")

    events = driver.events(click, "TransferFailed")

    assert_failed(driver, click, events["TransferFailed"], "ExecutionFailed")
    assert events["TransferFailed"]["data"] == {"reason": "ExecutionFailed"}
    assert driver.record(click) is None


def test_execution_that_dies_with_a_record_is_told_of(driver: Driver) -> None:
    click = driver.start(loop_seconds=1)
    driver.until_waiting(click, "LoopToken")
    # TakeAnswer will look for the contact of the looped call, which no record lacks.
    driver.aws.client("dynamodb").update_item(
        TableName=driver.stage.stack.outputs["TransferTableName"],
        Key={"TransferId": {"S": click.transfer_id}},
        UpdateExpression="SET #Status = :answered",
        ExpressionAttributeNames={"#Status": "Status"},
        ExpressionAttributeValues={":answered": {"S": "ANSWERED"}},
    )
    assert str(driver.end_of(click).error).startswith("States.")

    events = driver.events(click, *BEGUN, "TransferFailed")

    assert_failed(driver, click, events["TransferFailed"], "ExecutionFailed")
    assert events["TransferFailed"]["metadata"]["attempt"] == 1


def test_execution_that_runs_out_of_its_time_is_told_of(
    deploy: Callable[..., Stage], patience: float
) -> None:
    driver = Driver(deploy("cut-off"))
    driver.patience = patience
    client = driver.aws.client("stepfunctions")
    machine = driver.stage.stack.outputs["SecureTransferStateMachineArn"]
    definition = json.loads(
        client.describe_state_machine(stateMachineArn=machine)["definition"]
    ) | {"TimeoutSeconds": 1}
    client.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))

    click = driver.start()
    assert driver.end_of(click).status == "TIMED_OUT"

    events = driver.events(click, *BEGUN, "TransferFailed")
    assert_failed(driver, click, events["TransferFailed"], "ExecutionTimedOut")


def test_end_that_the_machine_has_audited_is_not_told_again(driver: Driver) -> None:
    click = driver.start(loop_seconds=1)
    assert driver.end_of(click).error == "LoopTimedOut"
    driver.events(click, *TIMED_OUT)
    function = driver.stage.stack.resources["ExecutionClosedFunction"]

    until(
        lambda: click.transfer_id in driver.aws.functions.log_of(function),
        "ExecutionClosed to have looked",
        driver.patience,
    )

    again = [event["detail"]["metadata"] for event in driver.stage.take_events()]
    assert click.transfer_id not in [metadata["transferId"] for metadata in again]
