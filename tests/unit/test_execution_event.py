"""What is read of a change of status, as the rules' templates make it."""

from typing import Any

import pytest

from secure_transfer.domain.closing import ClosedExecution, HowItClosed
from secure_transfer.domain.errors import (
    EventMalformed,
    NotOurExecution,
    Refused,
    TransferIdInvalid,
)
from secure_transfer.execution_event import closed_execution
from tests.fakes import NOW_EPOCH, NOW_TEXT, execution_arn
from tests.unit.samples import ABSENT, INVALID_CONTACT_IDS

MACHINE = "arn:aws:states:eu-west-2:123456789012:stateMachine:secure-transfer"


def change(**changes: Any) -> dict[str, Any]:
    """Return what a rule passes on, with this changed."""
    event = {
        "name": "transfer-1",
        "executionArn": execution_arn("transfer-1"),
        "status": "FAILED",
        "stopDate": f"{NOW_EPOCH}123",
        "error": "States.Runtime",
    } | changes
    return {name: value for name, value in event.items() if value is not ABSENT}


def test_change_of_status_is_read() -> None:
    assert closed_execution(change(), MACHINE) == ClosedExecution(
        transfer_id="transfer-1",
        execution_arn=execution_arn("transfer-1"),
        how=HowItClosed.FAILED,
        error="States.Runtime",
        stopped_at=NOW_TEXT,
    )


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
def test_ways_to_close_are_told_apart(status: str) -> None:
    assert closed_execution(change(status=status), MACHINE).how == status


@pytest.mark.parametrize("error", [ABSENT, None, "", "null", 7, ["States.Runtime"]])
def test_error_that_is_not_there_is_none(error: Any) -> None:
    assert closed_execution(change(error=error), MACHINE).error is None


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "PENDING_REDRIVE", "aborted", "", "A"])
def test_execution_that_has_not_closed_or_needs_nobody_is_not_for_us(status: str) -> None:
    with pytest.raises(NotOurExecution, match="runs, or has succeeded"):
        closed_execution(change(status=status), MACHINE)


@pytest.mark.parametrize(
    "changes",
    [
        {"executionArn": execution_arn("transfer-1").replace("secure-transfer", "another")},
        {"executionArn": execution_arn("transfer-2")},
        {"executionArn": f"{execution_arn('transfer-1')}:1"},
        {"executionArn": execution_arn("transfer-1").replace("123456789012", "999999999999")},
        {"executionArn": MACHINE},
        {"executionArn": ""},
        {"name": "transfer-2"},
        {"name": ""},
    ],
)
def test_execution_of_another_machine_or_name_is_not_for_us(changes: dict[str, str]) -> None:
    with pytest.raises(NotOurExecution, match="none of our machine's"):
        closed_execution(change(**changes), MACHINE)


def test_machine_whose_own_name_looks_like_an_arns_part_is_known() -> None:
    machine = "arn:aws:states:eu-west-2:123456789012:stateMachine:a:stateMachine:b"
    arn = "arn:aws:states:eu-west-2:123456789012:execution:a:stateMachine:b:transfer-1"
    assert closed_execution(change(executionArn=arn), machine).execution_arn == arn


@pytest.mark.parametrize(
    "name", [bad for bad in INVALID_CONTACT_IDS if isinstance(bad.values[0], str)]
)
def test_name_that_no_transfer_has_is_refused(name: str) -> None:
    expected = TransferIdInvalid
    with pytest.raises(expected):
        closed_execution(change(name=name, executionArn=execution_arn(name)), MACHINE)


@pytest.mark.parametrize("name", ["name", "executionArn", "status", "stopDate"])
@pytest.mark.parametrize("value", [ABSENT, None, 7, True, ["x"], {"x": 1}])
def test_event_without_a_text_that_it_must_have_is_malformed(name: str, value: Any) -> None:
    with pytest.raises(EventMalformed, match=f"has a text in {name}"):
        closed_execution(change(**{name: value}), MACHINE)


@pytest.mark.parametrize(
    "stop_date",
    ["", "soon", "-1", "1.5", " 1", "1 ", "1\n", "1e3", "٣", "1" * 16, "9" * 15],
)
def test_time_that_is_none_is_malformed(stop_date: str) -> None:
    with pytest.raises(EventMalformed, match="stopDate"):
        closed_execution(change(stopDate=stop_date), MACHINE)


@pytest.mark.parametrize(
    ("stop_date", "time"),
    [
        ("0", "1970-01-01T00:00:00.000Z"),
        ("1551225151881", "2019-02-26T23:52:31.881Z"),
        ("253402300799999", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_time_is_told_to_the_millisecond(stop_date: str, time: str) -> None:
    assert closed_execution(change(stopDate=stop_date), MACHINE).stopped_at == time


@pytest.mark.parametrize("event", [None, [], "x", 7, {}, [change()]])
def test_what_is_no_map_is_malformed(event: Any) -> None:
    with pytest.raises(EventMalformed):
        closed_execution(event, MACHINE)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "another"}, "The execution is none of our machine's."),
        (
            {"status": "RUNNING"},
            "The execution runs, or has succeeded: it tells all that there is.",
        ),
        ({"name": 7}, "A change of an execution's status has a text in name."),
        ({"stopDate": "x"}, "stopDate must be milliseconds since 1970, at most 15 digits."),
        ({"stopDate": "9" * 15}, "stopDate is beyond the year 9999."),
    ],
)
def test_refusal_says_what_is_wrong(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(Refused) as refused:
        closed_execution(change(**changes), MACHINE)
    assert str(refused.value) == text


def test_refusals_quote_nothing() -> None:
    for changes in ({"status": "4711"}, {"name": "4711"}, {"stopDate": "x4711"}, {"name": 4711}):
        with pytest.raises(Refused) as refused:
            closed_execution(change(**changes), MACHINE)
        assert "4711" not in str(refused.value)
