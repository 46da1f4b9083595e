"""Quick connects: the transfers that agents can click."""

from collections.abc import Mapping
from typing import Any

from simulator.connect_api.errors import duplicate, invalid
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.search import matches
from simulator.connect_api.store import (
    Account,
    StoredInstance,
    StoredQuickConnect,
    new_id,
    now,
)

# Which member of the config each type needs, and the type of the flow in it.
_CONFIGS = {
    "QUEUE": ("QueueConfig", "QUEUE_TRANSFER"),
    "USER": ("UserConfig", "AGENT_TRANSFER"),
    "PHONE_NUMBER": ("PhoneConfig", ""),
    "FLOW": ("FlowConfig", "CONTACT_FLOW"),
}


def create_quick_connect(account: Account, given: Given) -> Answer:
    instance, name = account.instance(given["InstanceId"]), given["Name"]
    if any(one.name == name for one in instance.quick_connects.values()):
        raise duplicate("quick connect", name)
    _must_fit(instance, given["QuickConnectConfig"])
    identifier = new_id()
    made = instance.quick_connects[identifier] = StoredQuickConnect(
        id=identifier,
        arn=f"{instance.arn}/transfer-destination/{identifier}",
        name=name,
        config=given["QuickConnectConfig"],
        description=given.get("Description"),
        tags=given.get("Tags", {}),
    )
    return {"QuickConnectARN": made.arn, "QuickConnectId": made.id}


def describe_quick_connect(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    return {"QuickConnect": _described(account, instance.quick_connect(given["QuickConnectId"]))}


def list_quick_connects(account: Account, given: Given) -> Answer:
    types = given.get("QuickConnectTypes")
    return {
        "QuickConnectSummaryList": [
            summary(account, one)
            for one in account.instance(given["InstanceId"]).quick_connects.values()
            if not types or one.config["QuickConnectType"] in types
        ]
    }


def search_quick_connects(account: Account, given: Given) -> Answer:
    found = [
        _described(account, one)
        for one in account.instance(given["InstanceId"]).quick_connects.values()
        if matches(given, {"name": one.name, "description": one.description or ""})
    ]
    return {"QuickConnects": found, "ApproximateTotalCount": len(found)}


def update_quick_connect_config(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    quick_connect = instance.quick_connect(given["QuickConnectId"])
    _must_fit(instance, given["QuickConnectConfig"])
    quick_connect.config, quick_connect.modified = given["QuickConnectConfig"], now()
    return {}


def update_quick_connect_name(account: Account, given: Given) -> Answer:
    quick_connect = account.instance(given["InstanceId"]).quick_connect(given["QuickConnectId"])
    quick_connect.name = given.get("Name", quick_connect.name)
    quick_connect.description = given.get("Description", quick_connect.description)
    quick_connect.modified = now()
    return {}


def delete_quick_connect(account: Account, given: Given) -> Answer:
    """Delete a quick connect, from the queues that have it too."""
    instance = account.instance(given["InstanceId"])
    identifier = instance.quick_connect(given["QuickConnectId"]).id
    for queue in instance.queues.values():
        if identifier in queue.quick_connect_ids:
            queue.quick_connect_ids.remove(identifier)
    del instance.quick_connects[identifier]
    return {}


def summary(account: Account, quick_connect: StoredQuickConnect) -> Answer:
    return {
        "Id": quick_connect.id,
        "Arn": quick_connect.arn,
        "Name": quick_connect.name,
        "QuickConnectType": quick_connect.config["QuickConnectType"],
        "LastModifiedTime": quick_connect.modified,
        "LastModifiedRegion": account.region,
    }


def flow_ids_in(config: Mapping[str, Any]) -> list[str]:
    """Return the ids of the flows that a quick connect's config names."""
    parts = (part for part in config.values() if isinstance(part, dict))
    return [part["ContactFlowId"] for part in parts if "ContactFlowId" in part]


def _described(account: Account, quick_connect: StoredQuickConnect) -> Answer:
    return {
        "QuickConnectARN": quick_connect.arn,
        "QuickConnectId": quick_connect.id,
        "Name": quick_connect.name,
        "Description": quick_connect.description,
        "QuickConnectConfig": quick_connect.config,
        "Tags": quick_connect.tags,
        "LastModifiedTime": quick_connect.modified,
        "LastModifiedRegion": account.region,
    }


def _must_fit(instance: StoredInstance, config: Mapping[str, Any]) -> None:
    """Raise `ApiError` unless the config is of its type, and what it names is there."""
    member, flow_type = _CONFIGS[config["QuickConnectType"]]
    if set(config) != {"QuickConnectType", member}:
        raise invalid(f"A quick connect of type {config['QuickConnectType']} needs {member} alone.")
    part = config[member]
    if "ContactFlowId" in part:
        flow = instance.flow(part["ContactFlowId"])
        if flow.type != flow_type:
            raise invalid(f"The flow {flow.name} is a {flow.type}: it must be a {flow_type}.")
    if "QueueId" in part:
        instance.queue(part["QueueId"])
    if "UserId" in part:
        instance.user(part["UserId"])
