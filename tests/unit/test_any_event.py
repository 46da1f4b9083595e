"""Whatever Connect, or whoever pretends to be Connect, sends: an answer, never an exception."""

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import (
    FakeAgents,
    FakeAuditTrail,
    FakeClock,
    FakeInvocation,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
    execution_arn,
)
from tests.unit.functions import is_flat_map_of_text
from tests.unit.samples import connect_event
from tests.unit.samples_of_contacts import AGENT_ID, connected, over, spelt_with_capitals

# JSON as Python reads it: lone surrogates, huge and odd numbers included.
texts = st.text(st.characters(), max_size=90)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)

FIELDS_OF_CONTACT_DATA = [
    "Channel",
    "ContactId",
    "InitialContactId",
    "InstanceARN",
    "SystemEndpoint",
]

# Most events are refused at their first odd field. These are odd in one or two places only, so
# that what lies behind is reached too.
nearly_good_events = st.builds(
    lambda parameters, contact_data: connect_event(parameters, **contact_data),
    json_values
    | st.fixed_dictionaries(
        {},
        optional={
            "AgentName": json_values | st.just("jane.doe"),
            "PIN": json_values | st.sampled_from(["0027", "0028"]),
            "TransferId": json_values | st.sampled_from(["transfer-1", "transfer-2"]),
        },
    ),
    st.dictionaries(st.sampled_from(FIELDS_OF_CONTACT_DATA), json_values, max_size=1),
)

events = json_values | nearly_good_events


@settings(deadline=None, max_examples=300)
@given(events)
def test_add_agent_answers_any_event(add_agent_module: ModuleType, event: Any) -> None:
    assert_is_answered(add_agent_module, event)


@settings(deadline=None, max_examples=300)
@given(events)
def test_get_agent_answers_any_event(get_agent_module: ModuleType, event: Any) -> None:
    assert_is_answered(get_agent_module, event)


@settings(deadline=None, max_examples=300)
@given(events)
def test_agent_joined_answers_any_event(agent_joined_module: ModuleType, event: Any) -> None:
    assert_is_answered(agent_joined_module, event)


changes_of_status = json_values | st.fixed_dictionaries(
    {},
    optional={
        "name": json_values | st.sampled_from(["transfer-1", "transfer-2"]),
        "executionArn": json_values
        | st.sampled_from([execution_arn("transfer-1"), execution_arn("transfer-2")]),
        "status": json_values | st.sampled_from(["ABORTED", "TIMED_OUT", "FAILED", "RUNNING"]),
        "stopDate": json_values | st.just("1795512600123"),
        "error": json_values | st.sampled_from(["", "States.Runtime", "LoopTimedOut"]),
    },
)

FIELDS_OF_CONTACT_EVENTS = [
    "eventType",
    "channel",
    "contactId",
    "ContactId",
    "initialContactId",
    "instanceArn",
    "agentInfo",
    "AgentInfo",
    "disconnectTimestamp",
]

contact_events = st.builds(
    lambda event, changes, time: {**event, "detail": event["detail"] | changes, "time": time},
    st.sampled_from(
        [over(), connected(), spelt_with_capitals(over()), spelt_with_capitals(connected())]
    ),
    st.dictionaries(st.sampled_from(FIELDS_OF_CONTACT_EVENTS), json_values, max_size=2),
    json_values | st.just("2026-11-24T09:30:49Z"),
)


@settings(deadline=None, max_examples=300)
@given(changes_of_status)
def test_execution_closed_takes_any_event(execution_closed_module: ModuleType, event: Any) -> None:
    """Lambda would repeat an exception, and the event would be no better."""
    audit = FakeAuditTrail()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution_closed_module, "TRANSFERS", _a_small_world()["TRANSFERS"])
        patch.setattr(execution_closed_module, "AUDIT", audit)

        answer = execution_closed_module.handler(event, FakeInvocation())

    assert answer is None
    for told in audit.events:
        assert told.metadata["transferId"] in ("transfer-1", "transfer-2")
        json.dumps([told.metadata, told.data]).encode("utf-8")


@given(json_values | contact_events)
def test_contact_changed_answers_any_event(contact_changed_module: ModuleType, event: Any) -> None:
    assert_is_answered(contact_changed_module, event)


def assert_is_answered(module: ModuleType, event: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, fake in _a_small_world().items():
            if hasattr(module, name):
                patch.setattr(module, name, fake)

        answer = module.handler(event, FakeInvocation())

    assert is_flat_map_of_text(answer)
    assert answer["Result"] in ("OK", "ERROR")
    assert ("Reason" in answer) is (answer["Result"] == "ERROR")
    json.dumps(answer).encode("utf-8")


def _a_small_world() -> dict[str, Any]:
    """One transfer that waits for its looped call, two that wait for their agents."""
    clock, pins, transfers = FakeClock(), FakePins(), FakeTransfers()
    pins.seed(a_pin_record("0027", "transfer-1"), a_pin_record("0028", "transfer-2"))
    transfers.seed(
        a_transfer("transfer-1"),
        an_answered_transfer("transfer-2", pin="0028", loop_contact_id="contact-1"),
    )
    transfers.seed(an_answered_transfer("transfer-3"))
    transfers.reserve_contact("loop-1", "transfer-3", clock.now())
    return {
        "AGENTS": FakeAgents(**{AGENT_ID: "jane.doe"}),
        "PINS": pins,
        "TRANSFERS": transfers,
        "WORKFLOW": FakeWorkflow(),
        "AUDIT": FakeAuditTrail(),
        "SystemClock": lambda: clock,
    }
