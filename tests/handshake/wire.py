"""A call to AWS and its answer, as they go over the wire: what the explorer puts in order."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

remembered = lru_cache(maxsize=1 << 12)
"""Think each thing through once, and forget it when very many others have come since."""


class Call(NamedTuple):
    operation: str
    body: str
    """JSON with its keys in order: equal calls are equal texts."""


class Answer(NamedTuple):
    body: str
    error: str = ""
    """AWS's error code; nothing if the call succeeded."""


FAULT = Answer("{}", "InternalServerError")
"""A fault of AWS: every caller may try again after it."""

NOTHING = Answer("{}")


def call(operation: str, parameters: Mapping[str, Any]) -> Call:
    return Call(operation, written(parameters))


def written(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@remembered
def read(text: str) -> Any:
    """Return what a JSON text holds. It is shared: nobody may change it."""
    return json.loads(text)
