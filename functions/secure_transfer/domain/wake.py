"""Tell a transfer's execution what has been decided, or the audit what it may not live to tell."""

from collections.abc import Mapping

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.ports import AuditTrail, Workflow


def wake_execution(
    token: str | None,
    output: Mapping[str, str],
    *,
    event: AuditEvent,
    workflow: Workflow,
    audit: AuditTrail,
) -> None:
    """Wake the state that waits with `token`; publish `event` if nobody was woken.

    Without a token the wait has not begun, or never will. An execution that is well finds in the
    record what was decided, and tells it too, under the same `eventId`: told twice is harmless. One
    that is dying may look as if it were well, so nobody asks it.
    """
    if not (token and workflow.wake(token, output)):
        audit.publish(event)


def interrupt_execution(
    token: str | None, error: str, *, event: AuditEvent, workflow: Workflow, audit: AuditTrail
) -> None:
    """As `wake_execution`, where what was waited for will not come."""
    if not (token and workflow.interrupt(token, error)):
        audit.publish(event)
