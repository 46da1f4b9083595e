"""Deploy the stack with the SAM CLI, and delete it again without its records."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from samtranslator.yaml_helper import yaml_parse

from simulator import template
from simulator.errors import SimulatorError

# The roles, and a nested stack beside a transform.
_CAPABILITIES = ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
_CONTAINERS = ("docker", "finch")  # what `sam build --use-container` can work with

_DELETE_BY_HAND = {
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name",
    "AWS::Events::Archive": "aws events delete-archive --archive-name",
    "AWS::Events::EventBus": "aws events delete-event-bus --name",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name",
    "AWS::SQS::Queue": "aws sqs delete-queue --queue-url",
    "AWS::S3::Bucket": "aws s3api delete-bucket --bucket",
}
"""In the order in which it works: an archive has a rule on its bus, and goes first.

A bucket whose objects are locked is refused until S3 has deleted them, when their days are over.
"""


@dataclass(frozen=True)
class Kept:
    """A resource that outlives the stack."""

    logical_id: str
    kind: str
    physical_id: str

    @property
    def delete_command(self) -> str:
        return f"{_DELETE_BY_HAND[self.kind]} {self.physical_id}"


def deploy(folder: Path = template.ROOT) -> None:
    """Build and deploy: with questions as long as there is no samconfig.toml, without them then.

    Each deployment is a release, called after its time. Raises `SimulatorError` if something is
    missing that this needs, or if sam failed.
    """
    sam, config = _sam(), _config_file(folder)
    how, given = ["--guided"], []
    if config.exists():
        how = ["--no-confirm-changeset"]
        given = _parameter_overrides(_deployed_parameters(config))
    _run(sam, folder, "build", *_how_to_build())
    release = f"Release={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    _run(sam, folder, "deploy", *how, *_CAPABILITIES, "--parameter-overrides", *given, release)


def destroy(folder: Path = template.ROOT) -> list[Kept]:
    """Delete the stack that samconfig.toml names, once sam's question is answered with yes.

    Returns what was kept. Raises `SimulatorError` if there is no such stack, or it is still there.
    """
    sam = _sam()
    deployed = _deployed_parameters(_config_file(folder))
    name, region = str(deployed["stack_name"]), deployed.get("region")
    try:
        session = boto3.Session(profile_name=deployed.get("profile"), region_name=region)
        aws = session.client("cloudformation")
        stack_id = aws.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        kept = list(_kept(aws, stack_id))
        _run(sam, folder, "delete", "--stack-name", name, *_in(deployed))
        (stack,) = aws.describe_stacks(StackName=stack_id)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise SimulatorError(f"The stack {name}: {error}") from error
    if stack["StackStatus"] != "DELETE_COMPLETE":
        raise SimulatorError(f"The stack {name} is still there: {stack['StackStatus']}.")
    return kept


def _kept(aws: Any, stack_id: str) -> Iterator[Kept]:
    """Yield what the template retains and the stack has, in the order to delete it in."""
    resources = template.expand()["Resources"]
    retained = {
        name
        for name, one in resources.items()
        if one.get("DeletionPolicy", "").startswith("Retain")
    }
    pages = aws.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    found = [
        Kept(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["LogicalResourceId"] in retained
    ]
    order = list(_DELETE_BY_HAND)
    yield from sorted(found, key=lambda one: order.index(one.kind))


def _sam() -> str:
    sam = shutil.which("sam")
    if sam is None:
        raise SimulatorError(
            "There is no sam on the path: install the AWS SAM CLI "
            "(https://docs.aws.amazon.com/serverless-application-model/), and try again."
        )
    return sam


def _how_to_build() -> tuple[str, ...]:
    """`sam build` takes the functions' own Python, or else a container that has it."""
    globals_ = yaml_parse((template.ROOT / "template.yaml").read_text())["Globals"]
    runtime = str(globals_["Function"]["Runtime"])
    if any(_is(python, runtime) for python in (runtime, "python3", "python")):
        return ()
    if any(map(shutil.which, _CONTAINERS)):
        return ("--use-container",)
    raise SimulatorError(
        f"To build the functions, sam needs {runtime} on the path, or else one of "
        f"{', '.join(_CONTAINERS)}, and there is neither."
    )


def _is(python: str, runtime: str) -> bool:
    """Ask it: a name on the path can be a stand-in that runs another version, or none."""
    found = shutil.which(python)
    if found is None:
        return False
    asked = [found, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return ended.stdout.strip() == runtime


def _run(sam: str, folder: Path, command: str, *options: str) -> None:
    """Run sam on this terminal: it asks, and it says what it does."""
    ended = subprocess.run([sam, command, *options], cwd=folder, check=False)  # noqa: S603
    if ended.returncode:
        raise SimulatorError(f"sam {command} failed with {ended.returncode}; it says why above.")


def _config_file(folder: Path) -> Path:
    return folder / "samconfig.toml"


def _deployed_parameters(config: Path) -> Mapping[str, Any]:
    """Return what `sam deploy --guided` has written down, the stack's name among it."""
    try:
        default = tomllib.loads(config.read_text(encoding="utf-8"))["default"]
        in_all = default.get("global", {}).get("parameters", {})
        parameters = {**in_all, **default["deploy"]["parameters"]}
        parameters["stack_name"]  # a KeyError if it is missing
    except FileNotFoundError:
        raise SimulatorError(
            f"There is no {config.name}: nothing was deployed from this folder, or its answers "
            "were not saved. sam delete --stack-name … deletes a stack by its name."
        ) from None
    except (OSError, tomllib.TOMLDecodeError, LookupError, AttributeError, TypeError) as error:
        raise SimulatorError(f"{config.name} names no stack of sam deploy: {error!r}.") from error
    return parameters


def _parameter_overrides(deployed: Mapping[str, Any]) -> list[str]:
    """Return the parameters' values as sam takes them: what it is told here replaces its file's."""
    given = deployed.get("parameter_overrides", [])
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping):
        return [f'{name}="{value}"' for name, value in given.items()]
    return [str(one) for one in given]


def _in(deployed: Mapping[str, Any]) -> Iterator[str]:
    for name in ("region", "profile"):
        if name in deployed:
            yield f"--{name}"
            yield str(deployed[name])
