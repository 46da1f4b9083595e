"""Queues, routing profiles, quick connects, and the agents who see and serve them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.connect.room import Member
from simulator.sound import Sound

if TYPE_CHECKING:
    from collections.abc import Callable

    import simpy

    from simulator.connect.voice import VoiceContact

RING_SECONDS = 20
"""How long a contact rings before it counts as missed."""

AVAILABLE, OFFLINE = "Available", "Offline"


@dataclass(frozen=True, slots=True)
class QuickConnect:
    """A transfer that an agent can click; `flow_arn` is of a QUEUE_TRANSFER flow."""

    name: str
    flow_arn: str


@dataclass(slots=True, eq=False)
class Queue:
    """`agent`: whose own queue it is, or empty. `most`: contacts it takes; None: any number."""

    name: str
    arn: str
    agent: str = ""
    quick_connects: list[QuickConnect] = field(default_factory=list)
    most: int | None = None


@dataclass(slots=True, eq=False)
class RoutingProfile:
    """The queues whose contacts an agent gets, the most urgent first."""

    name: str
    queues: list[Queue] = field(default_factory=list)


class Handling(StrEnum):
    """What an agent is doing with a contact."""

    NOTHING = "no contact"
    RINGING = "a contact that rings"
    ON_CALL = "a call"
    AFTER_CALL_WORK = "after-call work"
    MISSED = "a contact that was missed"


class Agent:
    """A user of the contact control panel (CCP)."""

    def __init__(
        self,
        user_name: str,
        profile: RoutingProfile,
        queue: Queue,
        after_call_seconds: int,
        *,
        arn: str,
    ) -> None:
        self.user_name = user_name
        self.arn = arn
        self.profile = profile
        self.queue = queue
        self.after_call_seconds = after_call_seconds
        """0: after-call work lasts until the agent closes the contact."""
        self.status = OFFLINE
        self.handling = Handling.NOTHING
        self.free_since = 0.0
        """In call time. Who has been free for longest gets the next contact."""
        self.contact: VoiceContact | None = None
        self.accepted: simpy.Event | None = None
        """Of the contact that rings; succeeds with whether the agent took it."""
        self.listens: Callable[[Sound], None] = lambda _: None
        self.member = Member(self._hear)

    def _hear(self, sound: Sound) -> None:
        self.listens(sound)

    @property
    def is_free(self) -> bool:
        return self.status == AVAILABLE and self.handling is Handling.NOTHING

    @property
    def quick_connects(self) -> dict[str, QuickConnect]:
        """Those of the queues in the agent's routing profile: no others are shown."""
        return {one.name: one for queue in self.profile.queues for one in queue.quick_connects}
