"""A release on a local AWS: what was deployed answers by the alias, and the release before stays.

On MiniStack, whose CloudFormation publishes versions and moves aliases. It has no CodeDeploy, so
calls are shifted at once here; AWS shifts a tenth of them first (tests/template/
test_template_releases.py).
"""

from collections.abc import Callable
from typing import Any

import pytest

from operations.stage import Stage, until
from simulator import ministack
from simulator.ministack_wire import WiredMiniStack
from tests.workflow.driver import Driver

FUNCTIONS = ("AddAgent", "GetAgent", "AgentJoined", "FindFreePin")


@pytest.fixture(scope="module")
def released(wired: WiredMiniStack) -> Driver:
    """Deploy the first release."""
    stage = Stage(wired, "released", deploy=ministack.deploy, Release="the-first")
    stage.warm_up()
    return Driver(stage)


@pytest.fixture
def update(released: Driver) -> Callable[..., None]:
    """Update the stack: each parameter that is not given stays as it is."""
    aws, name = released.aws.client("cloudformation"), released.stage.stack.name

    def to(**given: str) -> None:
        described = aws.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
        kept = {one["ParameterKey"] for one in described} - set(given)
        aws.update_stack(
            StackName=name,
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
                *({"ParameterKey": key, "ParameterValue": value} for key, value in given.items()),
            ],
        )
        until(lambda: _status(aws, name) == "UPDATE_COMPLETE", f"the update of {name}")

    return to


def _status(aws: Any, name: str) -> str:
    status = str(aws.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    assert status in {"UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                      "UPDATE_COMPLETE"}, status  # fmt: skip
    return status


def _pin(driver: Driver) -> str:
    click = driver.clicks("alice", driver.cardholder_calls())
    assert click.answer["Result"] == "OK", click.answer
    return click.answer["PIN"]


def _live(driver: Driver) -> set[str]:
    """Return the description of what each alias leads to."""
    functions = driver.aws.client("lambda")
    return {
        functions.get_function_configuration(
            FunctionName=driver.stage.stack.resources[f"{name}Function"], Qualifier="live"
        )["Description"]
        for name in FUNCTIONS
    }


def test_calls_go_by_the_aliases(released: Driver) -> None:
    for name in ("AddAgent", "GetAgent", "AgentJoined"):
        assert released.stage.stack.outputs[f"{name}FunctionArn"].endswith(":live")
    click = released.start()
    released.secures(click)
    assert released.end_of(click).status == "SUCCEEDED"
    assert _live(released) == {"the-first"}


def test_a_changed_parameter_reaches_calls_with_a_release_and_not_without(
    released: Driver, update: Callable[..., None]
) -> None:
    assert len(_pin(released)) == 4
    update(PinLength="5")
    assert len(_pin(released)) == 4, "only what is published answers calls"
    update(Release="the-second")
    assert len(_pin(released)) == 5
    assert _live(released) == {"the-second"}


def test_the_release_before_is_kept_as_the_way_back(
    released: Driver, update: Callable[..., None]
) -> None:
    before = _versions(released)
    update(Release="the-third", PinLength="6")
    assert len(_pin(released)) == 6
    for name, versions in _versions(released).items():
        assert set(before[name]) < set(versions), name


def _versions(driver: Driver) -> dict[str, list[str]]:
    functions = driver.aws.client("lambda")
    return {
        name: [
            version["Version"]
            for version in functions.list_versions_by_function(
                FunctionName=driver.stage.stack.resources[f"{name}Function"]
            )["Versions"]
        ]
        for name in FUNCTIONS
    }
