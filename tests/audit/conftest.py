"""`operations audit …` on the local AWS: as on a real one, found by the stack's name.

CloudFormation is told of the stack by hand: the simulator makes its resources by their own APIs.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from operations.audit import tail
from operations.audit.check import compare
from operations.audit.redrive import bus, queue, sending
from operations.stage import Stage
from simulator.aws import LocalAws
from simulator.template import REGION
from tests.audit.interrupt import interruptible
from tests.audit.site import Site
from tests.event_contract import PASSING
from tests.workflow.driver import Driver

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def deployed(aws: LocalAws) -> Stage:
    stage = Stage(aws, "audited")
    stage.warm_up()
    archive(stage)
    register(stage)
    return stage


def archive(stage: Stage) -> None:
    """Make the archive that LocalEmulator leaves out, as the template has it."""
    events, name = stage.aws.client("events"), f"{stage.stack.name}-archive"
    arn = events.describe_event_bus(Name=stage.stack.outputs["AuditBusName"])["Arn"]
    pattern = json.dumps({"source": ["secure-transfer"]})
    made = events.create_archive(ArchiveName=name, EventSourceArn=arn, EventPattern=pattern)
    stage.stack.outputs["AuditArchiveArn"] = made["ArchiveArn"]


def register(stage: Stage, *, without: str = "", name: str = "") -> str:
    """Tell CloudFormation of the stack and its outputs. Returns the name that it has there."""
    outputs = {
        key: {"Value": value} for key, value in stage.stack.outputs.items() if key != without
    }
    name = name or stage.stack.name
    template = {
        "Parameters": {"RecordRetentionDays": {"Type": "Number", "Default": 400}},
        "Resources": {"Something": {"Type": "AWS::SQS::Queue"}},
        "Outputs": outputs,
    }
    stage.aws.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(template)
    )
    return name


@pytest.fixture(autouse=True)
def _operator(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody is logged in, and nothing is waited for that is there at once on the local AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sending, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(queue, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(queue, "_LONG_POLL_SECONDS", 0)
    monkeypatch.setattr(bus, "_PAUSES", (0, 0))
    monkeypatch.setattr(tail, "POLL_SECONDS", 0.0)
    with interruptible():
        yield


@pytest.fixture
def audit(deployed: Stage, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `operations audit …` on the stack. What has just happened is to be told already."""
    monkeypatch.setattr(compare, "GRACE", compare.GRACE * 0)

    def run(command: str, *arguments: object, stack: str = "audited", **given: Any) -> Result:
        there = ["--stack", stack, "--region", REGION, "--endpoint-url", deployed.aws.endpoint]
        words = ["audit", command, *there, *map(str, arguments)]
        return CliRunner().invoke(cli, words, catch_exceptions=False, **given)

    return run


@pytest.fixture
def site(deployed: Stage) -> Iterator[Site]:
    """The stack, with queues that are empty and a log that has only what the test tells."""
    site = Site(deployed)
    site.clear()
    yield site
    assert deployed.aws.wire.interferences == []


@pytest.fixture
def events_may_break_the_contract(site: Site) -> Iterator[None]:
    """Let a test put events that are none, on purpose."""
    yield
    site.clear()  # now: the next test would see them pass by
    PASSING.take_violations()


@pytest.fixture
def driver(site: Site) -> Driver:
    return Driver(site.stage)
