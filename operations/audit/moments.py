"""Moments as people write them: a duration back from now, or RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})([smhd])")


class Moment(click.ParamType[datetime]):
    """`90m`, `24h`, `7d` ago; or `2026-11-24T09:30:00Z`. Gives a `datetime` in UTC."""

    name = "moment"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        moment = read(value, datetime.now(UTC))
        if moment is None:
            self.fail(
                f"{value!r} is neither a duration back from now (90m, 24h, 7d) nor a time with "
                "its zone (2026-11-24T09:30:00Z).",
                param,
                ctx,
            )
        return moment


def read(text: str, now: datetime) -> datetime | None:
    """Return the moment that a person wrote, in UTC; None if it is none."""
    match = _DURATION.fullmatch(text)
    try:
        if match:
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        return rfc3339(text)
    except OverflowError:  # before the year 1
        return None


def rfc3339(text: object) -> datetime | None:
    """Return the time, in UTC; None for anything that is not RFC 3339, such as one without zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    if moment.tzinfo is None or "T" not in str(text):
        return None
    return moment.astimezone(UTC)
