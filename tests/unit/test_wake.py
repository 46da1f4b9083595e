import pytest

from secure_transfer.domain.audit import loop_answered
from secure_transfer.domain.wake import wake_execution
from tests.fakes import FakeAuditTrail, FakeWorkflow, an_answered_transfer, platform_fault

EVENT = loop_answered(an_answered_transfer())
OUTPUT = {"loopContactId": "loop-1"}


def test_execution_that_is_woken_tells_the_event_itself(
    workflow: FakeWorkflow, audit: FakeAuditTrail
) -> None:
    workflow.waiting.add("loop-token")

    wake_execution("loop-token", OUTPUT, event=EVENT, workflow=workflow, audit=audit)

    assert workflow.delivered == [("loop-token", OUTPUT)]
    assert audit.events == []


@pytest.mark.parametrize(
    ("token", "lost"),
    [
        pytest.param("gone", False, id="nothing waits with it"),
        pytest.param("loop-token", True, id="the wake-up was lost"),
        pytest.param(None, False, id="no token yet"),
        pytest.param("", False, id="a token that is empty"),
    ],
)
def test_event_is_told_when_nobody_was_woken(
    workflow: FakeWorkflow, audit: FakeAuditTrail, token: str | None, *, lost: bool
) -> None:
    workflow.waiting.add("loop-token")
    workflow.before["wake"] = [platform_fault] if lost else []

    wake_execution(token, OUTPUT, event=EVENT, workflow=workflow, audit=audit)

    assert audit.events == [EVENT]
    assert workflow.delivered == []
    assert workflow.calls["wake"] == (1 if token else 0)
