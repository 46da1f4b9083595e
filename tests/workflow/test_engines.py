"""The engines by themselves: what AWS does, and which of them does it.

What one does not do is named in engine_gaps, and in docs/engines.md.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.event_schemas.files import example, newest_version
from operations.stage import Stage, until
from simulator import ministack
from simulator.ministack import MiniStack
from tests.workflow.driver import Driver
from tests.workflow.engine_gaps import GAPS, MINISTACK, PATIENCE_SECONDS
from tests.workflow.small_machines import SmallMachine, waiting


def test_wait_ends_after_the_seconds_that_its_input_names(stage: Stage, patience: float) -> None:
    machine = waiting(stage, TimeoutSecondsPath="$.seconds")
    execution = machine.end_of(machine.start(given={"seconds": 1}), patience)
    assert execution["error"] == "States.Timeout"


def test_wait_ends_when_a_heartbeat_is_missed(stage: Stage, patience: float) -> None:
    machine = waiting(stage, HeartbeatSeconds=1, TimeoutSeconds=60)
    execution = machine.end_of(machine.start(), patience)
    assert execution["error"] == "States.HeartbeatTimeout"


def test_execution_ends_after_its_machines_seconds(stage: Stage, patience: float) -> None:
    machine = SmallMachine(stage, seconds=1, Type="Wait", Seconds=20)
    assert machine.end_of(machine.start(), patience)["status"] == "TIMED_OUT"


def test_history_tells_when_a_wait_began_and_that_it_timed_out(stage: Stage) -> None:
    machine = waiting(stage, TimeoutSeconds=1)
    execution = machine.start()
    machine.end_of(execution)
    assert {"TaskSubmitted", "TaskTimedOut"} <= set(machine.types_of_events(execution))


def test_start_that_is_repeated_is_answered_with_the_same_execution(stage: Stage) -> None:
    machine = waiting(stage, TimeoutSeconds=60)
    assert machine.start("one") == machine.start("one")


def test_start_with_another_input_is_refused(stage: Stage) -> None:
    machine = waiting(stage, TimeoutSeconds=60)
    machine.start("one")
    assert _refusal(lambda: machine.start("one", {"another": "input"})) == "ExecutionAlreadyExists"


def test_callback_for_a_closed_wait_is_answered_as_timed_out(stage: Stage) -> None:
    machine = waiting(stage, TimeoutSeconds=60)
    execution = machine.start()
    token = machine.token_of(execution)
    machine.client.send_task_success(taskToken=token, output="{}")
    machine.end_of(execution)

    late = _refusal(lambda: machine.client.send_task_success(taskToken=token, output="{}"))

    assert late == "TaskTimedOut"


def test_stopped_execution_stays_aborted(stage: Stage, patience: float) -> None:
    machine = waiting(stage, TimeoutSeconds=3)
    execution = machine.start()
    token = machine.token_of(execution)
    machine.client.stop_execution(executionArn=execution)
    assert machine.end_of(execution, patience)["status"] == "ABORTED"

    refused = _refusal(lambda: machine.client.send_task_failure(taskToken=token, error="Late"))

    assert refused
    assert machine.end_of(execution)["status"] == "ABORTED"


def test_exception_of_a_function_has_its_class_for_an_error(stage: Stage) -> None:
    machine = _searching(stage)
    assert machine.end_of(machine.start())["error"] == "KeyError"


def test_entry_that_is_refused_fails_its_state(stage: Stage) -> None:
    entry = {
        "EventBusName": stage.stack.outputs["AuditBusName"],
        "Source": "nobody",  # whose events nobody subscribes to
        "DetailType": "Malformed",
        "Detail": "no JSON",
    }
    machine = SmallMachine(
        stage,
        Type="Task",
        Resource="arn:aws:states:::events:putEvents",
        Parameters={"Entries": [entry]},
        TimeoutSeconds=3,
    )
    assert machine.end_of(machine.start()).get("error") == "EventBridge.FailedEntry"


def test_event_reaches_a_log_group(stage: Stage, patience: float) -> None:
    bus, group = stage.stack.outputs["AuditBusName"], stage.stack.resources["AuditLogGroup"]
    event = example("PinRejected", newest_version())
    detail = json.dumps(event["detail"])
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": detail}
    stage.aws.client("events").put_events(Entries=[{"EventBusName": bus, **entry}])

    event_id = event["detail"]["metadata"]["eventId"]

    def logged() -> bool:
        events = stage.aws.client("logs").filter_log_events(logGroupName=group)["events"]
        return any(event_id in event["message"] for event in events)

    until(logged, "the event's line in the log", patience)


def test_status_of_executions_is_told_on_the_default_bus(stage: Stage, patience: float) -> None:
    inbox = stage.subscribe("default", "aws.states")
    machine = SmallMachine(stage, Type="Pass")
    execution = machine.start()
    machine.end_of(execution)
    told: set[str] = set()

    def succeeded() -> bool:
        told.update(
            event["detail"]["status"]
            for event in stage.receive(inbox)
            if event["detail"]["executionArn"] == execution
        )
        return "SUCCEEDED" in told

    until(succeeded, "the execution's status on the default bus", patience)
    assert told == {"RUNNING", "SUCCEEDED"}


# ------------------------------------------------- of MiniStack alone: moto has no such part


def _gap(test: str) -> pytest.MarkDecorator:
    gap = GAPS[MINISTACK][test]
    return pytest.mark.xfail(reason=gap.reason, raises=gap.shows_as, strict=True)


@_gap("test_definition_that_is_no_machine_is_refused")
def test_definition_that_is_no_machine_is_refused(deployed_on_ministack: Stage) -> None:
    # moto refuses it, and is of no use to its process from then on.
    assert _refusal(lambda: SmallMachine(deployed_on_ministack, Type="Nonsense"))


@_gap("test_template_deploys_as_it_does_on_aws")
def test_template_deploys_as_it_does_on_aws(wired: MiniStack) -> None:
    ministack.deploy(wired, "as-on-aws", LocalEmulator="false")


@_gap("test_throttled_function_has_lambdas_error")
def test_throttled_function_has_lambdas_error(wired: MiniStack) -> None:
    stage = Stage(wired, "throttled", deploy=ministack.deploy)
    stage.aws.client("lambda").put_function_concurrency(
        FunctionName=stage.stack.resources["FindFreePinFunction"], ReservedConcurrentExecutions=0
    )
    machine = _searching(stage)
    assert machine.end_of(machine.start())["error"] == "Lambda.TooManyRequestsException"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Driver]:
    """A MiniStack whose IAM lets each function do what its role allows, and nothing else."""
    with MiniStack(auth=True) as aws:
        driver = Driver(Stage(aws, "guarded", deploy=ministack.deploy))
        driver.patience = PATIENCE_SECONDS
        yield driver


def test_functions_need_no_rights_but_their_roles(guarded: Driver) -> None:
    click = guarded.clicks("alice", guarded.cardholder_calls())
    guarded.secures(click)
    search = guarded.start(edit=lambda given: given["claim"].update(candidates=[click.pin]))
    assert guarded.pin(search) != click.pin
    stranger = guarded.loop_returns(click.pin)
    guarded.stage.events_of("PinRejected", stranger.contact.contact_id)


@_gap("test_function_may_wake_the_machine_that_its_role_names")
def test_function_may_wake_the_machine_that_its_role_names(guarded: Driver) -> None:
    click = guarded.start()
    guarded.until_waiting(click, "LoopToken")
    guarded.answers(click)
    guarded.until_waiting(click, "JoinToken")


def _searching(stage: Stage) -> SmallMachine:
    """Return a machine that invokes FindFreePin with a payload that it cannot read."""
    return SmallMachine(
        stage,
        Type="Task",
        Resource="arn:aws:states:::lambda:invoke",
        Parameters={"FunctionName": stage.stack.resources["FindFreePinFunction"], "Payload": {}},
        TimeoutSeconds=20,
    )


def _refusal(call: Callable[[], Any]) -> str:
    """Return the error code that a call is answered with; nothing if it is taken."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
