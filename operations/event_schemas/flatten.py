"""Put what a `$ref` names in its place, so that a schema is one file and refers to nothing.

JSON Schema lets keywords stand beside `$ref`, and both hold. Here the two become one: of a property
that both know, too. Where both say something else about the same thing, a word (`description`) of
the referring schema wins; a rule does not: that is an error.
"""

from collections.abc import Mapping
from typing import Any

from operations.event_schemas.keywords import is_word

Json = dict[str, Any]


def flatten(schema: Mapping[str, Any], shared_name: str, shared: Mapping[str, Any]) -> Json:
    """Return the schema without `$ref` and `$defs`. Raises `ValueError`."""

    def resolve(reference: str) -> Mapping[str, Any]:
        file, _, pointer = reference.partition("#/$defs/")
        if file not in ("", shared_name) or pointer not in shared["$defs"]:
            raise ValueError(f"{reference} leads nowhere.")
        found: Mapping[str, Any] = shared["$defs"][pointer]
        return found

    def flat(part: Mapping[str, Any]) -> Json:
        own = {
            keyword: {name: flat(one) for name, one in value.items()}
            if keyword == "properties"
            else flat(value)
            if keyword == "items"
            else value
            for keyword, value in part.items()
            if keyword not in ("$ref", "$defs")
        }
        return merged(flat(resolve(part["$ref"])), own) if "$ref" in part else own

    return flat(schema)


def merged(base: Json, own: Json) -> Json:
    """Return a schema that says what both say. Raises `ValueError` where they disagree."""
    both = {**own, **base}
    for keyword, value in own.items():
        if keyword == "properties":
            properties = {**base.get(keyword, {})}
            for name, schema in value.items():
                properties[name] = merged(properties.get(name, {}), schema)
            both[keyword] = properties
        elif keyword == "required":
            both[keyword] = list(dict.fromkeys([*base.get(keyword, []), *value]))
        elif is_word(keyword) or base.get(keyword, value) == value:
            both[keyword] = value
        else:
            raise ValueError(f"{keyword} is {value} beside a $ref, and {base[keyword]} behind it.")
    return both
