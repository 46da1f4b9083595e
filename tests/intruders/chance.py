"""What a guess is worth."""

import math

from secure_transfer.domain.lockout import REFUSALS, WINDOW_SECONDS


def of_one_guess(live: int, digits: int) -> float:
    """Return the chance that a guessed PIN is one of those that wait for their call."""
    return live / float(10**digits)


def guesses_for_half(live: int, digits: int) -> int:
    """Return how many guesses are as likely as not to hit.

    Each is a new draw: PINs live for seconds, so what was wrong before may be right now.
    """
    return math.ceil(math.log(0.5) / math.log1p(-of_one_guess(live, digits)))


def hours_of_one_number(guesses: int) -> float:
    """Return how long a number needs for so many guesses under lockout."""
    windows_waited = math.ceil(guesses / REFUSALS) - 1
    return windows_waited * WINDOW_SECONDS / 3_600


def table() -> list[str]:
    """Return the rows of the table in docs/guessing.md."""
    return [
        f"| {live} | {digits} | 1 in {10**digits // live:,} | {guesses:,} "
        f"| {hours_of_one_number(guesses):,.0f} |"
        for live in (1, 10, 100)
        for digits in (4, 5, 6)
        for guesses in [guesses_for_half(live, digits)]
    ]
