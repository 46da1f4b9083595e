"""Every rule of the state machine. A rule's name is what it says."""

import inspect
from collections.abc import Callable
from typing import Any

from tests.asl import (
    rules_of_audit,
    rules_of_calls,
    rules_of_data,
    rules_of_decisions,
    rules_of_errors,
    rules_of_graph,
    rules_of_records,
    rules_of_tasks,
    rules_of_values,
)
from tests.asl.rules_of_tasks import Findings

Rule = Callable[[dict[str, Any]], Findings]

_MODULES = (
    rules_of_tasks,
    rules_of_errors,
    rules_of_calls,
    rules_of_graph,
    rules_of_decisions,
    rules_of_audit,
    rules_of_data,
    rules_of_records,
    rules_of_values,
)

# A public function that returns findings is a rule: one that is written is one that is applied.
RULES: dict[str, Rule] = {
    name: function
    for module in _MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
    and not name.startswith("_")
    and inspect.signature(function).return_annotation == Findings
}
