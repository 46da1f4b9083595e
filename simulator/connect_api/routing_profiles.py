"""Routing profiles: which queues an agent serves."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.connect_api.errors import duplicate, invalid
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.store import (
    Account,
    ProfileQueue,
    StoredInstance,
    StoredRoutingProfile,
    new_id,
    now,
)

_MOST_IN_ONE_CALL = 10


def create_routing_profile(account: Account, given: Given) -> Answer:
    instance, name = account.instance(given["InstanceId"]), given["Name"]
    if any(one.name == name for one in instance.routing_profiles.values()):
        raise duplicate("routing profile", name)
    queues = _queues(instance, given.get("QueueConfigs", []))
    identifier = new_id()
    profile = instance.routing_profiles[identifier] = StoredRoutingProfile(
        id=identifier,
        arn=f"{instance.arn}/routing-profile/{identifier}",
        name=name,
        description=given["Description"],
        outbound_queue_id=instance.queue(given["DefaultOutboundQueueId"]).id,
        concurrencies=given["MediaConcurrencies"],
        queues=queues,
        tags=given.get("Tags", {}),
    )
    return {"RoutingProfileArn": profile.arn, "RoutingProfileId": profile.id}


def describe_routing_profile(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    profile = instance.routing_profile(given["RoutingProfileId"])
    users = [one for one in instance.users.values() if one.routing_profile_id == profile.id]
    return {
        "RoutingProfile": {
            "InstanceId": instance.id,
            "Name": profile.name,
            "RoutingProfileArn": profile.arn,
            "RoutingProfileId": profile.id,
            "Description": profile.description,
            "MediaConcurrencies": profile.concurrencies,
            "DefaultOutboundQueueId": profile.outbound_queue_id,
            "Tags": profile.tags,
            "NumberOfAssociatedQueues": len(profile.queues),
            "NumberOfAssociatedUsers": len(users),
            "LastModifiedTime": profile.modified,
            "LastModifiedRegion": account.region,
        }
    }


def list_routing_profiles(account: Account, given: Given) -> Answer:
    return {
        "RoutingProfileSummaryList": [
            {
                "Id": profile.id,
                "Arn": profile.arn,
                "Name": profile.name,
                "LastModifiedTime": profile.modified,
                "LastModifiedRegion": account.region,
            }
            for profile in account.instance(given["InstanceId"]).routing_profiles.values()
        ]
    }


def list_routing_profile_queues(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    profile = instance.routing_profile(given["RoutingProfileId"])
    return {
        "RoutingProfileQueueConfigSummaryList": [
            {
                "QueueId": one.queue_id,
                "QueueArn": instance.queue(one.queue_id).arn,
                "QueueName": instance.queue(one.queue_id).name,
                "Priority": one.priority,
                "Delay": one.delay,
                "Channel": one.channel,
            }
            for one in profile.queues
        ],
        "LastModifiedTime": profile.modified,
        "LastModifiedRegion": account.region,
    }


def associate_routing_profile_queues(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    profile = instance.routing_profile(given["RoutingProfileId"])
    added = _queues(instance, given.get("QueueConfigs", []))
    replaced = {(one.queue_id, one.channel) for one in added}
    kept = [one for one in profile.queues if (one.queue_id, one.channel) not in replaced]
    profile.queues, profile.modified = [*kept, *added], now()
    return {}


def disassociate_routing_profile_queues(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    profile = instance.routing_profile(given["RoutingProfileId"])
    references = given.get("QueueReferences", [])
    if len(references) > _MOST_IN_ONE_CALL:
        raise invalid(f"{len(references)} queues are too many: give up to {_MOST_IN_ONE_CALL}.")
    removed = {(one["QueueId"], one["Channel"]) for one in references}
    kept = [one for one in profile.queues if (one.queue_id, one.channel) not in removed]
    profile.queues, profile.modified = kept, now()
    return {}


def _queues(instance: StoredInstance, configs: Iterable[Mapping[str, Any]]) -> list[ProfileQueue]:
    return [
        ProfileQueue(
            queue_id=instance.queue(one["QueueReference"]["QueueId"]).id,
            channel=one["QueueReference"]["Channel"],
            priority=one["Priority"],
            delay=one["Delay"],
        )
        for one in configs
    ]
