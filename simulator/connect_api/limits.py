"""The limits in botocore's service model that its own validator leaves to the service."""

from collections.abc import Iterator
from typing import Any


def over_the_limits(shape: Any, value: Any, name: str = "") -> Iterator[str]:
    """Yield what is too long, too large or no value of an enumeration. Patterns are not looked at.

    `value` has the shape's types already.
    """
    match shape.type_name:
        case "structure":
            for key, one in value.items():
                if key in shape.members:
                    yield from over_the_limits(shape.members[key], one, f"{name}.{key}".strip("."))
        case "list":
            yield from _over(shape, len(value), f"{name} has {len(value)} items")
            for one in value:
                yield from over_the_limits(shape.member, one, name)
        case "string":
            if shape.enum and value not in shape.enum:
                yield f"{name} is {value!r}: it must be one of {', '.join(shape.enum)}"
            yield from _over(shape, len(value), f"{name} has {len(value)} characters")
        case "integer" | "long":
            yield from _over(shape, value, f"{name} is {value}")


def _over(shape: Any, size: int, told: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is not None and size > most:
        yield f"{told}: {most} is the most"
