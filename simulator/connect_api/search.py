"""The Search operations' criteria: one condition on a text; others are refused by name."""

from collections.abc import Mapping

from simulator.connect_api.errors import ApiError, invalid
from simulator.connect_api.given import Given


def matches(given: Given, fields: Mapping[str, str]) -> bool:
    """Say whether something is searched for. `fields`: what can be asked of it, lower case."""
    criteria = given.get("SearchCriteria", {})
    unknown = {*criteria, *({"SearchFilter"} & given.keys())} - {"StringCondition"}
    if unknown:
        raise ApiError(
            "NotImplementedException",
            f"The simulator searches by one StringCondition, not by {', '.join(sorted(unknown))}.",
        )
    condition = criteria.get("StringCondition")
    if condition is None:
        return True
    field = condition.get("FieldName", "").lower()
    if field not in fields:
        raise invalid(f"FieldName is {field!r}: it must be one of {', '.join(sorted(fields))}.")
    value, wanted = fields[field].lower(), str(condition.get("Value", "")).lower()
    match condition.get("ComparisonType"):
        case "STARTS_WITH":
            return value.startswith(wanted)
        case "CONTAINS":
            return wanted in value
    return value == wanted
