"""Section iii of the guide: telephony, functions and flow logs."""

from fnmatch import fnmatchcase
from typing import Any

from operations.connect.doctor.finding import CannotTell, Unread, Verdict, known, listed, ok, wrong
from operations.connect.doctor.instance import Json
from operations.connect.doctor.seen import Seen, functions_named
from operations.flow_settings import FUNCTIONS

_CONNECT = "connect.amazonaws.com"


def inbound_calls(seen: Seen) -> Verdict:
    return _attribute(seen, "INBOUND_CALLS", "--inbound-calls")


def outbound_calls(seen: Seen) -> Verdict:
    return _attribute(seen, "OUTBOUND_CALLS", "--outbound-calls")


def early_media(seen: Seen) -> Verdict:
    return _attribute(seen, "EARLY_MEDIA", "--early-media")


def flow_logs(seen: Seen) -> Verdict:
    return _attribute(seen, "CONTACTFLOW_LOGS", "--flow-logs")


def functions_associated(seen: Seen) -> Verdict:
    """Say whether the instance knows each function that the flows name."""
    associated = known(seen.instance.functions)
    named = _named(seen)
    missing = [role for role, arn in named.items() if arn not in associated]
    if missing:
        return wrong(
            f"Not associated: {', '.join(missing)}.",
            "Deploy the stack with ConnectInstanceArn, or add the functions on the instance's page "
            "in the AWS console, under Flows, AWS Lambda.",
        )
    return _all_of(named, "associated")


def functions_allowed(seen: Seen) -> Verdict:
    """Say whether each function lets Connect invoke it for this instance."""
    named = _named(seen)
    policies = seen.functions.policies
    refusing = [
        role
        for role, arn in named.items()
        if not isinstance(policies[arn], Unread)
        and not any(allows(one, seen.instance.arn) for one in known(policies[arn]))
    ]
    if refusing:
        return wrong(
            f"{', '.join(refusing)}: nothing lets {_CONNECT} invoke it for this instance.",
            "Deploy the stack with this instance's ARN as ConnectInstanceArn: it makes the "
            "permissions.",
        )
    for arn in named.values():
        known(policies[arn])
    return _all_of(named, "allowed")


def functions_in_place(seen: Seen) -> Verdict:
    """Say whether each flow invokes the function that it is for; the functions' names tell."""
    named = _named(seen)
    mistaken = [role for role, arn in named.items() if role not in arn.partition(":function:")[2]]
    if mistaken:
        return wrong(
            f"Another function stands where these belong: {', '.join(mistaken)}.",
            "Choose the function in that flow's block of the same name, and publish it.",
        )
    return _all_of(named, "in place")


def _attribute(seen: Seen, name: str, option: str) -> Verdict:
    value = known(seen.instance.attributes).get(name, "false")
    if value == "true":
        return ok("on")
    return wrong("off", f"operations connect setup … {option}")


def _named(seen: Seen) -> dict[str, str]:
    """Return the functions by role. Raises `CannotTell` if a flow that names one was not read."""
    ours = seen.ours
    for flow in (*ours.transfers, *ours.answers, *ours.joined):
        known(flow.content)
    named = functions_named(seen.instance)
    if not named:
        raise CannotTell(
            "No published flow of ours names a function.",
            "Mend the lines of the flows first.",
        )
    return named


def _all_of(named: dict[str, str], what: str) -> Verdict:
    missing = [role for role in FUNCTIONS.values() if role not in named]
    if missing:
        raise CannotTell(
            f"No published flow of ours names {listed(missing)}; the others are {what}.",
            "Mend the lines of the flows first.",
        )
    return ok(f"all three {what}")


def allows(statement: Json, instance_arn: str) -> bool:
    """Say whether a statement of a function's policy lets Connect invoke it for an instance."""
    return (
        statement.get("Effect") == "Allow"
        and _CONNECT in _several(_service(statement.get("Principal")))
        and any(
            fnmatchcase("lambda:InvokeFunction", one) for one in _several(statement.get("Action"))
        )
        and _meets(statement.get("Condition") or {}, instance_arn)
    )


def _meets(condition: Json, instance_arn: str) -> bool:
    """Say whether a call of this instance meets every condition; what is not known, it does not."""
    found = {"aws:sourcearn": instance_arn, "aws:sourceaccount": instance_arn.split(":")[4]}
    return all(
        operator in ("ArnLike", "ArnEquals", "StringEquals", "StringLike")
        and any(fnmatchcase(found.get(key.lower(), ""), one) for one in _several(values))
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _service(principal: Any) -> Any:
    return principal.get("Service") if isinstance(principal, dict) else principal


def _several(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
