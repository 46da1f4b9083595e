"""Read the event that a Connect flow's Lambda block sends.

Tolerant: many of its fields are null or absent for some channels and initiation methods, and
Connect adds new ones. Only what we use must be there and be right.
"""

from collections.abc import Mapping
from typing import Any

from secure_transfer.domain.errors import ChannelNotVoice, EventMalformed
from secure_transfer.domain.values import Call, contact_id


def calling_contact(event: Any) -> Call:
    """Return the contact that the flow runs for.

    Raises `EventMalformed`, `ChannelNotVoice`, `ContactIdInvalid`.
    """
    data = _section(_section(event, "Details"), "ContactData")
    if data.get("Channel") != "VOICE":
        raise ChannelNotVoice("Only a voice call can be looped through PCI Pal.")
    this_contact = contact_id(data.get("ContactId"))
    first_contact = data.get("InitialContactId")
    return Call(
        contact_id=this_contact,
        initial_contact_id=contact_id(first_contact) if first_contact else this_contact,
        instance_arn=_text(data.get("InstanceARN")),
        dialled_number=_text(_section_or_none(data, "SystemEndpoint").get("Address")),
        caller_number=_text(_section_or_none(data, "CustomerEndpoint").get("Address")),
    )


def parameters(event: Any) -> Mapping[str, Any]:
    """Return the Lambda block's parameters; none if there are none. Raises `EventMalformed`."""
    details = _section(event, "Details")
    return _section(details, "Parameters") if details.get("Parameters") is not None else {}


def _section(outer: Any, name: str) -> Mapping[str, Any]:
    section = outer.get(name) if isinstance(outer, Mapping) else None
    if not isinstance(section, Mapping):
        raise EventMalformed(f"A Connect flow's event has a map in {name}; this one has not.")
    return section


def _section_or_none(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = outer.get(name)
    return section if isinstance(section, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
