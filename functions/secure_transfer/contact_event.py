"""Read a contact event that Connect puts on the default event bus.

AWS documents it in two spellings, `contactId` and `ContactId`, and mixes them within one example;
so each field is looked for in both. Whatever else is in it is left alone.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from secure_transfer.domain.contact import ContactChange
from secure_transfer.domain.errors import ChannelNotVoice, EventMalformed
from secure_transfer.domain.transfer import moment
from secure_transfer.domain.values import Call, contact_id

_AGENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}")


def contact_change(event: Any) -> ContactChange:
    """Return what the event tells.

    Raises `EventMalformed`, `ChannelNotVoice`, `ContactIdInvalid`.
    """
    detail = event.get("detail") if isinstance(event, Mapping) else None
    if not isinstance(detail, Mapping):
        raise EventMalformed("A contact event has a map in detail; this one has not.")
    kind = _field(detail, "eventType")
    if kind not in ("CONNECTED_TO_AGENT", "DISCONNECTED"):
        raise EventMalformed("The event is neither CONNECTED_TO_AGENT nor DISCONNECTED.")
    # The one example of a DISCONNECTED has it as "Voice".
    if (_text(_field(detail, "channel")) or "").upper() != "VOICE":
        raise ChannelNotVoice("Only a voice call can be looped through PCI Pal.")
    call = _call(detail)
    agent = _field(detail, "agentInfo")
    agent = agent if isinstance(agent, Mapping) else {}
    connected_at = _time(agent, "connectedToAgentTimestamp")
    is_over = kind == "DISCONNECTED"
    sent_at = moment(_text(event.get("time")))
    return ContactChange(
        call,
        is_over,
        # An agent whom the call was offered to, and no more, was connected at no time.
        agent_id=_agent_id(agent, call.instance_arn) if connected_at or not is_over else None,
        connected_at=connected_at or (None if is_over else sent_at),
        ended_at=_time(detail, "disconnectTimestamp") or sent_at,
    )


def _call(detail: Mapping[str, Any]) -> Call:
    this_contact = contact_id(_field(detail, "contactId"))
    first_contact = _field(detail, "initialContactId")
    return Call(
        contact_id=this_contact,
        initial_contact_id=contact_id(first_contact) if first_contact else this_contact,
        instance_arn=_text(_field(detail, "instanceArn")),
        dialled_number=None,
    )


def _agent_id(agent: Mapping[str, Any], instance_arn: str | None) -> str | None:
    """Return the last part of the agent's ARN, if that is one of the contact's own instance."""
    instance, _, agent_id = (_text(_field(agent, "agentArn")) or "").rpartition("/agent/")
    if instance_arn and instance == instance_arn and _AGENT_ID.fullmatch(agent_id):
        return agent_id
    return None


def _time(section: Mapping[str, Any], name: str) -> datetime | None:
    told = moment(_text(_field(section, name)))
    # What has not happened yet is told as the first millisecond of 1970.
    return told if told and told.year > 1970 else None  # noqa: PLR2004


def _field(section: Mapping[str, Any], name: str) -> Any:
    value = section.get(name)
    return section.get(name[0].upper() + name[1:]) if value is None else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
