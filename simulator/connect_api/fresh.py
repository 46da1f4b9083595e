"""An instance as a customer has it before set-up: calls come in, and agents answer them."""

import json
from collections.abc import Sequence
from typing import Any

from simulator.connect_api.flows import add_flow
from simulator.connect_api.store import (
    Account,
    Named,
    ProfileQueue,
    StoredInstance,
    StoredNumber,
    StoredQueue,
    StoredRoutingProfile,
    StoredUser,
    new_id,
)
from simulator.flow_engine import fill
from simulator.template import ROOT

# Numbers that regulators keep for drama: they ring nowhere.
PUBLIC_NUMBER = "+441632960000"
RETURN_NUMBER = "+441632960002"

DEFAULT_FLOWS = {
    "AGENT_HOLD": "Default agent hold",
    "AGENT_TRANSFER": "Default agent transfer",
    "AGENT_WHISPER": "Default agent whisper",
    "CUSTOMER_HOLD": "Default customer hold",
    "CUSTOMER_QUEUE": "Default customer queue",
    "CUSTOMER_WHISPER": "Default customer whisper",
    "OUTBOUND_WHISPER": "Default outbound",
    "QUEUE_TRANSFER": "Default queue transfer",
}
"""What Connect calls the flows that an instance comes with, by type."""

_ATTRIBUTES = {
    "INBOUND_CALLS": True,
    "OUTBOUND_CALLS": True,
    "CONTACTFLOW_LOGS": False,
    "CONTACT_LENS": False,
    "AUTO_RESOLVE_BEST_VOICES": True,
    "USE_CUSTOM_TTS_VOICES": False,
    "EARLY_MEDIA": True,
    "MULTI_PARTY_CONFERENCE": False,
    "AUTO_MUTE_AGENT_ON_HOLD": False,
    "HIGH_VOLUME_OUTBOUND": False,
    "ENHANCED_CONTACT_MONITORING": False,
    "ENHANCED_CHAT_MONITORING": False,
    "MULTI_PARTY_CHAT_CONFERENCE": False,
    "MESSAGE_STREAMING": False,
}


def fresh_instance(
    account: Account,
    *,
    instance_id: str = "",
    alias: str = "shop",
    public_number: str = PUBLIC_NUMBER,
    return_number: str = RETURN_NUMBER,
    users: Sequence[str] = ("alice", "bob"),
    after_call_seconds: int = 0,
) -> StoredInstance:
    """Put an instance into the account: one for a shop with the queues Payments and Questions.

    The public number runs the shop's own inbound flow; the one that PCI Pal is to call back is
    claimed, and nothing answers it. Users serve both queues; `after_call_seconds` is Connect's
    usual 0: until the agent closes the contact.
    """
    instance_id = instance_id or new_id()
    instance = account.instances[instance_id] = StoredInstance(
        id=instance_id,
        arn=f"arn:aws:connect:{account.region}:{account.id}:instance/{instance_id}",
        alias=alias,
        attributes=dict(_ATTRIBUTES),
    )
    _add_default_flows(instance)
    hours = _named(instance, "operating-hours", "Basic Hours")
    instance.hours[hours.id] = hours
    agents = _named(instance, "security-profile", "Agent")
    instance.security_profiles[agents.id] = agents
    public = _add_number(account, instance, public_number, "Shop")
    _add_number(account, instance, return_number, "Return call from PCI Pal")
    payments = _add_queue(instance, "Payments", hours, public)
    questions = _add_queue(instance, "Questions", hours, public)
    profile = _add_profile(instance, "Shop agents", [payments, questions])
    for name in users:
        _add_user(instance, name, profile, agents, after_call_seconds)
    shop = _of_the_shop("shop", {"PaymentsQueueArn": payments.arn})
    public.flow_id = add_flow(instance, "Shop", "CONTACT_FLOW", shop).id
    return instance


def _of_the_shop(name: str, values: dict[str, str]) -> str:
    path = ROOT / "simulator/connect" / f"{name}.json"
    return json.dumps(fill(path.read_text(encoding="utf-8"), values, path.name))


def _add_default_flows(instance: StoredInstance) -> None:
    contents = {
        "AGENT_WHISPER": _says("agentWhisper", "$.Queue.Name", "EndFlowExecution"),
        "OUTBOUND_WHISPER": _says(
            "outboundWhisper", "This call is not being recorded.", "EndFlowExecution"
        ),
        "CUSTOMER_QUEUE": _of_the_shop("shop_queue", {}),
        "QUEUE_TRANSFER": _says(
            "queueTransfer", "This transfer is not set up.", "DisconnectParticipant"
        ),
    }
    silent = _says("contactFlow", "Please wait.", "EndFlowExecution")
    for flow_type, name in DEFAULT_FLOWS.items():
        flow = add_flow(instance, name, flow_type, contents.get(flow_type, silent))
        instance.default_flows[flow_type] = flow.id


def _says(metadata_type: str, text: str, end: str) -> str:
    """Return a flow that says something and ends, without all that is for the designer."""
    blocks: list[dict[str, Any]] = [
        {
            "Identifier": "Say",
            "Type": "MessageParticipant",
            "Parameters": {"Text": text},
            "Transitions": {
                "NextAction": "End",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}],
            },
        },
        {"Identifier": "End", "Type": end, "Parameters": {}, "Transitions": {}},
    ]
    metadata = {"type": metadata_type}
    return json.dumps(
        {"Version": "2019-10-30", "StartAction": "Say", "Metadata": metadata, "Actions": blocks}
    )


def _named(instance: StoredInstance, kind: str, name: str) -> Named:
    identifier = new_id()
    return Named(identifier, f"{instance.arn}/{kind}/{identifier}", name)


def _add_number(
    account: Account, instance: StoredInstance, number: str, description: str
) -> StoredNumber:
    identifier = new_id()
    added = instance.numbers[identifier] = StoredNumber(
        id=identifier,
        arn=account.arn_of_number(identifier),
        number=number,
        country="GB",
        type="DID",
        description=description,
    )
    return added


def _add_queue(
    instance: StoredInstance, name: str, hours: Named, caller: StoredNumber
) -> StoredQueue:
    identifier = new_id()
    added = instance.queues[identifier] = StoredQueue(
        id=identifier,
        arn=f"{instance.arn}/queue/{identifier}",
        name=name,
        hours_id=hours.id,
        outbound={"OutboundCallerIdNumberId": caller.id},
    )
    return added


def _add_profile(
    instance: StoredInstance, name: str, queues: Sequence[StoredQueue]
) -> StoredRoutingProfile:
    identifier = new_id()
    added = instance.routing_profiles[identifier] = StoredRoutingProfile(
        id=identifier,
        arn=f"{instance.arn}/routing-profile/{identifier}",
        name=name,
        description=f"{name}.",
        outbound_queue_id=queues[0].id,
        concurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
        queues=[ProfileQueue(queue.id, "VOICE", 1, 0) for queue in queues],
    )
    return added


def hire(instance: StoredInstance, name: str) -> StoredUser:
    """Return the instance's user of a name: one as the others, if there is none yet."""
    for user in instance.users.values():
        if user.name == name:
            return user
    (profile, *_) = instance.routing_profiles.values()
    (agents, *_) = instance.security_profiles.values()
    return _add_user(instance, name, profile, agents, after_call_seconds=0)


def _add_user(
    instance: StoredInstance,
    name: str,
    profile: StoredRoutingProfile,
    security: Named,
    after_call_seconds: int,
) -> StoredUser:
    identifier = new_id()
    user = instance.users[identifier] = StoredUser(
        id=identifier,
        arn=f"{instance.arn}/agent/{identifier}",
        name=name,
        routing_profile_id=profile.id,
        security_profile_ids=[security.id],
        phone={
            "PhoneType": "SOFT_PHONE",
            "AutoAccept": False,
            "AfterContactWorkTimeLimit": after_call_seconds,
        },
        identity={"FirstName": name.capitalize(), "LastName": "Shop"},
    )
    return user
