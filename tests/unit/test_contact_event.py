from datetime import UTC, datetime
from typing import Any

import pytest

from secure_transfer.contact_event import contact_change
from secure_transfer.domain.errors import ChannelNotVoice, ContactIdInvalid, EventMalformed
from tests.unit.samples import ABSENT, INSTANCE_ARN, INVALID_CONTACT_IDS, OTHER_INSTANCE_ARN
from tests.unit.samples_of_contacts import (
    AGENT_ID,
    BAD_CONTACT_EVENTS,
    connected,
    over,
    spelt_with_capitals,
)

SPELLINGS = pytest.mark.parametrize("spelt", [dict, spelt_with_capitals])


def at(second: int, millisecond: int = 0) -> datetime:
    return datetime(2026, 11, 24, 9, 30, second, millisecond * 1000, tzinfo=UTC)


@SPELLINGS
def test_connection_tells_call_agent_and_time(spelt: Any) -> None:
    change = contact_change(spelt(connected()))

    assert not change.is_over
    assert change.call.contact_id == "loop-1"
    assert change.call.instance_arn == INSTANCE_ARN
    assert change.agent_id == AGENT_ID
    assert change.connected_at == at(9, 250)


@SPELLINGS
def test_end_tells_call_and_time(spelt: Any) -> None:
    change = contact_change(spelt(over()))

    assert change.is_over
    assert change.agent_id is None
    assert change.ended_at == at(48, 123)


@SPELLINGS
def test_end_of_a_call_that_an_agent_had_tells_who_and_since_when(spelt: Any) -> None:
    change = contact_change(spelt(over(agentInfo=connected()["detail"]["agentInfo"])))

    assert (change.agent_id, change.connected_at) == (AGENT_ID, at(9, 250))


def test_spellings_can_be_mixed_in_one_event() -> None:
    # As in AWS's example of a DISCONNECTED.
    event = over(channel="Voice", AgentInfo=connected()["detail"]["agentInfo"])

    assert contact_change(event).agent_id == AGENT_ID


@pytest.mark.parametrize("told", [ABSENT, None, "", "1970-01-01T00:00:00.001Z"])
def test_agent_who_was_only_offered_the_call_was_not_connected(told: Any) -> None:
    agent = connected(connectedToAgentTimestamp=told)["detail"]["agentInfo"]

    assert contact_change(over(agentInfo=agent)).agent_id is None


def test_events_own_time_is_taken_where_the_detail_has_none() -> None:
    event = {**over(disconnectTimestamp=ABSENT), "time": "2026-11-24T09:30:50Z"}
    assert contact_change(event).ended_at == at(50)

    event = {**connected(connectedToAgentTimestamp=ABSENT), "time": "2026-11-24T09:30:50Z"}
    assert contact_change(event).connected_at == at(50)


@pytest.mark.parametrize("told", [None, "", "yesterday", "2026-11-24T09:30:00", 7, ["x"], {}])
def test_time_that_is_none_is_not_known(told: Any) -> None:
    event = {**over(disconnectTimestamp=told), "time": told}

    assert contact_change(event).ended_at is None


@pytest.mark.parametrize(
    "arn",
    [
        ABSENT,
        None,
        "",
        7,
        AGENT_ID,
        f"{INSTANCE_ARN}/agent/",
        f"{INSTANCE_ARN}/agent/a b",
        f"{INSTANCE_ARN}/agent/{'a' * 257}",
        f"{INSTANCE_ARN}/agent/../user",
        f"{INSTANCE_ARN}/agent/x?y",
        f"{INSTANCE_ARN}/queue/{AGENT_ID}",
        f"{OTHER_INSTANCE_ARN}/agent/{AGENT_ID}",
    ],
)
def test_arn_that_is_of_no_agent_of_the_instance_names_nobody(arn: Any) -> None:
    assert contact_change(connected(agentArn=arn)).agent_id is None


@pytest.mark.parametrize("agent", [None, "", [], "agent", 7])
def test_agent_that_is_no_map_names_nobody(agent: Any) -> None:
    event = connected()
    event["detail"]["agentInfo"] = agent

    assert contact_change(event).agent_id is None


def test_first_contact_is_told_where_it_is_another() -> None:
    assert contact_change(over()).call.initial_contact_id == "loop-1"
    first = contact_change(over(initialContactId="conversation-1")).call.initial_contact_id
    assert first == "conversation-1"


@pytest.mark.parametrize(("event", "reason"), BAD_CONTACT_EVENTS)
def test_event_that_tells_nothing_of_ours_is_refused(event: Any, reason: str) -> None:
    refusals = (ChannelNotVoice, ContactIdInvalid, EventMalformed)
    with pytest.raises(refusals) as caught:
        contact_change(event)

    assert caught.value.reason == reason


@SPELLINGS
@pytest.mark.parametrize("contact_id", INVALID_CONTACT_IDS)
def test_contact_id_that_can_be_no_contacts_is_refused(spelt: Any, contact_id: Any) -> None:
    with pytest.raises(ContactIdInvalid):
        contact_change(spelt(over(contactId=contact_id)))
