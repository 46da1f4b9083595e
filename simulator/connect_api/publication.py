"""What Connect finds wrong with a flow that is to be published.

The linter's rules, but for those of what Connect takes and people do not: the designer's metadata,
warnings, what is inferred, and attributes, which may come from anywhere. And what a flow refers to
must be there.
"""

import json
from collections.abc import Iterator
from typing import Any

from simulator.connect_api.errors import ApiError
from simulator.connect_api.store import StoredInstance
from simulator.flow_language import FLOW_TYPES, Source
from simulator.flow_lint import RULES, Finding, Flow, lint_flow, rules_of_metadata

_NAMES_IN_METADATA = {flow_type.value: name for name, flow_type in FLOW_TYPES.items()}
_MADE_BY_CONNECT = {Source.LIVE, Source.EXPORTS, Source.DOCS}
_RULES_OF_METADATA = {
    rule for rule, find in RULES.items() if find.__module__ == rules_of_metadata.__name__
}


def problems_of(instance: StoredInstance, flow_type: str, content: str) -> list[str]:
    """Return what is wrong with a flow; nothing if it can be published."""
    if flow_type not in _NAMES_IN_METADATA:
        raise ApiError(
            "NotImplementedException",
            f"The simulator cannot publish flows of type {flow_type}, only of "
            f"{', '.join(sorted(_NAMES_IN_METADATA))}. Save it instead (Status SAVED).",
        )
    try:
        flow = json.loads(content)
    except ValueError as error:
        return [f"The content is no JSON: {error}"]
    findings = lint_flow("-", Flow(typed(flow, flow_type)), frozenset())
    return [
        *(f"{one.block}: {one.text}" for one in findings if _is_connects(one)),
        *_nowhere(instance, flow),
    ]


def typed(flow: Any, flow_type: str) -> Any:
    """Return a flow as linter and telephone take it: with the type that the API was told.

    Connect does not look at the type in the metadata. A flow that is none stays as it is.
    """
    metadata = flow.get("Metadata", {}) if isinstance(flow, dict) else None
    if not isinstance(metadata, dict):
        return flow
    name = _NAMES_IN_METADATA.get(flow_type, flow_type)
    return {**flow, "Metadata": {**metadata, "type": name}}


def _is_connects(finding: Finding) -> bool:
    return (
        finding.source in _MADE_BY_CONNECT
        and finding.rule not in _RULES_OF_METADATA
        and not finding.text.startswith("warning:")
    )


def _nowhere(instance: StoredInstance, flow: Any) -> Iterator[str]:
    """Yield what the flow refers to that the instance does not have."""
    known = {
        *instance.functions,
        *(one.arn for one in instance.flows.values()),
        *(one.arn for one in instance.queues.values()),
        *(one.arn for one in instance.users.values()),
    }
    for arn in sorted(set(_arns(flow))):
        if arn not in known:
            yield f"{arn} is not known to the instance: create or associate it first"


def _arns(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("arn:"):
            yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "Metadata":
                yield from _arns(one)
    elif isinstance(value, list):
        for one in value:
            yield from _arns(one)
