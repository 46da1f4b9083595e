"""ContactChanged's domain: what becomes of a transfer when Connect tells of its looped call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secure_transfer.domain.contact import ContactChange, follow_contact
from secure_transfer.domain.errors import (
    AgentNameInvalid,
    AgentUnknown,
    NotOurCall,
    PlatformFault,
    Refused,
    WrongAgent,
)
from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status, Transfer, timestamp
from tests.fakes import (
    NOW,
    NOW_TEXT,
    FakeAgents,
    FakeAuditTrail,
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    a_transfer,
    an_answered_transfer,
    platform_fault,
)
from tests.unit.samples import INSTANCE_ARN, OTHER_INSTANCE_ARN, a_call

EARLIER = NOW - timedelta(seconds=20)
EARLIER_TEXT = timestamp(EARLIER)

JOINED = an_answered_transfer(status=Status.JOINED, joined_at=EARLIER_TEXT)
NEVER_JOINED = an_answered_transfer(status=Status.ABANDONED)
LEFT = replace(NEVER_JOINED, reason=CARDHOLDER_LEFT, ended_at=EARLIER_TEXT)


class Desk:
    """ContactChanged with fakes around it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.transfers = FakeTransfers()
        self.agents = FakeAgents(jane="jane.doe", john="john.doe", odd="no name of ours")
        self.workflow = FakeWorkflow()
        self.audit = FakeAuditTrail()

    def begin(self, transfer: Transfer, contact: str = "loop-1") -> Transfer:
        """Put a transfer on record whose looped call, or one that wanted to be it, is `contact`."""
        self.transfers.seed(transfer)
        self.transfers.reserve_contact(contact, transfer.transfer_id, NOW)
        self.transfers.calls.clear()
        if transfer.status is Status.ANSWERED and transfer.join_token:
            self.workflow.waiting.add(transfer.join_token)
        return transfer

    def connected(self, agent: str | None = "jane", **changes: Any) -> Transfer | None:
        return self._follow(is_over=False, agent_id=agent, **changes)

    def over(self, agent: str | None = None, **changes: Any) -> Transfer | None:
        return self._follow(is_over=True, agent_id=agent, **changes)

    def _follow(self, *, contact: str = "loop-1", **changes: Any) -> Transfer | None:
        call = changes.pop("call", a_call(contact))
        return follow_contact(
            ContactChange(call, **changes),
            instance_arn=INSTANCE_ARN,
            transfers=self.transfers,
            agents=self.agents,
            workflow=self.workflow,
            audit=self.audit,
            clock=self.clock,
        )

    @property
    def told(self) -> list[str]:
        return [event.event_id.removeprefix("transfer-1-") for event in self.audit.events]


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


# ----------------------------------------------------------------- the cardholder has left


def test_call_that_ends_before_the_agent_has_come_abandons_the_transfer(desk: Desk) -> None:
    answered = desk.begin(an_answered_transfer())

    left = desk.over(ended_at=EARLIER)

    assert left == replace(
        answered, status=Status.ABANDONED, reason=CARDHOLDER_LEFT,
        closed_at=EARLIER_TEXT, ended_at=EARLIER_TEXT,
    )  # fmt: skip
    assert desk.transfers.find("transfer-1") == left


def test_call_that_ends_early_interrupts_the_wait_and_leaves_the_telling_to_it(
    desk: Desk,
) -> None:
    desk.begin(an_answered_transfer())

    desk.over()

    assert desk.workflow.interrupted == [("join-token", "CardholderLeft")]
    assert desk.audit.events == []


def test_call_that_ends_before_the_execution_waits_is_told_by_us_too(desk: Desk) -> None:
    desk.begin(an_answered_transfer(join_token=None))

    desk.over(ended_at=EARLIER)

    assert desk.workflow.calls["interrupt"] == 0
    event = desk.audit.event
    assert event.detail_type == "TransferAbandoned"
    assert event.event_id == "transfer-1-TransferAbandoned"
    assert event.metadata["sequence"] == 4
    assert event.metadata["occurredAt"] == EARLIER_TEXT
    assert event.metadata["loopContactId"] == "loop-1"
    assert event.data == {"agentName": "jane.doe", "reason": "CardholderLeft"}


def test_call_that_ends_early_is_told_by_us_when_nobody_could_be_interrupted(desk: Desk) -> None:
    desk.transfers.seed(an_answered_transfer())
    desk.transfers.reserve_contact("loop-1", "transfer-1", NOW)

    desk.over()

    assert desk.told == ["TransferAbandoned"]


def test_end_that_is_told_again_interrupts_again_and_changes_nothing(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.workflow.before["interrupt"] = [platform_fault]  # the first one is lost
    first = desk.over(ended_at=EARLIER)
    desk.clock.advance(60)

    assert desk.over(ended_at=NOW) == first

    assert desk.workflow.interrupted == [("join-token", "CardholderLeft")]
    assert desk.told == ["TransferAbandoned"]


def test_end_of_a_call_that_nobody_joined_in_time_is_noted_and_told_of_by_nobody(
    desk: Desk,
) -> None:
    desk.begin(NEVER_JOINED)

    assert desk.over(ended_at=EARLIER) == replace(NEVER_JOINED, ended_at=EARLIER_TEXT)
    assert not desk.workflow.calls
    assert desk.audit.events == []


# ------------------------------------------------------------------- a secured call is over


def test_end_of_a_secured_call_is_told_with_what_took_how_long(desk: Desk) -> None:
    at = [timestamp(NOW + timedelta(seconds=seconds)) for seconds in (0, 0.4, 21, 30.25, 100)]
    requested, allocated, answered, joined, ended = at
    desk.clock.advance(200)
    desk.begin(
        replace(
            JOINED, requested_at=requested, allocated_at=allocated, answered_at=answered,
            joined_at=joined,
        )
    )  # fmt: skip

    desk.over(ended_at=NOW + timedelta(seconds=100))

    event = desk.audit.event
    assert (event.detail_type, event.event_id) == ("SecureCallEnded", "transfer-1-SecureCallEnded")
    assert (event.metadata["sequence"], event.metadata["occurredAt"]) == (6, ended)
    assert event.data == {
        "agentName": "jane.doe",
        "clickToPinSeconds": 0.4,
        "pinToLoopSeconds": 20.6,
        "loopToAgentSeconds": 9.25,
        "agentToEndSeconds": 69.75,
    }


def test_what_is_not_known_or_cannot_be_is_left_out(desk: Desk) -> None:
    # Of a record of the last release, whose agent's whisper came after the call's end.
    desk.begin(replace(JOINED, joined_at=NOW_TEXT, answered_at="no time"))

    desk.over(ended_at=EARLIER)

    assert desk.audit.event.data == {"agentName": "jane.doe"}


def test_end_that_is_told_twice_is_told_of_in_the_same_words(desk: Desk) -> None:
    desk.begin(JOINED)
    desk.over(ended_at=EARLIER)
    desk.clock.advance(60)
    desk.over(ended_at=NOW)

    first, second = desk.audit.events
    assert first == second


def test_end_of_a_call_that_was_joined_late_is_told_too(desk: Desk) -> None:
    desk.begin(replace(NEVER_JOINED, joined_at=EARLIER_TEXT))

    desk.over()

    assert desk.told == ["SecureCallEnded"]


def test_end_just_when_the_agent_joins_is_told_as_the_record_has_it(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.transfers.before["abandon"] = [lambda: desk.transfers.seed(JOINED)]

    ended = desk.over()

    assert ended
    assert ended.status is Status.JOINED
    assert desk.told == ["SecureCallEnded"]


# ----------------------------------------------------------------------- an agent has come


def test_agent_who_is_connected_joins_as_by_the_whisper(desk: Desk) -> None:
    answered = desk.begin(an_answered_transfer())

    joined = desk.connected(connected_at=EARLIER)

    assert joined == replace(answered, status=Status.JOINED, joined_at=EARLIER_TEXT)
    output = {"transferId": "transfer-1", "joinedAt": EARLIER_TEXT}
    assert desk.workflow.delivered == [("join-token", output)]
    assert desk.audit.events == []


def test_agent_who_has_joined_is_asked_for_no_name_and_told_of_no_more(desk: Desk) -> None:
    desk.begin(JOINED)

    assert desk.connected() == JOINED
    assert not desk.agents.calls
    assert not desk.workflow.calls
    assert desk.audit.events == []


def test_agent_who_is_connected_late_is_told_as_late(desk: Desk) -> None:
    desk.begin(NEVER_JOINED)

    desk.connected()

    assert desk.told == ["TransferSecured"]
    assert desk.audit.event.data["late"] is True


def test_agent_who_is_told_of_after_the_end_is_late_and_the_call_is_over(desk: Desk) -> None:
    desk.begin(LEFT)

    joined = desk.connected(connected_at=EARLIER - timedelta(seconds=5))

    assert joined
    assert (joined.status, joined.reason) == (Status.ABANDONED, CARDHOLDER_LEFT)
    assert desk.told == ["TransferSecured", "SecureCallEnded"]
    assert desk.audit.events[1].data["agentToEndSeconds"] == 5


def test_wrong_agent_is_refused_and_audited_as_by_the_whisper(desk: Desk) -> None:
    stored = desk.begin(an_answered_transfer())

    with pytest.raises(WrongAgent):
        desk.connected("john")

    assert desk.audit.event.event_id == "loop-1-WrongAgent-JoinRejected"
    assert desk.audit.event.metadata["transferId"] == "transfer-1"
    assert desk.transfers.find("transfer-1") == stored


def test_agent_whose_name_can_be_nobodys_is_refused_and_audited(desk: Desk) -> None:
    desk.begin(an_answered_transfer())

    with pytest.raises(AgentNameInvalid):
        desk.connected("odd")

    assert desk.audit.event.event_id == "loop-1-AgentNameInvalid-JoinRejected"


@pytest.mark.parametrize("agent", ["nobody", None])
def test_agent_whom_connect_does_not_know_joins_nothing(desk: Desk, agent: str | None) -> None:
    stored = desk.begin(an_answered_transfer())

    with pytest.raises(AgentUnknown):
        desk.connected(agent)

    assert desk.transfers.find("transfer-1") == stored
    assert desk.audit.events == []


def test_end_that_is_told_before_the_connection_joins_first(desk: Desk) -> None:
    """Events come in any order: a payment that was taken is not called abandoned."""
    desk.begin(an_answered_transfer())

    ended = desk.over("jane", connected_at=EARLIER, ended_at=NOW)

    assert ended
    assert (ended.status, ended.joined_at, ended.ended_at) == (
        Status.JOINED, EARLIER_TEXT, NOW_TEXT,
    )  # fmt: skip
    assert len(desk.workflow.delivered) == 1
    assert desk.told == ["SecureCallEnded"]


def test_end_of_a_call_that_another_agent_had_is_the_cardholders_leaving(desk: Desk) -> None:
    desk.begin(an_answered_transfer())

    with pytest.raises(WrongAgent):
        desk.over("john")

    stored = desk.transfers.find("transfer-1")
    assert stored
    assert stored.reason == CARDHOLDER_LEFT
    assert desk.workflow.interrupted == [("join-token", "CardholderLeft")]


# ------------------------------------------------------------------------- whose contact


@pytest.mark.parametrize("over", [True, False])
def test_contact_of_nobodys_is_let_alone_after_one_look(desk: Desk, over: bool) -> None:  # noqa: FBT001
    desk.begin(an_answered_transfer())

    found = desk.over(contact="loop-9") if over else desk.connected(contact="loop-9")

    assert found is None
    assert dict(desk.transfers.calls) == {"reserved_for": 1}
    assert not desk.agents.calls
    assert desk.audit.events == []


@pytest.mark.parametrize("contact", ["transfer-1", "conversation-1"])
def test_end_of_the_first_leg_is_not_the_cardholders_leaving(desk: Desk, contact: str) -> None:
    answered = desk.begin(an_answered_transfer())

    assert desk.over(contact=contact) is None
    assert desk.transfers.find("transfer-1") == answered


@pytest.mark.parametrize("status", [Status.JOINED, Status.TIMED_OUT, Status.FAILED])
def test_contact_that_another_call_was_before_is_nobodys(desk: Desk, status: Status) -> None:
    stored = desk.begin(an_answered_transfer(status=status), contact="loop-2")

    assert desk.over(contact="loop-2") is None
    assert desk.transfers.find("transfer-1") == stored


def test_contact_whose_transfer_has_no_record_is_nobodys(desk: Desk) -> None:
    desk.transfers.reserve_contact("loop-1", "transfer-9", NOW)

    assert desk.over() is None


def test_end_in_the_instant_of_the_answer_is_a_fault_and_the_repeat_is_judged_anew(
    desk: Desk,
) -> None:
    desk.begin(a_transfer())

    with pytest.raises(PlatformFault):
        desk.over()

    desk.begin(an_answered_transfer())
    left = desk.over()
    assert left
    assert left.reason == CARDHOLDER_LEFT


@pytest.mark.parametrize("arn", [OTHER_INSTANCE_ARN, None])
def test_contact_of_another_instance_is_refused_and_no_table_is_read(
    desk: Desk, arn: str | None
) -> None:
    with pytest.raises(NotOurCall):
        desk.over(call=a_call("loop-1", instance_arn=arn))

    assert not desk.transfers.calls


# --------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    "told",
    [
        None,
        NOW + timedelta(milliseconds=1),
        NOW - timedelta(days=1),
        datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC),
    ],
)
def test_time_that_cannot_be_right_is_taken_for_now(desk: Desk, told: datetime | None) -> None:
    desk.begin(an_answered_transfer())

    left = desk.over(ended_at=told)

    assert left
    assert left.ended_at == NOW_TEXT


# ---------------------------------------------------------------------- platform faults


@pytest.mark.parametrize("method", ["reserved_for", "find", "abandon", "end_call"])
def test_fault_of_the_table_is_raised_and_the_repeat_ends_the_call(desk: Desk, method: str) -> None:
    desk.begin(JOINED)
    desk.transfers.before[method] = [platform_fault]

    with pytest.raises(PlatformFault):
        desk.over()

    assert desk.audit.events == []
    desk.over()
    assert desk.told == ["SecureCallEnded"]


def test_fault_of_connect_is_raised_and_nothing_is_taken_for_the_cardholders_leaving(
    desk: Desk,
) -> None:
    answered = desk.begin(an_answered_transfer())
    desk.agents.before["user_name"] = [platform_fault]

    with pytest.raises(PlatformFault):
        desk.over("jane")

    assert desk.transfers.find("transfer-1") == answered


def test_record_that_changes_under_both_writes_is_a_fault(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.transfers.before["abandon"] = [
        lambda: desk.transfers.seed(an_answered_transfer(loop_contact_id="loop-2"))
    ]

    with pytest.raises(PlatformFault, match="try again"):
        desk.over()


def test_refusals_tell_neither_pin_nor_token(desk: Desk) -> None:
    desk.begin(an_answered_transfer())

    with pytest.raises(Refused) as caught:
        desk.connected("john")

    for live in ("0027", "loop-token", "join-token"):
        assert live not in f"{caught.value} {desk.audit.events}"
