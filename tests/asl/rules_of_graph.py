"""Rules of the ways through the machine: every way ends, and no way to a failure is silent."""

from collections.abc import Iterator

from tests.asl import facts
from tests.asl.machine import (
    Machine,
    edges,
    entries,
    reachable,
    states,
    straight_edges,
    tasks,
    waits,
)
from tests.asl.rules_of_tasks import Findings

_LONGEST_HAPPY_PATH = 12
_STATES_BEFORE_THE_PIN = 2

_CLOSING_EVENT = {
    "TransferSecured": "TransferSecured",
    "LoopTimedOut": "TransferTimedOut",
    "AgentNeverJoined": "TransferAbandoned",
    "CardholderLeft": "TransferAbandoned",
    "TransferFailed": "TransferFailed",
}

_FOLLOWED_BY = {
    # Why there is no PIN is recorded, for AddAgent to read …
    "PinClaimFailed": "RecordFailure",
    "PinSearchFailed": "RecordFailure",
    "PinRecordFailed": "RecordFailure",
    "PinPoolExhausted": "RecordFailure",
    # … and with a record, whosever it is, the attempt is counted and then told.
    "RecordPin": "CountAttempt",
    "RecordFailure": "CountAttempt",
    "TakeFailure": "CountAttempt",
    "ForgetFailure": "CountAttempt",
    "RecordUnexpected": "CountAttempt",
    "CountAttempt": "HasFailed",
    # A fault after that is told and ends the execution.
    "TransferFaulted": "AuditTransferFaulted",
    "TransferStateUnexpected": "AuditTransferFaulted",
}


def every_failure_goes_its_way(machine: Machine) -> Findings:
    return [
        name
        for name, following in _FOLLOWED_BY.items()
        if machine["States"].get(name, {}).get("Next") != following
    ]


def every_edge_leads_somewhere(machine: Machine) -> Findings:
    return [
        f"{name} → {target}"
        for name, state in machine["States"].items()
        for target in edges(state)
        if target not in machine["States"]
    ]


def every_state_is_reachable(machine: Machine) -> Findings:
    return sorted(set(machine["States"]) - reachable(machine, machine["StartAt"]))


def every_state_comes_to_an_end(machine: Machine) -> Findings:
    """In a Succeed or a Fail; no state ends the execution by the way."""
    ends = set(_ends(machine))
    return [
        name
        for name, state in machine["States"].items()
        if "End" in state or not ends & reachable(machine, name)
    ]


def every_circle_counts(machine: Machine) -> Findings:
    """The only way back is to the next drawn PIN, and CountCollision counts those."""
    counted = {"CountCollision"}
    return [
        name
        for name, state in machine["States"].items()
        if name not in counted
        and any(name in reachable(machine, target, without=counted) for target in edges(state))
    ]


def every_end_is_audited(machine: Machine) -> Findings:
    """Take the Audit… states away that tell of an end, and it cannot be come to.

    Those that tell of this very end: that a PIN was allocated says nothing of how it went on.
    """
    silent = []
    for end in _ends(machine):
        telling = [
            name
            for name, state in states(machine, "Audit").items()
            if _CLOSING_EVENT.get(end) in {entry["DetailType"] for entry in entries(state)}
        ]
        if end in reachable(machine, machine["StartAt"], without=telling):
            silent.append(end)
    return silent


def keep_states_follow_their_audit_state_only(machine: Machine) -> Findings:
    """By its Catch: what the bus took is not kept as well."""
    return [
        f"{name} → {keep}"
        for keep in states(machine, "Keep")
        for name, state in machine["States"].items()
        if (keep in edges(state) and name != keep.replace("Keep", "Audit"))
        or keep in straight_edges(state)
    ]


def every_audit_state_has_its_keep_state(machine: Machine) -> Findings:
    """The bus refuses: the very same entries go to the queue. There is no third kind."""
    audits, keeps = states(machine, "Audit"), states(machine, "Keep")
    unpaired = {f"Keep{name[5:]}" for name in audits} ^ set(keeps)
    unlike = [
        name
        for name, audit in audits.items()
        if (keep := keeps.get(f"Keep{name[5:]}"))
        and (
            edges(audit) != [audit["Next"], f"Keep{name[5:]}"]
            or entries(audit) != entries(keep)
            or set(audit["Parameters"]) != {"Entries"}
            or set(keep["Parameters"]["MessageBody"]) != {"Entries"}
        )
    ]
    return sorted(unpaired) + unlike


def a_transfer_never_fails_because_its_audit_did(machine: Machine) -> Findings:
    """Whether bus or queue take the entries: the same state is next."""
    return [
        name
        for name, keep in states(machine, "Keep").items()
        if (audit := machine["States"].get(name.replace("Keep", "Audit")))
        and set(edges(keep)) != {audit["Next"]}
    ]


def audit_states_send_to_the_bus_and_keep_states_to_the_queue(machine: Machine) -> Findings:
    expected = {"Audit": "events:putEvents", "Keep": "sqs:sendMessage"}
    return [
        name
        for kind, action in expected.items()
        for name, state in states(machine, kind).items()
        if state["Resource"] != f"arn:aws:states:::{action}"
    ] + [
        name
        for name, state in tasks(machine).items()
        if state["Resource"].rpartition(":::")[2] in expected.values()
        and not name.startswith(("Audit", "Keep"))
    ]


def the_happy_path_is_short_and_runs_no_function(machine: Machine) -> Findings:
    paths = happy_paths(machine)
    findings = [] if paths else ["no way to a Succeed"]
    for path in paths:
        if len(path) > _LONGEST_HAPPY_PATH:
            findings.append(f"{len(path)} states: {' → '.join(path)}")
        resources = {name: machine["States"][name].get("Resource", "") for name in path}
        findings += [name for name, resource in resources.items() if "lambda" in resource]
    return findings


def the_pin_is_recorded_by_the_second_state(machine: Machine) -> Findings:
    return [
        " → ".join(path)
        for path in happy_paths(machine)
        if "RecordPin" not in path[:_STATES_BEFORE_THE_PIN]
    ]


def the_machine_outlasts_its_waits(machine: Machine) -> Findings:
    """Its own time-out comes last: an execution that it ends would be audited by nobody."""
    paths = [wait["TimeoutSecondsPath"] for wait in waits(machine).values()]
    longest = sum(facts.most_seconds(path.removeprefix("$.")) for path in paths)
    return [] if machine.get("TimeoutSeconds", 0) >= 1.5 * longest else ["TimeoutSeconds"]


def happy_paths(machine: Machine) -> list[list[str]]:
    """Return every way from the start to a Succeed on which no state's Catch was needed."""
    return list(_straight_on(machine, [machine["StartAt"]]))


def _straight_on(machine: Machine, path: list[str]) -> Iterator[list[str]]:
    state = machine["States"][path[-1]]
    if state["Type"] == "Succeed":
        yield path
    for target in straight_edges(state):
        if target not in path and target in machine["States"]:
            yield from _straight_on(machine, [*path, target])


def _ends(machine: Machine) -> list[str]:
    return [*states(machine, "Succeed"), *states(machine, "Fail")]
