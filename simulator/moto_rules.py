"""Let the rules of moto's EventBridge invoke functions. moto itself delivers to queues and logs.

moto says which events a rule matches. What a function is given of them, and whether its policy lets
the rule invoke it, is decided here and in `async_invocations`.
"""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from moto.events.models import Rule

from simulator.async_invocations import AsyncInvocations
from simulator.errors import SimulatorError
from simulator.event_input import input_of

PRINCIPAL = "events.amazonaws.com"

_bridge = SimpleNamespace(invocations=None)  # of the local AWS that stands now
# To put something in its place is what this module is for: it is not typed.
_Rule: Any = Rule
_send_as_moto_does = _Rule.send_to_targets


def invoke_functions(invocations: AsyncInvocations) -> None:
    """Let rules hand their events to these invocations from now on."""
    _bridge.invocations = invocations
    _Rule.send_to_targets = _send


def _send(rule: Rule, event: Any, **given: bool) -> None:
    if rule.state != "ENABLED":
        return
    functions = [target for target in rule.targets if ":lambda:" in target["Arn"]]
    if functions and rule.event_pattern.matches_event(event):
        for target in functions:
            _invoke(rule, target, _as_delivered(event))
    rest = copy.copy(rule)
    rest.targets = [target for target in rule.targets if target not in functions]
    _send_as_moto_does(rest, event, **given)


def _invoke(rule: Rule, target: Mapping[str, Any], event: dict[str, Any]) -> None:
    invocations: AsyncInvocations = _bridge.invocations
    try:
        given = input_of(target, rule.arn, event)
    except SimulatorError as error:
        invocations.drop(target["Arn"], event, str(error))
        return
    invocations.invoke(target["Arn"], given, principal=PRINCIPAL, source_arn=rule.arn)


def _as_delivered(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return moto's event as a target gets it: the time is a text, to the second."""
    delivered = {name: value for name, value in event.items() if name != "ingestion-time"}
    time = datetime.fromtimestamp(float(event["time"]), UTC)
    return delivered | {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
