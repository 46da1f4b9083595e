"""Ways to break a flow. A place is a path into it, in which a list's entry goes by its identifier,
its error type or its number: `Actions/Read/Transitions/Errors/NoMatchingError/NextAction`.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.flows.flow_samples import Json, block, to

Change = Callable[[Json], None]


def put(place: str, value: Any) -> Change:
    def change(flow: Json) -> None:
        node, key = _find(flow, place)
        node[key] = value

    return change


def drop(place: str) -> Change:
    def change(flow: Json) -> None:
        node, key = _find(flow, place)
        del node[key]

    return change


def add(place: str, value: Any) -> Change:
    """Append to a list."""

    def change(flow: Json) -> None:
        node, key = _find(flow, place)
        node[key].append(value)

    return change


def rename(old: str, new: str) -> Change:
    """Call a block otherwise, wherever it is named."""

    def change(flow: Json) -> None:
        text = json.dumps(flow).replace(json.dumps(old), json.dumps(new))
        flow.clear()
        flow.update(json.loads(text))

    return change


def both(*changes: Change) -> Change:
    def change(flow: Json) -> None:
        for one in changes:
            one(flow)

    return change


def repeat_block(name: str) -> Change:
    def change(flow: Json) -> None:
        node, key = _find(flow, f"Actions/{name}")
        node.append(node[key])

    return change


def many_blocks(before: str, number: int) -> Change:
    """Put blocks that do nothing before one that was the start."""

    def change(flow: Json) -> None:
        names = [f"Step {step}" for step in range(number)]
        for name, following in zip(names, [*names[1:], before], strict=True):
            insert(block(name, "UpdateFlowLoggingBehavior",
                         {"FlowLoggingBehavior": "Disabled"}, to(following)))(flow)  # fmt: skip
        flow["StartAction"] = names[0]

    return change


def insert(new: Json) -> Change:
    def change(flow: Json) -> None:
        name = new["Identifier"]
        flow["Actions"].append({key: one for key, one in new.items() if key != "metadata"})
        position = {"position": {"x": 40, "y": 260}}
        flow["Metadata"]["ActionMetadata"][name] = {**position, **new["metadata"]}

    return change


def _find(flow: Json, place: str) -> tuple[Any, Any]:
    *way, last = place.split("/")
    node: Any = flow
    for key in way:
        node = node[_key(node, key)]
    return node, _key(node, last)


def _key(node: Any, key: str) -> Any:
    if not isinstance(node, list):
        return key
    for number, one in enumerate(node):
        if isinstance(one, dict) and key in (one.get("Identifier"), one.get("ErrorType")):
            return number
    return int(key)
