from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import Status
from tests.fakes import FakeTransfers, an_answered_transfer, execution_arn, platform_fault
from tests.unit.functions import LIVE_PIN, TELEPHONE_NUMBER, Function, counted
from tests.unit.test_execution_event import change


@pytest.fixture
def transfers(execution_closed: Function) -> FakeTransfers:
    """A fake in the place of TransferTable, in which a transfer waits for its agent."""
    transfers = FakeTransfers()
    transfers.seed(an_answered_transfer())
    execution_closed.replace(TRANSFERS=transfers)
    return transfers


def logged(function: Function) -> list[dict[str, Any]]:
    return [line for line in function.printed() if "level" in line]


def test_cut_off_execution_is_told_of_and_nobody_is_answered(
    execution_closed: Function, transfers: FakeTransfers
) -> None:
    assert execution_closed(change(status="ABORTED")) is None

    told = [event.detail_type for event in execution_closed.audit.events]
    assert told == ["TransferRequested", "PinAllocated", "LoopAnswered", "TransferFailed"]
    stored = transfers.find("transfer-1")
    assert stored
    assert stored.status is Status.ANSWERED
    printed = execution_closed.printed()
    assert counted(printed) == {"ToldForExecution": [1.0], "service": "ExecutionClosed"}
    (entry,) = [line for line in printed if "level" in line]
    assert (entry["transfer_id"], entry["status"]) == ("transfer-1", "ABORTED")
    assert entry["message"] == "An execution has closed."
    assert (entry["level"], entry["events_told"]) == ("INFO", 4)


@pytest.mark.usefixtures("transfers")
def test_end_that_the_machine_has_named_is_logged_and_nothing_is_told(
    execution_closed: Function,
) -> None:
    execution_closed(change(error="LoopTimedOut"))
    assert execution_closed.audit.events == []
    printed = execution_closed.printed()
    assert counted(printed) == {"NothingToTell": [1.0], "service": "ExecutionClosed"}
    (entry,) = [line for line in printed if "level" in line]
    assert entry["events_told"] == 0


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (change(status="SUCCEEDED"), "NotOurExecution"),
        (change(status="RUNNING"), "NotOurExecution"),
        (change(executionArn=execution_arn("another")), "NotOurExecution"),
        (change(name="a b", executionArn=execution_arn("a b")), "TransferIdInvalid"),
        (change(stopDate="soon"), "EventMalformed"),
        ({}, "EventMalformed"),
        (None, "EventMalformed"),
    ],
)
def test_event_that_is_not_for_us_is_logged_counted_and_nothing_is_told(
    execution_closed: Function, event: Any, reason: str
) -> None:
    """Without a call to AWS, which would be raised: the network is off."""
    assert execution_closed(event) is None

    assert execution_closed.audit.events == []
    printed = execution_closed.printed()
    assert counted(printed) == {reason: [1.0], "service": "ExecutionClosed"}
    (entry,) = [line for line in printed if "level" in line]
    assert (entry["level"], entry["reason"]) == ("WARNING", reason)
    assert entry["message"].endswith(".")
    assert entry["message"] != "None"
    assert "transfer_id" not in entry


def test_table_that_cannot_be_reached_is_raised_for_lambda_to_repeat(
    execution_closed: Function,
) -> None:
    with pytest.raises(PlatformFault, match="GetItem on TransferTable failed"):
        execution_closed(change())

    printed = execution_closed.printed()
    assert counted(printed) == {"PlatformFault": [1.0], "service": "ExecutionClosed"}
    assert execution_closed.audit.events == []


def test_log_of_an_event_does_not_name_the_transfer_before(
    execution_closed: Function, transfers: FakeTransfers
) -> None:
    transfers.before["find"] = [platform_fault]
    with pytest.raises(PlatformFault):
        execution_closed(change())
    assert logged(execution_closed)[0]["transfer_id"] == "transfer-1"

    execution_closed({})

    assert "transfer_id" not in logged(execution_closed)[0]


@pytest.mark.usefixtures("transfers")
def test_neither_log_nor_metrics_nor_events_hold_a_pin_a_token_or_a_number(
    execution_closed: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = {"input": "0027", "output": "join-token", "cause": "+441632960999"}
    execution_closed(change(**secrets))
    execution_closed(change(status="ABORTED", error="0027 join-token +441632960999"))
    execution_closed(change(name="0027", executionArn="+441632960999"))

    printed = capsys.readouterr()
    told = f"{printed.out} {printed.err} {execution_closed.audit.events}"
    assert "ExecutionStopped" in told
    assert not LIVE_PIN.search(told)
    assert not TELEPHONE_NUMBER.search(told)
    assert "-token" not in told
