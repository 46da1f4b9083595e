from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.pins import search_order
from tests.fakes import NOW_EPOCH, NOW_TEXT, FakePins, a_pin_record
from tests.unit.functions import Function, counted

ORDER = list(search_order("transfer-1", 4))

INPUT = {
    "transferId": "transfer-1",
    "agentName": "jane.doe",
    "requestedAtTime": NOW_TEXT,
    "requestedAt": NOW_EPOCH,
    "expiresAt": NOW_EPOCH + 90,
    "reusableAt": NOW_EPOCH + 270,
    "collisions": 5,
}


@pytest.fixture
def pool(find_free_pin: Function, pins: FakePins) -> FakePins:
    """A fake in the handler's place of AWS."""
    find_free_pin.replace(PINS=pins)
    return pins


def test_free_pin_is_claimed_with_the_executions_own_times(
    find_free_pin: Function, pool: FakePins
) -> None:
    answer = find_free_pin(INPUT)

    assert answer == {"found": True, "candidates": [ORDER[0]], "index": 0, "collisions": 5}
    assert pool.find(ORDER[0]) == a_pin_record(ORDER[0])
    assert counted(find_free_pin.printed()) == {"PinFound": [1.0], "service": "FindFreePin"}


@pytest.mark.usefixtures("pool")
def test_repeat_gets_the_same_answer(find_free_pin: Function) -> None:
    assert find_free_pin(INPUT) == find_free_pin(INPUT)


def test_full_pool_is_answered_and_counted(find_free_pin: Function, pool: FakePins) -> None:
    pool.seed(*(a_pin_record(pin, f"holder-of-{pin}") for pin in ORDER))

    answer = find_free_pin(INPUT)

    assert answer == {"found": False, "candidates": [], "index": 0, "collisions": 5}
    assert counted(find_free_pin.printed())["PinPoolExhausted"] == [1.0]


@pytest.mark.usefixtures("pool")
def test_log_does_not_hold_the_pin(
    find_free_pin: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    answer: Any = find_free_pin(INPUT)

    (pin,) = answer["candidates"]
    printed = capsys.readouterr().out
    assert "PinFound" in printed
    assert f'"{pin}"' not in printed


def test_aws_that_cannot_be_reached_is_raised_for_the_state_machine_to_repeat(
    find_free_pin: Function,
) -> None:
    with pytest.raises(PlatformFault, match="BatchGetItem on PinTable failed"):
        find_free_pin(INPUT)

    assert counted(find_free_pin.printed()) == {"PlatformFault": [1.0], "service": "FindFreePin"}
