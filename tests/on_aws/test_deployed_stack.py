"""The smoke test of a deployed stack: on AWS where a stack is named, and here on the local one."""

from typing import Any

import pytest

from operations.site import RETURN
from operations.stage import Stage
from simulator import ministack
from simulator.aws import LocalAws
from simulator.ministack import MiniStack
from tests.on_aws import smoke
from tests.on_aws.smoke import Client, Deployed
from tests.workflow.faults import ALWAYS, by_function, fault, refused

_INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"


@pytest.mark.aws
def test_transfer_is_secured_on_aws(account: Client, stack_name: str) -> None:
    smoke.play(account, smoke.find(account, stack_name))


@pytest.fixture(scope="module")
def stage(aws: LocalAws) -> Stage:
    stage = Stage(aws, "smoke")
    stage.warm_up()
    return stage


@pytest.fixture
def deployed(stage: Stage) -> Deployed:
    return Deployed(stage.stack, stage.instance_arn, RETURN)


def test_transfer_is_secured_here_and_nothing_is_left(stage: Stage, deployed: Deployed) -> None:
    smoke.play(stage.aws.client, deployed)
    assert _rows(stage) == []


def test_nothing_is_left_when_it_breaks_off(
    stage: Stage, deployed: Deployed, aws: LocalAws
) -> None:
    broken = by_function("AgentJoined", "dynamodb:UpdateItem")
    with (
        fault(aws, broken, refused(), ALWAYS),
        pytest.raises(AssertionError, match="AgentJoined failed"),
    ):
        smoke.play(stage.aws.client, deployed)
    assert _rows(stage) == []
    stopped = [call.body for call in aws.wire.calls if call.action == "states:StopExecution"]
    assert any("smoke" in body for body in stopped)


def test_broken_off_before_its_execution_it_says_why(
    stage: Stage, deployed: Deployed, aws: LocalAws
) -> None:
    broken = by_function("AddAgent", "states:StartExecution")
    with (
        fault(aws, broken, refused(), ALWAYS),
        pytest.raises(AssertionError, match="AddAgent failed"),
    ):
        smoke.play(stage.aws.client, deployed)


def test_stack_is_found_by_its_name() -> None:
    with MiniStack() as aws:
        given = {"ConnectInstanceArn": _INSTANCE, "ReturnNumber": RETURN}
        stack = ministack.deploy(aws, "found", **given)
        assert smoke.find(aws.client, "found") == Deployed(stack, _INSTANCE, RETURN)


def _rows(stage: Stage) -> list[dict[str, Any]]:
    """Every row of both tables."""
    tables = [stage.stack.outputs[name] for name in ("TransferTableName", "PinTableName")]
    client = stage.aws.client("dynamodb")
    return [row for table in tables for row in client.scan(TableName=table)["Items"]]
