"""Rules of what is written and passed on, worked out on one transfer's data.

No two values in it are the same: what is taken from the wrong place comes out wrong.
"""

import re

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status
from tests.asl import facts
from tests.asl.evaluated import CONTEXT, Unclear, data, evaluated
from tests.asl.machine import Machine, State, tasks, writes
from tests.asl.rules_of_tasks import Findings

_ENTERED = {"S": CONTEXT["State"]["EnteredTime"]}
_TOKEN = {"S": CONTEXT["Task"]["Token"]}
_ATTEMPT = {"N": "2"}
_PURGE_AT = {"N": str(facts.execution_input()["purgeAt"])}
_LEFT_BY: dict[str, State] = {
    "AwaitLoop": {"LoopToken": _TOKEN, "Attempt": _ATTEMPT},
    "AwaitJoin": {"JoinToken": _TOKEN, "Attempt": _ATTEMPT},
    "ExpireLoop": {"Status": {"S": Status.TIMED_OUT}, "ClosedAt": _ENTERED},
    "ExpireJoin": {"Status": {"S": Status.ABANDONED}, "ClosedAt": _ENTERED},
    "CountAttempt": {"Transfers": {"SS": ["transfer-1"]}, "PurgeAt": _PURGE_AT},
}
"""What each update leaves behind in an item that had nothing of it."""

_NO_ITEM: frozenset[str] = frozenset({"no item"})
_HOLDS_FOR = {
    "RecordPin": _NO_ITEM,
    "RecordFailure": _NO_ITEM,
    "AwaitLoop": frozenset({Status.AWAITING_LOOP}),
    "AwaitJoin": frozenset({Status.ANSWERED}),
    # A repeat after a lost response finds its own earlier result.
    "ExpireLoop": frozenset({Status.AWAITING_LOOP, Status.TIMED_OUT}),
    "ExpireJoin": frozenset({Status.ANSWERED, Status.ABANDONED}),
}
"""In which statuses of the item each conditional write takes place."""


def the_pin_is_claimed_with_the_searches_values(machine: Machine) -> Findings:
    asked, code = _asked(machine, "ClaimPin"), facts.pin_claim()
    return [
        f"ClaimPin: {part}"
        for part in ("Item", "ExpressionAttributeValues")
        if asked[part]
        != {re.sub(r"_(\w)", _upper, key): value for key, value in code[part].items()}
    ]


def the_first_records_have_the_functions_values(machine: Machine) -> Findings:
    """As AddAgent writes them when it gives up; and what only an execution can know."""
    own = {
        "ExecutionArn": {"S": CONTEXT["Execution"]["Id"]},
        "Collisions": {"N": "7"},
    }
    failed = {**facts.failure_record(), **own}
    recorded = {
        **{name: value for name, value in failed.items() if name != "Reason"},
        "Status": {"S": Status.AWAITING_LOOP},
        "PIN": {"S": facts.TAKEN},
        "AllocatedAt": _ENTERED,
    }
    expected = {"RecordPin": recorded, "RecordFailure": failed}
    return [name for name, item in expected.items() if _asked(machine, name)["Item"] != item]


def the_search_is_told_what_the_execution_was(machine: Machine) -> Findings:
    payload = _asked(machine, "FindFreePin")["Payload"]
    given = {**data(), "collisions": 7}
    return [f"FindFreePin: {key}" for key, value in payload.items() if value != given.get(key)]


def the_searchs_answer_is_taken_as_it_is(machine: Machine) -> Findings:
    answer = {"found": True, "candidates": ["0042"], "index": 0, "collisions": 9}
    taken = evaluated(machine["States"]["FindFreePin"]["ResultSelector"], {"Payload": answer})
    return [] if taken == answer else ["FindFreePin"]


def the_attempt_is_the_size_of_the_set(machine: Machine) -> Findings:
    attributes = {"Transfers": {"SS": ["transfer-0", "transfer-1"]}, "PurgeAt": {"N": "5"}}
    selector = machine["States"]["CountAttempt"]["ResultSelector"]
    taken = evaluated(selector, {"Attributes": attributes})
    return [] if taken == {"attempt": 2} else ["CountAttempt"]


def a_collision_is_counted_and_the_next_candidate_is_next(machine: Machine) -> Findings:
    counted = evaluated(machine["States"]["CountCollision"]["Parameters"], data())
    claim = {"candidates": ["0027", "0815", "4711"], "count": 3, "index": 2, "collisions": 8}
    return [] if counted == claim else ["CountCollision"]


def what_stands_in_for_a_callback_says_what_the_item_says(machine: Machine) -> Findings:
    item = {
        "Status": {"S": Status.JOINED},
        "LoopContactId": {"S": "loop-1"},
        "AnsweredAt": {"S": "2026-11-24T09:30:20.000Z"},
        "JoinedAt": {"S": "2026-11-24T09:30:30.000Z"},
        "Reason": {"S": "PinTooLate"},
    }
    expected = {
        "TakeAnswer": {"loopContactId": "loop-1", "answeredAt": "2026-11-24T09:30:20.000Z"},
        "TakeJoin": {"transferId": "transfer-1", "joinedAt": "2026-11-24T09:30:30.000Z"},
        "TakeFailure": {"reason": "PinTooLate"},
    }
    given = data(stored={"Item": item})
    return [
        name
        for name, taken in expected.items()
        if evaluated(machine["States"][name]["Parameters"], given) != taken
    ]


def each_update_leaves_what_is_read_from_it(machine: Machine) -> Findings:
    return [name for name, left in _LEFT_BY.items() if _updated(_asked(machine, name)) != left]


def each_write_takes_place_in_its_statuses_only(machine: Machine) -> Findings:
    """ClaimPin's condition is about another item, and is the search's own: another rule."""
    findings = [
        name
        for name, task in tasks(machine).items()
        if writes(task) and name not in {*_HOLDS_FOR, "ClaimPin"}
    ]
    for name, holds_for in _HOLDS_FOR.items():
        asked = _asked(machine, name)
        found = {status for status in {*Status, *_NO_ITEM} if _takes_place(asked, status)}
        if found != holds_for:
            findings.append(f"{name}: {', '.join(sorted(found))}")
    return findings


def a_cardholder_who_left_is_not_taken_for_a_time_out(machine: Machine) -> Findings:
    asked = _asked(machine, "ExpireJoin")
    return ["ExpireJoin"] if _takes_place(asked, Status.ABANDONED, CARDHOLDER_LEFT) else []


def _asked(machine: Machine, name: str) -> State:
    given = data(failure={"reason": "PinTooLate"})
    asked: State = evaluated(machine["States"][name]["Parameters"], given)
    return asked


def _updated(asked: State) -> State:
    """Return what an update leaves in an empty item: SET and ADD, as they are used here."""
    names, values = asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"]
    left = {}
    for verb, rest in re.findall(r"([A-Z]+) (.*?)(?=$| [A-Z]{3,} )", asked["UpdateExpression"]):
        for assignment in rest.split(", "):
            name, _, value = assignment.partition(" = " if verb == "SET" else " ")
            if verb not in ("SET", "ADD") or value not in values:
                raise Unclear(asked["UpdateExpression"])
            left[names.get(name, name)] = values[value]
    return left


def _takes_place(asked: State, status: str, reason: str = "") -> bool:
    key = {"TransferId": {"S": "transfer-1"}}
    attributes = {} if status in _NO_ITEM else {**key, "Status": {"S": status}}
    if reason:
        attributes["Reason"] = {"S": reason}
    item = Item(DynamoType(key["TransferId"]), None, attributes)
    names, values = (asked.get(f"ExpressionAttribute{part}") for part in ("Names", "Values"))
    try:
        condition = get_filter_expression(asked["ConditionExpression"], names, values)
        return bool(condition.expr(item))
    except (MockValidationException, ArithmeticError) as error:
        raise Unclear(asked["ConditionExpression"]) from error


def _upper(match: re.Match[str]) -> str:
    return match[1].upper()
