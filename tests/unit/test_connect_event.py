from typing import Any

import pytest

from secure_transfer.connect_event import calling_contact, parameters
from secure_transfer.domain.errors import EventMalformed, Refused
from secure_transfer.domain.values import Call
from tests.unit.samples import (
    ABSENT,
    BAD_EVENTS,
    CALLER_NUMBER,
    INSTANCE_ARN,
    RETURN_NUMBER,
    connect_event,
)


def test_event_tells_who_calls() -> None:
    assert calling_contact(connect_event()) == Call(
        contact_id="contact-1",
        initial_contact_id="conversation-1",
        instance_arn=INSTANCE_ARN,
        dialled_number=RETURN_NUMBER,
        caller_number=CALLER_NUMBER,
    )


def test_callers_number_is_not_shown_where_a_call_is_printed() -> None:
    assert CALLER_NUMBER not in repr(calling_contact(connect_event()))


@pytest.mark.parametrize(("event", "reason"), BAD_EVENTS)
def test_event_that_is_of_no_use_is_refused_with_its_reason(event: Any, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        parameters_of_call(event)

    assert caught.value.reason == reason


@pytest.mark.parametrize("first", [ABSENT, None, ""])
def test_contact_without_an_initial_contact_is_its_own(first: Any) -> None:
    assert calling_contact(connect_event(InitialContactId=first)).initial_contact_id == "contact-1"


@pytest.mark.parametrize(
    "endpoint", [ABSENT, None, {}, "+441632960002", [], {"Address": None}, {"Address": 44}]
)
def test_call_without_an_endpoint_tells_no_number(endpoint: Any) -> None:
    assert calling_contact(connect_event(SystemEndpoint=endpoint)).dialled_number is None
    assert calling_contact(connect_event(CustomerEndpoint=endpoint)).caller_number is None


@pytest.mark.parametrize("arn", [ABSENT, None, 7, ["arn"], {"arn": "x"}])
def test_call_without_an_instance_tells_none(arn: Any) -> None:
    assert calling_contact(connect_event(InstanceARN=arn)).instance_arn is None


@pytest.mark.parametrize(
    "unused",
    ["Attributes", "Queue", "MediaStreams", "PreviousContactId", "Tags"],
)
@pytest.mark.parametrize("value", [ABSENT, None, [], "x"])
def test_what_we_do_not_use_may_be_absent_or_odd(unused: str, value: Any) -> None:
    assert calling_contact(connect_event(**{unused: value})) == calling_contact(connect_event())


def test_what_connect_adds_one_day_does_no_harm() -> None:
    event = connect_event({"PIN": "0027"}, NewField={"a": [1]})
    event["Details"]["New"] = None
    event["New"] = 1

    assert calling_contact(event) == calling_contact(connect_event())
    assert parameters(event) == {"PIN": "0027"}


def test_block_without_parameters_has_none() -> None:
    assert parameters(connect_event(None)) == {}
    assert parameters({"Details": {"ContactData": {}}}) == {}


@pytest.mark.parametrize("given", [[], "PIN", 7, True, 0, False])
def test_parameters_that_are_no_map_are_refused(given: Any) -> None:
    with pytest.raises(EventMalformed):
        parameters(connect_event(given))


def parameters_of_call(event: Any) -> None:
    """Read an event as the handlers do."""
    calling_contact(event)
    parameters(event)
