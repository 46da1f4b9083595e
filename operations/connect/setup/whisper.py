"""Put the blocks that keep the agent's name in front of a flow that somebody else wrote."""

import copy
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

ATTRIBUTE = "QueueAgentName"
USER_NAME = "$.Agent.UserName"
_COLUMN, _ROW = 260, 220
"""How far apart the designer's blocks are."""


def keeps_name(flow: Json) -> bool:
    """Say whether every way through the flow keeps the agent's name."""
    blocks = {block["Identifier"]: block for block in flow["Actions"]}
    seen: set[str] = set()
    waiting = [flow["StartAction"]]
    while waiting:
        identifier = waiting.pop()
        block = blocks.get(identifier)
        if identifier in seen or block is None or _value(block) == USER_NAME:
            continue
        seen.add(identifier)
        following = [transition["NextAction"] for transition in _transitions(block)]
        if not following:
            return False
        waiting += following
    return True


def other_names(flow: Json) -> list[str]:
    """Return what else the flow keeps where the agent's name belongs."""
    values = [_value(block) for block in flow["Actions"]]
    return [value for value in values if value not in (None, USER_NAME)]


def with_name_kept(flow: Json, keeping: Json) -> Json:
    """Return `flow` with the blocks of `keeping` before its first; where those end, it begins."""
    ends: set[str] = {
        block["Identifier"] for block in keeping["Actions"] if not any(_transitions(block))
    }
    added = [block for block in keeping["Actions"] if block["Identifier"] not in ends]
    start: str = flow["StartAction"]
    names = _free_names(flow, added) | dict.fromkeys(ends, start)
    return {
        **flow,
        "StartAction": names[keeping["StartAction"]],
        "Metadata": _metadata(flow.get("Metadata", {}), keeping.get("Metadata", {}), added, names),
        "Actions": [*(_renamed(block, names) for block in added), *flow["Actions"]],
    }


def _value(block: Json) -> str | None:
    if block["Type"] != "UpdateContactAttributes":
        return None
    value: str | None = block["Parameters"].get("Attributes", {}).get(ATTRIBUTE)
    return value


def _transitions(block: Json) -> Iterator[Json]:
    """Yield whatever has a `NextAction`."""
    transitions = block.get("Transitions", {})
    if "NextAction" in transitions:
        yield transitions
    yield from transitions.get("Errors", [])
    yield from transitions.get("Conditions", [])


def _free_names(flow: Json, added: list[Json]) -> dict[str, str]:
    """Return for each block's name one that no block of the flow has."""
    taken = {block["Identifier"] for block in flow["Actions"]}
    names: dict[str, str] = {}
    for identifier in (block["Identifier"] for block in added):
        name, number = identifier, 2
        while name in taken:
            name, number = f"{identifier} {number}", number + 1
        names[identifier] = name
        taken.add(name)
    return names


def _renamed(block: Json, names: dict[str, str]) -> Json:
    renamed = copy.deepcopy(block)
    renamed["Identifier"] = names[block["Identifier"]]
    for transition in _transitions(renamed):
        transition["NextAction"] = names[transition["NextAction"]]
    return renamed


def _metadata(theirs: Json, ours: Json, added: list[Json], names: dict[str, str]) -> Json:
    """Return the designer's part: the added blocks stand left of all others, and the entry too."""
    laid_out = theirs.get("ActionMetadata", {})
    entry = theirs.get("entryPointPosition", {"x": 0, "y": 0})
    places = [entry, *(one["position"] for one in laid_out.values() if "position" in one)]
    left, top = min(place["x"] for place in places) - _COLUMN, entry["y"]
    ours_laid_out = ours.get("ActionMetadata", {})
    put_in = {
        names[block["Identifier"]]: {
            **ours_laid_out.get(block["Identifier"], {}),
            "position": {"x": left, "y": top + row * _ROW},
        }
        for row, block in enumerate(added)
    }
    return {
        **theirs,
        "entryPointPosition": {"x": left - _COLUMN, "y": top},
        "ActionMetadata": {**put_in, **laid_out},
    }
