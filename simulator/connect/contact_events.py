"""The contact events that Connect puts on the account's default event bus."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.connect.voice import VoiceContact

SOURCE = "aws.connect"
DETAIL_TYPE = "Amazon Connect Contact Event"


def contact_event(event_type: str, contact: "VoiceContact", instance_arn: str) -> dict[str, Any]:
    """Return an event's detail: of INITIATED, QUEUED, CONNECTED_TO_AGENT and so on.

    No telephone number is in it.
    """
    identity = contact.identity
    detail: dict[str, Any] = {
        "eventType": event_type,
        "contactId": identity.contact_id,
        "initialContactId": identity.initial_contact_id,
        "channel": "VOICE",
        "instanceArn": instance_arn,
        "initiationMethod": identity.initiation_method,
    }
    if identity.previous_contact_id:
        detail["previousContactId"] = identity.previous_contact_id
    if contact.queue:
        kind = "AGENT" if contact.queue.agent else "STANDARD"
        detail["queueInfo"] = {"queueArn": contact.queue.arn, "queueType": kind}
    if contact.agent:
        detail["agentInfo"] = {"agentArn": f"{instance_arn}/agent/{contact.agent.user_name}"}
    return detail
