"""A transfer's record: the truth about it, whatever its execution does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

CARDHOLDER_LEFT = "CardholderLeft"
"""The `Reason` of a transfer that is ABANDONED because the looped call ended before the agent came.

One that the agent never joined in time has none.
"""


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
    allocated_at: str | None = None
    loop_contact_id: str | None = None
    answered_at: str | None = None
    joined_at: str | None = None
    closed_at: str | None = None
    """When it became TIMED_OUT or ABANDONED."""
    collisions: int | None = None
    """How many PINs were found taken before its own."""
    ended_at: str | None = None
    """When the looped call was over, as Connect told."""
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


def moment(text: str | None) -> datetime | None:
    """Read an RFC 3339 time that has an offset; None if the text is none."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.tzinfo else None


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: `2026-11-24T09:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
