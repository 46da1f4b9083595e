import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secure_transfer.domain import pins

contact_ids = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=80)


@settings(deadline=None)
@given(st.integers(4, 6), st.integers(1, 50))
def test_drawn_pins_are_different_and_in_the_pool(length: int, count: int) -> None:
    drawn = pins.draw(length, count)

    assert len(set(drawn)) == len(drawn) == count
    assert {len(pin) for pin in drawn} == {length}
    assert set("".join(drawn)) <= set(string.digits)


def test_five_pins_are_drawn_unless_said_otherwise() -> None:
    assert len(pins.draw(4)) == pins.QUICK_CANDIDATES == 5


def test_small_pins_keep_their_zeros() -> None:
    whole_pool = pins.draw(4, 10_000)

    assert sorted(whole_pool) == [f"{number:04d}" for number in range(10_000)]


@settings(deadline=None, max_examples=30)
@given(contact_ids, st.sampled_from([4, 5]))
def test_search_meets_every_pin_once(transfer_id: str, length: int) -> None:
    order = list(pins.search_order(transfer_id, length))

    assert sorted(order) == [f"{number:0{length}d}" for number in range(10**length)]


@settings(deadline=None)
@given(contact_ids)
def test_search_that_is_repeated_goes_the_same_way(transfer_id: str) -> None:
    assert list(pins.search_order(transfer_id, 4)) == list(pins.search_order(transfer_id, 4))


@pytest.mark.parametrize("length", [4, 5, 6])
def test_searches_of_different_transfers_start_at_different_places(length: int) -> None:
    starts = {next(pins.search_order(f"transfer-{number}", length)) for number in range(20)}

    # Twenty of 10,000 places; two that fall together would be no harm, half of them would.
    assert len(starts) > 10
