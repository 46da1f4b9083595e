"""The values that come from outside, and the rules that they must keep."""

import re
from dataclasses import dataclass, field
from typing import Any

from secure_transfer.domain.errors import (
    AgentNameInvalid,
    AgentNameMissing,
    ContactIdInvalid,
    NotOurCall,
    PinMalformed,
    TransferIdInvalid,
)

# The characters and the length that Step Functions allows in an execution's name; a contact id
# must be able to be one. It holds no "/", which keeps it apart from the table's other keys.
_CONTACT_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_AGENT_NAME = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Call:
    """Who invoked us: one Connect contact, as far as its event tells."""

    contact_id: str
    initial_contact_id: str
    instance_arn: str | None
    dialled_number: str | None
    caller_number: str | None = field(default=None, repr=False)

    def must_belong_to(self, *, instance_arn: str, number: str = "") -> None:
        """Refuse a call of another Connect instance, or to another number.

        What is empty is not checked. The texts name no number: they are logged.
        """
        if instance_arn and self.instance_arn != instance_arn:
            raise NotOurCall("The call belongs to another Connect instance than ours.")
        if number and self.dialled_number != number:
            raise NotOurCall("The call was made to another number than the one PCI Pal calls.")


def contact_id(value: Any) -> str:
    """Return a contact id that can name an execution, or refuse with `ContactIdInvalid`."""
    if not isinstance(value, str) or not _CONTACT_ID.fullmatch(value):
        raise ContactIdInvalid("The contact id must be 1-80 characters of A-Z a-z 0-9 - _.")
    return value


def transfer_id(value: Any) -> str:
    """Return a transfer id (a contact id), or refuse with `TransferIdInvalid`."""
    if not isinstance(value, str) or not _CONTACT_ID.fullmatch(value):
        raise TransferIdInvalid("TransferId must be the one that GetAgent answered.")
    return value


def agent_name(value: Any) -> str:
    """Return an agent's user name, or refuse with `AgentNameMissing` or `AgentNameInvalid`."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise AgentNameMissing("AgentName is empty: does the whisper flow set QueueAgentName?")
    if not isinstance(value, str) or not _AGENT_NAME.fullmatch(value):
        raise AgentNameInvalid("AgentName must be 1-64 characters of A-Z a-z 0-9 _ - . @.")
    return value


def pin(value: Any, length: int) -> str:
    """Return a PIN of `length` ASCII digits, or refuse with `PinMalformed`."""
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{{length}}}", value):
        raise PinMalformed(f"PIN must be exactly {length} digits, as text.")
    return value
