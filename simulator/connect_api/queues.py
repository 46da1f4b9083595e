"""Queues and the quick connects on them. Each user has a queue too, which has no name."""

from simulator.connect_api import quick_connects
from simulator.connect_api.errors import duplicate
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.store import Account, StoredQueue, found, new_id, now


def create_queue(account: Account, given: Given) -> Answer:
    instance, name = account.instance(given["InstanceId"]), given["Name"]
    if any(one.name == name for one in instance.queues.values()):
        raise duplicate("queue", name)
    found(instance.hours, "hours of operation", given["HoursOfOperationId"])
    quick_connect_ids = given.get("QuickConnectIds", [])
    for one in quick_connect_ids:
        instance.quick_connect(one)
    identifier = new_id()
    queue = instance.queues[identifier] = StoredQueue(
        id=identifier,
        arn=f"{instance.arn}/queue/{identifier}",
        name=name,
        hours_id=given["HoursOfOperationId"],
        description=given.get("Description"),
        most_contacts=given.get("MaxContacts"),
        outbound=given.get("OutboundCallerConfig", {}),
        quick_connect_ids=list(quick_connect_ids),
        tags=given.get("Tags", {}),
    )
    return {"QueueArn": queue.arn, "QueueId": queue.id}


def describe_queue(account: Account, given: Given) -> Answer:
    queue = account.instance(given["InstanceId"]).queue(given["QueueId"])
    return {
        "Queue": {
            "Name": queue.name,
            "QueueArn": queue.arn,
            "QueueId": queue.id,
            "Description": queue.description,
            "OutboundCallerConfig": queue.outbound or None,
            "HoursOfOperationId": queue.hours_id,
            "MaxContacts": queue.most_contacts,
            "Status": "ENABLED",
            "Tags": queue.tags,
            "LastModifiedTime": queue.modified,
            "LastModifiedRegion": account.region,
        }
    }


def list_queues(account: Account, given: Given) -> Answer:
    instance, types = account.instance(given["InstanceId"]), given.get("QueueTypes")
    standard = [
        {
            "Id": queue.id,
            "Arn": queue.arn,
            "Name": queue.name,
            "QueueType": "STANDARD",
            "LastModifiedTime": queue.modified,
            "LastModifiedRegion": account.region,
        }
        for queue in instance.queues.values()
    ]
    agents = [
        {
            "Id": user.id,
            "Arn": f"{instance.arn}/queue/agent/{user.id}",
            "QueueType": "AGENT",
            "LastModifiedTime": user.modified,
            "LastModifiedRegion": account.region,
        }
        for user in instance.users.values()
    ]
    queues = [one for one in [*standard, *agents] if not types or one["QueueType"] in types]
    return {"QueueSummaryList": queues}


def list_queue_quick_connects(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    queue = instance.queue(given["QueueId"])
    return {
        "QuickConnectSummaryList": [
            quick_connects.summary(account, instance.quick_connect(one))
            for one in queue.quick_connect_ids
        ],
        "LastModifiedTime": queue.modified,
        "LastModifiedRegion": account.region,
    }


def associate_queue_quick_connects(account: Account, given: Given) -> Answer:
    """Add quick connects to those that the queue has."""
    instance = account.instance(given["InstanceId"])
    queue = instance.queue(given["QueueId"])
    added = [instance.quick_connect(one).id for one in given["QuickConnectIds"]]
    queue.quick_connect_ids = list(dict.fromkeys([*queue.quick_connect_ids, *added]))
    queue.modified = now()
    return {}


def disassociate_queue_quick_connects(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    queue = instance.queue(given["QueueId"])
    removed = {instance.quick_connect(one).id for one in given["QuickConnectIds"]}
    queue.quick_connect_ids = [one for one in queue.quick_connect_ids if one not in removed]
    queue.modified = now()
    return {}


def list_hours_of_operations(account: Account, given: Given) -> Answer:
    return {
        "HoursOfOperationSummaryList": [
            {
                "Id": hours.id,
                "Arn": hours.arn,
                "Name": hours.name,
                "LastModifiedTime": hours.modified,
                "LastModifiedRegion": account.region,
            }
            for hours in account.instance(given["InstanceId"]).hours.values()
        ]
    }
