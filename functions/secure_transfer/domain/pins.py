"""Which PINs there are, and in which order they are tried."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

QUICK_CANDIDATES = 5
"""PINs drawn for the state machine to try before it searches. With half of the pool taken, 31 of
32 transfers find one among five."""


@dataclass(frozen=True, slots=True)
class PinRecord:
    """A row of PinTable: which transfer holds a PIN, and until when (epoch seconds)."""

    pin: str = field(repr=False)
    transfer_id: str
    agent_name: str
    created_timestamp: str
    expires_at: int
    reusable_at: int


def draw(length: int, count: int = QUICK_CANDIDATES) -> list[str]:
    """Draw `count` different PINs that nobody can foretell."""
    drawn = secrets.SystemRandom().sample(range(10**length), count)
    return [_text(number, length) for number in drawn]


def search_order(transfer_id: str, length: int) -> Iterator[str]:
    """Yield every PIN of the pool once, in an order that only the transfer's id decides.

    Transfers that search at the same time start at different places, and a search that is repeated
    looks at the same PINs first.
    """
    size = 10**length
    digest = hashlib.sha256(transfer_id.encode()).digest()
    start = int.from_bytes(digest[:8]) % size
    step = int.from_bytes(digest[8:16]) % size
    while step % 2 == 0 or step % 5 == 0:  # coprime with 10^length: the walk meets every PIN
        step += 1
    return (_text((start + turn * step) % size, length) for turn in range(size))


def _text(number: int, length: int) -> str:
    return f"{number:0{length}d}"
