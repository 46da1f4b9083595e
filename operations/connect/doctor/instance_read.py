"""Read a Connect instance, as far as secure transfers hang on it. Nothing is changed.

Flows' contents are read of those that calls can come to, and of those that are called as ours: an
instance may have hundreds of others, and Connect takes only a few requests a second.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from operations.connect.aws import AwsRefused, said_plainly
from operations.connect.doctor.finding import Unread
from operations.connect.doctor.flow_content import content_of
from operations.connect.doctor.instance import (
    Flow,
    Instance,
    Json,
    Number,
    Queue,
    QuickConnect,
    RoutingProfile,
    User,
)
from operations.connect.doctor.our_flows import is_called_as_ours
from operations.connect.setup.found import DEFAULT_WHISPERS
from operations.progress import Progress

Read = TypeVar("Read")

_NOT_PUBLISHED = "ContactFlowNotPublishedException"
_NOT_LOOKED_AT: Json = {}
_FLOW_ARN = re.compile(r"arn:[\w-]+:connect:[\w-]+:\d+:instance/[\w-]+/contact-flow/([\w-]+)")
_USERS_A_PAGE = 500
_OF_ONE_THING = {"ResourceNotFoundException", _NOT_PUBLISHED}


class Reader:
    """Asks Connect about one instance. An operation that was refused is not asked again."""

    def __init__(self, connect: Any, instance_id: str, progress: Progress) -> None:
        self._connect = connect
        self._instance_id = instance_id
        self._refused: dict[str, Unread] = {}
        self.progress = progress

    def ask(self, operation: str, **given: Any) -> Json | Unread:
        """Return an operation's answer. `operation` is boto3's name of it."""
        call = getattr(self._connect, operation)
        return self._try(operation, lambda: call(InstanceId=self._instance_id, **given))

    def every(self, operation: str, key: str, **given: Any) -> list[Json] | Unread:
        """Return what is in the list `key` of all pages."""
        paginator = self._connect.get_paginator(operation)
        pages = paginator.paginate(InstanceId=self._instance_id, **given)
        return self._try(operation, lambda: [one for page in pages for one in page[key]])

    def every_user(self) -> list[Json] | Unread:
        pages = self._connect.get_paginator("search_users").paginate(
            InstanceId=self._instance_id, PaginationConfig={"PageSize": _USERS_A_PAGE}
        )

        def read() -> list[Json]:
            users: list[Json] = []
            for page in pages:
                users += page["Users"]
                self.progress("users", len(users), page.get("ApproximateTotalCount", len(users)))
            return users

        return self._try("search_users", read)

    def each(self, what: str, things: Iterable[Read]) -> Iterator[Read]:
        """Go through things that are asked about one by one, and tell of the progress."""
        waiting = list(things)
        for number, one in enumerate(waiting, start=1):
            yield one
            self.progress(what, number, len(waiting))

    def _try(self, operation: str, ask: Callable[[], Read]) -> Read | Unread:
        if operation in self._refused:
            return self._refused[operation]
        try:
            with said_plainly():
                return ask()
        except AwsRefused as refused:
            name = "".join(word.capitalize() for word in operation.split("_"))
            unread = Unread(name, refused.code, refused.message)
            if refused.code not in _OF_ONE_THING:
                self._refused[operation] = unread
            return unread


def read_instance(connect: Any, instance_id: str, progress: Progress) -> Instance:
    """Read an instance. Raises `AwsRefused` if not even the instance itself can be described."""
    with said_plainly():
        described = connect.describe_instance(InstanceId=instance_id)["Instance"]
    reader = Reader(connect, instance_id, progress)
    users = _users(reader)
    number_flows = _number_flows(reader)
    quick_connects = _quick_connects(reader)
    profiles = _profiles(reader, users)
    in_use = _flow_ids(number_flows, quick_connects, profiles)
    return Instance(
        id=instance_id,
        arn=described["Arn"],
        attributes=_attributes(reader),
        functions=_functions(reader),
        flows=_flows(reader, in_use),
        numbers=_numbers(reader),
        number_flows=number_flows,
        quick_connects=quick_connects,
        queues=_queues(reader),
        profiles=profiles,
        users=users,
    )


# ---------------------------------------------------------- the instance and its functions


def _attributes(reader: Reader) -> dict[str, str] | Unread:
    answer = reader.every("list_instance_attributes", "Attributes")
    if isinstance(answer, Unread):
        return answer
    return {one["AttributeType"]: one["Value"] for one in answer}


def _functions(reader: Reader) -> frozenset[str] | Unread:
    answer = reader.every("list_lambda_functions", "LambdaFunctions")
    return answer if isinstance(answer, Unread) else frozenset(map(str, answer))


# ---------------------------------------------------------------------- numbers and flows


def _numbers(reader: Reader) -> dict[str, Number] | Unread:
    answer = reader.every("list_phone_numbers_v2", "ListPhoneNumbersSummaryList")
    if isinstance(answer, Unread):
        return answer
    return {
        one["PhoneNumberId"]: Number(one["PhoneNumberId"], one["PhoneNumber"]) for one in answer
    }


def _number_flows(reader: Reader) -> dict[str, str] | Unread:
    answer = reader.every(
        "list_flow_associations",
        "FlowAssociationSummaryList",
        ResourceType="VOICE_PHONE_NUMBER",
    )
    if isinstance(answer, Unread):
        return answer
    return {_last(one["ResourceId"]): _last(one["FlowId"]) for one in answer}


def _flows(reader: Reader, in_use: set[str]) -> dict[str, Flow] | Unread:
    answer = reader.every("list_contact_flows", "ContactFlowSummaryList")
    if isinstance(answer, Unread):
        return answer
    flows = {
        one["Id"]: Flow(
            id=one["Id"],
            arn=one["Arn"],
            name=one["Name"],
            type=one["ContactFlowType"],
            is_archived=one.get("ContactFlowState") == "ARCHIVED",
            content=_NOT_LOOKED_AT,
        )
        for one in answer
    }
    defaults = {(name, kind) for kind, name in DEFAULT_WHISPERS.items()}
    wanted = {
        flow.id
        for flow in flows.values()
        if flow.id in in_use or (flow.name, flow.type) in defaults or is_called_as_ours(flow)
    }
    looked_at: set[str] = set()
    while wanted - looked_at:
        for identifier in reader.each("flows", sorted(wanted - looked_at)):
            looked_at.add(identifier)
            content = _content(reader, identifier)
            flows[identifier] = replace(flows[identifier], content=content)
            wanted |= set(_FLOW_ARN.findall(json.dumps(content, default=str))) & flows.keys()
    return flows


def _content(reader: Reader, flow_id: str) -> Json | Unread | None:
    answer = reader.ask("describe_contact_flow", ContactFlowId=flow_id)
    if isinstance(answer, Unread):
        return None if answer.code == _NOT_PUBLISHED else answer
    return content_of(answer["ContactFlow"]["Content"])


def _flow_ids(
    number_flows: Mapping[str, str] | Unread,
    quick_connects: Mapping[str, QuickConnect] | Unread,
    profiles: Mapping[str, RoutingProfile] | Unread,
) -> set[str]:
    """Return the flows that calls can come to by what was read."""
    found: set[str | Unread] = set()
    if not isinstance(number_flows, Unread):
        found.update(number_flows.values())
    if not isinstance(quick_connects, Unread):
        found.update(one.flow_id for one in quick_connects.values())
    if not isinstance(profiles, Unread):
        found.update(one.outbound_flow_id for one in profiles.values())
    return {one for one in found if isinstance(one, str)}


# ----------------------------------------------------------------- queues, agents, clicks


def _quick_connects(reader: Reader) -> dict[str, QuickConnect] | Unread:
    answer = reader.every("search_quick_connects", "QuickConnects")
    if isinstance(answer, Unread):
        return answer
    return {
        one["QuickConnectId"]: QuickConnect(
            one["QuickConnectId"],
            one["Name"],
            _last(one["QuickConnectConfig"].get("QueueConfig", {}).get("ContactFlowId", "")),
        )
        for one in answer
    }


def _queues(reader: Reader) -> dict[str, Queue] | Unread:
    answer = reader.every("list_queues", "QueueSummaryList", QueueTypes=["STANDARD"])
    if isinstance(answer, Unread):
        return answer
    return {
        one["Id"]: Queue(one["Id"], one["Name"], _on_queue(reader, one["Id"]))
        for one in reader.each("queues", answer)
    }


def _on_queue(reader: Reader, queue_id: str) -> frozenset[str] | Unread:
    answer = reader.every("list_queue_quick_connects", "QuickConnectSummaryList", QueueId=queue_id)
    if isinstance(answer, Unread):
        return answer
    return frozenset(one["Id"] for one in answer)


def _users(reader: Reader) -> dict[str, User] | Unread:
    answer = reader.every_user()
    if isinstance(answer, Unread):
        return answer
    return {
        one["Id"]: User(
            id=one["Id"],
            name=one["Username"],
            profile_id=one.get("RoutingProfileId", ""),
            after_call_seconds=_after_call_seconds(one),
        )
        for one in answer
    }


def _after_call_seconds(user: Json) -> int:
    """Return what holds for calls: a user may have after-call work of a length for each channel."""
    for one in user.get("AfterContactWorkConfigs", []):
        if one["Channel"] == "VOICE" and "AfterContactWorkConfig" in one:
            return int(one["AfterContactWorkConfig"].get("AfterContactWorkTimeLimit", 0))
    return int(user.get("PhoneConfig", {}).get("AfterContactWorkTimeLimit", 0))


def _profiles(
    reader: Reader, users: Mapping[str, User] | Unread
) -> dict[str, RoutingProfile] | Unread:
    if isinstance(users, Unread):
        return users
    found: dict[str, RoutingProfile] = {}
    outbound: dict[str, str | Unread] = {}
    identifiers = sorted({user.profile_id for user in users.values() if user.profile_id})
    for identifier in reader.each("routing profiles", identifiers):
        described = reader.ask("describe_routing_profile", RoutingProfileId=identifier)
        queue_ids = _voice_queues(reader, identifier)
        if isinstance(described, Unread):
            found[identifier] = RoutingProfile(identifier, identifier, queue_ids, described)
            continue
        profile = described["RoutingProfile"]
        queue_id = profile["DefaultOutboundQueueId"]
        if queue_id not in outbound:
            outbound[queue_id] = _outbound_flow(reader, queue_id)
        found[identifier] = RoutingProfile(
            identifier, profile["Name"], queue_ids, outbound[queue_id]
        )
    return found


def _outbound_flow(reader: Reader, queue_id: str) -> str | Unread:
    answer = reader.ask("describe_queue", QueueId=queue_id)
    if isinstance(answer, Unread):
        return answer
    config = answer["Queue"].get("OutboundCallerConfig") or {}
    return _last(config.get("OutboundFlowId", ""))


def _voice_queues(reader: Reader, profile_id: str) -> frozenset[str] | Unread:
    answer = reader.every(
        "list_routing_profile_queues",
        "RoutingProfileQueueConfigSummaryList",
        RoutingProfileId=profile_id,
    )
    if isinstance(answer, Unread):
        return answer
    return frozenset(one["QueueId"] for one in answer if one["Channel"] == "VOICE")


def _last(arn_or_id: str) -> str:
    return arn_or_id.rpartition("/")[2]
