"""What set-up looks at in an instance, and the names by which it knows our flows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from operations.flow_settings import read


def _name(flow: str) -> str:
    return str(read(flow)["Metadata"]["name"])


ANSWER = _name("answer_from_pci_pal")
TRANSFER = _name("transfer_to_pci_pal")
SAVES_NAME = {
    "AGENT_WHISPER": _name("save_agent_name"),
    "OUTBOUND_WHISPER": _name("save_agent_name_outbound"),
}
"""Which of our flows keeps the agent's name, by type of the whisper that it belongs into."""

DEFAULT_WHISPERS = {
    "AGENT_WHISPER": "Default agent whisper",
    "OUTBOUND_WHISPER": "Default outbound",
}
"""What Connect calls the whispers that an instance comes with. No operation tells them."""


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    name: str
    type: str
    is_published: bool


@dataclass(frozen=True, slots=True)
class Content:
    """`draft`: what was saved after `published`, and not published; empty if there is none."""

    published: str
    draft: str


@dataclass(frozen=True, slots=True)
class Number:
    """A claimed number. `flow_id`: what answers it; empty: nothing does."""

    id: str
    instance_id: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class Queue:
    """`outbound_flow_id`: its own outbound whisper; empty: it has the instance's default."""

    id: str
    name: str
    quick_connect_ids: frozenset[str]
    outbound_flow_id: str


@dataclass(frozen=True, slots=True)
class QuickConnect:
    id: str
    name: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class Agent:
    """`queue_ids`: the queues of the agent's routing profile."""

    id: str
    name: str
    after_call_seconds: int
    queue_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was read. Only what was wanted is looked at: all the rest stays empty."""

    instance_id: str
    flows: tuple[Flow, ...]
    number: Number | None = None
    queues: tuple[Queue, ...] = ()
    quick_connects: tuple[QuickConnect, ...] = ()
    agents: tuple[Agent, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    """`true` or `false`, by AWS's name of the attribute."""
    contents: Mapping[str, Content] = field(default_factory=dict)
    """Of the whispers and of the flows whose block goes into them, by flow id."""

    def flow_name(self, flow_id: str) -> str:
        return next((one.name for one in self.flows if one.id == flow_id), flow_id)


def flow_called(flows: Iterable[Flow], name: str, flow_type: str) -> Flow | None:
    return next((one for one in flows if (one.name, one.type) == (name, flow_type)), None)


def is_transfer(flow: Flow) -> bool:
    """Say whether it is ours: there is one a route, with the route's name behind."""
    return flow.type == "QUEUE_TRANSFER" and (
        flow.name == TRANSFER or flow.name.startswith(f"{TRANSFER} (")
    )


def whispers(flows: Iterable[Flow], queues: Iterable[Queue]) -> list[Flow]:
    """Return the whispers that calls run: the instance's defaults, and the queues' own."""
    flows = list(flows)
    defaults = [flow_called(flows, name, kind) for kind, name in DEFAULT_WHISPERS.items()]
    own = {queue.outbound_flow_id for queue in queues}
    return [
        *(flow for flow in defaults if flow is not None),
        *(flow for flow in flows if flow.id in own and flow not in defaults),
    ]
