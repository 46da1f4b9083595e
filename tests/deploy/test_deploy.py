"""`operations deploy` and `operations destroy`, with stand-ins for the programs on the path.

The stand-in for sam notes what it was told, and deletes a stack of the local AWS when told to.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from operations import deploy as deploying
from operations.__main__ import cli
from simulator import template
from simulator.aws import LocalAws
from tests.template.expanded import Template

CAPABILITIES = ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

SAM = f"""#!{sys.executable}
import json, pathlib, sys
with pathlib.Path("told.jsonl").open("a") as told:
    told.write(json.dumps(sys.argv[1:]) + "\\n")
"""
DELETES = """
import boto3
if sys.argv[1] == "delete":
    name, region = sys.argv[3], sys.argv[5]
    boto3.client("cloudformation", region_name=region).delete_stack(StackName=name)
"""
FAILS = "sys.exit(7)\n"

SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
stack_name = "shop"
resolve_s3 = true
[default.global.parameters]
region = "eu-west-2"
"""

# As in template.yaml, with the names of what is kept there; moto makes each of these.
STACK = {
    "TransferTable": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "TransferId", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "TransferId", "KeyType": "HASH"}],
        },
    },
    "FallbackQueue": {"Type": "AWS::SQS::Queue"},
    "AuditDeadLetterQueue": {"Type": "AWS::SQS::Queue"},
    "AuditBus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "the-bus"}},
    "AuditLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "the-log"}},
    "AuditArchive": {
        "Type": "AWS::Events::Archive",
        "Properties": {
            "ArchiveName": "the-archive",
            "SourceArn": {"Fn::GetAtt": ["AuditBus", "Arn"]},
        },
    },
    "LockedCopyBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "the-copy"}},
    "AddAgentLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "passing"}},
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder on the path; it is empty."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def stacks(aws: LocalAws, project: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have a samconfig.toml that names a stack `shop`, and return the client that knows stacks."""
    (project / "samconfig.toml").write_text(SAMCONFIG)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    return aws.client("cloudformation")


@pytest.fixture
def deployed(stacks: Any) -> Iterator[Any]:
    stacks.create_stack(StackName="shop", TemplateBody=json.dumps({"Resources": STACK}))
    yield stacks
    stacks.delete_stack(StackName="shop")


def _put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


def _python(version: str) -> str:
    return f"#!/bin/sh\necho python{version}\n"


def _told(project: Path) -> list[list[str]]:
    lines = (project / "told.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def _run(command: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    does = getattr(deploying, command)
    monkeypatch.setattr(deploying, command, lambda: does(project))
    return CliRunner().invoke(cli, [command])


RELEASE = "Release=2026-11-24T20:15:03Z"


@pytest.fixture
def release() -> Iterator[str]:
    """Stop the clock. Return what a deployment of that time is to say of its release."""
    with time_machine.travel("2026-11-24T20:15:03.9Z", tick=False):
        yield RELEASE


def test_the_first_deployment_asks_and_proposes_its_release(
    path: Path, project: Path, release: str
) -> None:
    _put(path, "sam", SAM)
    _put(path, "python3.13", _python("3.13"))
    deploying.deploy(project)
    asks = ["deploy", "--guided", *CAPABILITIES, "--parameter-overrides", release]
    assert _told(project) == [["build"], asks]


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ("", []),
        (
            'parameter_overrides = "PinLength=\\"5\\" RouteName=\\"Pay by phone\\""',
            ['PinLength="5" RouteName="Pay by phone"'],
        ),
        ('parameter_overrides = ["PinLength=5", "Release=old"]', ["PinLength=5", "Release=old"]),
        (
            'parameter_overrides = {PinLength = 5, RouteName = "Pay by phone"}',
            ['PinLength="5"', 'RouteName="Pay by phone"'],
        ),
    ],
)
def test_a_later_deployment_asks_nothing_and_is_a_new_release_with_the_same_parameters(
    path: Path, project: Path, release: str, given: str, passed_on: list[str]
) -> None:
    _put(path, "sam", SAM)
    _put(path, "python3.13", _python("3.13"))
    first, last = SAMCONFIG.split("resolve_s3 = true")
    (project / "samconfig.toml").write_text(f"{first}{given}{last}")
    deploying.deploy(project)
    overrides = ["--parameter-overrides", *passed_on, release]  # sam takes the last one of a name
    deploys = ["deploy", "--no-confirm-changeset", *CAPABILITIES, *overrides]
    assert _told(project) == [["build"], deploys]


def test_a_release_is_called_what_the_template_takes() -> None:
    pattern = template.expand()["Parameters"]["Release"]["AllowedPattern"]
    assert re.fullmatch(pattern, RELEASE.partition("=")[2])


def test_what_is_asked_for_covers_what_the_template_makes() -> None:
    """Named roles would need CAPABILITY_NAMED_IAM; SAM beside a nested stack AUTO_EXPAND."""
    raw = Template().raw
    types = {resource["Type"] for resource in raw["Resources"].values()}
    roles = Template().of_type("AWS::IAM::Role").values()
    assert "AWS::CloudFormation::Stack" in types
    assert not any("RoleName" in role for role in roles)


@pytest.mark.parametrize("name", ["python3.13", "python3", "python"])
def test_the_functions_own_python_builds_them(path: Path, project: Path, name: str) -> None:
    _put(path, "sam", SAM)
    _put(path, "docker", "")
    _put(path, name, _python("3.13"))
    deploying.deploy(project)
    assert _told(project)[0] == ["build"]


@pytest.mark.parametrize("container", ["docker", "finch"])
def test_a_container_builds_them_where_every_python_is_another(
    path: Path, project: Path, container: str
) -> None:
    _put(path, "sam", SAM)
    _put(path, container, "")
    _put(path, "python3", _python("3.12"))
    _put(path, "python3.13", "#!/bin/sh\nexit 127\n")
    deploying.deploy(project)
    assert _told(project)[0] == ["build", "--use-container"]


def test_nothing_to_build_with_is_said(
    path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(path, "sam", SAM)
    result = _run("deploy", project, monkeypatch)
    assert "sam needs python3.13 on the path, or else one of docker, finch" in str(result.exception)
    assert not (project / "told.jsonl").exists()


@pytest.mark.parametrize("command", ["deploy", "destroy"])
@pytest.mark.usefixtures("path")
def test_a_missing_sam_is_said(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _run(command, project, monkeypatch)
    assert "There is no sam on the path: install the AWS SAM CLI" in str(result.exception)


def test_what_cannot_be_built_is_not_deployed(
    path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(path, "sam", SAM + FAILS)
    _put(path, "python3.13", _python("3.13"))
    result = _run("deploy", project, monkeypatch)
    assert str(result.exception) == "sam build failed with 7; it says why above."
    assert _told(project) == [["build"]]


def test_what_was_kept_is_named_with_the_command_that_deletes_it(
    path: Path, project: Path, deployed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _physical_ids(deployed)
    _put(path, "sam", SAM + DELETES)

    result = _run("destroy", project, monkeypatch)

    assert result.exit_code == 0, result.exception
    assert _told(project) == [["delete", "--stack-name", "shop", "--region", "eu-west-2"]]
    commands = [
        f"TransferTable aws dynamodb delete-table --table-name {ids['TransferTable']}",
        f"AuditArchive aws events delete-archive --archive-name {ids['AuditArchive']}",
        f"AuditBus aws events delete-event-bus --name {ids['AuditBus']}",
        f"AuditLogGroup aws logs delete-log-group --log-group-name {ids['AuditLogGroup']}",
        f"AuditDeadLetterQueue aws sqs delete-queue --queue-url {ids['AuditDeadLetterQueue']}",
        f"FallbackQueue aws sqs delete-queue --queue-url {ids['FallbackQueue']}",
        f"LockedCopyBucket aws s3api delete-bucket --bucket {ids['LockedCopyBucket']}",
    ]
    # moto gives archives and buses no physical id: there the line ends early.
    expected = sorted(line.split() for line in commands)
    assert sorted(line.split() for line in result.stdout.splitlines()[2:]) == expected
    assert "passing" not in result.stdout


def test_the_archive_goes_before_its_bus(path: Path, project: Path, deployed: Any) -> None:
    assert deployed
    _put(path, "sam", SAM + DELETES)
    order = [one.logical_id for one in deploying.destroy(project)]
    assert order.index("AuditArchive") < order.index("AuditBus")


def test_a_stack_that_was_not_deleted_after_all_is_said_to_be_there(
    path: Path, project: Path, deployed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when sam's question was answered with no: it ends with 0 then."""
    _put(path, "sam", SAM)
    result = _run("destroy", project, monkeypatch)
    assert str(result.exception) == "The stack shop is still there: CREATE_COMPLETE."
    assert "gone" not in result.stdout
    assert _physical_ids(deployed)


def test_a_stack_that_there_is_not_is_said(
    path: Path, project: Path, stacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stacks
    _put(path, "sam", SAM)
    result = _run("destroy", project, monkeypatch)
    assert "The stack shop: " in str(result.exception)
    assert "does not exist" in str(result.exception)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (None, "There is no samconfig.toml"),
        ("no = toml = at all", "samconfig.toml names no stack of sam deploy"),
        ("version = 0.1", "samconfig.toml names no stack of sam deploy"),
        ("default = 1", "samconfig.toml names no stack of sam deploy"),
        ("[default.deploy.parameters]\nregion = 'x'", "names no stack of sam deploy"),
    ],
)
def test_a_samconfig_that_names_no_stack_is_said(
    path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, config: str | None, said: str
) -> None:
    _put(path, "sam", SAM)
    if config is not None:
        (project / "samconfig.toml").write_text(config)
    assert said in str(_run("destroy", project, monkeypatch).exception)
    assert not (project / "told.jsonl").exists()


def test_everything_that_the_template_keeps_has_a_command_that_deletes_it() -> None:
    kept = {
        resource["Type"]
        for resource in template.expand()["Resources"].values()
        if resource.get("DeletionPolicy", "").startswith("Retain")
    }
    for kind in kept:
        one = deploying.Kept("Any", kind, "its-id")
        assert one.delete_command.endswith(" its-id")


def _physical_ids(client: Any) -> dict[str, str]:
    found = client.list_stack_resources(StackName="shop")["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
