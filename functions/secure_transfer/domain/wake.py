"""Tell a transfer's execution what has been decided, or speak for it where it has ended."""

from collections.abc import Mapping

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.ports import AuditTrail, Wake, Workflow


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

    Without a token the wait has not begun: the execution will read the record when it comes to
    it. A wake-up that is lost is made good by the wait's time-out, which reads the record too.
    """
    if token and workflow.wake(token, output) is not Wake.GONE:
        return
    if execution_arn and workflow.has_ended(execution_arn):
        audit.publish(event)
