"""Rules of the audit entries: the contract that consumers read, in one shape everywhere."""

from collections.abc import Iterator
from typing import Any

from secure_transfer.adapters.audit_bus import SOURCE
from secure_transfer.domain import audit
from secure_transfer.domain.transfer import CARDHOLDER_LEFT
from tests.asl import facts
from tests.asl.dataflow import known_in
from tests.asl.machine import Machine, entries, states
from tests.asl.rules_of_tasks import Findings

# The place in a transfer's life, by detail-type: the numbers that the functions know too are
# theirs.
SEQUENCE = {
    "TransferRequested": 1,
    "PinAllocated": 2,
    "LoopAnswered": audit.LOOP_ANSWERED,
    "TransferTimedOut": 3,
    "TransferSecured": audit.TRANSFER_SECURED,
    "TransferAbandoned": audit.TRANSFER_ABANDONED,
    "TransferFailed": audit.TRANSFER_FAILED,
}

_METADATA = {
    "eventId.$": "States.Format('{}-%s', $.transferId)",
    "schemaVersion.$": "$.schemaVersion",
    "transferId.$": "$.transferId",
    "executionArn.$": "$$.Execution.Id",
    "attempt.$": "$.conversation.attempt",
    "contactId.$": "$.transferId",
    "initialContactId.$": "$.initialContactId",
}

_LOOP_CONTACT = "$.loop.loopContactId"

# When the fact was, not when it is told, wherever the two differ.
_OCCURRED_AT = {
    "TransferRequested": "$.requestedAtTime",
    "LoopAnswered": "$.loop.answeredAt",
    "TransferSecured": "$.join.joinedAt",
}

_DATA = {
    "TransferRequested": {},
    "PinAllocated": {
        "collisions.$": "$.claim.collisions",
        "lifetimeSeconds.$": "$.loopTimeoutSeconds",
    },
    "LoopAnswered": {},
    "TransferTimedOut": {"waitedSeconds.$": "$.loopTimeoutSeconds"},
    "TransferSecured": {"late": False},
    "TransferAbandoned": {
        "reason": "AgentNeverJoined",
        "waitedSeconds.$": "$.joinTimeoutSeconds",
    },
    "TransferFailed": {"reason.$": "$.failure.reason", "collisions.$": "$.claim.collisions"},
}
"""By detail-type; beside the agent's name, which all of them have."""

_LEFT = ("AuditCardholderLeft", "KeepCardholderLeft")
_DATA_OF_LEFT = {"reason": CARDHOLDER_LEFT}
"""Nobody has waited in vain: the other reason of a TransferAbandoned."""

_TOLD_BY = {
    "AuditPinAllocated": ["TransferRequested", "PinAllocated"],
    "AuditAllocationFailed": ["TransferRequested", "TransferFailed"],
    "AuditLoopAnswered": ["LoopAnswered"],
    "AuditTransferTimedOut": ["TransferTimedOut"],
    "AuditTransferSecured": ["TransferSecured"],
    "AuditTransferAbandoned": ["TransferAbandoned"],
    "AuditCardholderLeft": ["TransferAbandoned"],
    "AuditTransferFaulted": ["TransferFailed"],
}


def _fact(where: str, entry: dict[str, Any]) -> str:
    """Return what is told: a TransferAbandoned tells one of two things."""
    return CARDHOLDER_LEFT if _is_of_left(where) else str(entry["DetailType"])


def _is_of_left(where: str) -> bool:
    return where.partition(":")[0] in _LEFT


def _data_of(where: str, entry: dict[str, Any]) -> dict[str, Any]:
    return _DATA_OF_LEFT if _is_of_left(where) else dict(_DATA.get(entry["DetailType"], {}))


def _occurred_at(where: str, entry: dict[str, Any]) -> str:
    if _is_of_left(where):
        return "$.stored.Item.EndedAt.S"
    return _OCCURRED_AT.get(entry["DetailType"], "$$.State.EnteredTime")


def every_audit_state_tells_its_own_events_once(machine: Machine) -> Findings:
    told = {
        name: [entry["DetailType"] for entry in entries(state)]
        for name, state in states(machine, "Audit").items()
    }
    return [name for name in {**_TOLD_BY, **told} if told.get(name) != _TOLD_BY.get(name)]


def every_entry_has_exactly_the_declared_data(machine: Machine) -> Findings:
    return [
        where
        for where, entry in _all_entries(machine)
        if entry["Detail"]["data"] != {"agentName.$": "$.agentName", **_data_of(where, entry)}
    ]


def every_entry_is_ours_and_on_our_bus(machine: Machine) -> Findings:
    envelope = {"EventBusName": "${AuditBusName}", "Source": SOURCE}
    return [
        where
        for where, entry in _all_entries(machine)
        if {key: entry.get(key) for key in envelope} != envelope
        or set(entry) != {*envelope, "DetailType", "Detail"}
        or set(entry["Detail"]) != {"metadata", "data"}
    ]


def the_detail_types_are_the_declared_ones(machine: Machine) -> Findings:
    return sorted({entry["DetailType"] for _, entry in _all_entries(machine)} ^ set(SEQUENCE))


def every_entry_has_its_place_in_the_sequence(machine: Machine) -> Findings:
    return [
        where
        for where, entry in _all_entries(machine)
        if _metadata(entry).get("sequence") != SEQUENCE.get(entry["DetailType"])
    ]


def every_event_id_is_transfer_and_detail_type(machine: Machine) -> Findings:
    """So that a function that tells the same fact gives it the same id."""
    return [
        where
        for where, entry in _all_entries(machine)
        if _metadata(entry).get("eventId.$") != _METADATA["eventId.$"] % entry["DetailType"]
    ]


def every_metadata_has_exactly_the_declared_fields(machine: Machine) -> Findings:
    """With `loopContactId` where the looped call is known on every way to the state."""
    findings = []
    known_by_state = known_in(machine)
    for where, entry in _all_entries(machine):
        known = known_by_state[where.partition(":")[0]]
        declared = {**_METADATA, "sequence": None, "occurredAt.$": None}
        if _LOOP_CONTACT in known:
            declared["loopContactId.$"] = _LOOP_CONTACT
        given = _metadata(entry)
        fixed = {key: value for key, value in declared.items() if value and key != "eventId.$"}
        if set(given) != set(declared) or {key: given[key] for key in fixed} != fixed:
            findings.append(where)
    return findings


def every_entry_tells_when_the_fact_occurred(machine: Machine) -> Findings:
    return [
        where
        for where, entry in _all_entries(machine)
        if _metadata(entry).get("occurredAt.$") != _occurred_at(where, entry)
    ]


def entries_have_the_shape_that_the_functions_give_them(machine: Machine) -> Findings:
    """These come from either side, and look the same."""
    return [
        where
        for where, entry in _all_entries(machine)
        if (event := facts.events_of_functions().get(_fact(where, entry)))
        and (
            _names(_metadata(entry)) != set(event.metadata)
            or _names(entry["Detail"]["data"]) != set(event.data)
        )
    ]


def _all_entries(machine: Machine) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in [*states(machine, "Audit").items(), *states(machine, "Keep").items()]:
        for entry in entries(state):
            yield f"{name}: {entry['DetailType']}", entry


def _metadata(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = entry["Detail"]["metadata"]
    return found


def _names(fields: dict[str, Any]) -> set[str]:
    return {key.removesuffix(".$") for key in fields}
