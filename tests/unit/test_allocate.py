from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from secure_transfer.domain.allocate import DEADLINE_SECONDS, POLL_SECONDS, allocate_pin
from secure_transfer.domain.errors import (
    NotOurCall,
    PlatformFault,
    Refused,
    TransferClosed,
    TransferNotStarted,
)
from secure_transfer.domain.transfer import Limits, Status, Transfer
from tests.fakes import (
    NOW,
    NOW_EPOCH,
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    a_transfer,
    at_once,
    platform_fault,
)
from tests.unit.samples import (
    ABSENT,
    INSTANCE_ARN,
    INVALID_AGENT_NAMES,
    NO_AGENT_NAME,
    OTHER_INSTANCE_ARN,
    a_call,
)

LIMITS = Limits(
    pin_length=4,
    loop_timeout_seconds=90,
    join_timeout_seconds=300,
    pin_quarantine_seconds=180,
    record_retention_days=400,
)

CALL = a_call("transfer-1")


class Desk:
    """AddAgent with fakes around it, and a state machine that records the PIN at once."""

    def __init__(self, clock: FakeClock, transfers: FakeTransfers, audit: FakeAuditTrail) -> None:
        self.clock = clock
        self.transfers = transfers
        self.audit = audit
        self.workflow = FakeWorkflow(on_start=self._record)

    def allocate(self, agent_name: object = "jane.doe", **changes: Any) -> str:
        return allocate_pin(
            changes.pop("call", CALL),
            agent_name,
            **{
                "instance_arn": "",
                "limits": LIMITS,
                "workflow": self.workflow,
                "transfers": self.transfers,
                "audit": self.audit,
                "clock": self.clock,
                **changes,
            },
        )

    def without_state_machine(self) -> None:
        self.workflow = FakeWorkflow()

    def _record(self, execution_input: Mapping[str, Any]) -> None:
        self.transfers.seed(
            a_transfer(
                execution_input["transferId"],
                pin=execution_input["claim"]["candidates"][0],
                expires_at=execution_input["expiresAt"],
            )
        )


@pytest.fixture
def desk(clock: FakeClock, transfers: FakeTransfers, audit: FakeAuditTrail) -> Desk:
    return Desk(clock, transfers, audit)


# --------------------------------------------------------------------------- a PIN in time


def test_new_transfer_gets_the_pin_that_its_execution_recorded(desk: Desk) -> None:
    pin = desk.allocate()

    assert [pin] == desk.workflow.started["transfer-1"]["claim"]["candidates"][:1]
    assert desk.audit.events == []


def test_pin_that_is_there_at_the_first_look_takes_one_look(desk: Desk) -> None:
    desk.allocate()

    assert desk.transfers.calls == {"find": 1}
    assert desk.clock.monotonic() == 0


def test_pin_that_comes_late_is_waited_for(desk: Desk) -> None:
    desk.without_state_machine()
    nothing_yet: list[Callable[[], None]] = [lambda: None] * 3
    desk.transfers.before["find"] = [*nothing_yet, lambda: desk.transfers.seed(a_transfer())]

    assert desk.allocate() == "0027"
    assert desk.clock.monotonic() == pytest.approx(3 * POLL_SECONDS)


def test_looks_that_fail_are_repeated(desk: Desk) -> None:
    desk.transfers.before["find"] = [platform_fault] * 10

    assert desk.allocate()
    assert desk.transfers.calls["find"] == 11


def test_execution_is_given_every_name_time_and_limit_that_it_needs(desk: Desk) -> None:
    desk.allocate()

    (given,) = desk.workflow.started.values()
    candidates = given["claim"]["candidates"]
    assert given == {
        "schemaVersion": "1",
        "transferId": "transfer-1",
        "initialContactId": "conversation-1",
        "agentName": "jane.doe",
        "requestedAtTime": NOW_TEXT,
        "requestedAtDay": "2026-11-24",
        "requestedAt": NOW_EPOCH,
        "expiresAt": NOW_EPOCH + 90,
        "reusableAt": NOW_EPOCH + 90 + 180,
        "purgeAt": NOW_EPOCH + 400 * 24 * 60 * 60,
        "loopTimeoutSeconds": 90,
        "joinTimeoutSeconds": 300,
        "claim": {"candidates": candidates, "index": 0, "collisions": 0},
        "conversation": {"attempt": 0},
    }
    assert len(set(candidates)) == 5
    assert {len(pin) for pin in candidates} == {4}


def test_candidates_have_the_length_that_is_set(desk: Desk) -> None:
    assert len(desk.allocate(limits=replace(LIMITS, pin_length=6))) == 6


# -------------------------------------------------------------------------------- repeats


def test_repeat_gets_the_same_pin_of_the_same_execution(desk: Desk) -> None:
    first = desk.allocate()
    desk.clock.advance(8)

    assert desk.allocate() == first
    assert desk.workflow.started.keys() == {"transfer-1"}


def test_five_repeats_at_once_get_the_same_pin_of_one_execution(desk: Desk) -> None:
    answers = at_once([desk.allocate] * 5)

    assert len(set(answers)) == 1
    assert desk.workflow.started.keys() == {"transfer-1"}


@pytest.mark.parametrize(
    "status", [Status.ANSWERED, Status.JOINED, Status.TIMED_OUT, Status.ABANDONED]
)
def test_repeat_of_a_transfer_that_waits_no_longer_is_closed(desk: Desk, status: Status) -> None:
    desk.without_state_machine()
    desk.transfers.seed(a_transfer(status=status))

    assert refusal(desk) is TransferClosed


@pytest.mark.parametrize(
    ("seconds_to_go", "closed"),
    [
        pytest.param(1, False, id="a second before it expires"),
        pytest.param(0, True, id="as it expires"),
        pytest.param(-1, True, id="a second after"),
    ],
)
def test_repeat_gets_the_pin_only_before_it_expires(
    desk: Desk, seconds_to_go: int, *, closed: bool
) -> None:
    desk.without_state_machine()
    desk.clock.set(NOW.replace(microsecond=0))
    desk.transfers.seed(a_transfer(expires_at=NOW_EPOCH + seconds_to_go))

    if closed:
        assert refusal(desk) is TransferClosed
    else:
        assert desk.allocate() == "0027"


def test_record_without_a_pin_is_closed(desk: Desk) -> None:
    desk.without_state_machine()
    desk.transfers.seed(a_transfer(pin=None))

    assert refusal(desk) is TransferClosed


@pytest.mark.parametrize("stored", [a_transfer(), a_transfer(status=Status.FAILED, pin=None)])
def test_repeat_by_another_agent_does_not_get_the_first_agents_pin(
    desk: Desk, stored: Transfer
) -> None:
    desk.without_state_machine()
    desk.transfers.seed(stored)

    assert refusal(desk, agent_name="john.doe") is TransferClosed


# ------------------------------------------------------------------------- no PIN will come


@pytest.mark.parametrize(
    "reason", ["PinPoolExhausted", "PinClaimFailed", "PinSearchFailed", "PinTooLate"]
)
def test_transfer_that_failed_is_refused_with_the_reason_on_record(desk: Desk, reason: str) -> None:
    desk.without_state_machine()
    desk.transfers.seed(a_failure(reason))

    with pytest.raises(TransferNotStarted) as caught:
        desk.allocate()

    assert caught.value.reason == reason
    assert desk.clock.monotonic() == 0


@pytest.mark.parametrize("reason", [None, ""])
def test_transfer_that_failed_for_no_known_reason_is_refused_as_failed(
    desk: Desk, reason: str | None
) -> None:
    desk.without_state_machine()
    desk.transfers.seed(a_failure(reason))

    with pytest.raises(TransferNotStarted) as caught:
        desk.allocate()

    assert caught.value.reason == "FAILED"


def test_transfer_without_a_pin_in_time_is_closed_as_too_late(desk: Desk) -> None:
    desk.without_state_machine()

    with pytest.raises(TransferNotStarted) as caught:
        desk.allocate()

    assert caught.value.reason == "PinTooLate"
    assert desk.transfers.find("transfer-1") == a_transfer(
        status=Status.FAILED,
        reason="PinTooLate",
        execution_arn=None,
        attempt=0,
        pin=None,
        loop_token=None,
    )


def test_waiting_ends_at_the_deadline(desk: Desk) -> None:
    desk.without_state_machine()

    refusal(desk)

    assert DEADLINE_SECONDS <= desk.clock.monotonic() < DEADLINE_SECONDS + 2 * POLL_SECONDS


def test_time_that_the_start_took_counts_into_the_deadline(desk: Desk) -> None:
    desk.without_state_machine()
    desk.workflow.before["start"] = [lambda: desk.clock.advance(4)]

    refusal(desk)

    assert desk.clock.monotonic() < DEADLINE_SECONDS + 2 * POLL_SECONDS


def test_table_that_cannot_be_read_until_the_deadline_is_too_late(desk: Desk) -> None:
    desk.without_state_machine()
    desk.transfers.before["find"] = [platform_fault] * 200

    with pytest.raises(TransferNotStarted) as caught:
        desk.allocate()

    assert caught.value.reason == "PinTooLate"


def test_repeat_of_a_transfer_that_was_too_late_is_told_so_again(desk: Desk) -> None:
    desk.without_state_machine()
    refusal(desk)

    with pytest.raises(TransferNotStarted) as caught:
        desk.allocate()

    assert caught.value.reason == "PinTooLate"
    assert desk.transfers.calls["record_failure"] == 1


def test_pin_that_is_recorded_just_before_the_transfer_is_given_up_is_answered(
    desk: Desk,
) -> None:
    desk.without_state_machine()
    desk.transfers.before["record_failure"] = [lambda: desk.transfers.seed(a_transfer())]

    assert desk.allocate() == "0027"


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        (a_transfer(status=Status.FAILED, reason="PinPoolExhausted"), "PinPoolExhausted"),
        (a_transfer(status=Status.FAILED, reason="PinTooLate"), "PinTooLate"),
        (a_transfer(status=Status.TIMED_OUT), "TransferClosed"),
    ],
    ids=["it had failed", "a repeat had given up", "it had timed out"],
)
def test_what_is_recorded_just_before_the_transfer_is_given_up_is_answered(
    desk: Desk, recorded: Transfer, reason: str
) -> None:
    desk.without_state_machine()
    desk.transfers.before["record_failure"] = [lambda: desk.transfers.seed(recorded)]

    with pytest.raises(Refused) as caught:
        desk.allocate()

    assert caught.value.reason == reason


# ---------------------------------------------------------------------------- bad requests


@pytest.mark.parametrize("name", NO_AGENT_NAME)
def test_without_an_agent_name_nothing_is_begun(desk: Desk, name: Any) -> None:
    refused = refusal(desk, agent_name=None if name is ABSENT else name)

    assert refused.__name__ == "AgentNameMissing"
    assert nothing_was_called(desk)


@pytest.mark.parametrize("name", INVALID_AGENT_NAMES)
def test_with_an_agent_name_that_is_none_nothing_is_begun(desk: Desk, name: Any) -> None:
    assert refusal(desk, agent_name=name).__name__ == "AgentNameInvalid"
    assert nothing_was_called(desk)


@pytest.mark.parametrize("arn", [OTHER_INSTANCE_ARN, None, ""])
def test_call_of_another_instance_is_refused_and_audited(desk: Desk, arn: str | None) -> None:
    call = a_call("transfer-1", instance_arn=arn)

    assert refusal(desk, call=call, instance_arn=INSTANCE_ARN) is NotOurCall

    assert nothing_was_called(desk)
    assert desk.audit.event.event_id == "transfer-1-TransferFailed"
    assert desk.audit.event.data == {"reason": "NotOurCall"}
    assert desk.audit.event.metadata["occurredAt"] == NOW_TEXT


def test_call_of_another_instance_is_ours_where_none_is_configured(desk: Desk) -> None:
    assert desk.allocate(call=a_call("transfer-1", instance_arn=OTHER_INSTANCE_ARN))


def test_number_that_was_dialled_does_not_matter_for_a_transfer(desk: Desk) -> None:
    assert desk.allocate(call=a_call("transfer-1", dialled_number=None))


# ---------------------------------------------------------------------- faults of the platform


def test_execution_that_cannot_be_started_is_a_fault_and_leaves_the_repeat_free(
    desk: Desk,
) -> None:
    desk.workflow.before["start"] = [platform_fault]

    with pytest.raises(PlatformFault):
        desk.allocate()

    assert desk.transfers.find("transfer-1") is None
    assert desk.allocate()


def test_transfer_that_cannot_be_given_up_is_a_fault_and_the_repeat_gets_its_pin(
    desk: Desk,
) -> None:
    desk.without_state_machine()
    desk.transfers.before["record_failure"] = [platform_fault]
    with pytest.raises(PlatformFault):
        desk.allocate()

    desk.transfers.seed(a_transfer())

    assert desk.allocate() == "0027"


def test_record_that_cannot_be_read_after_giving_up_is_a_fault(desk: Desk) -> None:
    desk.without_state_machine()

    def come_first() -> None:
        desk.transfers.seed(a_transfer())
        desk.transfers.before["find"] = [platform_fault]

    desk.transfers.before["record_failure"] = [come_first]

    with pytest.raises(PlatformFault):
        desk.allocate()


def test_clock_that_is_set_back_does_not_prolong_the_wait(desk: Desk) -> None:
    desk.without_state_machine()
    desk.workflow.before["start"] = [lambda: desk.clock.set(NOW - timedelta(hours=1))]

    refusal(desk)

    assert desk.clock.monotonic() < DEADLINE_SECONDS + 2 * POLL_SECONDS


def refusal(desk: Desk, **changes: Any) -> type[Refused]:
    with pytest.raises(Refused) as caught:
        desk.allocate(**changes)
    return caught.type


def nothing_was_called(desk: Desk) -> bool:
    return not desk.workflow.calls and not desk.transfers.calls


def a_failure(reason: str | None) -> Transfer:
    return a_transfer(status=Status.FAILED, reason=reason, pin=None, loop_token=None)
