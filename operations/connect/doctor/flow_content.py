"""What is published of a flow, as a value that everybody can walk through."""

import json
from typing import Any

from operations.connect.doctor.instance import Json

_MAPS = ("Attributes", "EventHooks", "LambdaInvocationAttributes")
"""Parameters that are read by their members' names."""


def content_of(text: str) -> Json:
    """Return a flow's content; empty for what is no flow, which Connect would not run either."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if _is_flow(content) else {}


def _is_flow(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("StartAction"), str)
        and isinstance(content.get("Actions"), list)
        and all(_is_block(one) for one in content["Actions"])
    )


def _is_block(block: Any) -> bool:
    return (
        isinstance(block, dict)
        and isinstance(block.get("Identifier"), str)
        and isinstance(block.get("Type"), str)
        and _has_parameters(block.get("Parameters"))
        and _has_transitions(block.get("Transitions"))
    )


def _has_parameters(parameters: Any) -> bool:
    return isinstance(parameters, dict) and all(
        isinstance(parameters.get(name, {}), dict) for name in _MAPS
    )


def _has_transitions(transitions: Any) -> bool:
    if not isinstance(transitions, dict):
        return False
    errors, conditions = transitions.get("Errors", []), transitions.get("Conditions", [])
    if not isinstance(errors, list) or not isinstance(conditions, list):
        return False
    ways = [*errors, *conditions, *([transitions] if "NextAction" in transitions else [])]
    return all(isinstance(one, dict) and isinstance(one.get("NextAction"), str) for one in ways)
