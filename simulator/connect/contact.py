"""Who a contact is, and what Connect tells a Lambda function of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Contact:
    """One leg of a conversation. Contacts of one conversation share `initial_contact_id`."""

    contact_id: str
    initial_contact_id: str
    previous_contact_id: str | None
    initiation_method: str
    customer_number: str
    dialled_number: str

    @classmethod
    def inbound(cls, customer_number: str, dialled_number: str) -> "Contact":
        """Let somebody call a number of the instance: a conversation begins."""
        return cls._first("INBOUND", customer_number, dialled_number)

    @classmethod
    def outbound(cls, customer_number: str, instance_number: str) -> "Contact":
        """Let an agent call somebody: a conversation begins too."""
        return cls._first("OUTBOUND", customer_number, instance_number)

    @classmethod
    def _first(cls, method: str, customer_number: str, instance_number: str) -> "Contact":
        contact_id = str(uuid.uuid4())
        return cls(contact_id, contact_id, None, method, customer_number, instance_number)

    def transferred(self, contact_id: str = "") -> "Contact":
        """Return the contact that a click on a quick connect makes; with an id of its own."""
        return self._following("TRANSFER", contact_id)

    def requeued(self) -> "Contact":
        """Return the contact as which a call goes on that leaves one queue for another."""
        return self._following("QUEUE_TRANSFER")

    def _following(self, method: str, contact_id: str = "") -> "Contact":
        return Contact(
            contact_id or str(uuid.uuid4()),
            self.initial_contact_id,
            self.contact_id,
            method,
            self.customer_number,
            self.dialled_number,
        )


def event(
    contact: Contact,
    parameters: Mapping[str, Any],
    instance_arn: str,
    attributes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the event that a Lambda block sends."""
    return {
        "Name": "ContactFlowEvent",
        "Details": {
            "Parameters": dict(parameters),
            "ContactData": {
                "Attributes": dict(attributes or {}),
                "Channel": "VOICE",
                "ContactId": contact.contact_id,
                "InitialContactId": contact.initial_contact_id,
                "PreviousContactId": contact.previous_contact_id or contact.contact_id,
                "InitiationMethod": contact.initiation_method,
                "InstanceARN": instance_arn,
                "CustomerEndpoint": _endpoint(contact.customer_number),
                "SystemEndpoint": _endpoint(contact.dialled_number),
                "CustomerId": None,
                "Description": None,
                "LanguageCode": "en-GB",
                "MediaStreams": {"Customer": {"Audio": None}},
                "Name": None,
                "Queue": None,
                "References": {},
                "SegmentAttributes": {},
                "Tags": {},
            },
        },
    }


def _endpoint(number: str) -> dict[str, str]:
    return {"Address": number, "Type": "TELEPHONE_NUMBER"}
