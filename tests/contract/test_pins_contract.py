from functools import partial

import pytest

from secure_transfer.domain.search import BATCH
from tests.contract.stores import PinStore
from tests.fakes import NOW_EPOCH, a_pin_record, at_once


def test_row_is_found_as_it_was_claimed(pins: PinStore, new_pin: str, new_id: str) -> None:
    record = a_pin_record(new_pin, new_id)

    assert pins.port.claim(record, NOW_EPOCH)

    assert pins.port.find(new_pin) == record


def test_pin_that_nobody_ever_held_is_not_found(pins: PinStore, new_pin: str) -> None:
    assert pins.port.find(new_pin) is None


def test_pin_with_leading_zeros_is_another_than_without(pins: PinStore, new_id: str) -> None:
    pins.seed(a_pin_record("0000", new_id))

    assert pins.port.find("0") is None
    assert pins.port.reusable_at(["0", "00", "0000"]).keys() == {"0000"}


@pytest.mark.parametrize(
    ("held_until", "claimed"),
    [
        pytest.param(NOW_EPOCH + 90, False, id="held"),
        pytest.param(NOW_EPOCH + 1, False, id="a second before ReusableAt"),
        pytest.param(NOW_EPOCH, True, id="exactly at ReusableAt"),
        pytest.param(NOW_EPOCH - 1, True, id="a second after ReusableAt"),
    ],
)
def test_pin_of_another_transfer_is_claimed_only_from_its_reusable_at_on(
    pins: PinStore, new_pin: str, new_id: str, held_until: int, *, claimed: bool
) -> None:
    held = a_pin_record(new_pin, "another", reusable_at=held_until)
    wanted = a_pin_record(new_pin, new_id)
    pins.seed(held)

    assert pins.port.claim(wanted, NOW_EPOCH) is claimed

    assert pins.port.find(new_pin) == (wanted if claimed else held)


def test_expired_pin_in_quarantine_is_not_claimed(
    pins: PinStore, new_pin: str, new_id: str
) -> None:
    pins.seed(a_pin_record(new_pin, "another", expires_at=NOW_EPOCH - 1))

    assert not pins.port.claim(a_pin_record(new_pin, new_id), NOW_EPOCH)


def test_claim_repeated_by_its_transfer_succeeds(pins: PinStore, new_pin: str, new_id: str) -> None:
    record = a_pin_record(new_pin, new_id)

    assert pins.port.claim(record, NOW_EPOCH)
    assert pins.port.claim(record, NOW_EPOCH)


def test_of_five_transfers_that_claim_a_pin_at_once_exactly_one_gets_it(
    pins: PinStore, new_pin: str
) -> None:
    rivals = [a_pin_record(new_pin, f"rival-{number}") for number in range(5)]

    claimed = at_once(partial(pins.port.claim, rival, NOW_EPOCH) for rival in rivals)

    assert claimed.count(True) == 1
    assert pins.port.find(new_pin) == rivals[claimed.index(True)]


def test_of_a_batch_the_pins_that_were_held_are_told_with_their_time(pins: PinStore) -> None:
    batch = [f"{number:05d}" for number in range(BATCH)]
    held_until = {pin: NOW_EPOCH + place for place, pin in enumerate(batch[::10])}
    for pin, reusable_at in held_until.items():
        pins.seed(a_pin_record(pin, f"holder-of-{pin}", reusable_at=reusable_at))

    assert pins.port.reusable_at(batch) == held_until


def test_of_a_batch_that_nobody_ever_held_nothing_is_told(pins: PinStore) -> None:
    assert pins.port.reusable_at([f"{number:06d}" for number in range(BATCH)]) == {}
