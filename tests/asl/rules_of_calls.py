"""Rules of the calls to AWS that the Tasks make: what is called, with what, on which resource."""

import json
import re
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

from tests.asl import facts
from tests.asl.evaluated import Unclear, data, evaluated
from tests.asl.machine import Machine, State, states, tasks
from tests.asl.rules_of_tasks import Findings

_DYNAMODB = "arn:aws:states:::dynamodb"
_ASKS_FOR = {
    "Claim": f"{_DYNAMODB}:putItem",
    "Record": f"{_DYNAMODB}:putItem",
    "Check": f"{_DYNAMODB}:getItem",
    "Expire": f"{_DYNAMODB}:updateItem",
    "Count": f"{_DYNAMODB}:updateItem",
    "Await": "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
    "Find": "arn:aws:states:::lambda:invoke",
    "Audit": "arn:aws:states:::events:putEvents",
    "Keep": "arn:aws:states:::sqs:sendMessage",
}
"""By the first word of a state's name."""

_AS_TEXT = {"Detail", "MessageBody", "Payload"}
"""The integration makes JSON of the object that stands there; the API takes text."""

_OTHER_RESOURCES = {"FunctionName": "${FindFreePinFunctionArn}", "QueueUrl": "${FallbackQueueUrl}"}


def every_task_asks_for_what_its_name_says(machine: Machine) -> Findings:
    named = {
        name: resource
        for word, resource in _ASKS_FOR.items()
        for name, state in states(machine, word).items()
        if state["Type"] == "Task"
    }
    return [
        name for name, task in tasks(machine).items() if task.get("Resource") != named.get(name)
    ]


def every_call_is_one_that_aws_takes(machine: Machine) -> Findings:
    """By the service's own model: no unknown parameter, none missing, each of its type."""
    findings = []
    for name, task in tasks(machine).items():
        try:
            asked = _as_sent(evaluated(task["Parameters"], _everything()))
        except Unclear as unclear:
            findings.append(f"{name}: {unclear}")
            continue
        report = ParamValidator().validate(asked, _input_of(task["Resource"]))
        if report.has_errors():
            findings.append(f"{name}: {report.generate_report()}")
    return findings


def every_table_is_the_one_whose_key_is_given(machine: Machine) -> Findings:
    findings = []
    for name, task in tasks(machine).items():
        parameters = task["Parameters"]
        if "dynamodb" not in task["Resource"]:
            continue
        key = facts.keys_of_tables().get(parameters["TableName"])
        if "Item" in parameters:  # a first write: it asks whether anything is there
            asks = parameters["ConditionExpression"].startswith(f"attribute_not_exists({key})")
            good = asks and key in parameters["Item"]
        else:
            good = list(parameters["Key"]) == [key]
        if not good:
            findings.append(name)
    return findings


def every_placeholder_is_given_and_used(machine: Machine) -> Findings:
    """DynamoDB refuses both: one that is not given, and one that is given in vain."""
    findings = []
    for name, task in tasks(machine).items():
        parameters = task["Parameters"]
        written = " ".join(text for key, text in parameters.items() if key.endswith("Expression"))
        given = {
            *parameters.get("ExpressionAttributeNames", {}),
            *parameters.get("ExpressionAttributeValues", {}),
        }
        if set(re.findall(r"[#:]\w+", written)) != given:
            findings.append(name)
    return findings


def every_item_is_this_transfers(machine: Machine) -> Findings:
    """Or, for CountAttempt, its conversation's: a key that no transfer's id can be."""
    findings = []
    for name, task in tasks(machine).items():
        asked = evaluated(task["Parameters"], _everything())
        holder = asked.get("Key") or asked.get("Item")
        expected = "conversation/conversation-1" if name == "CountAttempt" else "transfer-1"
        if holder and holder.get("TransferId") != {"S": expected}:
            findings.append(name)
    return findings


def functions_and_queues_are_the_ones_that_are_meant(machine: Machine) -> Findings:
    return [
        name
        for name, task in tasks(machine).items()
        for key, meant in _OTHER_RESOURCES.items()
        if task["Parameters"].get(key, meant) != meant
    ]


@cache
def _input_of(resource: str) -> Shape:
    service, action = resource.removesuffix(".waitForTaskToken").split(":")[-2:]
    model = ServiceModel(_description(service))
    shape = model.operation_model(f"{action[0].upper()}{action[1:]}").input_shape
    assert shape
    return shape


@cache
def _description(service: str) -> Any:
    return Loader().load_service_model(service, "service-2")


def _as_sent(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: json.dumps(value) if key in _AS_TEXT else _as_sent(value)
            for key, value in node.items()
        }
    return [_as_sent(one) for one in node] if isinstance(node, list) else node


def _everything() -> State:
    """Return data in which everything is there that any state reads."""
    item = {
        "Status": {"S": "ANSWERED"},
        "Reason": {"S": "PinTooLate"},
        "EndedAt": {"S": "2026-11-24T09:30:40.000Z"},
    }
    return data(
        failure={"reason": "PinTooLate"},
        stored={"Item": item},
        loop={"loopContactId": "loop-1", "answeredAt": "2026-11-24T09:30:20.000Z"},
        join={"transferId": "transfer-1", "joinedAt": "2026-11-24T09:30:30.000Z"},
    )
