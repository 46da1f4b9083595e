"""The second local AWS: MiniStack, a server whose CloudFormation takes template.yaml."""

import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from simulator.connect_api import Account
from simulator.errors import SimulatorError
from simulator.loopback import HOST
from simulator.ministack_functions import DeployedFunctions
from simulator.stack import Stack
from simulator.template import REGION, ROOT, parameter_values

START_SECONDS = 60.0
"""It takes two; a shared machine may need more."""

_DEPLOY_SECONDS = 60.0
_LOOK_SECONDS = 0.02  # between two looks; nothing depends on its length

# The server and the processes of its functions are one process group, which lives as long as our
# end of its standard input: however we end, they end.
_AS_LONG_AS_WE_DO = '("$@"; kill -KILL 0) & cat > /dev/null; kill -KILL 0'


class MiniStack:
    """Start with `with MiniStack() as aws:`. Several fit on one machine.

    `auth`: let its IAM judge every call; functions then have the rights of their roles only.
    """

    account = "123456789012"
    """Whoever calls with twelve digits for an access key is that account."""

    clock = None
    """Nothing moves its time: calls are played in real time or not at all."""

    def __init__(self, *, auth: bool = False) -> None:
        self._auth = auth
        self._folder = tempfile.TemporaryDirectory(prefix="ministack-", ignore_cleanup_errors=True)
        self._port = _free_port()
        self.endpoint = f"http://{HOST}:{self._port}"
        self.functions = DeployedFunctions(self.client)
        self.connect = Account(id=self.account)
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - nothing from outside is in it
                ["/bin/sh", "-c", _AS_LONG_AS_WE_DO, "sh", sys.executable, "-m", "ministack"],
                cwd=self._folder.name,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_healthy()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def tell(self, entry: Mapping[str, Any]) -> None:
        """Let rules of the default bus have an event of a service of AWS's own.

        As AWS, MiniStack takes no such source from anybody, so rules are asked and their functions
        invoked from here. `entry`: one of PutEvents.
        """
        events = self.client("events")
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self.account,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": entry.get("Resources", []),
            "detail": json.loads(entry["Detail"]),
        }
        told = json.dumps(event)
        for rule in events.list_rules()["Rules"]:
            if events.test_event_pattern(EventPattern=rule["EventPattern"], Event=told)["Result"]:
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                    self.client("lambda").invoke(
                        FunctionName=target["Arn"], InvocationType="Event", Payload=told
                    )

    def client(self, service: str) -> Any:
        """Return a boto3 client of this AWS, as the person who operates it."""
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload] # any service
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=self.account,
                aws_secret_access_key="local",  # noqa: S106 - no secret: nothing checks it
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50),
            )
        return self._clients[service]

    @property
    def process_group(self) -> int:
        """Return the id under which the server and its functions' processes run."""
        return self._process.pid

    def log(self) -> str:
        """Return what the server has printed, its functions' output included."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "ministack.log"

    def _environment(self) -> dict[str, str]:
        """Return the server's whole environment: functions would see the rest of ours too."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": self._folder.name,
            "TMPDIR": self._folder.name,
            "STATE_DIR": self._folder.name,
            "S3_DATA_DIR": self._folder.name,
            "PYTHONDONTWRITEBYTECODE": "1",
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_REGION": REGION,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "AUTH": "true" if self._auth else "false",
        }

    def _wait_until_healthy(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() > end:
                raise SimulatorError(f"MiniStack did not start:\n{self.log()[-2000:]}")
            time.sleep(_LOOK_SECONDS)

    def _is_healthy(self) -> bool:
        try:
            return requests.get(f"{self.endpoint}/_ministack/health", timeout=5).ok
        except requests.RequestException:
            return False

    def _stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


_TEMPLATE = "packaged.json"


def deploy(aws: MiniStack, name: str = "secure-transfer", **parameters: str) -> Stack:
    """Let CloudFormation make the template's resources, packaged as AWS's own tools do it.

    `LocalEmulator` is `true` unless given. Raises `SimulatorError` with what CloudFormation says.
    """
    given = {"LocalEmulator": "true", **parameters}
    return deploy_template(aws, ROOT / "template.yaml", name, given)


def deploy_template(aws: MiniStack, path: Path, name: str, parameters: Mapping[str, str]) -> Stack:
    """As `deploy`, any other template: what it names is beside it."""
    client = aws.client("cloudformation")
    try:
        bucket = f"{name}-package"
        package = _package(aws, path, bucket)
        # As text in the call itself a template may have 51,200 bytes only.
        aws.client("s3").put_object(Bucket=bucket, Key=_TEMPLATE, Body=json.dumps(package))
        values = parameter_values(package, parameters)
        client.create_stack(
            StackName=name,
            TemplateURL=f"{aws.endpoint}/{bucket}/{_TEMPLATE}",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
            ],
        )
    except ClientError as error:
        raise SimulatorError(f"MiniStack does not take the stack {name}: {error}") from error
    stack = _made(client, name)
    made = client.describe_stack_resources(StackName=name)["StackResources"]
    return Stack(
        name,
        outputs={one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])},
        resources={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made},
    )


def _made(client: Any, name: str) -> dict[str, Any]:
    """Wait until a stack is made. Raises `SimulatorError` if it is not."""
    end = time.monotonic() + _DEPLOY_SECONDS
    while True:
        stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return stack
        if not stack["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > end:
            events = client.describe_stack_events(StackName=name)["StackEvents"]
            why = [
                f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in events
            ]
            raise SimulatorError("\n".join([f"The stack {name} is {stack['StackStatus']}:", *why]))
        time.sleep(_LOOK_SECONDS)


def _package(aws: MiniStack, file: Path, bucket: str) -> dict[str, Any]:
    """Do what `aws cloudformation package` does: upload what the template names, name the upload.

    Nothing else of the template changes.
    """
    template: dict[str, Any] = yaml_parse(file.read_text())
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    resources = [resource.get("Properties", {}) for resource in template["Resources"].values()]
    for place in [template.get("Globals", {}).get("Function", {}), *resources]:
        for name in {"CodeUri", "DefinitionUri"} & set(place):
            path = file.parent / place[name]
            s3.put_object(Bucket=bucket, Key=path.name, Body=_contents(path))
            place[name] = f"s3://{bucket}/{path.name}"
    return template


def _contents(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for file in sorted(path.rglob("*.py")):
            files.write(file, file.relative_to(path))
    return archive.getvalue()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
