"""The third engine's plumbing, with a second moto for an endpoint: all but Step Functions Local."""

from collections.abc import Iterator

import pytest

from operations.stage import Stage
from simulator.aws import LocalAws
from simulator.loopback import HOST
from tests.workflow import step_functions_elsewhere
from tests.workflow.another_moto import another_moto, free_port
from tests.workflow.driver import SECURED, TIMED_OUT, Driver
from tests.workflow.faults import ALWAYS, by_function, by_state, fault, held, refused
from tests.workflow.step_functions_elsewhere import StepFunctionsElsewhere


@pytest.fixture(scope="module")
def driver(aws: LocalAws) -> Iterator[Driver]:
    calls_go_to = f"{HOST}:{free_port()}"
    with (
        another_moto(calls_go_to) as endpoint,
        StepFunctionsElsewhere(aws, endpoint, calls_go_to) as elsewhere,
    ):
        stage = Stage(elsewhere, "another-moto", deploy=step_functions_elsewhere.deploy)
        stage.warm_up()
        yield Driver(stage)


def test_transfer_that_add_agent_started_is_secured_there(driver: Driver, aws: LocalAws) -> None:
    click = driver.clicks("alice", driver.cardholder_calls())
    driver.until_waiting(click, "LoopToken")
    looped = driver.loop_returns(click.pin)
    driver.until_waiting(click, "JoinToken")
    assert driver.picks_up("alice", looped) == {"Result": "OK"}

    execution = driver.end_of(click)

    assert execution.status == "SUCCEEDED"
    assert not {"CheckAnswered", "CheckJoined"} & set(execution.states), "it was not woken"
    driver.events(click, *SECURED)
    machine = driver.stage.stack.outputs["SecureTransferStateMachineArn"]
    machines = aws.client("stepfunctions").list_state_machines()["stateMachines"]
    assert machine not in [one["stateMachineArn"] for one in machines]


def test_wait_that_ends_by_its_time_out_is_told_of(driver: Driver) -> None:
    click = driver.start(loop_seconds=1)
    assert driver.end_of(click).error == "LoopTimedOut"
    driver.events(click, *TIMED_OUT)


def test_call_of_a_state_can_be_held_up(driver: Driver) -> None:
    with fault(driver.aws, by_state("AwaitLoop"), held, times=1) as wait:
        click = driver.start()
        driver.until_held(wait)
        driver.answers(click)
        wait.release.set()
        driver.until_waiting(click, "JoinToken")


def test_call_of_a_function_to_step_functions_can_be_refused(driver: Driver) -> None:
    lost = by_function("GetAgent", "states:SendTaskSuccess")
    click = driver.start(loop_seconds=2)
    driver.until_waiting(click, "LoopToken")
    with fault(driver.aws, lost, refused(), ALWAYS) as wake:
        looped = driver.answers(click)
    driver.picks_up("alice", looped)

    assert driver.end_of(click).status == "SUCCEEDED"
    assert wake.hits == 1
