"""Lint Connect flows: what Connect would reject, and what it would take and then do wrong.

A rule is a plain function from a flow to what it finds; its name is the rule's name. The facts that
rules check against are data, in `simulator.flow_language`, `flow_actions` and `flow_paths`.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from simulator.flow_lint import (
    rules_of_envelope,
    rules_of_graph,
    rules_of_metadata,
    rules_of_parameters,
    rules_of_paths,
    rules_of_transitions,
)
from simulator.flow_lint.flow import Faults, Finding, Flow, Unreadable, read

__all__ = [
    "RULES",
    "Finding",
    "Flow",
    "Unreadable",
    "lint",
    "lint_flow",
    "lint_flows",
    "lint_together",
    "read",
    "set_by",
]

_MODULES = (
    rules_of_envelope,
    rules_of_parameters,
    rules_of_transitions,
    rules_of_graph,
    rules_of_paths,
    rules_of_metadata,
)


def _rules(module: ModuleType) -> Iterator[tuple[str, Callable[[Flow], Faults]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name.replace("_", "-"), function


# A public function of these modules is a rule: one that is written is one that is applied.
RULES: dict[str, Callable[[Flow], Faults]] = dict(
    rule for module in _MODULES for rule in _rules(module)
)


def lint(path: Path | str) -> list[Finding]:
    """Lint one file by itself: an attribute that another flow sets is then set by nobody."""
    return lint_together([path])


def lint_together(paths: Sequence[Path | str]) -> list[Finding]:
    """Lint files that are used together. Raises Unreadable for the first that is no JSON."""
    return lint_flows({str(path): read(Path(path)) for path in paths})


def lint_flows(flows: Mapping[str, Flow]) -> list[Finding]:
    """Lint flows that were read, by name, and are used together."""
    attributes = set_by(flows.values())
    return [
        finding for name, flow in flows.items() for finding in lint_flow(name, flow, attributes)
    ]


def lint_flow(name: str, flow: Flow, attributes: frozenset[str]) -> list[Finding]:
    """Lint a flow that was read, among flows that set these contact attributes."""
    among = flow.among(attributes)
    return [
        Finding(name, fault.block, rule, fault.text, fault.source)
        for rule, find in RULES.items()
        for fault in find(among)
    ]


def set_by(flows: Iterable[Flow]) -> frozenset[str]:
    """Return the contact attributes that any of the flows sets."""
    return frozenset().union(
        *(flow.sets("UpdateContactAttributes", "Attributes") for flow in flows)
    )
