"""An instance with thousands of users is read in pages, and told how far that has come."""

import io
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from operations.connect.doctor.examine import examine
from operations.progress import progress_bar
from tests.connect_doctor.doctored_shop import WANTED, Shop, well_set_up_shop

USERS = 2500


@pytest.fixture(scope="module")
def crowded() -> Iterator[Shop]:
    with well_set_up_shop(*(f"agent{number:04}" for number in range(USERS - 2))) as shop:
        yield shop


def test_requests_do_not_grow_with_each_user(crowded: Shop, figure: Callable[[str], None]) -> None:
    crowded.api.wire.requests.clear()
    findings = {one.check: one for one in crowded.examine()}
    counts = Counter(request.operation for request in crowded.api.requests)
    assert findings["agents"].found == f"all {USERS}"
    assert counts["SearchUsers"] == 5
    assert counts.total() < 40
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    figure(
        f"operations connect doctor: {USERS} users, {counts.total()} requests to Connect ({told}), "
        f"{len(crowded.functions.requests)} to Lambda"
    )


def test_many_who_are_wrong_are_counted_and_the_first_few_named(crowded: Shop) -> None:
    for user in crowded.instance.users.values():
        user.phone["AfterContactWorkTimeLimit"] = 0
    found = {one.check: one.found for one in crowded.examine()}["after_call_work"]
    assert found.startswith(f"0 for {USERS} of {USERS}: “agent0000”, “agent0001”")
    assert found.endswith(f"and {USERS - 5} more.")


def test_progress_is_told(crowded: Shop) -> None:
    told: list[tuple[str, int, int]] = []
    examine(
        crowded.client("connect"),
        crowded.client("lambda"),
        crowded.instance.id,
        WANTED,
        lambda *one: told.append(one),
    )
    assert [one for one in told if one[0] == "users"] == [
        ("users", done, USERS) for done in range(500, USERS + 1, 500)
    ]
    assert ("queues", 2, 2) in told


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_only(*, is_terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
    with progress_bar(console) as tell:
        tell("users", 500, USERS)
        tell("users", 1000, USERS)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert ("reading users" in shown and "1000/2500" in shown) is is_terminal
    assert bool(shown) is is_terminal
