"""A write that takes effect and whose answer is lost is repeated by its state's Retry.

The repeat must find its own earlier result harmless.
"""

import pytest

from tests.workflow.driver import ABANDONED, SECURED, TIMED_OUT, Driver
from tests.workflow.faults import by_state, fault, response_lost


@pytest.mark.parametrize("state", ["ClaimPin", "RecordPin", "CountAttempt"])
def test_transfer_is_secured_although_a_response_was_lost(driver: Driver, state: str) -> None:
    with fault(driver.aws, by_state(state), response_lost(), times=1) as lost:
        click = driver.start()
        driver.until_waiting(click, "LoopToken")  # from then on the attempt is on record
        driver.secures(click)
        execution = driver.end_of(click)

    assert lost.hits == 1
    assert execution.status == "SUCCEEDED"
    events = driver.events(click, *SECURED)
    assert events["PinAllocated"]["data"]["collisions"] == 0
    assert events["TransferSecured"]["metadata"]["attempt"] == 1


def test_lost_response_to_expire_loop_still_ends_as_timed_out(driver: Driver) -> None:
    with fault(driver.aws, by_state("ExpireLoop"), response_lost(), times=1) as lost:
        click = driver.start(loop_seconds=1)
        execution = driver.end_of(click)

    assert lost.hits == 1
    assert execution.error == "LoopTimedOut"
    driver.events(click, *TIMED_OUT)


def test_lost_response_to_expire_join_still_ends_as_abandoned(driver: Driver) -> None:
    with fault(driver.aws, by_state("ExpireJoin"), response_lost(), times=1) as lost:
        click = driver.start(join_seconds=1)
        driver.answers(click)
        execution = driver.end_of(click)

    assert lost.hits == 1
    assert execution.error == "AgentNeverJoined"
    driver.events(click, *ABANDONED)


@pytest.mark.parametrize("state", ["AwaitLoop", "AwaitJoin"])
def test_lost_response_to_a_wait_is_retried_with_a_new_token(driver: Driver, state: str) -> None:
    with fault(driver.aws, by_state(state), response_lost(), times=1) as lost:
        click = driver.start()
        looped = driver.answers(click)
        driver.picks_up("alice", looped)
        execution = driver.end_of(click)

    assert lost.hits == 1
    assert execution.status == "SUCCEEDED"
    driver.events(click, *SECURED)
