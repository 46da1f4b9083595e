"""The flow files, and how to look at them."""

import json
from functools import cache
from typing import Any

from simulator import template

Json = dict[str, Any]
Flows = dict[str, Json]

FLOWS: Flows = {
    path.stem: json.loads(path.read_text()) for path in sorted(template.ROOT.glob("flows/*.json"))
}


@cache
def the_template() -> Json:
    return template.expand()


def actions_of(flow: Json) -> dict[str, Json]:
    return {action["Identifier"]: action for action in flow["Actions"]}


def of_type(flow: Json, kind: str) -> list[Json]:
    return [action for action in flow["Actions"] if action["Type"] == kind]


def edges(action: Json) -> list[tuple[str, str]]:
    """Return every way on from a block: by what, and where to."""
    transitions = action["Transitions"]
    on = [("next", transitions["NextAction"])] if "NextAction" in transitions else []
    errors = [(e["ErrorType"], e["NextAction"]) for e in transitions.get("Errors", [])]
    conditions = [
        (c["Condition"]["Operands"][0], c["NextAction"]) for c in transitions.get("Conditions", [])
    ]
    return on + errors + conditions


def spoken(action: Json) -> str:
    parameters = action["Parameters"]
    return str(parameters.get("Text", parameters.get("SSML", "")))
