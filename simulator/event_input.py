"""What a rule's target is given of an event: all, a constant, a part, or what a template makes.

EventBridge puts a variable's value into an InputTemplate as it is and escapes nothing. Where the
variable stands for a JSON value, a text gets its quotes. A variable whose path is not in the event
leaves nothing behind.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from simulator.errors import SimulatorError

_STRING_OR_VARIABLE = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>]*>')
_VARIABLE = re.compile(r"<([^<>]*)>")
_STEP = re.compile(r"[^.\[\]]+")
_NOTHING = object()


def input_of(target: Mapping[str, Any], rule_arn: str, event: Mapping[str, Any]) -> Any:
    """Return the target's input. Raises `SimulatorError` if that cannot be made of the event."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        part = _at(target["InputPath"], event)
        if part is _NOTHING:
            raise SimulatorError(f"The event has no {target['InputPath']}.")
        return part
    if "InputTransformer" not in target:
        return event
    transformer = target["InputTransformer"]
    paths = transformer.get("InputPathsMap", {})
    values = {name: _at(path, event) for name, path in paths.items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.json": event,
    }
    rendered = _render(transformer["InputTemplate"], values)
    try:
        return json.loads(rendered)
    except json.JSONDecodeError as error:
        # Its text stays out of the message: it may hold what nobody is to see.
        raise SimulatorError(f"The InputTemplate of {rule_arn} makes no JSON: {error}") from error


def _at(path: str, event: Mapping[str, Any]) -> Any:
    found: Any = event
    for step in _STEP.findall(path.removeprefix("$")):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return _NOTHING
    return found


def _render(template: str, values: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found = _look_up(match[0][1:-1], values)
        return "" if found is _NOTHING else json.dumps(found)

    def text(match: re.Match[str]) -> str:
        found = _look_up(match[1], values)
        if found is _NOTHING:
            return ""
        return found if isinstance(found, str) else json.dumps(found)

    def part(match: re.Match[str]) -> str:
        return _VARIABLE.sub(text, match[0]) if match[0].startswith('"') else value(match)

    return _STRING_OR_VARIABLE.sub(part, template)


def _look_up(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise SimulatorError(
            f"The simulator does not know <{name}> of an InputTemplate. "
            "Teach it in simulator/event_input.py."
        )
    return values[name]
