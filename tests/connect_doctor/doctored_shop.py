"""A shop's Connect instance that is set up as the guide says, and an AWS to ask about it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import unquote

import boto3
from botocore.config import Config

from operations.connect.doctor.examine import examine
from operations.connect.doctor.finding import Finding
from operations.connect.doctor.seen import Wanted
from operations.flow_settings import FLOWS, read
from operations.site import RETURN
from secure_transfer.domain.transfer import Limits
from simulator.connect.lambda_block import Functions, Reply
from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance
from simulator.loopback import Server
from tests.calls import memory_site
from tests.calls.memory_site import ARNS, INSTANCE
from tests.connect_api.of_the_shop import flow_id
from tests.connect_api.published_call import PublishedCall, set_up

Json = dict[str, Any]
NAMES = {name: str(read(name)["Metadata"]["name"]) for name in FLOWS}
WANTED = Wanted(number=RETURN, queues=("Payments",))
REGION = "eu-west-2"


class LambdaOnTheWire:
    """A WSGI application: what of Lambda the doctor reads, and all of Connect."""

    def __init__(self, api: ConnectApi) -> None:
        self._api = api
        self.policies: dict[str, Json] = {}
        self.variables: dict[str, dict[str, str]] = {}
        self.denied: set[str] = set()
        self.requests: list[str] = []

    def __call__(self, environ: Json, start_response: Any) -> Any:
        path = unquote(environ["PATH_INFO"])
        if not path.startswith("/2015-03-31/functions/"):
            return self._api.wire(environ, start_response)
        _, _, _, arn, what = path.split("/")
        operation = {"policy": "GetPolicy", "configuration": "GetFunctionConfiguration"}[what]
        self.requests.append(operation)
        status, error, answer = self._answer(operation, arn)
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error)]
        start_response(status, headers)
        return [json.dumps(answer).encode()]

    def _answer(self, operation: str, arn: str) -> tuple[str, str, Json]:
        if operation in self.denied:
            return "403 Forbidden", "AccessDeniedException", {"Message": "no"}
        if operation == "GetPolicy" and arn in self.policies:
            return "200 OK", "", {"Policy": json.dumps(self.policies[arn])}
        if operation == "GetFunctionConfiguration" and arn in self.variables:
            return "200 OK", "", {"Environment": {"Variables": self.variables[arn]}}
        return "404 Not Found", "ResourceNotFoundException", {"Message": "nothing there"}


@dataclass
class Shop:
    """`connect`: a boto3 client, to misconfigure the instance with. `limits`: the functions'."""

    api: ConnectApi
    instance: StoredInstance
    functions: LambdaOnTheWire
    endpoint: str
    connect: Any = field(repr=False)
    limits: Limits = memory_site.LIMITS

    @property
    def one(self) -> dict[str, str]:
        return {"InstanceId": self.instance.id}

    def examine(self, wanted: Wanted = WANTED) -> list[Finding]:
        return examine(
            self.client("connect"),
            self.client("lambda"),
            self.instance.id,
            wanted,
            lambda *_: None,
        )

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="operator",
            aws_secret_access_key="local",
            config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
        )

    def flow_id(self, name: str) -> str:
        return flow_id(self.instance, NAMES.get(name, name))

    def arn_of_flow(self, name: str) -> str:
        return self.instance.flow(self.flow_id(name)).arn

    def edit(self, name: str, change: Callable[[Json], object]) -> None:
        """Publish a flow with a change. `change` gets the blocks by identifier."""
        flow = json.loads(self.instance.flow(self.flow_id(name)).published)
        change({block["Identifier"]: block for block in flow["Actions"]})
        self.publish(name, flow)

    def publish(self, name: str, flow: Json) -> None:
        self.connect.update_contact_flow_content(
            **self.one, ContactFlowId=self.flow_id(name), Content=json.dumps(flow)
        )

    def published(self, name: str) -> Json:
        flow: Json = json.loads(self.instance.flow(self.flow_id(name)).published)
        return flow

    def deploy(self, **limits: int) -> None:
        """Deploy the functions with other limits."""
        self.limits = Limits(
            **{name: getattr(self.limits, name) for name in _LIMITS} | limits  # type: ignore[arg-type]
        )
        self.functions.variables[ARNS["AddAgent"]] = variables(self.limits)

    @contextmanager
    def call(self) -> Iterator[PublishedCall]:
        """Give a call on the instance as it is; its functions are those that it may invoke."""
        with mock.patch.object(memory_site, "LIMITS", self.limits):
            site = memory_site.memory_site()
            call = PublishedCall(self.instance, site)
            call.connect.functions = Permitted(site.functions, self)
            yield call


_LIMITS = (
    "pin_length",
    "loop_timeout_seconds",
    "join_timeout_seconds",
    "pin_quarantine_seconds",
    "record_retention_days",
)


def variables(limits: Limits) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": "AddAgent",
        **{name.upper(): str(getattr(limits, name)) for name in _LIMITS},
    }


class Permitted:
    """Functions as Connect reaches them: those that are associated, and let the instance in."""

    def __init__(self, functions: Functions, shop: Shop) -> None:
        self._functions = functions
        self._shop = shop

    def invoke(self, function_arn: str, payload: str) -> Reply:
        policy = json.dumps(self._shop.functions.policies.get(function_arn, {}))
        instance = self._shop.instance
        if function_arn not in instance.functions or instance.arn not in policy:
            return Reply(b"", error="AccessDeniedException")
        return self._functions.invoke(function_arn, payload)


def policy(function_arn: str, instance_arn: str) -> Json:
    """Return what Lambda makes of AWS::Lambda::Permission."""
    return {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [
            {
                "Sid": "connect",
                "Effect": "Allow",
                "Principal": {"Service": "connect.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": function_arn,
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": "123456789012"},
                    "ArnLike": {"AWS:SourceArn": instance_arn},
                },
            }
        ],
    }


@contextmanager
def well_set_up_shop(*users: str) -> Iterator[Shop]:
    """Give a shop whose instance is as the guide says, under the flows' own names."""
    with ConnectApi() as api:
        instance = fresh_instance(
            api.account,
            instance_id=INSTANCE.rpartition("/")[2],
            users=("alice", "bob", *users),
            after_call_seconds=1,
        )
        set_up(api, instance)
        connect = api.client()
        one = {"InstanceId": instance.id}
        for flow in list(instance.flows.values()):
            if flow.name in NAMES:
                connect.update_contact_flow_name(
                    **one, ContactFlowId=flow.id, Name=NAMES[flow.name]
                )
        for name in ("save_agent_name", "save_agent_name_outbound"):
            connect.create_contact_flow(
                **one, Name=NAMES[name], Type=FLOWS[name], Content=json.dumps(read(name))
            )
        connect.update_instance_attribute(**one, AttributeType="CONTACTFLOW_LOGS", Value="true")
        with served(api, instance) as shop:
            api.wire.requests.clear()
            yield shop


@contextmanager
def served(api: ConnectApi, instance: StoredInstance) -> Iterator[Shop]:
    """Give an instance, and functions as they are deployed: it may invoke them."""
    functions = LambdaOnTheWire(api)
    functions.policies = {arn: policy(arn, instance.arn) for arn in ARNS.values()}
    functions.variables = {
        ARNS["AddAgent"]: variables(memory_site.LIMITS),
        ARNS["GetAgent"]: {"PIN_LENGTH": "4"},
    }
    server = Server(functions)
    server.start()
    try:
        yield Shop(api, instance, functions, server.url, api.client())
    finally:
        server.stop()
