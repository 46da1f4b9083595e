"""FindFreePin gets its input from the state machine, which has it from AddAgent.

So its texts are what AddAgent lets through; tables and numbers may be anything.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secure_transfer.domain.pins import PinRecord
from tests.fakes import NOW_TEXT, FakePins, a_pin_record
from tests.intruders.nasty import ALONE
from tests.intruders.outcomes import must_be_clean, outcome

SEARCHES = 10_000
POOL = list("0123456789")
"""PINs of one digit: a small pool is often full, or nearly."""

transfers = st.sampled_from(["-", "_" * 80, "transfer", "5ec0de00-0000-4000-8000-00000000000"])
searches = st.builds(
    lambda transfer, number, requested_at, life, held, own: (
        an_input(
            transferId=f"{transfer}{number}"[-80:],
            requestedAt=requested_at,
            expiresAt=requested_at + life,
            reusableAt=requested_at + 2 * life,
        ),
        held,
        POOL[own] if own < len(POOL) else None,
    ),
    transfers,
    st.integers(0, 9),
    st.integers(0, 2**40),
    st.integers(1, 3_600),
    st.integers(0, 2 ** len(POOL) - 1),
    st.integers(0, 2 * len(POOL)),
)
"""An input, which PINs are held (a bit each), and the PIN that the transfer holds already."""


KINDS = ("a free PIN", "its own PIN", "a full pool")


def test_ten_thousand_generated_searches_find_a_pin_exactly_where_one_is_free(
    modules: dict[str, ModuleType], figure: Callable[[str], None]
) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=SEARCHES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(searches)
    def send(search: tuple[dict[str, Any], int, str | None]) -> None:
        seen[must_be_right(modules["find_free_pin"], *search)] += 1

    send()

    assert seen.total() >= SEARCHES
    assert set(seen) == set(KINDS)
    figure(f"find_free_pin: {seen.total()} generated searches: {dict(seen)}")


@pytest.mark.parametrize("field", ["transferId", "agentName", "requestedAtTime"])
@pytest.mark.parametrize("name", [name for name in ALONE if "surrogate" not in name])
def test_text_that_add_agent_would_have_refused_finds_a_pin_all_the_same(
    modules: dict[str, ModuleType], field: str, name: str
) -> None:
    """But for lone surrogates, which are no text that could be stored."""
    given = an_input(**{field: ALONE[name]})

    assert must_be_right(modules["find_free_pin"], given, 0, None) == "a free PIN"


def must_be_right(module: ModuleType, given: dict[str, Any], held: int, own_pin: str | None) -> str:
    """Search a table in which the PINs of the mask `held` are held; check what comes of it."""
    requested_at = given["requestedAt"]
    own = own_claim(given)
    free = {pin for place, pin in enumerate(POOL) if not held >> place & 1}
    pins = FakePins()
    pins.seed(*(a_row(pin, requested_at, is_free=pin in free) for pin in POOL))
    if own_pin:
        pins.seed(replace(own, pin=own_pin))
    before = {pin: pins.find(pin) for pin in POOL}
    result = outcome(module, given, PINS=pins, PIN_LENGTH=1)
    must_be_clean(result)

    answer = result.answer
    assert answer["collisions"] >= given["collisions"]
    assert answer["index"] == 0
    after = {pin: pins.find(pin) for pin in POOL}
    if not free and not own_pin:
        assert (answer["found"], answer["candidates"]) == (False, [])
        assert after == before
        return "a full pool"
    (pin,) = answer["candidates"]
    assert answer["found"] is True
    assert after == {**before, pin: replace(own, pin=pin)}
    if pin == own_pin:
        return "its own PIN"
    assert pin in free
    return "a free PIN"


def own_claim(given: dict[str, Any]) -> PinRecord:
    return PinRecord(
        pin="",
        transfer_id=given["transferId"],
        agent_name=given["agentName"],
        created_timestamp=given["requestedAtTime"],
        expires_at=given["expiresAt"],
        reusable_at=given["reusableAt"],
    )


def a_row(pin: str, requested_at: int, *, is_free: bool) -> PinRecord:
    """Return another transfer's row: one that ends this very second is free."""
    until = requested_at if is_free else requested_at + 1
    return a_pin_record(pin, f"transfer/{pin}", reusable_at=until)


def an_input(**changes: Any) -> dict[str, Any]:
    return {
        "transferId": "transfer-1",
        "agentName": "jane.doe",
        "requestedAtTime": NOW_TEXT,
        "requestedAt": 7,
        "expiresAt": 8,
        "reusableAt": 9,
        "collisions": 5,
        **changes,
    }
