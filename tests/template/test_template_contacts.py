"""Which of Connect's contact events come to ContactChanged."""

from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.template.expanded import INSTANCE_ARN, Template

OTHER_INSTANCE = INSTANCE_ARN.replace("5ec0de00", "0ther000")


def contact_event(**changes: Any) -> dict[str, Any]:
    """Return an event as AWS documents it, with this changed in its detail."""
    detail = {
        "eventType": "DISCONNECTED",
        "contactId": "loop-1",
        "channel": "VOICE",
        "instanceArn": INSTANCE_ARN,
        "initiationMethod": "INBOUND",
        "disconnectTimestamp": "2026-11-24T09:30:00.123Z",
        **changes,
    }
    return {
        "source": "aws.connect",
        "detail-type": "Amazon Connect Contact Event",
        "resources": [f"{INSTANCE_ARN}/contact/loop-1", INSTANCE_ARN],
        "detail": detail,
    }


def spelt_with_capitals(event: dict[str, Any]) -> dict[str, Any]:
    """Return it as AWS's data model has it: `EventType`."""
    detail = {key[0].upper() + key[1:]: value for key, value in event["detail"].items()}
    return {**event, "detail": detail}


@pytest.mark.parametrize("spelt", [dict, spelt_with_capitals])
@pytest.mark.parametrize(
    "event",
    [
        contact_event(),
        contact_event(channel="Voice"),  # as one of the examples has it
        contact_event(eventType="CONNECTED_TO_AGENT"),
        contact_event(eventType="CONNECTED_TO_AGENT", channel="Voice"),
    ],
)
def test_calls_of_ours_that_begin_or_end_for_an_agent_come(
    template: Template, event: dict[str, Any], spelt: Any
) -> None:
    assert _comes(template, spelt(event))


@pytest.mark.parametrize("spelt", [dict, spelt_with_capitals])
@pytest.mark.parametrize(
    "event",
    [
        contact_event(eventType="QUEUED"),
        contact_event(eventType="COMPLETED"),  # after a DISCONNECTED, with the same data
        contact_event(channel="CHAT"),
        contact_event(instanceArn=OTHER_INSTANCE),
        {**contact_event(), "source": "somebody.else"},
        {**contact_event(), "detail-type": "Contact Lens Realtime Rules Matched"},
    ],
)
def test_nothing_else_comes(template: Template, event: dict[str, Any], spelt: Any) -> None:
    assert not _comes(template, spelt(event))


def test_what_comes_goes_to_the_function(template: Template) -> None:
    rule = template.properties("ContactRule")
    (target,) = rule["Targets"]
    assert target == {"Id": "ContactChanged", "Arn": "<ContactChangedFunction.Arn>"}
    # On the account's default bus: Connect knows no other.
    assert set(rule) == {"Description", "EventPattern", "Targets"}
    types, channels = ["CONNECTED_TO_AGENT", "DISCONNECTED"], ["VOICE", "Voice"]
    assert rule["EventPattern"] == {
        "source": ["aws.connect"],
        "detail-type": ["Amazon Connect Contact Event"],
        "detail": {
            "$or": [
                {"eventType": types, "channel": channels, "instanceArn": [INSTANCE_ARN]},
                {"EventType": types, "Channel": channels, "InstanceArn": [INSTANCE_ARN]},
            ]
        },
    }


def test_without_an_instance_nothing_hears_of_contacts(bare_template: Template) -> None:
    assert "ContactChangedFunction" not in bare_template.resources
    assert "ContactRule" not in bare_template.resources


def _comes(template: Template, event: dict[str, Any]) -> bool:
    pattern = template.properties("ContactRule")["EventPattern"]
    matches: bool = EventPattern("", pattern).matches_event(event)  # type: ignore[arg-type]
    return matches
