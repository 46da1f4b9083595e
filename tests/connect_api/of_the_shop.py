"""What tests of the control plane share: the shop's things by name, and small flows."""

import json
from typing import Any

from simulator.connect_api import Account, StoredInstance, fresh_instance

FUNCTION = "arn:aws:lambda:eu-west-2:123456789012:function:AddAgent"


def another_instance(account: Account, *users: str) -> StoredInstance:
    """Put a second shop into the account, with numbers of its own."""
    return fresh_instance(
        account,
        alias="other",
        users=users,
        public_number="+441632960009",
        return_number="+441632960010",
    )


def flow_id(instance: StoredInstance, name: str) -> str:
    return next(one.id for one in instance.flows.values() if one.name == name)


def queue_id(instance: StoredInstance, name: str = "Payments") -> str:
    return next(one.id for one in instance.queues.values() if one.name == name)


def user_id(instance: StoredInstance, name: str = "alice") -> str:
    return next(one.id for one in instance.users.values() if one.name == name)


def number_id(instance: StoredInstance, description: str) -> str:
    return next(one.id for one in instance.numbers.values() if one.description == description)


def content(*actions: dict[str, Any]) -> str:
    """Return a flow of actions, one after the other, as no designer would lay it out."""
    return json.dumps(
        {
            "Version": "2019-10-30",
            "StartAction": actions[0]["Identifier"],
            "Actions": list(actions),
        }
    )


def end(kind: str = "DisconnectParticipant") -> dict[str, Any]:
    return {"Identifier": "End", "Type": kind, "Parameters": {}, "Transitions": {}}


def invoke(function_arn: str) -> dict[str, Any]:
    return {
        "Identifier": "Ask",
        "Type": "InvokeLambdaFunction",
        "Parameters": {
            "LambdaFunctionARN": function_arn,
            "InvocationTimeLimitSeconds": "8",
            "InvocationType": "SYNCHRONOUS",
            "LambdaInvocationAttributes": {"AgentName": "$.Attributes.QueueAgentName"},
            "ResponseValidation": {"ResponseType": "STRING_MAP"},
        },
        "Transitions": {
            "NextAction": "End",
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}],
        },
    }


def create_flow(connect: Any, instance: StoredInstance, name: str, flow_type: str) -> str:
    whispers = flow_type.endswith("WHISPER")
    last = end("EndFlowExecution" if whispers else "DisconnectParticipant")
    return str(
        connect.create_contact_flow(
            InstanceId=instance.id, Name=name, Type=flow_type, Content=content(last)
        )["ContactFlowId"]
    )


def create_quick_connect(
    connect: Any, instance: StoredInstance, flow: str, name: str = "Secure call"
) -> str:
    return str(
        connect.create_quick_connect(
            InstanceId=instance.id,
            Name=name,
            Description="Take a card payment.",
            QuickConnectConfig={
                "QuickConnectType": "QUEUE",
                "QueueConfig": {"QueueId": queue_id(instance), "ContactFlowId": flow},
            },
        )["QuickConnectId"]
    )
