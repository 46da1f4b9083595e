"""How each resource type of the expanded template is made on the local AWS.

`MAKERS` has one function a type. It gets the resource's resolved properties and returns what
`Ref` and `Fn::GetAtt` answer for it. A maker takes each property it knows out of the properties;
what is left over is an error that names it: nothing of the template is skipped in silence.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from simulator.aws import LocalAws
from simulator.errors import SimulatorError
from simulator.lambda_service import Permission
from simulator.template import REGION, ROOT, local_file

Attributes = dict[str, str]


class Properties:
    """A resource's properties, each to be taken once."""

    def __init__(self, resource: str, kind: str, values: Mapping[str, Any]) -> None:
        self._resource = resource
        self._kind = kind
        self._values = dict(values)
        self._sections: list[Properties] = []

    def take(self, name: str, default: Any = None) -> Any:
        return self._values.pop(name, default)

    def take_all(self) -> dict[str, Any]:
        values, self._values = self._values, {}
        return values

    def section(self, name: str) -> "Properties":
        """Take a property that has properties of its own; none of them if it is not there."""
        return self._section(name, self.take(name, {}))

    def sections(self, name: str) -> "list[Properties]":
        """Take a property that is a list of such."""
        return [self._section(name, item) for item in self.take(name, [])]

    def _section(self, name: str, values: Mapping[str, Any]) -> "Properties":
        section = Properties(self._resource, f"{self._kind} {name}", values)
        self._sections.append(section)
        return section

    def only(self, name: str, *values: Any) -> None:
        """Take a property of which the simulator knows these values only."""
        value = self.take(name, values[0])
        if value not in values:
            raise SimulatorError(
                f"{self._resource} ({self._kind}): the simulator does not know {name}={value!r}."
            )

    def nothing_left(self) -> None:
        if self._values:
            raise SimulatorError(
                f"{self._resource} ({self._kind}): the simulator does not know the property "
                f"{', '.join(sorted(self._values))}. Teach it in simulator/resources.py."
            )
        for section in self._sections:
            section.nothing_left()


Maker = Callable[[LocalAws, str, Properties], Attributes]


def make(
    aws: LocalAws, name: str, resource: str, kind: str, values: Mapping[str, Any]
) -> Attributes:
    """Make one resource. `name` is its physical name, where the template gives none."""
    if kind not in MAKERS:
        raise SimulatorError(
            f"{resource}: the simulator does not know the resource type {kind}. "
            "Teach it in simulator/resources.py."
        )
    properties = Properties(resource, kind, values)
    attributes = MAKERS[kind](aws, name, properties)
    properties.nothing_left()
    return attributes


def _table(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    client = aws.client("dynamodb")
    encrypted = properties.section("SSESpecification").take("SSEEnabled", False)
    time_to_live = properties.take("TimeToLiveSpecification")
    recovery = properties.take("PointInTimeRecoverySpecification")
    answer = client.create_table(
        TableName=name,
        SSESpecification={"Enabled": bool(encrypted)},
        **properties.take_all(),
    )
    if time_to_live:
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=time_to_live)
    if recovery:
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    return {"Ref": name, "Arn": answer["TableDescription"]["TableArn"]}


def _state_machine(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    location = properties.section("DefinitionS3Location")
    file = local_file(location.take("Bucket"), location.take("Key"))
    definition = file.read_text()
    substitutions = properties.take("DefinitionSubstitutions", {})
    for variable, value in substitutions.items():
        definition = definition.replace("${" + variable + "}", str(value))
    missing = re.findall(r"\$\{\w+\}", definition)
    if missing:
        raise SimulatorError(f"{file.relative_to(ROOT)}: no substitution for {', '.join(missing)}.")
    logging = properties.take("LoggingConfiguration", {})
    answer = aws.client("stepfunctions").create_state_machine(
        name=name,
        definition=definition,
        roleArn=properties.take("RoleArn"),
        type=properties.take("StateMachineType", "STANDARD"),
        loggingConfiguration=_lower_camel(logging),
        tags=_lower_camel(properties.take("Tags", [])),
    )
    return {"Ref": answer["stateMachineArn"], "Arn": answer["stateMachineArn"], "Name": name}


def _function(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    code = properties.section("Code")
    concurrency = properties.take("ReservedConcurrentExecutions")
    properties.only("Architectures", ["arm64"])
    properties.only("Runtime", "python3.13")
    # What has no meaning for a process on this machine: nothing checks a role here, and the log
    # is a file.
    for described in ("Description", "Role", "LoggingConfig", "Tags"):
        properties.take(described)
    environment = properties.section("Environment").take("Variables", {})
    function = aws.functions.create(
        name,
        account=aws.account,
        handler=properties.take("Handler"),
        code=local_file(code.take("S3Bucket"), code.take("S3Key")),
        timeout_seconds=int(properties.take("Timeout", 3)),
        memory_mb=int(properties.take("MemorySize", 128)),
        environment={key: str(value) for key, value in environment.items()},
        reserved_concurrency=int(concurrency) if concurrency is not None else None,
    )
    return {"Ref": name, "Arn": function.arn}


def _permission(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    properties.only("Action", "lambda:InvokeFunction")
    function = aws.functions.function(properties.take("FunctionName"))
    function.permissions.append(
        Permission(
            principal=properties.take("Principal"),
            source_arn=properties.take("SourceArn", ""),
            source_account=properties.take("SourceAccount", ""),
        )
    )
    return {"Ref": name}


def _role(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    client = aws.client("iam")
    trust = properties.take("AssumeRolePolicyDocument")
    answer = client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    for policy in properties.sections("Policies"):
        client.put_role_policy(
            RoleName=name,
            PolicyName=policy.take("PolicyName"),
            PolicyDocument=json.dumps(policy.take("PolicyDocument")),
        )
    return {"Ref": name, "Arn": answer["Role"]["Arn"]}


def _event_bus(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    bus = properties.take("Name", name)
    answer = aws.client("events").create_event_bus(Name=bus)
    return {"Ref": bus, "Name": bus, "Arn": answer["EventBusArn"]}


def _rule(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    client = aws.client("events")
    bus = properties.take("EventBusName", "default")
    targets = properties.take("Targets", [])
    answer = client.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern=json.dumps(properties.take("EventPattern")),
        Description=properties.take("Description", ""),
        State=properties.take("State", "ENABLED"),
    )
    client.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    return {"Ref": f"{bus}|{name}", "Arn": answer["RuleArn"]}


def _log_group(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    client = aws.client("logs")
    group = properties.take("LogGroupName", name)
    client.create_log_group(logGroupName=group)
    days = properties.take("RetentionInDays")
    if days:
        client.put_retention_policy(logGroupName=group, retentionInDays=int(days))
    return {"Ref": group, "Arn": f"arn:aws:logs:{REGION}:{aws.account}:log-group:{group}:*"}


def _log_policy(aws: LocalAws, _: str, properties: Properties) -> Attributes:
    name = properties.take("PolicyName")
    document = properties.take("PolicyDocument")
    json.loads(document)
    aws.client("logs").put_resource_policy(policyName=name, policyDocument=document)
    return {"Ref": name}


def _queue(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    client = aws.client("sqs")
    known = ("MessageRetentionPeriod", "SqsManagedSseEnabled")
    given = {key: properties.take(key) for key in known}
    attributes: dict[Any, str] = {
        key: str(value).lower() for key, value in given.items() if value is not None
    }
    url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return {"Ref": url, "QueueUrl": url, "QueueName": name, "Arn": answer["Attributes"]["QueueArn"]}


def _queue_policy(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    policy = json.dumps(properties.take("PolicyDocument"))
    for url in properties.take("Queues"):
        aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return {"Ref": name}


def _alarm(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    given = {key: properties.take(key) for key in ("Period", "EvaluationPeriods", "Threshold")}
    numbers = {key: int(value) for key, value in given.items() if value is not None}
    aws.client("cloudwatch").put_metric_alarm(AlarmName=name, **numbers, **properties.take_all())
    return {"Ref": name, "Arn": f"arn:aws:cloudwatch:{REGION}:{aws.account}:alarm:{name}"}


def _metric_filter(aws: LocalAws, name: str, properties: Properties) -> Attributes:
    aws.client("logs").put_metric_filter(
        filterName=name,
        logGroupName=properties.take("LogGroupName"),
        filterPattern=properties.take("FilterPattern"),
        metricTransformations=_lower_camel(properties.take("MetricTransformations")),
    )
    return {"Ref": name}


def _lower_camel(node: Any) -> Any:
    """CloudFormation's property names in the form that Step Functions' API has them."""
    if isinstance(node, list):
        return [_lower_camel(item) for item in node]
    if isinstance(node, dict):
        return {key[0].lower() + key[1:]: _lower_camel(item) for key, item in node.items()}
    return node


MAKERS: dict[str, Maker] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::EventBus": _event_bus,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::Role": _role,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::Logs::ResourcePolicy": _log_policy,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
