"""Rules of what is written into the tables: states and functions write the same items."""

import json
import re

from tests.asl import facts
from tests.asl.machine import Machine, State
from tests.asl.rules_of_tasks import Findings


def claim_pin_claims_as_the_search_does(machine: Machine) -> Findings:
    """ClaimPin and PinTable.claim: the same condition, the same item, whatever the names."""
    state, code = machine["States"]["ClaimPin"]["Parameters"], facts.pin_claim()
    differences = {
        "ConditionExpression": _text(state["ConditionExpression"])
        != _text(code["ConditionExpression"]),
        "ExpressionAttributeValues": _types(state["ExpressionAttributeValues"])
        != _types(code["ExpressionAttributeValues"]),
        "Item": _types(state["Item"]) != _types(code["Item"]),
    }
    return [f"ClaimPin: {what}" for what, differs in differences.items() if differs]


def both_first_records_are_alike(machine: Machine) -> Findings:
    """RecordPin has the PIN and its time, RecordFailure the Reason; all else is the same item."""
    pin, failure = (machine["States"][name]["Parameters"] for name in _FIRST_RECORDS)
    items = [dict(pin["Item"]), dict(failure["Item"])]
    own = [items[0].pop(name, None) for name in ("PIN", "AllocatedAt")]
    own.append(items[1].pop("Reason", None))
    del items[0]["Status"], items[1]["Status"]
    alike = items[0] == items[1] and None not in own
    condition = pin["ConditionExpression"] == failure["ConditionExpression"]
    return [] if alike and condition else list(_FIRST_RECORDS)


def add_agents_failure_is_a_failure_record(machine: Machine) -> Findings:
    """What AddAgent writes when it is too late has no attribute that RecordFailure has not."""
    recorded = _types(machine["States"]["RecordFailure"]["Parameters"]["Item"])
    return sorted(_types(facts.failure_record()) - recorded)


def every_substitution_is_given_and_used(machine: Machine) -> Findings:
    used = set(re.findall(r"\$\{(\w+)\}", json.dumps(machine)))
    return sorted(used ^ facts.substitutions())


_FIRST_RECORDS = ("RecordPin", "RecordFailure")


def _text(expression: str) -> str:
    """Return an expression without what makes no difference: spaces, `_` and case of names."""
    return re.sub(r"[\s_]", "", expression).lower()


def _types(item: State) -> set[str]:
    return {
        f"{_text(name)}: {kind.removesuffix('.$')}"
        for name, value in item.items()
        for kind in value
    }
