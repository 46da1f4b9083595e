"""Contact events as Connect puts them on the default event bus, good and bad."""

from typing import Any

import pytest

from tests.unit.samples import ABSENT, INSTANCE_ARN

AGENT_ID = "9b3a7f60-0000-4000-8000-00000000000a"


def over(**changes: Any) -> dict[str, Any]:
    """Return a DISCONNECTED of loop-1, with this changed in its detail."""
    detail = {
        "eventType": "DISCONNECTED",
        "contactId": "loop-1",
        "channel": "VOICE",
        "instanceArn": INSTANCE_ARN,
        "initiationMethod": "INBOUND",
        "initiationTimestamp": "2026-11-24T09:29:00.000Z",
        "disconnectTimestamp": "2026-11-24T09:30:48.123Z",
        "tags": {"aws:connect:systemEndpoint": "+441632960002"},
        **changes,
    }
    return _event(detail)


def connected(**changes: Any) -> dict[str, Any]:
    """Return a CONNECTED_TO_AGENT of loop-1, with this changed in what it tells of the agent."""
    agent = {
        "agentArn": f"{INSTANCE_ARN}/agent/{AGENT_ID}",
        "connectedToAgentTimestamp": "2026-11-24T09:30:09.250Z",
        **changes,
    }
    known = {name: value for name, value in agent.items() if value is not ABSENT}
    detail = over()["detail"] | {"eventType": "CONNECTED_TO_AGENT", "agentInfo": known}
    del detail["disconnectTimestamp"]
    return _event(detail)


def spelt_with_capitals(event: dict[str, Any]) -> dict[str, Any]:
    """Return it as AWS's data model has it: `ContactId`, down to the agent's `AgentArn`."""
    return {**event, "detail": _capital(event["detail"])}


def _event(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "5ba6c5a0-0000-4000-8000-000000000000",
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": "123456789012",
        "time": "2026-11-24T09:30:49Z",
        "region": "eu-west-2",
        "resources": [f"{INSTANCE_ARN}/contact/loop-1", INSTANCE_ARN],
        "detail": {name: value for name, value in detail.items() if value is not ABSENT},
    }


def _capital(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {name[0].upper() + name[1:]: _capital(value) for name, value in node.items()}


BAD_CONTACT_EVENTS = [
    *[
        pytest.param(bad, "EventMalformed", id=name)
        for name, bad in {
            "null": None,
            "empty": {},
            "list": [over()],
            "string": "detail",
            "number": 7,
            "of a flow": {"Details": {"ContactData": {}}},
            "detail null": {"detail": None},
            "detail a list": {"detail": [over()["detail"]]},
            "detail a string": {"detail": "DISCONNECTED"},
            "detail empty": {"detail": {}},
            "no type": over(eventType=ABSENT),
            "type null": over(eventType=None),
            "type a list": over(eventType=["DISCONNECTED"]),
            "type a map": over(eventType={}),
            "a type that is new": over(eventType="TELEPORTED"),
            "a type that is not ours": over(eventType="QUEUED"),
            "type in small letters": over(eventType="disconnected"),
        }.items()
    ],
    pytest.param(over(channel=ABSENT), "ChannelNotVoice", id="no channel"),
    pytest.param(over(channel=["VOICE"]), "ChannelNotVoice", id="channel a list"),
    pytest.param(over(channel="CHAT"), "ChannelNotVoice", id="a chat"),
    pytest.param(over(contactId=ABSENT), "ContactIdInvalid", id="no contact id"),
    pytest.param(over(contactId="../../x"), "ContactIdInvalid", id="contact id a path"),
    pytest.param(over(initialContactId=["x"]), "ContactIdInvalid", id="first contact a list"),
]
"""Events that nothing can be done with, and the reason that each gets."""
