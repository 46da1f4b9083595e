"""Hold a Connect instance against the conditions of PCI Pal's configuration guide, section 4.2.

    findings = examine(connect, aws_lambda, instance_id, Wanted())

Nothing is changed. A condition that cannot be looked at is `unknown`, and the others go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operations.connect.doctor import (
    checks_of_flows,
    checks_of_instance,
    checks_of_people,
    checks_of_times,
)
from operations.connect.doctor.finding import CannotTell, Finding, Status, Verdict
from operations.connect.doctor.functions_read import read_functions
from operations.connect.doctor.instance import Functions
from operations.connect.doctor.instance_read import read_instance
from operations.connect.doctor.seen import Seen, Wanted, functions_named
from operations.progress import Progress


@dataclass(frozen=True, slots=True)
class Condition:
    """`look` has the check's name. `guide`: the section that asks for it."""

    look: Callable[[Seen], Verdict]
    expected: str
    guide: str


CONDITIONS = (
    Condition(checks_of_instance.inbound_calls, "calls come in", "4.2 iii"),
    Condition(checks_of_instance.outbound_calls, "calls go out: to PCI Pal", "4.2 iii"),
    Condition(checks_of_instance.early_media, "agents hear why nobody answers", "4.2 iii"),
    Condition(
        checks_of_instance.functions_associated,
        "AddAgent, GetAgent and AgentJoined associated with the instance",
        "4.2 iii",
    ),
    Condition(checks_of_instance.functions_allowed, "Connect may invoke each of them", "4.2 iii"),
    Condition(
        checks_of_instance.functions_in_place, "each invoked by its own flow", "4.2.1.2, 4.2.1.3"
    ),
    Condition(checks_of_instance.flow_logs, "flow logs on", "4.2 iii"),
    Condition(
        checks_of_flows.inbound_whisper,
        "the agent whisper of inbound calls keeps QueueAgentName",
        "4.2.1.1",
    ),
    Condition(
        checks_of_flows.outbound_whisper,
        "the whisper of outbound calls keeps QueueAgentName",
        "4.2.1.1",
    ),
    Condition(checks_of_flows.transfer_flow, "published, and as ours is", "4.2.1.2"),
    Condition(checks_of_flows.answer_flow, "published, and as ours is", "4.2.1.3"),
    Condition(checks_of_flows.joined_flow, "published, and as ours is", "4.2.1.3"),
    Condition(checks_of_flows.waiting_flow, "published, and as ours is", "4.2.1.3"),
    Condition(
        checks_of_flows.first_call_recording, "the first call is recorded no more", "4.2.1.2"
    ),
    Condition(checks_of_flows.pins_in_logs, "no PIN in the flow logs", "4.2.1.2, 4.2.1.3"),
    Condition(
        checks_of_times.keyed_characters,
        f"commas and PIN: {checks_of_times.MOST_KEYED} characters at most",
        "4.2.1.2",
    ),
    Condition(
        checks_of_times.pin_delay,
        f"commas for at least {checks_of_times.LEAST_DELAY_SECONDS:g} s, and for less than the "
        "wait for the first digit",
        "4.2.1.2, 4.2.1.3",
    ),
    Condition(checks_of_times.pin_length, "as many digits read as a PIN has", "4.2.1.3"),
    Condition(checks_of_times.pin_life, "a PIN lives until it is keyed", "4.2.1.2"),
    Condition(
        checks_of_times.pin_quarantine,
        "no PIN is given out again while a call can bring it",
        "4.2.1.3",
    ),
    Condition(
        checks_of_people.return_number, "PCI Pal's return number has the answer flow", "4.2 vi"
    ),
    Condition(
        checks_of_people.quick_connect, "a quick connect leads to the transfer flow", "4.2 vii"
    ),
    Condition(checks_of_people.queues, "on every payment queue", "4.2 viii"),
    Condition(
        checks_of_people.routing_profiles, "each payment queue in a routing profile", "4.2 ix"
    ),
    Condition(checks_of_people.agents, "every agent serves a payment queue", "4.2 x"),
    Condition(checks_of_people.after_call_work, "at least 1 s of after-call work", "4.2 x"),
)


def examine(
    connect: Any, aws_lambda: Any, instance_id: str, wanted: Wanted, progress: Progress
) -> list[Finding]:
    """Return a finding for each of `CONDITIONS`.

    `connect` and `aws_lambda` are boto3 clients. Raises `AwsRefused` if not even the instance
    itself can be described.
    """
    instance = read_instance(connect, instance_id, progress)
    try:
        functions = read_functions(aws_lambda, functions_named(instance))
    except CannotTell:
        functions = Functions({}, None)
    seen = Seen(instance, functions, wanted)
    return [_finding(condition, seen) for condition in CONDITIONS]


def exit_status(findings: list[Finding]) -> int:
    """Return 0 if all is well, 1 if something is wrong, 2 if something could not be looked at."""
    statuses = {finding.status for finding in findings}
    if Status.WRONG in statuses:
        return 1
    return 2 if Status.UNKNOWN in statuses else 0


def _finding(condition: Condition, seen: Seen) -> Finding:
    try:
        verdict = condition.look(seen)
    except CannotTell as reason:
        verdict = Verdict(Status.UNKNOWN, reason.found, reason.mend)
    return Finding(
        check=condition.look.__name__,
        status=verdict.status,
        expected=condition.expected,
        found=verdict.found,
        mend=verdict.mend,
        guide=condition.guide,
    )
