"""The instance that calls are played on, as it was set up over the control plane."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from simulator.connect.agents import Queue, QuickConnect, RoutingProfile
from simulator.connect.instance import Instance
from simulator.connect.lambda_block import Functions
from simulator.connect_api.publication import typed
from simulator.connect_api.store import (
    StoredInstance,
    StoredQueue,
    StoredQuickConnect,
    StoredRoutingProfile,
)
from simulator.errors import SimulatorError
from simulator.phones import Network
from simulator.world import World


def instance_on(
    stored: StoredInstance,
    world: World,
    network: Network,
    functions: Functions,
    *,
    announce: Callable[[dict[str, Any]], None] = lambda _: None,
    labels: Mapping[str, str] | None = None,
) -> Instance:
    """Return an instance that has what is stored: published flows, queues, users, numbers.

    Its users are offline until they open their CCP. `labels`: by number, what its calls are called
    in notes; `the call` where nothing is said. A number without a flow, or any number while inbound
    calls are off, is not answered. Raises `SimulatorError` for what was stored and cannot be
    played: quick connects that are not of type QUEUE, and a queue's own outbound flow.
    """
    connect = Instance(world, network, functions, stored.arn, announce)
    for flow in stored.flows.values():
        if flow.published:
            content = typed(json.loads(flow.published), flow.type)
            connect.publish_unchecked(flow.name, content, flow.arn)
    connect.agent_whisper_flow = _default_flow(stored, "AGENT_WHISPER")
    connect.outbound_whisper_flow = _default_flow(stored, "OUTBOUND_WHISPER")
    connect.customer_queue_flow = _default_flow(stored, "CUSTOMER_QUEUE")
    queues = {one.id: _queue(connect, stored, one) for one in stored.queues.values()}
    profiles = {one.id: _profile(one, queues) for one in stored.routing_profiles.values()}
    for user in stored.users.values():
        seconds = user.phone["AfterContactWorkTimeLimit"]
        connect.add_agent(user.name, profiles[user.routing_profile_id], seconds, user.arn)
    connect.dialling_number = _dialling_number(stored)
    if stored.attributes["INBOUND_CALLS"]:
        for number in stored.numbers.values():
            if number.flow_id:
                label = (labels or {}).get(number.number, "the call")
                connect.claim_number(number.number, stored.flow(number.flow_id).arn, label)
    return connect


def _default_flow(stored: StoredInstance, flow_type: str) -> str:
    return stored.flow(stored.default_flows[flow_type]).arn


def _queue(connect: Instance, stored: StoredInstance, queue: StoredQueue) -> Queue:
    if "OutboundFlowId" in queue.outbound:
        raise SimulatorError(
            f"The queue {queue.name} has an outbound flow of its own: the simulator plays only the "
            "instance's default one."
        )
    added = connect.add_queue(
        queue.name,
        *(_quick_connect(stored, stored.quick_connect(one)) for one in queue.quick_connect_ids),
        arn=queue.arn,
    )
    added.most = queue.most_contacts
    return added


def _quick_connect(stored: StoredInstance, quick_connect: StoredQuickConnect) -> QuickConnect:
    kind = quick_connect.config["QuickConnectType"]
    if kind != "QUEUE":
        raise SimulatorError(
            f"The quick connect {quick_connect.name} is of type {kind}: the simulator plays only "
            "those of type QUEUE."
        )
    flow_id = quick_connect.config["QueueConfig"]["ContactFlowId"]
    return QuickConnect(quick_connect.name, stored.flow(flow_id).arn)


def _profile(profile: StoredRoutingProfile, queues: Mapping[str, Queue]) -> RoutingProfile:
    voice = [one for one in profile.queues if one.channel == "VOICE"]
    by_urgency = sorted(voice, key=lambda one: (one.priority, one.delay))
    return RoutingProfile(profile.name, [queues[one.queue_id] for one in by_urgency])


def _dialling_number(stored: StoredInstance) -> str:
    """Return what agents call from: the number of the first profile's outbound queue."""
    for profile in stored.routing_profiles.values():
        number_id = stored.queue(profile.outbound_queue_id).outbound.get("OutboundCallerIdNumberId")
        if number_id in stored.numbers:
            return stored.numbers[number_id].number
    return ""
