"""A transfer's record: the truth about it, whatever its execution does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class Status(StrEnum):
    """AWAITING_LOOP → ANSWERED → JOINED, or TIMED_OUT, ABANDONED, FAILED."""

    AWAITING_LOOP = "AWAITING_LOOP"
    ANSWERED = "ANSWERED"
    JOINED = "JOINED"
    TIMED_OUT = "TIMED_OUT"
    ABANDONED = "ABANDONED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Transfer:
    """An item of TransferTable. PIN and tokens are kept out of its `repr`."""

    transfer_id: str
    status: Status
    agent_name: str
    initial_contact_id: str
    requested_at: str
    expires_at: int
    purge_at: int
    reason: str | None = None
    execution_arn: str | None = None
    attempt: int = 0
    """Which try of the conversation this is; 0: not known."""
    pin: str | None = field(default=None, repr=False)
    loop_contact_id: str | None = None
    answered_at: str | None = None
    joined_at: str | None = None
    closed_at: str | None = None
    """When it became TIMED_OUT or ABANDONED."""
    allocated_at: str | None = None
    collisions: int | None = None
    """How many PINs were found taken before its own."""
    loop_token: str | None = field(default=None, repr=False)
    join_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things last. The template's parameters, by the same names."""

    pin_length: int
    loop_timeout_seconds: int
    join_timeout_seconds: int
    pin_quarantine_seconds: int
    record_retention_days: int


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: `2026-11-24T09:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
