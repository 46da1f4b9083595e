from datetime import UTC, datetime, timedelta, timezone

import pytest

from secure_transfer.domain.transfer import Status, timestamp
from tests.fakes import NOW, NOW_TEXT, a_pin_record, an_answered_transfer


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(NOW, NOW_TEXT, id="milliseconds"),
        pytest.param(NOW.replace(microsecond=0), "2026-11-24T09:30:00.000Z", id="a full second"),
        pytest.param(NOW.replace(microsecond=999_999), "2026-11-24T09:30:00.999Z", id="cut off"),
        pytest.param(NOW.astimezone(timezone(timedelta(hours=5))), NOW_TEXT, id="another zone"),
        pytest.param(datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00.000Z", id="long ago"),
    ],
)
def test_timestamp_is_utc_in_milliseconds(moment: datetime, text: str) -> None:
    assert timestamp(moment) == text


def test_status_reads_as_its_name() -> None:
    assert [f"{status}" for status in Status] == [status.name for status in Status]


@pytest.mark.parametrize("live", ["0027", "loop-token", "join-token"])
def test_text_of_a_transfer_shows_neither_pin_nor_token(live: str) -> None:
    transfer = an_answered_transfer(pin="0027", loop_token="loop-token", join_token="join-token")

    assert live not in repr(transfer)
    assert live not in f"{transfer}"


def test_text_of_a_pin_record_shows_no_pin() -> None:
    assert "0027" not in repr(a_pin_record("0027"))
