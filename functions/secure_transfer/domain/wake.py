"""Tell a transfer's execution what has been decided, or speak for it where it has ended."""

from collections.abc import Mapping

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.ports import AuditTrail, Workflow


def wake_execution(
    token: str | None,
    output: Mapping[str, str],
    *,
    execution_arn: str | None,
    event: AuditEvent,
    workflow: Workflow,
    audit: AuditTrail,
) -> None:
    """Wake the state that waits with `token`; publish `event` if no execution is left to do so.

    Without a token the wait has not begun, or never will. While the execution runs, it reads the
    record when it comes to its wait, and again when the wait has timed out: it needs no other
    wake-up.
    """
    if token and workflow.wake(token, output):
        return
    if execution_arn and workflow.has_ended(execution_arn):
        audit.publish(event)
