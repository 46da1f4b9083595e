"""Moments as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.audit.moments import read

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("0s", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2026-11-24T11:00:00Z", timedelta(hours=1)),
        ("2026-11-24T12:00:00.500+01:00", timedelta(minutes=59, seconds=59.5)),
    ],
)
def test_a_moment_is_a_duration_back_or_a_time_with_its_zone(text: str, before: timedelta) -> None:
    assert read(text, NOW) == NOW - before


@pytest.mark.parametrize(
    "text",
    ["", "1", "h", "1w", "-1h", "1.5h", "2026-11-24", "2026-11-24T11:00:00", "now", "999999d"],
)
def test_all_else_is_none(text: str) -> None:
    assert read(text, NOW) is None
