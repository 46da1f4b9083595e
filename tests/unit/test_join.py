from dataclasses import replace
from typing import Any

import pytest

from secure_transfer.domain.errors import (
    AgentNameInvalid,
    AgentNameMissing,
    NotOurCall,
    PlatformFault,
    Refused,
    TransferClosed,
    TransferIdInvalid,
    TransferUnknown,
    WrongAgent,
    WrongContact,
)
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.transfer import Status, Transfer
from tests.fakes import (
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    a_transfer,
    an_answered_transfer,
    platform_fault,
)
from tests.unit.samples import (
    ABSENT,
    INSTANCE_ARN,
    INVALID_AGENT_NAMES,
    INVALID_CONTACT_IDS,
    NO_AGENT_NAME,
    OTHER_INSTANCE_ARN,
    a_call,
)

ABANDONED = an_answered_transfer(status=Status.ABANDONED)


class Desk:
    """AgentJoined with fakes around it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.transfers = FakeTransfers()
        self.workflow = FakeWorkflow()
        self.audit = FakeAuditTrail()

    def begin(self, transfer: Transfer) -> Transfer:
        """Put a transfer on record; its execution waits for the agent if it is ANSWERED."""
        self.transfers.seed(transfer)
        if transfer.status is Status.ANSWERED and transfer.join_token:
            self.workflow.waiting.add(transfer.join_token)
        return transfer

    def join(
        self,
        agent_name: object = "jane.doe",
        transfer_id: object = "transfer-1",
        contact: str = "loop-1",
        **changes: Any,
    ) -> Transfer:
        return join_agent(
            changes.pop("call", a_call(contact)),
            agent_name,
            transfer_id,
            **{
                "instance_arn": "",
                "transfers": self.transfers,
                "workflow": self.workflow,
                "audit": self.audit,
                "clock": self.clock,
                **changes,
            },
        )

    def refusal(self, **changes: Any) -> type:
        with pytest.raises(Refused) as caught:
            self.join(**changes)
        return caught.type


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


# ---------------------------------------------------------------------------------- joined


def test_right_agent_on_the_right_call_secures_the_transfer(desk: Desk) -> None:
    answered = desk.begin(an_answered_transfer())

    joined = desk.join()

    assert joined == replace(answered, status=Status.JOINED, joined_at=NOW_TEXT)
    assert desk.transfers.find("transfer-1") == joined


def test_join_wakes_the_execution_and_leaves_the_telling_to_it(desk: Desk) -> None:
    desk.begin(an_answered_transfer())

    desk.join()

    output = {"transferId": "transfer-1", "joinedAt": NOW_TEXT}
    assert desk.workflow.delivered == [("join-token", output)]
    assert desk.audit.events == []


def test_join_before_the_execution_waits_is_told_by_us_too(desk: Desk) -> None:
    desk.begin(an_answered_transfer(join_token=None))

    assert desk.join().status is Status.JOINED
    assert desk.workflow.calls["wake"] == 0
    assert desk.audit.event.event_id == "transfer-1-TransferSecured"


def test_join_whose_wake_up_is_lost_is_answered_all_the_same(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.workflow.before["wake"] = [platform_fault]

    assert desk.join().status is Status.JOINED
    assert desk.audit.event.event_id == "transfer-1-TransferSecured"


@pytest.mark.parametrize("token", ["join-token", None])
def test_join_of_a_transfer_whose_execution_is_gone_is_told_by_us(
    desk: Desk, token: str | None
) -> None:
    desk.transfers.seed(an_answered_transfer(join_token=token))

    assert desk.join().status is Status.JOINED

    event = desk.audit.event
    assert event.event_id == "transfer-1-TransferSecured"
    assert (event.metadata["sequence"], event.data["late"]) == (4, False)


def test_repeat_gets_the_same_answer(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    first = desk.join()
    desk.clock.advance(3)

    assert desk.join() == first
    assert desk.audit.event.event_id == "transfer-1-TransferSecured"


def test_repeat_sends_the_wake_up_again_as_it_was(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.workflow.before["wake"] = [platform_fault]  # the first one is lost
    desk.join()
    desk.clock.advance(3)

    desk.join()

    output = {"transferId": "transfer-1", "joinedAt": NOW_TEXT}
    assert desk.workflow.delivered == [("join-token", output)]


# ------------------------------------------------------------------------------- late join


def test_late_join_is_told_as_secured_and_the_transfer_stays_abandoned(desk: Desk) -> None:
    desk.begin(ABANDONED)

    joined = desk.join()

    assert joined == replace(ABANDONED, joined_at=NOW_TEXT)
    event = desk.audit.event
    assert (event.detail_type, event.event_id) == ("TransferSecured", "transfer-1-TransferSecured")
    assert event.metadata["sequence"] == 5
    assert event.metadata["occurredAt"] == NOW_TEXT
    assert event.data == {"agentName": "jane.doe", "late": True}


def test_late_join_wakes_nobody(desk: Desk) -> None:
    desk.begin(ABANDONED)

    desk.join()

    assert not desk.workflow.calls


def test_late_join_that_is_repeated_tells_the_same_again(desk: Desk) -> None:
    desk.begin(ABANDONED)
    desk.join()
    desk.clock.advance(3)

    assert desk.join().joined_at == NOW_TEXT

    first, second = desk.audit.events
    assert first == second


def test_transfer_that_is_abandoned_in_the_same_instant_is_joined_late(desk: Desk) -> None:
    desk.begin(an_answered_transfer())
    desk.transfers.before["join"] = [lambda: desk.transfers.seed(ABANDONED)]

    assert desk.join().status is Status.ABANDONED
    assert desk.audit.event.data["late"] is True


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"agent_name": "john.doe"}, WrongAgent), ({"contact": "loop-2"}, WrongContact)],
)
def test_late_join_is_for_the_right_agent_and_call_only(
    desk: Desk, changes: dict[str, Any], refusal: type
) -> None:
    desk.begin(ABANDONED)

    assert desk.refusal(**changes) is refusal
    assert desk.transfers.find("transfer-1") == ABANDONED


# -------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.JOINED])
def test_wrong_agent_is_refused_and_audited(desk: Desk, status: Status) -> None:
    stored = desk.begin(an_answered_transfer(status=status, joined_at=NOW_TEXT))

    assert desk.refusal(agent_name="john.doe") is WrongAgent

    event = desk.audit.event
    assert event.detail_type == "JoinRejected"
    assert event.event_id == "loop-1-WrongAgent-JoinRejected"
    assert event.metadata["transferId"] == "transfer-1"
    assert "sequence" not in event.metadata
    assert desk.transfers.find("transfer-1") == stored
    assert not desk.workflow.calls


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(an_answered_transfer(), id="another call answered it"),
        pytest.param(a_transfer(), id="no call has answered it"),
    ],
)
def test_call_that_did_not_answer_the_transfer_is_refused_and_audited(
    desk: Desk, stored: Transfer
) -> None:
    desk.begin(stored)

    assert desk.refusal(contact="loop-9") is WrongContact
    assert desk.audit.event.event_id == "loop-9-WrongContact-JoinRejected"
    assert desk.audit.event.metadata["transferId"] == "transfer-1"


@pytest.mark.parametrize("status", [Status.TIMED_OUT, Status.FAILED])
def test_transfer_that_is_over_is_closed(desk: Desk, status: Status) -> None:
    desk.begin(a_transfer(status=status))

    assert desk.refusal() is TransferClosed
    assert desk.audit.event.event_id == "loop-1-TransferClosed-JoinRejected"
    assert desk.audit.event.metadata["transferId"] == "transfer-1"


def test_transfer_that_never_was_is_unknown(desk: Desk) -> None:
    assert desk.refusal(transfer_id="transfer-9") is TransferUnknown
    assert desk.audit.event.event_id == "loop-1-TransferUnknown-JoinRejected"
    assert "transferId" not in desk.audit.event.metadata


@pytest.mark.parametrize("transfer_id", INVALID_CONTACT_IDS)
def test_transfer_id_that_is_none_is_refused_and_no_table_is_read(
    desk: Desk, transfer_id: Any
) -> None:
    assert desk.refusal(transfer_id=transfer_id) is TransferIdInvalid
    assert not desk.transfers.calls
    assert desk.audit.event.event_id == "loop-1-TransferIdInvalid-JoinRejected"


@pytest.mark.parametrize("name", NO_AGENT_NAME)
def test_join_without_an_agent_name_is_refused_and_audited(desk: Desk, name: Any) -> None:
    assert desk.refusal(agent_name=None if name is ABSENT else name) is AgentNameMissing
    assert not desk.transfers.calls
    assert desk.audit.event.event_id == "loop-1-AgentNameMissing-JoinRejected"


@pytest.mark.parametrize("name", INVALID_AGENT_NAMES)
def test_join_with_an_agent_name_that_is_none_is_refused(desk: Desk, name: Any) -> None:
    assert desk.refusal(agent_name=name) is AgentNameInvalid
    assert not desk.transfers.calls


@pytest.mark.parametrize("arn", [OTHER_INSTANCE_ARN, None])
def test_call_of_another_instance_is_refused_and_audited(desk: Desk, arn: str | None) -> None:
    call = a_call("loop-1", instance_arn=arn)

    assert desk.refusal(call=call, instance_arn=INSTANCE_ARN) is NotOurCall
    assert not desk.transfers.calls
    assert desk.audit.event.event_id == "loop-1-NotOurCall-JoinRejected"


def test_refusal_tells_neither_pin_nor_token(desk: Desk) -> None:
    desk.begin(an_answered_transfer())

    with pytest.raises(Refused) as caught:
        desk.join(agent_name="john.doe")

    for live in ("0027", "loop-token", "join-token"):
        assert live not in f"{caught.value} {desk.audit.events}"


# -------------------------------------------------------------------------- platform faults


@pytest.mark.parametrize(
    ("stored", "method"),
    [(an_answered_transfer(), "join"), (ABANDONED, "find"), (ABANDONED, "join_late")],
)
def test_fault_is_raised_unaudited_and_the_repeat_joins(
    desk: Desk, stored: Transfer, method: str
) -> None:
    desk.begin(stored)
    desk.transfers.before[method] = [platform_fault]

    with pytest.raises(PlatformFault):
        desk.join()

    assert desk.audit.events == []
    assert desk.join().joined_at == NOW_TEXT


def test_record_that_changes_while_it_is_read_is_a_fault_and_the_repeat_joins(desk: Desk) -> None:
    desk.begin(a_transfer())
    desk.transfers.before["find"] = [lambda: desk.transfers.seed(an_answered_transfer())]

    with pytest.raises(PlatformFault):
        desk.join()

    assert desk.audit.events == []
    assert desk.join().status is Status.JOINED


def test_join_whose_response_was_lost_is_given_to_the_repeat(desk: Desk) -> None:
    joined = an_answered_transfer(status=Status.JOINED, joined_at=NOW_TEXT)
    desk.begin(an_answered_transfer())
    # The write takes effect, its answer does not come back; the adapter's second try is refused.
    desk.transfers.before["join"] = [lambda: desk.transfers.seed(joined)]

    assert desk.join() == joined
    assert len(desk.workflow.delivered) == 1
