"""A flow as the rules see it: as much of it as has the shape of one, and the rest as it came."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from simulator.flow_actions import ACTIONS
from simulator.flow_language import FLOW_TYPES, Action, FlowType, Outcomes

WHOLE_FLOW = "-"
_LONGEST_TEXT = 400


class Finding(NamedTuple):
    file: str
    block: str
    rule: str
    text: str
    source: str

    def __str__(self) -> str:
        """Keep to one line, whatever the flow has: no line breaks, and no value without end."""
        text = self.text
        if len(text) > _LONGEST_TEXT:
            text = f"{text[:_LONGEST_TEXT]} …"
        line = f"{self.file}: {self.block}: {text} [{self.rule}; {self.source}]"
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii")
                       for one in line)  # fmt: skip


class Fault(NamedTuple):
    """What a rule finds. `block` is an identifier, or "-" where none is to blame."""

    block: str
    text: str
    source: str


Faults = Iterator[Fault]


class Unreadable(Exception):
    """A file that cannot be read, or is no JSON. Says which, and why."""


class Edge(NamedTuple):
    """A way out of a block. `by` is NextAction, an error type, or a condition's first operand."""

    kind: str
    by: str
    target: str


@dataclass(frozen=True)
class Block:
    identifier: str
    type: str
    parameters: dict[str, Any]
    transitions: dict[str, Any]

    @cached_property
    def action(self) -> Action | None:
        return ACTIONS.get(self.type)

    @cached_property
    def outcomes(self) -> Outcomes | None:
        return self.action.outcomes_with(self.parameters) if self.action else None

    @cached_property
    def errors(self) -> list[dict[str, str]]:
        return [one for one in _list(self.transitions, "Errors") if is_error(one)]

    @cached_property
    def conditions(self) -> list[dict[str, Any]]:
        return [one for one in _list(self.transitions, "Conditions") if is_condition(one)]

    @cached_property
    def edges(self) -> list[Edge]:
        """Every way out that has the shape of one. A terminal block has none, whatever it says."""
        if self.action and self.action.terminal:
            return []
        following = self.transitions.get("NextAction")
        straight = (
            [Edge("NextAction", "NextAction", following)] if isinstance(following, str) else []
        )
        return [
            *straight,
            *(Edge("Errors", one["ErrorType"], one["NextAction"]) for one in self.errors),
            *(
                Edge("Conditions", str(next(iter(one["Condition"]["Operands"]), "")),
                     one["NextAction"])
                for one in self.conditions
            ),
        ]  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """`content` is what the JSON says; `repeated_keys` what it said twice.

    `attributes_set` are those that the flows it is used with set, this one among them.
    """

    content: Any
    repeated_keys: tuple[str, ...] = ()
    attributes_set: frozenset[str] = frozenset()

    def among(self, attributes_set: frozenset[str]) -> "Flow":
        return replace(self, attributes_set=attributes_set)

    @cached_property
    def envelope(self) -> dict[str, Any]:
        return self.content if isinstance(self.content, dict) else {}

    @cached_property
    def actions(self) -> list[Any]:
        return _list(self.envelope, "Actions")

    @cached_property
    def blocks(self) -> list[Block]:
        """Return the actions that have the shape of one."""
        return [
            Block(one["Identifier"], one["Type"], one["Parameters"], one["Transitions"])
            for one in self.actions
            if is_block(one)
        ]

    @cached_property
    def named(self) -> set[str]:
        """Return every identifier, of actions without the shape of one too."""
        names = (one.get("Identifier") for one in self.actions if isinstance(one, dict))
        return {name for name in names if isinstance(name, str)}

    @cached_property
    def by_identifier(self) -> dict[str, Block]:
        blocks: dict[str, Block] = {}
        for block in self.blocks:
            blocks.setdefault(block.identifier, block)
        return blocks

    @cached_property
    def start(self) -> str | None:
        start = self.envelope.get("StartAction")
        return start if _text(start) and start in self.by_identifier else None

    @cached_property
    def metadata(self) -> dict[str, Any]:
        metadata = self.envelope.get("Metadata")
        return metadata if isinstance(metadata, dict) else {}

    @cached_property
    def type(self) -> FlowType | None:
        name = self.metadata.get("type")
        return FLOW_TYPES.get(name) if isinstance(name, str) else None

    def sets(self, action: str, parameter: str) -> set[str]:
        """Return the keys of a parameter, of all blocks of a type: the attributes that it sets."""
        tables = (one.parameters.get(parameter) for one in self.blocks if one.type == action)
        return {key for table in tables if isinstance(table, dict) for key in table}

    def after(self, identifier: str, *, keep: "EdgeTest | None" = None) -> set[str]:
        """Return the blocks that can come after one; `keep` chooses which edges count."""
        found: set[str] = set()
        waiting = [identifier]
        while waiting:
            block = self.by_identifier[waiting.pop()]
            for edge in block.edges:
                known = edge.target in self.by_identifier and edge.target not in found
                if known and (keep is None or keep(block, edge)):
                    found.add(edge.target)
                    waiting.append(edge.target)
        return found


EdgeTest = Callable[[Block, Edge], bool]


def is_block(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and _text(one.get("Identifier"))
        and _text(one.get("Type"))
        and isinstance(one.get("Parameters"), dict)
        and isinstance(one.get("Transitions"), dict)
        and len(one) == len(("Identifier", "Type", "Parameters", "Transitions"))
    )


def is_error(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and set(one) == {"ErrorType", "NextAction"}
        and all(_text(value) for value in one.values())
    )


def is_condition(one: Any) -> bool:
    if not (isinstance(one, dict) and set(one) == {"NextAction", "Condition"}):
        return False
    condition = one["Condition"]
    return (
        _text(one["NextAction"])
        and isinstance(condition, dict)
        and set(condition) == {"Operator", "Operands"}
        and _text(condition["Operator"])
        and isinstance(condition["Operands"], list)
    )


def read(path: Path) -> Flow:
    """Read a flow's file. Raises Unreadable."""
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    def no_number(text: str) -> NoReturn:
        raise ValueError(f"{text} is no JSON value")

    try:
        content = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=unique, parse_constant=no_number
        )
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no JSON: it is not UTF-8") from error
    except RecursionError as error:
        raise Unreadable(f"{path} is no flow: it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"{path} is no JSON: {error}") from error
    return Flow(content, tuple(repeated))


def _list(of: Mapping[str, Any], key: str) -> list[Any]:
    value = of.get(key)
    return value if isinstance(value, list) else []


def _text(value: Any) -> bool:
    return isinstance(value, str)
