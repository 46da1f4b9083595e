"""Which of an instance's flows are meant to be ours: those called so, and those with our blocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from operations.connect.doctor.finding import Unread, known
from operations.connect.doctor.instance import Flow, Instance, Json
from operations.flow_settings import FLOWS, read

_NAMES = {name: str(read(name)["Metadata"]["name"]) for name in FLOWS}
_BLOCKS = {name: {block["Identifier"] for block in read(name)["Actions"]} for name in FLOWS}


@dataclass(frozen=True, slots=True)
class OurFlows:
    """By role. `transfers`: one a route. `answers`: as many as somebody has made."""

    transfers: tuple[Flow, ...]
    answers: tuple[Flow, ...]
    joined: tuple[Flow, ...]
    waiting: tuple[Flow, ...]


def is_called_as_ours(flow: Flow) -> bool:
    return any(_is_called(flow, name) for name in FLOWS)


def our_flows(instance: Instance) -> OurFlows:
    """Return the flows that calls come to and have our blocks; else those called as ours.

    Raises `CannotTell` if the flows could not be listed.
    """
    flows = known(instance.flows)
    answers = _in_role(flows, "answer_from_pci_pal", _values(instance.number_flows))
    return OurFlows(
        transfers=_in_role(flows, "transfer_to_pci_pal", _clicked(instance)),
        answers=answers,
        joined=_in_role(flows, "secure_call_joined", hooks_of(answers, "AgentWhisper")),
        waiting=_in_role(flows, "secure_call_waiting", hooks_of(answers, "CustomerQueue")),
    )


def hooks_of(flows: Iterable[Flow], hook: str) -> set[str]:
    """Return the ids of the flows that these set as an event hook."""
    hooks = [
        block["Parameters"].get("EventHooks", {})
        for flow in flows
        for block in blocks_of(flow).values()
    ]
    return {str(one[hook]).rpartition("/")[2] for one in hooks if hook in one}


def blocks_of(flow: Flow) -> dict[str, Json]:
    """Return what is published of a flow, by the blocks' identifiers."""
    content = flow.content
    actions = content.get("Actions", []) if isinstance(content, dict) else []
    return {one["Identifier"]: one for one in actions}


def _in_role(flows: Mapping[str, Flow], name: str, in_use: set[str]) -> tuple[Flow, ...]:
    used = [flows[one] for one in sorted(in_use & flows.keys()) if _is_ours(flows[one], name)]
    return tuple(used or [flow for flow in flows.values() if _is_ours(flow, name)])


def _is_ours(flow: Flow, name: str) -> bool:
    return _is_called(flow, name) or _has_blocks_of(flow, name)


def _is_called(flow: Flow, name: str) -> bool:
    """Say whether it has our name; a transfer flow has the route's name behind it."""
    ours = _NAMES[name]
    of_a_route = name == "transfer_to_pci_pal" and flow.name.startswith(f"{ours} (")
    return flow.type == FLOWS[name] and (flow.name == ours or of_a_route)


def _has_blocks_of(flow: Flow, name: str) -> bool:
    """Say whether most blocks are called as ours are: whoever renames a flow keeps them."""
    shared = blocks_of(flow).keys() & _BLOCKS[name]
    return flow.type == FLOWS[name] and 2 * len(shared) > len(_BLOCKS[name])


def _clicked(instance: Instance) -> set[str]:
    if isinstance(instance.quick_connects, Unread):
        return set()
    return {one.flow_id for one in instance.quick_connects.values()}


def _values(read_values: Mapping[str, str] | Unread) -> set[str]:
    return set() if isinstance(read_values, Unread) else set(read_values.values())
