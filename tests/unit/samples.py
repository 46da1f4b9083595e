"""Calls and Connect events, good and bad."""

from typing import Any

import pytest

from secure_transfer.domain.values import Call

INSTANCE_ARN = (
    "arn:aws:connect:eu-west-2:123456789012:instance/0a1b2c3d-0000-4000-8000-000000000001"
)
OTHER_INSTANCE_ARN = INSTANCE_ARN.replace("0001", "0002")
RETURN_NUMBER = "+441632960002"
CALLER_NUMBER = "+441632960999"

ABSENT: Any = object()
"""In a table of values: the name is not there at all."""

NO_AGENT_NAME = [
    pytest.param(ABSENT, id="missing"),
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param(" ", id="blank"),
    pytest.param("\t\r\n\u00a0", id="blank of several kinds"),
]

INVALID_AGENT_NAMES = [
    pytest.param("j" * 65, id="65 characters"),
    pytest.param("jane doe", id="space inside"),
    pytest.param(" jane", id="space before"),
    pytest.param("jane\n", id="newline after"),
    pytest.param("jane/doe", id="slash"),
    pytest.param("jane+doe", id="plus"),
    pytest.param("jané", id="accent"),
    pytest.param("j\u0430ne", id="Cyrillic a"),
    pytest.param("jane\x00", id="null character"),
    pytest.param(7, id="number"),
    pytest.param(0, id="zero"),
    pytest.param(True, id="boolean"),
    pytest.param(False, id="false"),
    pytest.param(["jane"], id="list"),
    pytest.param({}, id="empty map"),
]

MALFORMED_PINS = [
    pytest.param(ABSENT, id="missing"),
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("Timeout", id="no digit was heard"),
    pytest.param("123", id="3 digits"),
    pytest.param("12345", id="5 digits"),
    pytest.param("abcd", id="letters"),
    pytest.param("12a4", id="a letter"),
    pytest.param("*", id="star"),
    pytest.param("12*4", id="star inside"),
    pytest.param("123#", id="hash"),
    pytest.param(" 123", id="space before"),
    pytest.param("12 4", id="space inside"),
    pytest.param("1234 ", id="space after"),
    pytest.param("1234\n", id="newline after"),
    pytest.param("\n1234", id="newline before"),
    pytest.param("+123", id="plus"),
    pytest.param("-123", id="minus"),
    pytest.param("1_23", id="underscore"),
    pytest.param("1.23", id="dot"),
    pytest.param("\u0661\u0662\u0663\u0664", id="Arabic digits"),
    pytest.param("\uff11\uff12\uff13\uff14", id="full-width digits"),
    pytest.param("123\u00b2", id="superscript"),
    pytest.param(1234, id="number"),
    pytest.param(27, id="number without its zeros"),
    pytest.param(True, id="boolean"),
    pytest.param({"PIN": "1234"}, id="map"),
    pytest.param(["1234"], id="list"),
    pytest.param("1" * 5_000, id="5,000 characters"),
]

INVALID_CONTACT_IDS = [
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("c" * 300, id="300 characters"),
    pytest.param("c" * 81, id="81 characters"),
    pytest.param("../../x", id="path"),
    pytest.param("answer/contact-1", id="another key of the table"),
    pytest.param("contact 1", id="space"),
    pytest.param("contact-1\n", id="newline after"),
    pytest.param("contäct", id="umlaut"),
    pytest.param("\u0661", id="Unicode digit"),
    pytest.param(1, id="number"),
    pytest.param(True, id="boolean"),
    pytest.param(["contact-1"], id="list"),
    pytest.param({"Id": "contact-1"}, id="map"),
]


def a_call(contact_id: str = "loop-1", **changes: Any) -> Call:
    given = {
        "initial_contact_id": "conversation-1",
        "instance_arn": INSTANCE_ARN,
        "dialled_number": RETURN_NUMBER,
        **changes,
    }
    return Call(contact_id, **given)


def connect_event(given: Any = ABSENT, **contact_data: Any) -> dict[str, Any]:
    """Return what Connect sends, with these parameters and this changed in its ContactData."""
    data = {
        "Attributes": {"delay_and_PIN": ",,,,0027"},
        "Channel": "VOICE",
        "ContactId": "contact-1",
        "CustomerEndpoint": {"Address": CALLER_NUMBER, "Type": "TELEPHONE_NUMBER"},
        "InitialContactId": "conversation-1",
        "InitiationMethod": "TRANSFER",
        "InstanceARN": INSTANCE_ARN,
        "LanguageCode": "en-GB",
        "MediaStreams": {"Customer": {"Audio": None}},
        "PreviousContactId": "contact-0",
        "Queue": None,
        "References": {},
        "SystemEndpoint": {"Address": RETURN_NUMBER, "Type": "TELEPHONE_NUMBER"},
        "Tags": {},
    } | contact_data
    known = {name: value for name, value in data.items() if value is not ABSENT}
    details = {"ContactData": known, "Parameters": {} if given is ABSENT else given}
    return {"Details": details, "Name": "ContactFlowEvent"}


def with_parameter(name: str, value: Any, **others: Any) -> dict[str, Any]:
    """Return an event with a parameter, or without it where it is ABSENT."""
    return connect_event(others if value is ABSENT else {**others, name: value})


BAD_EVENTS = [
    pytest.param({}, "EventMalformed", id="empty"),
    pytest.param([], "EventMalformed", id="list"),
    pytest.param([connect_event()], "EventMalformed", id="list of an event"),
    pytest.param("Details", "EventMalformed", id="string"),
    pytest.param(None, "EventMalformed", id="null"),
    pytest.param(7, "EventMalformed", id="number"),
    pytest.param(True, "EventMalformed", id="boolean"),
    pytest.param({"Details": None}, "EventMalformed", id="Details null"),
    pytest.param({"Details": "ContactData"}, "EventMalformed", id="Details a string"),
    pytest.param({"Details": []}, "EventMalformed", id="Details a list"),
    pytest.param({"Details": {}}, "EventMalformed", id="Details empty"),
    pytest.param({"Details": {"Parameters": {}}}, "EventMalformed", id="without ContactData"),
    pytest.param({"Details": {"ContactData": None}}, "EventMalformed", id="ContactData null"),
    pytest.param({"Details": {"ContactData": "x"}}, "EventMalformed", id="ContactData a string"),
    pytest.param({"Details": {"ContactData": [{}]}}, "EventMalformed", id="ContactData a list"),
    pytest.param({"Details": {"ContactData": {}}}, "ChannelNotVoice", id="ContactData empty"),
    pytest.param(connect_event([]), "EventMalformed", id="Parameters a list"),
    pytest.param(connect_event("AgentName=x"), "EventMalformed", id="Parameters a string"),
    pytest.param(connect_event(0), "EventMalformed", id="Parameters a number"),
    pytest.param(connect_event(Channel=ABSENT), "ChannelNotVoice", id="no channel"),
    pytest.param(connect_event(Channel=None), "ChannelNotVoice", id="channel null"),
    pytest.param(connect_event(Channel="CHAT"), "ChannelNotVoice", id="a chat"),
    pytest.param(connect_event(Channel="TASK"), "ChannelNotVoice", id="a task"),
    pytest.param(connect_event(Channel="voice"), "ChannelNotVoice", id="channel in small letters"),
    pytest.param(connect_event(Channel=["VOICE"]), "ChannelNotVoice", id="channel a list"),
    pytest.param(connect_event(ContactId=ABSENT), "ContactIdInvalid", id="no contact id"),
    *[
        pytest.param(connect_event(ContactId=bad.values[0]), "ContactIdInvalid", id=f"id {bad.id}")
        for bad in INVALID_CONTACT_IDS
    ],
    pytest.param(
        connect_event(InitialContactId="../../x"), "ContactIdInvalid", id="initial id a path"
    ),
    pytest.param(
        connect_event(InitialContactId="c" * 300), "ContactIdInvalid", id="initial id too long"
    ),
    pytest.param(
        connect_event(InitialContactId={"a": 1}), "ContactIdInvalid", id="initial id a map"
    ),
]
"""Events that no function can do anything with, and the reason that each gets."""
