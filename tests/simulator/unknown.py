"""Resources with one thing each that the simulator does not know, and that thing's name."""

from typing import Any

MACHINE_FILE = "statemachines/secure_transfer.asl.json"

_KEY = {"AttributeName": "PIN", "KeyType": "HASH"}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
}
_SUBSTITUTIONS = dict.fromkeys(
    [
        "PinTableName",
        "TransferTableName",
        "AuditBusName",
        "FallbackQueueUrl",
        "FindFreePinFunctionArn",
    ],
    "x",
)


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def queue(**properties: Any) -> dict[str, Any]:
    return resource("SQS::Queue", **properties)


def alarm(**properties: Any) -> dict[str, Any]:
    numbers = {"Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    return resource("CloudWatch::Alarm", **numbers, **properties)


def table(**properties: Any) -> dict[str, Any]:
    given = {
        "AttributeDefinitions": [{"AttributeName": "PIN", "AttributeType": "S"}],
        "KeySchema": [_KEY],
        "BillingMode": "PAY_PER_REQUEST",
        **properties,
    }
    return resource("DynamoDB::Table", **given)


def function(**properties: Any) -> dict[str, Any]:
    given = {"Code": _code(), "Handler": "secure_transfer.add_agent.handler", **properties}
    return resource("Lambda::Function", **given)


def role(**properties: Any) -> dict[str, Any]:
    return resource("IAM::Role", AssumeRolePolicyDocument=_POLICY, **properties)


def rule(**properties: Any) -> dict[str, Any]:
    given = {"EventPattern": {"source": ["x"]}, "Targets": [_target()], **properties}
    return resource("Events::Rule", **given)


def machine(**properties: Any) -> dict[str, Any]:
    given = {
        "RoleArn": "arn:aws:iam::123456789012:role/a-role",
        "DefinitionS3Location": _definition(),
        "DefinitionSubstitutions": _SUBSTITUTIONS,
        **properties,
    }
    return resource("StepFunctions::StateMachine", **given)


def _code(**more: str) -> dict[str, str]:
    return {"S3Bucket": "project-folder", "S3Key": "functions/", **more}


def _definition(**more: str) -> dict[str, str]:
    return {"Bucket": "project-folder", "Key": MACHINE_FILE, **more}


def _target(**more: str) -> dict[str, str]:
    return {"Id": "1", "Arn": "arn:aws:sqs:eu-west-2:123456789012:queue", **more}


PROPERTIES = [
    (queue(FifoQueue=True), "FifoQueue"),
    (table(ImportSourceSpecification={}), "ImportSourceSpecification"),
    (resource("Events::EventBus", EventSourceName="x"), "EventSourceName"),
    (rule(ScheduleExpression="rate(1 day)"), "ScheduleExpression"),
    (role(ManagedPolicyArns=["arn"]), "ManagedPolicyArns"),
    (function(SnapStart={}), "SnapStart"),
    (resource("Logs::LogGroup", KmsKeyId="arn"), "KmsKeyId"),
    (alarm(Colour="red"), "Colour"),
    (machine(TracingConfiguration={"Enabled": True}), "TracingConfiguration"),
]

NESTED = [
    (table(KeySchema=[{**_KEY, "Size": 4}]), "Size"),
    (
        table(TimeToLiveSpecification={"AttributeName": "A", "Enabled": True, "Days": 1}),
        "Days",
    ),
    (
        table(
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "Years": 1},
        ),
        "Years",
    ),
    (table(SSESpecification={"SSEEnabled": True, "KMSMasterKeyId": "key"}), "KMSMasterKeyId"),
    (rule(Targets=[_target(Colour="red")]), "Colour"),
    (function(Environment={"Variables": {}, "Secrets": {}}), "Secrets"),
    (function(Code=_code(S3ObjectVersion="2")), "S3ObjectVersion"),
    (
        role(Policies=[{"PolicyName": "P", "PolicyDocument": _POLICY, "Colour": "red"}]),
        "Colour",
    ),
    (machine(DefinitionS3Location=_definition(Version="2")), "Version"),
    (machine(LoggingConfiguration={"Level": "ALL", "Colour": "red"}), "olour"),
]
