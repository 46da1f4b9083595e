"""Sorted after the scenarios of the core: which of them ran on which engine."""

from collections.abc import Callable

import pytest

from tests.workflow.engine_gaps import GAPS, HANDED_IN, MINISTACK, MOTO, PLAYED, is_scenario


@pytest.fixture
def tests(request: pytest.FixtureRequest) -> list[pytest.Function]:
    return [item for item in request.session.items if isinstance(item, pytest.Function)]


def test_every_scenario_of_the_core_is_played_on_both_engines_or_a_gap(
    tests: list[pytest.Function], figure: Callable[[str], None]
) -> None:
    if PLAYED.total() != sum(map(is_scenario, tests)) or not PLAYED:
        pytest.skip("means something only after all the scenarios, in one process")
    on_moto, on_ministack = PLAYED[MOTO, "passed"], PLAYED[MINISTACK, "passed"]
    gaps, handed_in = PLAYED[MINISTACK, "gap"], PLAYED[HANDED_IN, "passed"]
    figure(
        f"Scenarios of the core: {on_moto} on moto, {on_ministack} on MiniStack, {gaps} gaps; "
        f"{handed_in} of the gaps are played there with their time-outs handed in."
    )
    assert on_moto == on_ministack + gaps


def test_every_gap_is_of_a_test_that_there_is(
    tests: list[pytest.Function], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("keyword") or not {"test_engines", "test_handshake"} <= {
        test.path.stem for test in tests
    }:
        pytest.skip("means something only where all the tests were collected")
    named = {test for gaps in GAPS.values() for test in gaps}
    assert named - {test.originalname for test in tests} == set()
