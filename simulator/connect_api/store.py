"""What an account's Connect instances have in them: plain values, by id.

Identifiers are UUIDs and ARNs have Connect's forms. Flows that are referred to are so by id.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from simulator.connect_api.errors import not_found
from simulator.template import REGION

Stored = TypeVar("Stored")

_TIMES = frozenset({"created", "modified"})


def new_id() -> str:
    return str(uuid.uuid4())


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class StoredFlow:
    """`published`: the content that runs; empty: never published. `saved`: one that waits."""

    id: str
    arn: str
    name: str
    type: str
    description: str = ""
    state: str = "ACTIVE"
    published: str = ""
    saved: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class StoredQuickConnect:
    """`config` is the API's `QuickConnectConfig`."""

    id: str
    arn: str
    name: str
    config: dict[str, Any]
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class StoredQueue:
    """`outbound` is the API's `OutboundCallerConfig`."""

    id: str
    arn: str
    name: str
    hours_id: str
    description: str | None = None
    most_contacts: int | None = None
    outbound: dict[str, str] = field(default_factory=dict)
    quick_connect_ids: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class ProfileQueue:
    """A queue that a routing profile serves on a channel. The lowest `priority` comes first."""

    queue_id: str
    channel: str
    priority: int
    delay: int


@dataclass(slots=True)
class StoredRoutingProfile:
    """`concurrencies` is the API's `MediaConcurrencies`."""

    id: str
    arn: str
    name: str
    description: str
    outbound_queue_id: str
    concurrencies: list[dict[str, Any]] = field(default_factory=list)
    queues: list[ProfileQueue] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class StoredUser:
    """`phone` and `identity` are the API's `PhoneConfig` and `IdentityInfo`."""

    id: str
    arn: str
    name: str
    routing_profile_id: str
    security_profile_ids: list[str]
    phone: dict[str, Any]
    identity: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class StoredNumber:
    """A number that was claimed. `flow_id`: what answers its calls; empty: nothing does."""

    id: str
    arn: str
    number: str
    country: str
    type: str
    description: str | None = None
    flow_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class StoredIntegration:
    """`source` has the API's members that begin with `Source`."""

    id: str
    arn: str
    type: str
    integration_arn: str
    source: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Named:
    """What is only listed and referred to: hours of operation, a security profile."""

    id: str
    arn: str
    name: str
    modified: datetime = field(default_factory=now)


@dataclass(slots=True)
class StoredInstance:
    """One instance. Everything but `attributes` is by id, in the order in which it was made."""

    id: str
    arn: str
    alias: str
    attributes: dict[str, bool]
    """By the API's `AttributeType`."""
    default_flows: dict[str, str] = field(default_factory=dict)
    """Ids, by type of flow, of those that Connect runs where nobody has chosen another."""
    flows: dict[str, StoredFlow] = field(default_factory=dict)
    quick_connects: dict[str, StoredQuickConnect] = field(default_factory=dict)
    queues: dict[str, StoredQueue] = field(default_factory=dict)
    routing_profiles: dict[str, StoredRoutingProfile] = field(default_factory=dict)
    users: dict[str, StoredUser] = field(default_factory=dict)
    numbers: dict[str, StoredNumber] = field(default_factory=dict)
    hours: dict[str, Named] = field(default_factory=dict)
    security_profiles: dict[str, Named] = field(default_factory=dict)
    integrations: dict[str, StoredIntegration] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    """ARNs of the Lambda functions that flows may invoke."""
    created: datetime = field(default_factory=now)

    def flow(self, identifier: str) -> StoredFlow:
        return found(self.flows, "flow", identifier)

    def quick_connect(self, identifier: str) -> StoredQuickConnect:
        return found(self.quick_connects, "quick connect", identifier)

    def queue(self, identifier: str) -> StoredQueue:
        return found(self.queues, "queue", identifier)

    def routing_profile(self, identifier: str) -> StoredRoutingProfile:
        return found(self.routing_profiles, "routing profile", identifier)

    def user(self, identifier: str) -> StoredUser:
        return found(self.users, "user", identifier)


@dataclass(slots=True)
class Account:
    id: str = "123456789012"
    region: str = REGION
    instances: dict[str, StoredInstance] = field(default_factory=dict)

    def instance(self, identifier: str) -> StoredInstance:
        return found(self.instances, "instance", identifier)

    def number(self, identifier: str) -> tuple[StoredInstance, StoredNumber]:
        """Find a claimed number, and whose it is, by its id or ARN."""
        wanted = identifier.rpartition("/")[2]
        for instance in self.instances.values():
            if wanted in instance.numbers:
                return instance, instance.numbers[wanted]
        raise not_found("phone number", identifier)

    def arn_of_number(self, identifier: str) -> str:
        return f"arn:aws:connect:{self.region}:{self.id}:phone-number/{identifier}"


def found(stored: Mapping[str, Stored], what: str, identifier: str) -> Stored:
    """Return what has an id. Raises `ApiError` (ResourceNotFoundException)."""
    if identifier not in stored:
        raise not_found(what, identifier)
    return stored[identifier]


def snapshot(instance: StoredInstance) -> dict[str, Any]:
    """Return all of an instance as plain values, to be compared: without times.

    Lists are in an order of their own: that of their values.
    """
    values: dict[str, Any] = _timeless(asdict(instance))
    return values


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in _TIMES}
    if isinstance(value, list):
        return sorted((_timeless(one) for one in value), key=repr)
    return value
