"""The load in its short form, on real functions: 200 transfers, 20 at once."""

from collections.abc import Callable, Iterator

import pytest

from operations.load import memory, verdict
from operations.load_crowd import STEPS, Crowd
from operations.stage import Stage
from simulator.ministack import MiniStack, deploy

TRANSFERS, AT_ONCE = 200, 20


@pytest.fixture(scope="module")
def aws() -> Iterator[MiniStack]:
    with MiniStack() as aws:
        yield aws


@pytest.fixture(scope="module")
def crowd(aws: MiniStack) -> Crowd:
    stage = Stage(aws, "load", deploy=deploy)
    stage.warm_up()
    return Crowd(aws, stage)


def test_no_transfer_of_a_crowd_is_lost_or_crossed_or_stuck(
    crowd: Crowd, figure: Callable[[str], None]
) -> None:
    outcome = crowd.play(TRANSFERS, AT_ONCE)

    figure(f"Load, {TRANSFERS} transfers, {AT_ONCE} at once: {verdict(outcome)}")
    assert outcome.faults == {}
    assert outcome.statuses == {"SUCCEEDED": TRANSFERS}
    assert outcome.audited == TRANSFERS
    assert outcome.is_good
    assert {step: len(seconds) for step, seconds in outcome.took.items()} == dict.fromkeys(
        STEPS, TRANSFERS
    )
    # They were live at the same time, or it was no load.
    assert AT_ONCE / 2 < outcome.most_live <= AT_ONCE


def test_agents_who_click_at_once_get_a_pin_each(crowd: Crowd) -> None:
    outcome = crowd.play(AT_ONCE, AT_ONCE, in_the_same_second=True)

    assert outcome.is_good
    # All had clicked before the first function could have answered all.
    assert max(outcome.clicked) < sum(outcome.took["AddAgent"])
    assert len(outcome.clicked) == AT_ONCE


def test_processes_of_functions_and_the_server_are_told_apart(aws: MiniStack, crowd: Crowd) -> None:
    assert crowd.play(1, 1).is_good

    of_a_function, of_the_server = memory(aws)

    assert 10 < of_a_function < 500
    assert 10 < of_the_server < 5_000
