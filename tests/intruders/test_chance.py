import random
import re
from collections.abc import Callable

import pytest

from secure_transfer.domain.lockout import REFUSALS, WINDOW_SECONDS
from secure_transfer.domain.pins import draw
from simulator import template
from tests.intruders import chance

PAGE = template.ROOT / "docs/guessing.md"


def test_the_page_has_the_chances_that_are_computed(figure: Callable[[str], None]) -> None:
    figure("| live PINs | digits | chance of one guess | guesses for 50 % | hours of one number |")
    for row in chance.table():
        figure(row)

    rows = [line for line in PAGE.read_text().splitlines() if re.match(r"\| \d", line)]
    assert rows == chance.table()


def test_the_page_tells_the_lockout_as_it_is() -> None:
    told = f"refused {REFUSALS} times in {WINDOW_SECONDS // 60} minutes"
    for page in ("guessing.md", "parameters.md", "functions.md"):
        assert told in (PAGE.parent / page).read_text()
    assert told in template.expand()["Parameters"]["PciPalCallerIds"]["Description"]


@pytest.mark.parametrize("digits", [1, 2])
def test_half_of_so_many_guesses_hit(digits: int) -> None:
    """Played, in a pool that is small enough."""
    guess = random.Random(1)  # noqa: S311 - nobody must be unable to foretell it
    tries, hits = 4_000, 0
    guesses = chance.guesses_for_half(1, digits)
    for _ in range(tries):
        hits += any(guess.randrange(10**digits) == 0 for _ in range(guesses))

    played = hits / tries
    at_most_and_at_least = (1 - 1 / 10**digits) ** guesses, (1 - 1 / 10**digits) ** (guesses - 1)
    assert at_most_and_at_least[0] <= 0.5 < at_most_and_at_least[1]
    assert abs(played - (1 - at_most_and_at_least[0])) < 0.03


def test_no_pin_is_likelier_than_another() -> None:
    """What the table takes for granted: PINs are drawn evenly, first digits and last ones too."""
    drawn = [pin for _ in range(4_000) for pin in draw(4)]

    for place in range(4):
        for digit in "0123456789":
            share = sum(pin[place] == digit for pin in drawn) / len(drawn)
            assert abs(share - 0.1) < 0.02  # nine standard deviations
