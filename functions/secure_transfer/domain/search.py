"""FindFreePin: the drawn PINs were all taken; find and claim one that is free."""

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from secure_transfer.domain.pins import PinRecord, search_order
from secure_transfer.domain.ports import Pins

BATCH = 100
"""Rows that DynamoDB reads in one BatchGetItem."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the state machine takes in place of its drawn candidates. No PIN: the pool is full."""

    pin: str | None = field(repr=False)
    collisions: int

    def as_claim(self) -> dict[str, Any]:
        return {
            "found": self.pin is not None,
            "candidates": [self.pin] if self.pin else [],
            "index": 0,
            "collisions": self.collisions,
        }


def find_free_pin(
    wanted: PinRecord, *, requested_at: int, collisions: int, pin_length: int, pins: Pins
) -> Found:
    """Claim the first free PIN for `wanted`'s transfer; its own `pin` is not looked at.

    Free means free at `requested_at` (epoch seconds), which does not move: a repeat walks the
    same way and comes to its own earlier claim before it comes to another free PIN. A PIN that is
    lost to another transfer between look and claim counts as one more collision.
    """
    order = search_order(wanted.transfer_id, pin_length)
    while batch := list(islice(order, BATCH)):
        held_until = pins.reusable_at(batch)
        for pin in batch:
            free = held_until.get(pin, 0) <= requested_at
            # A row of this very transfer bears its date; whether it is one, the claim will tell.
            perhaps_ours = held_until.get(pin) == wanted.reusable_at
            if (free or perhaps_ours) and pins.claim(replace(wanted, pin=pin), requested_at):
                return Found(pin, collisions)
            collisions += free
    return Found(None, collisions)
