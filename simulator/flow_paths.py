"""Attribute paths: how they are written, and which exist in which type of flow."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from simulator.flow_language import ALL_TYPES, TOKEN, WHISPERS, FlowType, Source

_STEP = r"(?:\.?\['[^']+'\]|\.\w+(?:-\w+)*)"
# $.External.PIN, $.StoredCustomerInput, $.Attributes.['my name']
PATH = re.compile(rf"\$\.\w+{_STEP}*")
# What looks as if a path was meant: after a $, something that reads on like one.
MEANT = re.compile(r"\$(?=[.\[{A-Za-z_])")
_NAMES = re.compile(r"\['([^']+)'\]|(\w+(?:-\w+)*)")


class Needs(StrEnum):
    """What must have happened before there is anything to read."""

    NOTHING = auto()
    LAMBDA = auto()
    STORED_INPUT = auto()


@dataclass(frozen=True)
class Namespace:
    """What stands behind `$.Name`. No `leaves`: any one name; None: the path ends here."""

    source: Source
    leaves: frozenset[str] | None = frozenset()
    exists_in: frozenset[FlowType] = ALL_TYPES
    needs: Needs = Needs.NOTHING


_ENDPOINT = Namespace(Source.DOCS, frozenset({"Address", "Type"}))
_LEAF = Namespace(Source.DOCS, None)

NAMESPACES: Mapping[str, Namespace] = {
    "Agent": Namespace(
        Source.DOCS, frozenset({"UserName", "FirstName", "LastName", "ARN"}), WHISPERS
    ),
    "Attributes": Namespace(Source.DOCS),
    "FlowAttributes": Namespace(Source.LIVE),
    "External": Namespace(Source.DOCS, needs=Needs.LAMBDA),
    "StoredCustomerInput": Namespace(Source.DOCS, None, needs=Needs.STORED_INPUT),
    "SegmentAttributes": Namespace(Source.EXPORTS),
    "CustomerEndpoint": _ENDPOINT,
    "SystemEndpoint": _ENDPOINT,
    "Queue": Namespace(Source.DOCS, frozenset({"Name", "ARN"})),
    "Channel": _LEAF,
    "ContactId": _LEAF,
    "InitialContactId": _LEAF,
    "PreviousContactId": _LEAF,
    "InitiationMethod": _LEAF,
    "InstanceARN": _LEAF,
    "LanguageCode": _LEAF,
}


def paths_in(text: str) -> Iterator[str]:
    """Yield every path that a text reads; tokens are no paths."""
    yield from PATH.findall(TOKEN.sub("", text))


def names_of(path: str) -> tuple[str, ...]:
    """Split a path: `$.Attributes.['my name']` is ("Attributes", "my name")."""
    return tuple(quoted or plain for quoted, plain in _NAMES.findall(path))


def is_malformed(text: str) -> bool:
    """Whether a `$` begins what is neither a path nor a token."""
    rest = PATH.sub("", TOKEN.sub("", text))
    return MEANT.search(rest) is not None


def is_leaf(path: str) -> bool:
    """Whether a path names one value, as far as its namespace is known."""
    namespace, *leaves = names_of(path)
    known = NAMESPACES.get(namespace)
    if known is None:
        return True
    return len(leaves) == (0 if known.leaves is None else 1)
