"""The environment that the template gives a function, read once, at its start."""

import os

from secure_transfer.domain.transfer import Limits


def text(name: str, default: str | None = None) -> str:
    """Return an environment variable's text. Raises `RuntimeError` naming what is missing."""
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(f"The environment variable {name} is not set: see template.yaml.")
    return value


def number(name: str) -> int:
    """Return an environment variable's whole number. Raises `RuntimeError` naming the variable."""
    value = text(name)
    if not value.isdecimal():
        raise RuntimeError(f"The environment variable {name} must be a whole number: {value!r}.")
    return int(value)


def limits() -> Limits:
    return Limits(
        pin_length=number("PIN_LENGTH"),
        loop_timeout_seconds=number("LOOP_TIMEOUT_SECONDS"),
        join_timeout_seconds=number("JOIN_TIMEOUT_SECONDS"),
        pin_quarantine_seconds=number("PIN_QUARANTINE_SECONDS"),
        record_retention_days=number("RECORD_RETENTION_DAYS"),
    )
