from datetime import UTC, timedelta

from secure_transfer.adapters.system_clock import SystemClock


def test_now_is_utc() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert now.utcoffset() == timedelta(0)


def test_measured_time_does_not_go_back_while_one_sleeps() -> None:
    clock = SystemClock()
    before = clock.monotonic()

    clock.sleep(0)

    assert clock.monotonic() >= before
