"""Changes to an instance, as data: what is changed, from which value to which."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from operations.connect.aws import AwsRefused, said_plainly

Target = Mapping[str, str]
Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is one of `KINDS`, `target` the ids that it needs. The values are JSON's.

    `what`, `shown_before` and `shown_after` are for people.
    """

    kind: str
    target: dict[str, str]
    before: Value
    after: Value
    what: str
    shown_before: str
    shown_after: str

    def undone(self) -> "Change":
        return Change(
            self.kind,
            self.target,
            self.after,
            self.before,
            self.what,
            self.shown_after,
            self.shown_before,
        )


class Kind(NamedTuple):
    """How something is read and written: with a client, the instance's id and a `Target`.

    `ids`: what the target has to have.
    """

    ids: frozenset[str]
    read: Callable[[Any, str, Target], Value]
    write: Callable[[Any, str, Target, Any], None]


def current(connect: Any, instance_id: str, change: Change) -> Value:
    """Return what is there now. Raises `AwsRefused`."""
    with said_plainly():
        return KINDS[change.kind].read(connect, instance_id, change.target)


def is_same(kind: str, one: Value, other: Value) -> bool:
    """Say whether two values mean the same: of a flow, whatever its JSON looks like."""
    if kind == "flow":
        return bool(json.loads(str(one)) == json.loads(str(other)))
    return one == other


def apply(connect: Any, instance_id: str, change: Change) -> None:
    """Make a change. Raises `AwsRefused`, also if the value is no longer the one `before`."""
    if not is_same(change.kind, current(connect, instance_id, change), change.before):
        raise AwsRefused(
            f"{change.what} has been changed by somebody else in the meantime. Run this again.",
            "Changed",
        )
    with said_plainly():
        KINDS[change.kind].write(connect, instance_id, change.target, change.after)


# --------------------------------------------------- the flow that answers a number


def flow_of_number(connect: Any, instance_id: str, phone_number_id: str) -> str:
    """Return a flow's id; empty if nothing answers."""
    pages = connect.get_paginator("list_flow_associations").paginate(
        InstanceId=instance_id, ResourceType="VOICE_PHONE_NUMBER"
    )
    for page in pages:
        for one in page["FlowAssociationSummaryList"]:
            if _last(one["ResourceId"]) == phone_number_id:
                return _last(one["FlowId"])
    return ""


def _read_number_flow(connect: Any, instance_id: str, target: Target) -> Value:
    return flow_of_number(connect, instance_id, target["PhoneNumberId"])


def _write_number_flow(connect: Any, instance_id: str, target: Target, flow_id: str) -> None:
    number = {"PhoneNumberId": target["PhoneNumberId"], "InstanceId": instance_id}
    if flow_id:
        connect.associate_phone_number_contact_flow(**number, ContactFlowId=flow_id)
    else:
        connect.disassociate_phone_number_contact_flow(**number)


# -------------------------------------------------------- a quick connect on a queue


def quick_connects_of_queue(connect: Any, instance_id: str, queue_id: str) -> frozenset[str]:
    pages = connect.get_paginator("list_queue_quick_connects").paginate(
        InstanceId=instance_id, QueueId=queue_id
    )
    return frozenset(one["Id"] for page in pages for one in page["QuickConnectSummaryList"])


def _read_queue_quick_connect(connect: Any, instance_id: str, target: Target) -> Value:
    there = quick_connects_of_queue(connect, instance_id, target["QueueId"])
    return target["QuickConnectId"] in there


def _write_queue_quick_connect(
    connect: Any, instance_id: str, target: Target, attached: Any
) -> None:
    write = (
        connect.associate_queue_quick_connects
        if attached
        else connect.disassociate_queue_quick_connects
    )
    write(
        InstanceId=instance_id,
        QueueId=target["QueueId"],
        QuickConnectIds=[target["QuickConnectId"]],
    )


# ------------------------------------------------------ an attribute of the instance


def attribute(connect: Any, instance_id: str, name: str) -> str:
    """Return `true` or `false`."""
    answer = connect.describe_instance_attribute(InstanceId=instance_id, AttributeType=name)
    return str(answer["Attribute"]["Value"])


def _read_attribute(connect: Any, instance_id: str, target: Target) -> Value:
    return attribute(connect, instance_id, target["AttributeType"])


def _write_attribute(connect: Any, instance_id: str, target: Target, value: str) -> None:
    connect.update_instance_attribute(
        InstanceId=instance_id, AttributeType=target["AttributeType"], Value=value
    )


# ------------------------------------------------------------- a flow that is published


def published(connect: Any, instance_id: str, flow_id: str) -> str:
    answer = connect.describe_contact_flow(InstanceId=instance_id, ContactFlowId=flow_id)
    return str(answer["ContactFlow"]["Content"])


def latest(connect: Any, instance_id: str, flow_id: str) -> str:
    """Return what was saved last, published or not."""
    return published(connect, instance_id, f"{flow_id}:$SAVED")


def _read_flow(connect: Any, instance_id: str, target: Target) -> Value:
    # Not what is published: a draft of somebody's would be lost.
    return latest(connect, instance_id, target["ContactFlowId"])


def _write_flow(connect: Any, instance_id: str, target: Target, content: str) -> None:
    connect.update_contact_flow_content(
        InstanceId=instance_id, ContactFlowId=target["ContactFlowId"], Content=content
    )


# ------------------------------------------------------- an agent's after-call work


def _phone(connect: Any, instance_id: str, target: Target) -> dict[str, Any]:
    answer = connect.describe_user(InstanceId=instance_id, UserId=target["UserId"])
    phone: dict[str, Any] = answer["User"]["PhoneConfig"]
    return phone


def _read_after_call(connect: Any, instance_id: str, target: Target) -> Value:
    return int(_phone(connect, instance_id, target).get("AfterContactWorkTimeLimit", 0))


def _write_after_call(connect: Any, instance_id: str, target: Target, seconds: int) -> None:
    # The whole of it is replaced: what is not given again is lost.
    phone = {**_phone(connect, instance_id, target), "AfterContactWorkTimeLimit": seconds}
    connect.update_user_phone_config(
        InstanceId=instance_id, UserId=target["UserId"], PhoneConfig=phone
    )


KINDS = {
    "after-call work": Kind(frozenset({"UserId"}), _read_after_call, _write_after_call),
    "flow": Kind(frozenset({"ContactFlowId"}), _read_flow, _write_flow),
    "flow of a number": Kind(frozenset({"PhoneNumberId"}), _read_number_flow, _write_number_flow),
    "instance attribute": Kind(frozenset({"AttributeType"}), _read_attribute, _write_attribute),
    "quick connect on a queue": Kind(
        frozenset({"QueueId", "QuickConnectId"}),
        _read_queue_quick_connect,
        _write_queue_quick_connect,
    ),
}


def _last(arn_or_id: str) -> str:
    return arn_or_id.rpartition("/")[2]
