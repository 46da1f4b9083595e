"""The flow language "2019-10-30": what its tables in `flow_actions` and `flow_paths` are made of.

Facts only: who checks a flow and who runs one read the same tables, and neither is known here.
Every rule says where it comes from, because nothing here has been published to an instance of ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VERSION = "2019-10-30"
MOST_CHARACTERS = 256_000
MOST_ACTIONS = 250
LONGEST_IDENTIFIER = 50
NOT_IN_IDENTIFIERS = frozenset("%:(\\/)=$,;[]{}")
# Names that every JavaScript object has already: Connect keeps blocks in such an object.
NOT_IDENTIFIERS = frozenset(
    {
        "__proto__",
        "constructor",
        "__defineGetter__",
        "__defineSetter__",
        "toString",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "valueOf",
    }
)
# Of Lambda blocks that follow each other with nothing heard or keyed in between.
MOST_SECONDS_OF_LAMBDAS = 20
# A value that is filled in before the flow is published, such as ${AddAgentFunctionArn}.
TOKEN = re.compile(r"\$\{[A-Za-z][A-Za-z0-9]*\}")


class Source(StrEnum):
    """Where a rule comes from, the most certain first."""

    LIVE = "published live by another project"
    EXPORTS = "seen in exports"
    DOCS = "AWS docs"
    INFERRED = "inferred"


class FlowType(StrEnum):
    """As CloudFormation and the API call them."""

    CONTACT_FLOW = "CONTACT_FLOW"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    AGENT_WHISPER = "AGENT_WHISPER"
    OUTBOUND_WHISPER = "OUTBOUND_WHISPER"
    CUSTOMER_QUEUE = "CUSTOMER_QUEUE"


# What Metadata.type calls them.
FLOW_TYPES: Mapping[str, FlowType] = {
    "contactFlow": FlowType.CONTACT_FLOW,
    "queueTransfer": FlowType.QUEUE_TRANSFER,
    "agentWhisper": FlowType.AGENT_WHISPER,
    "outboundWhisper": FlowType.OUTBOUND_WHISPER,
    "customerQueue": FlowType.CUSTOMER_QUEUE,
}
ALL_TYPES = frozenset(FlowType)
WHISPERS = frozenset({FlowType.AGENT_WHISPER, FlowType.OUTBOUND_WHISPER})
NO_WHISPERS = ALL_TYPES - WHISPERS
ROUTING = frozenset({FlowType.CONTACT_FLOW, FlowType.QUEUE_TRANSFER})


class ParameterClass(StrEnum):
    """How much of a text may come from attributes."""

    STATIC = "static"
    STATIC_OR_PATH = "static or one path"
    PATH = "one path"
    MIXED = "text and paths, mixed"


@dataclass(frozen=True)
class Text:
    """A string. `values`, `between` and `pattern` bind what is static; an empty one never does.

    `between` are whole numbers, both ends allowed; `longest` counts characters.
    """

    kind: ParameterClass
    source: Source
    required: bool = False
    values: frozenset[str] = frozenset()
    between: tuple[int, int] | None = None
    longest: int | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Table:
    """An object whose keys the author chooses. `most_bytes` counts keys and values."""

    each: "Shape"
    source: Source
    required: bool = False
    most_bytes: int | None = None


@dataclass(frozen=True)
class Listing:
    """A list; it may be empty."""

    each: "Shape"
    source: Source
    required: bool = False


@dataclass(frozen=True)
class Group:
    """An object whose keys the language gives. Of `one_of` exactly one must be there."""

    fields: Mapping[str, "Shape"]
    source: Source
    required: bool = False
    one_of: frozenset[str] = frozenset()
    at_most_one_of: frozenset[str] = frozenset()


Shape = Text | Table | Listing | Group


class Operator(StrEnum):
    EQUALS = "Equals"
    TEXT_STARTS_WITH = "TextStartsWith"
    TEXT_ENDS_WITH = "TextEndsWith"
    TEXT_CONTAINS = "TextContains"
    NUMBER_GREATER_THAN = "NumberGreaterThan"
    NUMBER_GREATER_OR_EQUAL_TO = "NumberGreaterOrEqualTo"
    NUMBER_LESS_THAN = "NumberLessThan"
    NUMBER_LESS_OR_EQUAL_TO = "NumberLessOrEqualTo"


NUMERIC = frozenset(operator for operator in Operator if operator.value.startswith("Number"))


@dataclass(frozen=True)
class Conditions:
    """What an action's Conditions may be. `operands`, if any, must all be there, and no others."""

    source: Source
    operators: frozenset[Operator] = frozenset(Operator)
    operands: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcomes:
    """Where an action can lead. All `errors` must be wired, and no others may be.

    `default` is an error that must have the target of NextAction.
    """

    source: Source
    errors: frozenset[str] = frozenset()
    conditions: Conditions | None = None
    default: str | None = None


@dataclass(frozen=True)
class Action:
    """One type of block. `outcomes` None: it ends the flow, with no parameter and no transition.

    `variants` are the outcomes that hold instead while a parameter has a value.
    """

    parameters: Group
    allowed_in: frozenset[FlowType]
    source: Source
    outcomes: Outcomes | None
    variants: Mapping[tuple[str, str], Outcomes] = field(default_factory=dict)

    @property
    def terminal(self) -> bool:
        return self.outcomes is None

    def outcomes_with(self, parameters: Mapping[str, object]) -> Outcomes | None:
        for (name, value), outcomes in self.variants.items():
            if parameters.get(name) == value:
                return outcomes
        return self.outcomes
