from datetime import timedelta
from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status
from tests.fakes import (
    NOW,
    FakeAgents,
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    an_answered_transfer,
    platform_fault,
)
from tests.unit.functions import LIVE_PIN, TELEPHONE_NUMBER, Function, counted
from tests.unit.samples import INSTANCE_ARN, OTHER_INSTANCE_ARN
from tests.unit.samples_of_contacts import (
    AGENT_ID,
    BAD_CONTACT_EVENTS,
    connected,
    over,
    spelt_with_capitals,
)


@pytest.fixture
def transfers(contact_changed: Function, clock: FakeClock) -> FakeTransfers:
    """Fakes in the handler's place of AWS, where a transfer waits for jane.doe on loop-1."""
    transfers, workflow = FakeTransfers(), FakeWorkflow()
    transfers.seed(an_answered_transfer())
    transfers.reserve_contact("loop-1", "transfer-1", NOW)
    workflow.waiting.add("join-token")
    clock.set(NOW + timedelta(seconds=60))
    contact_changed.replace(
        TRANSFERS=transfers,
        WORKFLOW=workflow,
        AGENTS=FakeAgents(**{AGENT_ID: "jane.doe", "john": "john.doe"}),
        SystemClock=lambda: clock,
        INSTANCE_ARN=INSTANCE_ARN,
    )
    return transfers


@pytest.mark.parametrize("spelt", [dict, spelt_with_capitals])
def test_end_before_the_agent_has_come_is_noted(
    contact_changed: Function, transfers: FakeTransfers, spelt: Any
) -> None:
    answer = contact_changed(spelt(over()))

    assert answer == {"Result": "OK", "TransferId": "transfer-1", "Status": "ABANDONED"}
    assert counted(contact_changed.printed()) == {"Answered": [1.0], "service": "ContactChanged"}
    stored = transfers.find("transfer-1")
    assert stored
    assert (stored.reason, stored.ended_at) == (CARDHOLDER_LEFT, "2026-11-24T09:30:48.123Z")


@pytest.mark.parametrize("spelt", [dict, spelt_with_capitals])
def test_agent_who_is_connected_joins(
    contact_changed: Function, transfers: FakeTransfers, spelt: Any
) -> None:
    answer = contact_changed(spelt(connected()))

    assert answer == {"Result": "OK", "TransferId": "transfer-1", "Status": "JOINED"}
    stored = transfers.find("transfer-1")
    assert stored
    assert (stored.status, stored.joined_at) == (Status.JOINED, "2026-11-24T09:30:09.250Z")


@pytest.mark.usefixtures("transfers")
def test_wrong_agent_is_refused_audited_and_counted(contact_changed: Function) -> None:
    event = connected(agentArn=f"{INSTANCE_ARN}/agent/john")

    assert_is_refused(contact_changed, event, "WrongAgent")

    assert contact_changed.audit.event.event_id == "loop-1-WrongAgent-JoinRejected"


@pytest.mark.usefixtures("transfers")
def test_agent_whom_nobody_knows_is_refused_and_counted(contact_changed: Function) -> None:
    event = connected(agentArn=f"{INSTANCE_ARN}/agent/nobody")

    assert_is_refused(contact_changed, event, "AgentUnknown")


@pytest.mark.usefixtures("transfers")
def test_contact_of_nobodys_is_counted_and_no_warning(contact_changed: Function) -> None:
    assert contact_changed(over(contactId="loop-9")) == {"Result": "OK"}

    printed = contact_changed.printed()
    assert counted(printed) == {
        "Answered": [1.0], "ContactForeign": [1.0], "service": "ContactChanged",
    }  # fmt: skip
    assert [line for line in printed if "level" in line] == []


@pytest.mark.parametrize(("event", "reason"), BAD_CONTACT_EVENTS)
def test_event_that_is_of_no_use_is_refused(
    contact_changed: Function, transfers: FakeTransfers, event: Any, reason: str
) -> None:
    transfers.calls.clear()

    assert_is_refused(contact_changed, event, reason)

    assert not transfers.calls


def test_contact_of_another_instance_is_refused(
    contact_changed: Function, transfers: FakeTransfers
) -> None:
    transfers.calls.clear()

    assert_is_refused(contact_changed, over(instanceArn=OTHER_INSTANCE_ARN), "NotOurCall")

    assert not transfers.calls
    assert contact_changed.audit.events == []


def test_log_tells_which_contact_was_refused_and_why(
    contact_changed: Function, transfers: FakeTransfers
) -> None:
    del transfers
    contact_changed(over(instanceArn=OTHER_INSTANCE_ARN))

    (entry,) = [line for line in contact_changed.printed() if "level" in line]
    assert (entry["contact_id"], entry["reason"]) == ("loop-1", "NotOurCall")


def test_neither_log_nor_metrics_nor_events_hold_a_pin_a_token_or_a_number(
    contact_changed: Function, transfers: FakeTransfers, capsys: pytest.CaptureFixture[str]
) -> None:
    contact_changed(connected(agentArn=f"{INSTANCE_ARN}/agent/john"))
    contact_changed(connected())
    contact_changed(over())
    transfers.before["reserved_for"] = [platform_fault]
    with pytest.raises(PlatformFault):
        contact_changed(over())

    printed = capsys.readouterr()
    told = f"{printed.out} {printed.err} {contact_changed.audit.events}"
    for what in ("WrongAgent", "SecureCallEnded", "PlatformFault"):
        assert what in told
    assert not LIVE_PIN.search(told)
    assert not TELEPHONE_NUMBER.search(told)
    assert "-token" not in told


def test_aws_that_cannot_be_reached_is_raised_for_lambda_to_repeat(
    contact_changed: Function,
) -> None:
    with pytest.raises(PlatformFault, match="GetItem on TransferTable failed"):
        contact_changed(over())

    assert counted(contact_changed.printed()) == {
        "PlatformFault": [1.0], "service": "ContactChanged",
    }  # fmt: skip


def assert_is_refused(contact_changed: Function, event: Any, reason: str) -> None:
    """Without a call to AWS, which would be raised: the network is off."""
    answer = contact_changed(event)

    assert answer == {"Result": "ERROR", "Reason": reason}
    assert counted(contact_changed.printed()) == {reason: [1.0], "service": "ContactChanged"}
