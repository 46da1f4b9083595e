"""Each rule's pattern takes the events that it is for, and nothing else.

Both local AWSs judge: MiniStack by TestEventPattern, moto (which has none) by what its rules use.
A new rule or archive in the template has to be added to RULES.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.events.models import EventPattern

from operations.event_schemas.files import TYPES, example
from simulator.ministack import MiniStack
from tests.events.contract import VERSION
from tests.template.expanded import FORMS, INSTANCE_ARN, Template

Json = dict[str, Any]

OURS = {name: example(name, VERSION) for name in TYPES}
# As tests/template writes references: what a rule knows by its ARN is found in these events.
_MACHINE = "<SecureTransferStateMachine>"
_ANOTHER_MACHINE = "arn:aws:states:eu-west-2:123456789012:stateMachine:Another"


def event(source: str, detail_type: str, detail: Json, *resources: str) -> Json:
    """Return an event as EventBridge delivers it."""
    return {
        "version": "0", "id": "7d3f0a52-0000-4000-8000-000000000099", "detail-type": detail_type,
        "source": source, "account": "123456789012", "time": "2026-11-24T09:30:00Z",
        "region": "eu-west-2", "resources": list(resources), "detail": detail,
    }  # fmt: skip


def execution(status: str, machine: str = _MACHINE) -> Json:
    arn = "arn:aws:states:eu-west-2:123456789012:execution:Some:5ec0de"
    detail = {"executionArn": arn, "stateMachineArn": machine, "status": status}
    return event("aws.states", "Step Functions Execution Status Change", detail, arn)


def contact(kind: str, channel: str = "VOICE", instance: str = INSTANCE_ARN) -> Json:
    detail = {"eventType": kind, "channel": channel, "contactId": "5ec0de", "instanceArn": instance}
    return event("aws.connect", "Amazon Connect Contact Event", detail, instance)


_DETAIL = OURS["TransferSecured"]["detail"]
FOREIGN: dict[str, Json] = {
    "our event of another source": event("payments", "TransferSecured", _DETAIL),
    "of a source that begins as ours": event("secure-transfer-test", "TransferSecured", _DETAIL),
    "of a source that ends as ours": event("not.secure-transfer", "TransferSecured", _DETAIL),
    "of a source in other letters": event("Secure-Transfer", "TransferSecured", _DETAIL),
    "our source in the detail": event("payments", "Paid", {"source": "secure-transfer"}),
    **{f"an execution is {one}": execution(one) for one in ("RUNNING", "SUCCEEDED", "FAILED",
       "ABORTED", "TIMED_OUT")},
    **{f"a contact is {one}": contact(one) for one in ("INITIATED", "CONNECTED_TO_AGENT",
       "DISCONNECTED")},
    "a contact in the other spelling is DISCONNECTED": event(
        "aws.connect", "Amazon Connect Contact Event",
        {"EventType": "DISCONNECTED", "Channel": "Voice", "InstanceArn": INSTANCE_ARN},
    ),
    "an execution of another machine is ABORTED": execution("ABORTED", _ANOTHER_MACHINE),
    "a chat is DISCONNECTED": contact("DISCONNECTED", "CHAT"),
    "a contact of another instance is DISCONNECTED": contact("DISCONNECTED", instance="another"),
}  # fmt: skip
CANDIDATES = {**OURS, **FOREIGN}

RULES: dict[str, set[str]] = {
    "AuditLogRule": set(OURS),
    "AuditArchive": set(OURS),
    "ExecutionStoppedRule": {"an execution is ABORTED", "an execution is TIMED_OUT"},
    "ExecutionFailedRule": {"an execution is FAILED"},
    "ContactRule": {
        "a contact is CONNECTED_TO_AGENT",
        "a contact is DISCONNECTED",
        "a contact in the other spelling is DISCONNECTED",
    },
    "LockedCopyRule": set(OURS),
}
"""By logical name of the rule or archive: what its pattern takes of CANDIDATES."""


@pytest.fixture(scope="module")
def events() -> Iterator[Any]:
    with MiniStack() as aws:
        yield aws.client("events")


def patterns() -> dict[str, Json]:
    """Return every pattern of the template, in each form that it can have."""
    found: dict[str, Json] = {}
    for form in FORMS.values():
        template = Template(**form)
        for kind in ("AWS::Events::Rule", "AWS::Events::Archive"):
            for name, properties in template.of_type(kind).items():
                if "EventPattern" in properties:
                    found[name] = properties["EventPattern"]
    return found


def test_every_rule_of_the_template_is_in_the_table() -> None:
    assert set(patterns()) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_pattern_takes_what_it_is_for_and_nothing_else_on_ministack(
    rule: str, events: Any
) -> None:
    pattern = json.dumps(patterns()[rule])
    taken = {
        name
        for name, candidate in CANDIDATES.items()
        if events.test_event_pattern(EventPattern=pattern, Event=json.dumps(candidate))["Result"]
    }
    assert taken == RULES[rule]


@pytest.mark.parametrize("rule", RULES)
def test_the_pattern_takes_what_it_is_for_and_nothing_else_on_moto(rule: str) -> None:
    pattern = EventPattern.load(json.dumps(patterns()[rule]))
    taken = {name for name, candidate in CANDIDATES.items() if pattern.matches_event(candidate)}
    assert taken == RULES[rule]


def test_what_is_sent_again_from_the_archive_is_not_logged_again(events: Any) -> None:
    replayed = {**OURS["TransferSecured"], "replay-name": "again"}
    pattern = json.dumps(patterns()["AuditLogRule"])
    answer = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(replayed))
    assert answer["Result"] is False
