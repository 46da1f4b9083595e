"""What a full run does is what the roles allow: no call more, and none that no run makes.

The roles' own table is checked against the template in tests/template/test_template_roles.py.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Response

from operations.__main__ import cli
from operations.audit.redrive import sending
from operations.stage import Stage, until
from simulator.aws import LocalAws
from simulator.calls import AwsCall
from simulator.connect import lambda_block
from simulator.connect.contact import event
from simulator.template import REGION
from tests.audit.conftest import archive, register
from tests.audit.interrupt import interrupt, interruptible
from tests.audit.site import is_operator
from tests.template.test_template_roles import ALLOWED, USERS
from tests.workflow.driver import ENDED, Click, Driver
from tests.workflow.faults import (
    ALWAYS,
    Fault,
    by_state,
    entries_refused,
    fault,
    held,
    refused,
)

STACK = "privileges"
_MACHINE = "ak"  # the key under which moto's engine makes its calls

# What a role allows and no run makes: who does it instead.
NOT_BY_A_RUN = {
    "logs:CreateLogStream": "Lambda does it, before the function's first line of log",
    "logs:PutLogEvents": "Lambda does it with what the function prints",
    **dict.fromkeys(
        ALLOWED["SecureTransferRole"]["*"],
        "Step Functions does it, to deliver its log; these actions know no resource",
    ),
}


@pytest.fixture(scope="module")
def privileges(aws: LocalAws) -> Driver:
    stage = Stage(aws, STACK)
    stage.warm_up()
    return Driver(stage)


@pytest.fixture(scope="module")
def calls(privileges: Driver) -> list[AwsCall]:
    """Every call of a run in which each part does all that it can have to do."""
    driver, wire = privileges, privileges.aws.wire
    before = len(wire.calls)
    _secured(driver)
    _timed_out_and_abandoned(driver)
    _told_by_connect(driver)
    _without_a_bus(driver)
    _after_the_execution(driver)
    _without_a_pin(driver)
    _cut_off(driver)
    _operated(driver)
    return wire.calls[before:]


def _secured(driver: Driver) -> None:
    click = driver.clicks("alice", driver.cardholder_calls())
    driver.until_waiting(click, "LoopToken")
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.picks_up("alice", looped)
    driver.end_of(click)


def _timed_out_and_abandoned(driver: Driver) -> None:
    click = driver.start(loop_seconds=1)
    driver.end_of(click)
    driver.loop_returns(driver.pin(click))
    click = driver.start(join_seconds=1)
    looped = driver.answers(click)
    driver.end_of(click)
    driver.picks_up("alice", looped)


def _told_by_connect(driver: Driver) -> None:
    """An agent is connected whose whisper says nothing; another call ends before one is."""
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.connect_tells("CONNECTED_TO_AGENT", looped, agent="alice")
    driver.end_of(click)
    driver.connect_tells("DISCONNECTED", looped)
    driver.events(click, *ENDED)
    click = driver.start()
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    driver.connect_tells("DISCONNECTED", looped)
    driver.end_of(click)


def _without_a_bus(driver: Driver) -> None:
    """Every event goes to the fallback queue instead."""

    def ours(call: AwsCall) -> bool:
        return call.service == "events" and bool(_role(call))

    with fault(driver.aws, ours, entries_refused, ALWAYS):
        stranger = driver.cardholder_calls()
        elsewhere = "arn:aws:connect:eu-west-2:123456789012:instance/another"
        for function in ("AddAgent", "GetAgent", "AgentJoined"):
            given = {"AgentName": "alice", "PIN": "none", "TransferId": "none"}
            arn = driver.stage.stack.outputs[f"{function}FunctionArn"]
            payload = json.dumps(event(stranger, given, elsewhere))
            lambda_block.invoke(driver.stage.functions, arn, payload)
        _secured(driver)
        click = driver.start()
        looped = driver.secures(click)
        driver.connect_tells("DISCONNECTED", looped)
        until(lambda: _has_kept(driver), "ContactChanged to keep an event")


def _has_kept(driver: Driver) -> bool:
    calls = driver.aws.wire.calls
    return any(
        _role(call) == "ContactChangedRole" and call.operation == "SendMessage" for call in calls
    )


def _after_the_execution(driver: Driver) -> None:
    """The machine has failed; the functions find its tokens gone, and ask what became of it."""
    broken = refused("ResourceNotFoundException")
    with fault(driver.aws, by_state("ExpireLoop"), broken, ALWAYS):
        click = driver.start(loop_seconds=1)
        driver.end_of(click)
    driver.secures(click)


def _without_a_pin(driver: Driver) -> None:
    """One transfer's candidates are all taken; of another AddAgent does not live to see the PIN."""
    taken = driver.pin(driver.start())
    search = driver.start(
        loop_seconds=1, edit=lambda given: given["claim"].update(candidates=[taken])
    )
    driver.end_of(search)
    with fault(driver.aws, by_state("ClaimPin"), held, ALWAYS) as claim:
        click = driver.clicks("alice", driver.cardholder_calls())
        claim.release.set()
        driver.end_of(click)


def _cut_off(driver: Driver) -> None:
    """An execution is stopped, and told of; another one, while no event is taken."""
    click = driver.start()
    _stopped(driver, click)
    with fault(driver.aws, lambda call: call.service == "events", entries_refused, ALWAYS):
        _stopped(driver, driver.start())


def _stopped(driver: Driver, click: Click) -> None:
    driver.until_waiting(click, "LoopToken")
    arn = driver.stage.execution_arn(click.transfer_id)
    driver.aws.client("stepfunctions").stop_execution(executionArn=arn)
    driver.end_of(click)
    driver.aws.clock.settle()  # ExecutionClosed has told it


def _operated(driver: Driver) -> None:
    """Somebody sends again what waits, looks for holes, follows the events and replays them."""
    archive(driver.stage)
    name = register(driver.stage)
    rule = driver.stage.subscribe(driver.stage.stack.outputs["AuditBusName"], "x").split("/")[-1]
    # What is no event of ours is given back.
    url = driver.stage.stack.outputs["FallbackQueueUrl"]
    driver.aws.client("sqs").send_message(QueueUrl=url, MessageBody="no JSON")
    there = ["--stack", name, "--region", REGION, "--endpoint-url", driver.aws.endpoint]
    runs = (
        (["redrive"], refused(), _no_call),
        (["check", "--since", "1h"], refused(), _no_call),
        (["replay", "--from", "1h", "--to", "0s", "--to-rule", rule], _ctrl_c, _describes_replay),
        (["tail"], _ctrl_c, _filters),
    )
    with pytest.MonkeyPatch.context() as patch, interruptible():
        patch.setenv("AWS_ACCESS_KEY_ID", "operator")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        patch.setattr(sending, "SETTLE_SECONDS", 0)
        for words, act, which in runs:
            with fault(driver.aws, which, act, 1):
                CliRunner().invoke(cli, ["audit", words[0], *there, *words[1:]])


def _no_call(_: AwsCall) -> bool:
    return False


def _describes_replay(call: AwsCall) -> bool:
    return call.operation == "DescribeReplay"


def _filters(call: AwsCall) -> bool:
    return call.operation == "FilterLogEvents"


def _ctrl_c(_: Fault, pass_on: Callable[[], Response]) -> Response:
    interrupt()
    return pass_on()


def _used(driver: Driver, calls: list[AwsCall]) -> dict[str, dict[str, set[str]]]:
    """Return what was done, in the form of ALLOWED: by role and resource, the actions."""
    names = {physical: logical for logical, physical in driver.stage.stack.resources.items()}
    names[driver.stage.stack.outputs["AuditArchiveArn"]] = "AuditArchive"
    used: dict[str, dict[str, set[str]]] = {}
    for call in calls:
        role = _role(call)
        for resource in _resources(call, names) if role else ():
            used.setdefault(role, {}).setdefault(resource, set()).add(_action(call))
    return used


def _role(call: AwsCall) -> str:
    if call.caller == _MACHINE:
        return "SecureTransferRole"
    if is_operator(call.caller):
        return "AuditOperatorRole"
    function = re.fullmatch(rf"{STACK}-(\w+)Function-\w+", call.caller)
    return f"{function[1]}Role" if function else ""


def _action(call: AwsCall) -> str:
    # A batch of an action is that action, to IAM.
    return (
        "lambda:InvokeFunction" if call.service == "lambda" else call.action.removesuffix("Batch")
    )


def _resources(call: AwsCall, names: dict[str, str]) -> Iterator[str]:
    """Yield what a call is about, as ALLOWED names it; nothing if it is of another stack."""
    given = {} if call.service in ("lambda", "connect") else json.loads(call.body)
    if call.operation == "StartReplay":
        yield "<AuditBus.Arn>"
        yield _named(names, given["EventSourceArn"], ".Arn")
    if call.operation in _ON_NAMED:
        yield _ON_NAMED[call.operation]
    elif call.operation == "Query":
        yield f"{_named(names, given['TableName'], '.Arn')}/index/{given['IndexName']}"
    else:
        resource = _resource(call, names)
        if resource:
            yield resource


_ON_NAMED = {
    "StartReplay": "replays",
    "DescribeReplay": "replays",
    "CancelReplay": "replays",
    "DescribeRule": "rules",
    "DescribeExecution": "executions",
}
"""What is none of the template's resources, but made by them or put beside them."""


def _resource(call: AwsCall, names: dict[str, str]) -> str:
    """Return what a call is about, as ALLOWED names it; nothing if it is of another stack."""
    if call.service == "lambda":
        arn = unquote(call.path.split("/")[3])
        return _named(names, arn.rpartition(":")[2], ".Arn")
    if call.service == "connect":
        _, _, instance_id, _ = call.path.split("/")  # of DescribeUser: users/INSTANCE/USER
        return USERS if f"/{instance_id}/" in USERS else ""
    given = json.loads(call.body)
    if call.operation in ("StartExecution", "ListExecutions"):
        return _named(names, given["stateMachineArn"], "")
    if call.operation in ("SendTaskSuccess", "SendTaskFailure"):
        return "<SecureTransferStateMachine>"  # a token tells no more
    (physical,) = {str(one) for one in _targets(given)}
    return _named(names, physical, ".Arn")


def _targets(given: dict[str, Any]) -> Iterator[Any]:
    yield from (given[key] for key in ("TableName", "QueueUrl", "logGroupName") if key in given)
    yield from given.get("RequestItems", ())
    # SQS's batches have Entries too.
    yield from (one["EventBusName"] for one in given.get("Entries", ()) if "EventBusName" in one)


def _named(names: dict[str, str], physical: str, attribute: str) -> str:
    return f"<{names[physical]}{attribute}>" if physical in names else ""


def test_a_full_run_does_what_the_roles_allow_and_all_of_it(
    privileges: Driver, calls: list[AwsCall]
) -> None:
    allowed = {
        role: {
            resource: kept
            for resource, actions in resources.items()
            if (kept := actions - set(NOT_BY_A_RUN))
        }
        for role, resources in ALLOWED.items()
    }
    assert _used(privileges, calls) == allowed


def test_what_no_run_does_is_the_services_own() -> None:
    spared = {
        action
        for resources in ALLOWED.values()
        for actions in resources.values()
        for action in actions
        if action in NOT_BY_A_RUN
    }
    assert spared == set(NOT_BY_A_RUN)
    assert {action.partition(":")[0] for action in spared} == {"logs"}
