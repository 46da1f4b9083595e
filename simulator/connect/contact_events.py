"""The contact events that Connect puts on the account's default event bus."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.connect.voice import VoiceContact

SOURCE = "aws.connect"
DETAIL_TYPE = "Amazon Connect Contact Event"


_TIMES = {
    "INITIATED": "initiationTimestamp",
    "CONNECTED_TO_SYSTEM": "connectedToSystemTimestamp",
    "DISCONNECTED": "disconnectTimestamp",
}


def contact_event(event_type: str, contact: "VoiceContact", instance_arn: str) -> dict[str, Any]:
    """Return an event's detail: of INITIATED, QUEUED, CONNECTED_TO_AGENT and so on.

    Spelt as in most of AWS's examples; some have capitals (`ContactId`). No telephone number is in
    it, but AWS's examples have one, our own, in `tags`.
    """
    identity, times = contact.identity, contact.times
    detail: dict[str, Any] = {
        "eventType": event_type,
        "contactId": identity.contact_id,
        "initialContactId": identity.initial_contact_id,
        "channel": "VOICE",
        "instanceArn": instance_arn,
        "initiationMethod": identity.initiation_method,
        **{_TIMES[event]: at for event, at in times.items() if event in _TIMES},
    }
    if identity.previous_contact_id:
        detail["previousContactId"] = identity.previous_contact_id
    if contact.queue:
        kind = "AGENT" if contact.queue.agent else "STANDARD"
        detail["queueInfo"] = {"queueArn": contact.queue.arn, "queueType": kind}
        if "QUEUED" in times:
            detail["queueInfo"]["enqueueTimestamp"] = times["QUEUED"]
    if contact.put_through_to:
        detail["agentInfo"] = {
            "agentArn": contact.put_through_to.arn,
            "connectedToAgentTimestamp": times["CONNECTED_TO_AGENT"],
        }
    return detail


def resources(detail: dict[str, Any]) -> list[str]:
    """Return what the event is about, as its envelope tells it: contact and instance."""
    instance = detail["instanceArn"]
    return [f"{instance}/contact/{detail['contactId']}", instance]
