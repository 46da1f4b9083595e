import pytest

from secure_transfer.domain.audit import loop_answered
from secure_transfer.domain.wake import wake_execution
from tests.fakes import FakeAuditTrail, FakeWorkflow, an_answered_transfer, platform_fault

TRANSFER = an_answered_transfer()
EVENT = loop_answered(TRANSFER)
OUTPUT = {"loopContactId": "loop-1"}


@pytest.mark.parametrize(
    ("token", "wake", "running", "told"),
    [
        pytest.param("loop-token", "delivered", True, False, id="delivered"),
        pytest.param("loop-token", "delivered", False, False, id="delivered, then ended"),
        pytest.param("loop-token", "gone", True, False, id="gone, and the execution goes on"),
        pytest.param("loop-token", "gone", False, True, id="gone with its execution"),
        pytest.param("loop-token", "lost", True, False, id="lost: the time-out will look"),
        pytest.param("loop-token", "lost", False, True, id="lost, and the execution has ended"),
        pytest.param(None, "", True, False, id="no token yet: the execution will read"),
        pytest.param(None, "", False, True, id="no token, and no execution to come to it"),
    ],
)
def test_event_is_told_only_when_no_execution_is_left_to_tell_it(
    workflow: FakeWorkflow,
    audit: FakeAuditTrail,
    token: str | None,
    wake: str,
    *,
    running: bool,
    told: bool,
) -> None:
    arn = str(TRANSFER.execution_arn)
    if wake == "delivered":
        workflow.waiting.add("loop-token")
    if wake == "lost":
        workflow.before["wake"] = [platform_fault]
    if running:
        workflow.running.add(arn)

    wake_execution(token, OUTPUT, execution_arn=arn, event=EVENT, workflow=workflow, audit=audit)

    assert audit.events == ([EVENT] if told else [])
    assert workflow.delivered == ([("loop-token", OUTPUT)] if wake == "delivered" else [])
    assert workflow.calls["wake"] == (1 if token else 0)


def test_event_is_told_when_it_cannot_be_told_whether_the_execution_runs(
    workflow: FakeWorkflow, audit: FakeAuditTrail
) -> None:
    arn = str(TRANSFER.execution_arn)
    workflow.running.add(arn)
    workflow.before["has_ended"] = [platform_fault]

    wake_execution("gone", OUTPUT, execution_arn=arn, event=EVENT, workflow=workflow, audit=audit)

    assert audit.event == EVENT


@pytest.mark.parametrize("token", [None, "gone"])
def test_transfer_of_which_no_execution_is_known_tells_nothing(
    workflow: FakeWorkflow, audit: FakeAuditTrail, token: str | None
) -> None:
    wake_execution(token, OUTPUT, execution_arn=None, event=EVENT, workflow=workflow, audit=audit)

    assert audit.events == []
