"""Write a schema as the EventBridge schema registry takes it: JSON Schema Draft 4.

Of our keywords Draft 4 lacks only `const`. (To Draft 4, 1.0 is no integer; nothing of ours writes
an integer like that.)
"""

from collections.abc import Mapping
from typing import Any

from operations.event_schemas.keywords import RULES

_DRAFT_4 = "http://json-schema.org/draft-04/schema#"
_KEPT = ("title", "description", "format")


def draft4(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Draft 4 form of a schema without references."""
    return {"$schema": _DRAFT_4, **_part(schema)}


def _part(schema: Mapping[str, Any]) -> dict[str, Any]:
    rendered: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            rendered[keyword] = {name: _part(one) for name, one in value.items()}
        elif keyword == "items":
            rendered[keyword] = _part(value)
        elif keyword == "const":
            rendered["enum"] = [value]
        elif keyword in RULES or keyword in _KEPT:
            rendered[keyword] = value
    return rendered
