from functools import partial
from itertools import islice

import pytest

from secure_transfer.domain.pins import PinRecord, search_order
from secure_transfer.domain.search import BATCH, Found, find_free_pin
from tests.fakes import NOW_EPOCH, FakePins, a_pin_record, at_once

WANTED = a_pin_record("", "searching", reusable_at=NOW_EPOCH + 271)
ORDER = list(search_order("searching", 4))


def test_first_pin_of_the_search_is_claimed_when_the_pool_is_empty(pins: FakePins) -> None:
    assert search(pins) == Found(ORDER[0], collisions=0)

    claimed = pins.find(ORDER[0])
    assert claimed
    assert (claimed.transfer_id, claimed.reusable_at) == ("searching", WANTED.reusable_at)


def test_pins_that_others_hold_are_passed_over(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER[:7]))

    assert search(pins) == Found(ORDER[7], collisions=0)
    assert pins.calls["claim"] == 1


def test_search_goes_on_into_the_next_batch(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER[: BATCH + 3]))

    assert search(pins) == Found(ORDER[BATCH + 3], collisions=0)
    assert pins.calls["reusable_at"] == 2


def test_last_free_pin_of_the_pool_is_found(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER[:-1]))

    assert search(pins) == Found(ORDER[-1], collisions=0)


def test_pin_whose_quarantine_is_over_is_free(pins: FakePins) -> None:
    pins.seed(a_pin_record(ORDER[0], "another", reusable_at=NOW_EPOCH))

    assert search(pins).pin == ORDER[0]


def test_pin_in_its_last_second_of_quarantine_is_not_free(pins: FakePins) -> None:
    pins.seed(a_pin_record(ORDER[0], "another", reusable_at=NOW_EPOCH + 1))

    assert search(pins).pin == ORDER[1]


def test_search_that_is_repeated_finds_its_own_claim(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER[:5]))
    first = search(pins)

    assert search(pins) == first
    assert first.pin == ORDER[5]


def test_search_that_is_repeated_finds_its_own_claim_in_a_later_batch(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER[: BATCH + 5]))
    first = search(pins)

    assert search(pins) == first


def test_repeat_that_finds_its_own_claim_takes_no_second_pin(pins: FakePins) -> None:
    search(pins)
    search(pins)

    held = pins.reusable_at(ORDER)
    assert len(held) == 1


def test_pin_of_another_transfer_that_bears_the_same_date_is_not_taken(pins: FakePins) -> None:
    pins.seed(a_pin_record(ORDER[0], "another", reusable_at=WANTED.reusable_at))

    assert search(pins) == Found(ORDER[1], collisions=0)


def test_pin_that_is_lost_between_look_and_claim_is_a_collision(pins: FakePins) -> None:
    pins.before["claim"] = [
        lambda: pins.seed(*held_by_others(ORDER[:1])),
        lambda: pins.seed(*held_by_others(ORDER[1:2])),
    ]

    assert search(pins, collisions=5) == Found(ORDER[2], collisions=7)


def test_collisions_so_far_are_kept(pins: FakePins) -> None:
    assert search(pins, collisions=5).collisions == 5


def test_full_pool_is_an_answer_without_a_pin(pins: FakePins) -> None:
    pins.seed(*held_by_others(ORDER))

    assert search(pins, collisions=5) == Found(None, collisions=5)
    assert pins.calls["claim"] == 0


def test_last_five_pins_go_to_five_searches_and_the_sixth_gets_none(pins: FakePins) -> None:
    free = set(ORDER[-5:])
    pins.seed(*held_by_others(ORDER[:-5]))

    found = at_once(partial(search, pins, who=f"caller-{who}") for who in range(6))

    assert sorted(one.pin or "" for one in found) == ["", *sorted(free)]


@pytest.mark.parametrize("length", [4, 5, 6])
def test_pin_that_is_found_has_the_pools_length(pins: FakePins, length: int) -> None:
    found = find_free_pin(
        WANTED, requested_at=NOW_EPOCH, collisions=0, pin_length=length, pins=pins
    )

    assert found.pin == next(islice(search_order("searching", length), 1))


def test_claim_for_the_state_machine_has_the_pin_as_its_only_candidate() -> None:
    assert Found("0027", collisions=5).as_claim() == {
        "found": True,
        "candidates": ["0027"],
        "index": 0,
        "collisions": 5,
    }


def test_claim_for_the_state_machine_of_a_full_pool_has_no_candidate() -> None:
    assert Found(None, collisions=5).as_claim() == {
        "found": False,
        "candidates": [],
        "index": 0,
        "collisions": 5,
    }


def search(pins: FakePins, *, who: str = "searching", collisions: int = 0) -> Found:
    wanted = a_pin_record("", who, reusable_at=WANTED.reusable_at)
    return find_free_pin(
        wanted, requested_at=NOW_EPOCH, collisions=collisions, pin_length=4, pins=pins
    )


def held_by_others(taken: list[str]) -> list[PinRecord]:
    return [a_pin_record(pin, f"holder-of-{pin}") for pin in taken]
