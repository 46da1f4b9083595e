from collections.abc import Iterator

import pytest

from operations.stage import Stage
from simulator import ministack, ministack_wire
from simulator.ministack_wire import WiredMiniStack, lead_over_the_wire
from simulator.template import ROOT
from tests.examples.consumer import Consumer
from tests.workflow.driver import Driver, TimeOuts

EXAMPLE = ROOT / "examples/audit_consumer"


@pytest.fixture(scope="module")
def wired() -> Iterator[WiredMiniStack]:
    with WiredMiniStack() as aws:
        yield aws


@pytest.fixture(scope="module")
def driver(wired: WiredMiniStack) -> Driver:
    stage = Stage(wired, "consumed", deploy=ministack_wire.deploy)
    stage.warm_up()
    driver = Driver(stage)
    driver.time_outs = TimeOuts.HANDED_IN
    return driver


@pytest.fixture(scope="module")
def forwarding_bus(wired: WiredMiniStack, driver: Driver) -> str:
    """Deploy what brings the events to a bus of one's own, as another account does."""
    events = wired.client("events")
    bus = events.describe_event_bus(Name=driver.stage.stack.outputs["AuditBusName"])
    stack = ministack.deploy_template(
        wired, EXAMPLE / "another_account.yaml", "forward", {"AuditBusArn": bus["Arn"]}
    )
    return stack.outputs["AuditBusName"]


@pytest.fixture(scope="module")
def consumer(wired: WiredMiniStack, driver: Driver) -> Consumer:
    """Deploy the example as it is, onto the audit bus of the deployed stack."""
    stack = ministack.deploy_template(
        wired,
        EXAMPLE / "template.yaml",
        "consumer",
        {"AuditBusName": driver.stage.stack.outputs["AuditBusName"]},
    )
    lead_over_the_wire(wired, stack)
    return Consumer(wired, stack)
