"""A Connect instance as the doctor read it. Whatever could not be read is an `Unread`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.connect.doctor.finding import Unread

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """`content`: what is published; None: never published. Empty: not looked at."""

    id: str
    arn: str
    name: str
    type: str
    is_archived: bool
    content: Json | Unread | None


@dataclass(frozen=True, slots=True)
class Number:
    id: str
    number: str

    @property
    def shown(self) -> str:
        """What tells it from the others, and is no telephone number."""
        return f"the number that ends in {self.number[-3:]}"


@dataclass(frozen=True, slots=True)
class QuickConnect:
    """`flow_id`: of those of type QUEUE; empty for the others."""

    id: str
    name: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class Queue:
    id: str
    name: str
    quick_connect_ids: frozenset[str] | Unread


@dataclass(frozen=True, slots=True)
class RoutingProfile:
    """`queue_ids`: those it serves by voice. `outbound_flow_id`: the whisper of its outbound calls.

    Empty: the instance's default.
    """

    id: str
    name: str
    queue_ids: frozenset[str] | Unread
    outbound_flow_id: str | Unread


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    profile_id: str
    after_call_seconds: int


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything by id. `number_flows`: which flow answers which number, of those answered."""

    id: str
    arn: str
    attributes: Mapping[str, str] | Unread
    functions: frozenset[str] | Unread
    """ARNs of the Lambda functions that flows may name."""
    flows: Mapping[str, Flow] | Unread
    numbers: Mapping[str, Number] | Unread
    number_flows: Mapping[str, str] | Unread
    quick_connects: Mapping[str, QuickConnect] | Unread
    queues: Mapping[str, Queue] | Unread
    profiles: Mapping[str, RoutingProfile] | Unread
    """Those that users have."""
    users: Mapping[str, User] | Unread


@dataclass(frozen=True, slots=True)
class Limits:
    """What the functions were deployed with."""

    pin_length: int
    loop_timeout_seconds: int
    pin_quarantine_seconds: int


@dataclass(frozen=True, slots=True)
class Functions:
    """`policies`: by a function's ARN, the statements of its resource policy."""

    policies: Mapping[str, list[Json] | Unread]
    limits: Limits | Unread | None
    """None: no flow tells which function is AddAgent."""
