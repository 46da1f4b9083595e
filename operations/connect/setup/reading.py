"""Read of an instance what set-up has to know: as few requests as that takes."""

from collections.abc import Iterable
from typing import Any

from operations.connect.aws import AwsRefused, said_plainly
from operations.connect.setup.changes import (
    attribute,
    flow_of_number,
    is_same,
    latest,
    published,
    quick_connects_of_queue,
)
from operations.connect.setup.found import (
    SAVES_NAME,
    Agent,
    Content,
    Flow,
    Found,
    Number,
    Queue,
    QuickConnect,
    flow_called,
    whispers,
)
from operations.connect.setup.plan import Wanted


def read(connect: Any, instance_id: str, wanted: Wanted) -> Found:
    """Return what is there. Raises `AwsRefused`."""
    with said_plainly():
        flows = _flows(connect, instance_id)
        queues = _queues(connect, instance_id, wanted) if wanted.queues else ()
        return Found(
            instance_id=instance_id,
            flows=flows,
            number=_number(connect, instance_id, wanted.number) if wanted.number else None,
            queues=queues,
            quick_connects=_quick_connects(connect, instance_id) if wanted.queues else (),
            agents=_agents(connect, instance_id) if wanted.after_call_work else (),
            attributes={name: attribute(connect, instance_id, name) for name in wanted.attributes},
            contents=_contents(connect, instance_id, flows, queues) if wanted.whispers else {},
        )


def must_exist(connect: Any, instance_id: str) -> None:
    """Raise `AwsRefused` if there is no such instance."""
    with said_plainly():
        _flows(connect, instance_id)


def _flows(connect: Any, instance_id: str) -> tuple[Flow, ...]:
    # Asked first of all: DescribeInstance needs permissions for the directory service too.
    try:
        return tuple(
            Flow(
                one["Id"],
                one["Name"],
                one["ContactFlowType"],
                one.get("ContactFlowStatus") == "PUBLISHED",
            )
            for one in _all(
                connect, "list_contact_flows", "ContactFlowSummaryList", InstanceId=instance_id
            )
        )
    except connect.exceptions.ResourceNotFoundException as error:
        raise AwsRefused(
            f"There is no Connect instance {instance_id} in {connect.meta.region_name}: check "
            "--instance and --region, and that you are in the right AWS account.",
            "ResourceNotFoundException",
        ) from error


def _number(connect: Any, instance_id: str, wanted: str) -> Number | None:
    claimed = _all(
        connect,
        "list_phone_numbers_v2",
        "ListPhoneNumbersSummaryList",
        PhoneNumberPrefix=wanted,
    )
    for one in claimed:
        if one["PhoneNumber"] == wanted:
            owner = one.get("InstanceId") or one["TargetArn"].rpartition("/")[2]
            number_id = one["PhoneNumberId"]
            return Number(number_id, owner, flow_of_number(connect, instance_id, number_id))
    return None


def _queues(connect: Any, instance_id: str, wanted: Wanted) -> tuple[Queue, ...]:
    """Return every queue; what is on it of those alone that are wanted."""
    summaries = _all(
        connect,
        "list_queues",
        "QueueSummaryList",
        InstanceId=instance_id,
        QueueTypes=["STANDARD"],
    )
    found = []
    for one in summaries:
        is_wanted = one["Name"] in wanted.queues
        found.append(
            Queue(
                id=one["Id"],
                name=one["Name"],
                quick_connect_ids=quick_connects_of_queue(connect, instance_id, one["Id"])
                if is_wanted
                else frozenset(),
                outbound_flow_id=_outbound_flow(connect, instance_id, one["Id"])
                if is_wanted and wanted.whispers
                else "",
            )
        )
    return tuple(found)


def _outbound_flow(connect: Any, instance_id: str, queue_id: str) -> str:
    queue = connect.describe_queue(InstanceId=instance_id, QueueId=queue_id)["Queue"]
    flow_id: str = (queue.get("OutboundCallerConfig") or {}).get("OutboundFlowId", "")
    return flow_id


def _quick_connects(connect: Any, instance_id: str) -> tuple[QuickConnect, ...]:
    every = _all(connect, "search_quick_connects", "QuickConnects", InstanceId=instance_id)
    return tuple(
        QuickConnect(
            one["QuickConnectId"],
            one["Name"],
            one["QuickConnectConfig"].get("QueueConfig", {}).get("ContactFlowId", ""),
        )
        for one in every
    )


def _agents(connect: Any, instance_id: str) -> tuple[Agent, ...]:
    profiles = {
        profile["Id"]: frozenset(
            one["QueueId"]
            for one in _all(
                connect,
                "list_routing_profile_queues",
                "RoutingProfileQueueConfigSummaryList",
                InstanceId=instance_id,
                RoutingProfileId=profile["Id"],
            )
            if one["Channel"] == "VOICE"
        )
        for profile in _all(
            connect, "list_routing_profiles", "RoutingProfileSummaryList", InstanceId=instance_id
        )
    }
    return tuple(
        Agent(
            id=one["Id"],
            name=one["Username"],
            after_call_seconds=one.get("PhoneConfig", {}).get("AfterContactWorkTimeLimit", 0),
            queue_ids=profiles.get(one.get("RoutingProfileId", ""), frozenset()),
        )
        for one in _all(connect, "search_users", "Users", InstanceId=instance_id)
    )


def _contents(
    connect: Any, instance_id: str, flows: Iterable[Flow], queues: Iterable[Queue]
) -> dict[str, Content]:
    flows = list(flows)
    ours = [flow_called(flows, name, kind) for kind, name in SAVES_NAME.items()]
    needed = {*whispers(flows, queues), *(one for one in ours if one and one.is_published)}
    return {flow.id: _content(connect, instance_id, flow.id) for flow in needed}


def _content(connect: Any, instance_id: str, flow_id: str) -> Content:
    running = published(connect, instance_id, flow_id)
    saved = latest(connect, instance_id, flow_id)
    return Content(running, "" if is_same("flow", saved, running) else saved)


def _all(connect: Any, operation: str, result: str, **given: Any) -> list[dict[str, Any]]:
    pages = connect.get_paginator(operation).paginate(**given)
    return [one for page in pages for one in page[result]]
