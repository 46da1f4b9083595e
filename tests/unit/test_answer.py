from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.errors import (
    ContactAlreadyAnswered,
    NotOurCall,
    PinAlreadyUsed,
    PinExpired,
    PinMalformed,
    PinUnknown,
    PlatformFault,
    Refused,
)
from secure_transfer.domain.transfer import Status, Transfer
from tests.fakes import (
    NOW,
    NOW_TEXT,
    FakeAuditTrail,
    FakeClock,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
    at_once,
    platform_fault,
)
from tests.unit.samples import (
    ABSENT,
    INSTANCE_ARN,
    MALFORMED_PINS,
    OTHER_INSTANCE_ARN,
    RETURN_NUMBER,
    a_call,
)


class Desk:
    """GetAgent with fakes around it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.pins = FakePins()
        self.transfers = FakeTransfers()
        self.workflow = FakeWorkflow()
        self.audit = FakeAuditTrail()

    def begin(self, transfer_id: str = "transfer-1", pin: str = "0027", **changes: Any) -> Transfer:
        """Put a transfer on record as the state machine does, its execution waiting."""
        token = f"token of {transfer_id}"
        transfer = a_transfer(transfer_id, **{"pin": pin, "loop_token": token, **changes})
        self.pins.seed(a_pin_record(pin, transfer_id, expires_at=transfer.expires_at))
        self.transfers.seed(transfer)
        if transfer.status is Status.AWAITING_LOOP:
            self.workflow.waiting.add(token)
        return transfer

    def answer(self, pin: object = "0027", contact: str = "loop-1", **changes: Any) -> Transfer:
        return answer_loop(
            changes.pop("call", a_call(contact)),
            pin,
            **{
                "instance_arn": "",
                "return_number": "",
                "pin_length": 4,
                "pins": self.pins,
                "transfers": self.transfers,
                "workflow": self.workflow,
                "audit": self.audit,
                "clock": self.clock,
                **changes,
            },
        )

    def refusal(self, pin: object = "0027", contact: str = "loop-1", **changes: Any) -> type:
        with pytest.raises(Refused) as caught:
            self.answer(pin, contact, **changes)
        return caught.type


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


# ----------------------------------------------------------------------------- the right PIN


def test_looped_call_gets_the_transfer_that_its_pin_belongs_to(desk: Desk) -> None:
    waiting = desk.begin()

    answered = desk.answer()

    assert answered == replace(
        waiting, status=Status.ANSWERED, loop_contact_id="loop-1", answered_at=NOW_TEXT
    )
    assert desk.transfers.find("transfer-1") == answered


def test_answer_wakes_the_execution_and_leaves_the_telling_to_it(desk: Desk) -> None:
    desk.begin()

    desk.answer()

    output = {"loopContactId": "loop-1", "answeredAt": NOW_TEXT}
    assert desk.workflow.delivered == [("token of transfer-1", output)]
    assert desk.audit.events == []


def test_answer_before_the_execution_waits_is_told_by_us_too(desk: Desk) -> None:
    desk.begin(loop_token=None)

    assert desk.answer().status is Status.ANSWERED
    assert desk.workflow.calls["wake"] == 0
    assert desk.audit.event.event_id == "transfer-1-LoopAnswered"


def test_two_crossed_loops_get_their_own_agents(desk: Desk) -> None:
    desk.begin("transfer-1", "0027", agent_name="jane.doe")
    desk.begin("transfer-2", "0028", agent_name="john.doe")

    assert desk.answer("0028", "loop-2").agent_name == "john.doe"
    assert desk.answer("0027", "loop-1").agent_name == "jane.doe"


def test_answer_whose_wake_up_is_lost_is_given_all_the_same(desk: Desk) -> None:
    desk.begin()
    desk.workflow.before["wake"] = [platform_fault]

    assert desk.answer().status is Status.ANSWERED
    assert desk.audit.event.event_id == "transfer-1-LoopAnswered"


def test_answer_to_a_transfer_whose_execution_is_gone_is_told_by_us(desk: Desk) -> None:
    desk.begin()
    desk.workflow.waiting.clear()

    answered = desk.answer()

    assert answered.status is Status.ANSWERED
    assert desk.audit.event.event_id == "transfer-1-LoopAnswered"
    assert desk.audit.event.metadata["loopContactId"] == "loop-1"


@pytest.mark.parametrize(
    ("elapsed", "answered"),
    [
        pytest.param(89, True, id="within the last second"),
        pytest.param(90, False, id="as it expires"),
        pytest.param(91, False, id="expired by a second"),
    ],
)
def test_pin_is_accepted_only_before_it_expires(
    desk: Desk, elapsed: int, *, answered: bool
) -> None:
    desk.begin()
    desk.clock.set(NOW.replace(microsecond=0) + timedelta(seconds=elapsed))

    if answered:
        assert desk.answer().status is Status.ANSWERED
    else:
        assert desk.refusal() is PinExpired
        assert desk.workflow.delivered == []


# ----------------------------------------------------------------------------------- repeats


def test_same_call_with_the_same_pin_gets_the_same_answer(desk: Desk) -> None:
    desk.begin()
    first = desk.answer()
    desk.clock.advance(3)

    assert desk.answer() == first
    assert desk.audit.event.event_id == "transfer-1-LoopAnswered"


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.JOINED, Status.ABANDONED])
def test_same_call_gets_the_same_answer_whatever_has_become_of_the_transfer(
    desk: Desk, status: Status
) -> None:
    desk.begin()
    first = desk.answer()
    desk.transfers.seed(replace(first, status=status))
    desk.clock.advance(1_000)

    again = desk.answer()

    assert (again.agent_name, again.transfer_id) == (first.agent_name, first.transfer_id)


def test_same_call_sends_the_wake_up_again_as_it_was(desk: Desk) -> None:
    desk.begin()
    desk.workflow.before["wake"] = [platform_fault]  # the first one is lost
    desk.answer()
    desk.clock.advance(3)

    desk.answer()

    output = {"loopContactId": "loop-1", "answeredAt": NOW_TEXT}
    assert desk.workflow.delivered == [("token of transfer-1", output)]


def test_same_call_never_wakes_the_wait_for_the_agent(desk: Desk) -> None:
    desk.begin()
    first = desk.answer()
    desk.transfers.seed(replace(first, join_token="join-token"))
    desk.workflow.waiting.add("join-token")

    desk.answer()

    assert desk.workflow.waiting == {"join-token"}


def test_event_that_a_repeat_tells_again_is_the_same_event(desk: Desk) -> None:
    desk.begin()
    desk.workflow.waiting.clear()
    desk.answer()
    desk.clock.advance(3)

    desk.answer()

    first, second = desk.audit.events
    assert first == second


# -------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("pin", MALFORMED_PINS)
def test_malformed_pin_is_refused_and_audited_and_no_table_is_read(desk: Desk, pin: Any) -> None:
    desk.begin()

    assert desk.refusal(None if pin is ABSENT else pin) is PinMalformed

    assert not desk.pins.calls
    assert not desk.transfers.calls
    assert desk.audit.event.event_id == "loop-1-PinMalformed-PinRejected"


def test_unknown_pin_is_refused_and_audited(desk: Desk) -> None:
    assert desk.refusal("0028") is PinUnknown

    event = desk.audit.event
    assert (event.detail_type, event.event_id) == ("PinRejected", "loop-1-PinUnknown-PinRejected")
    assert event.data == {"reason": "PinUnknown"}
    assert event.metadata["occurredAt"] == NOW_TEXT
    assert "sequence" not in event.metadata
    assert "transferId" not in event.metadata


def test_pin_of_a_transfer_that_has_no_record_is_unknown(desk: Desk) -> None:
    desk.pins.seed(a_pin_record("0027", "transfer-1"))

    assert desk.refusal() is PinUnknown
    assert desk.audit.event.metadata["transferId"] == "transfer-1"


@pytest.mark.parametrize("recorded", ["0028", None])
def test_pin_that_its_transfer_did_not_record_is_unknown(desk: Desk, recorded: str | None) -> None:
    desk.begin()
    desk.transfers.seed(a_transfer(pin=recorded))

    assert desk.refusal("0027") is PinUnknown


@pytest.mark.parametrize("status", [Status.TIMED_OUT, Status.FAILED])
def test_pin_of_a_transfer_that_waits_no_longer_has_expired(desk: Desk, status: Status) -> None:
    desk.begin(status=status)

    assert desk.refusal() is PinExpired


def test_late_loop_call_is_refused_and_audited(desk: Desk) -> None:
    desk.begin()
    desk.clock.advance(91)

    assert desk.refusal() is PinExpired

    event = desk.audit.event
    assert event.event_id == "loop-1-PinExpired-PinRejected"
    assert event.metadata["transferId"] == "transfer-1"


def test_pin_that_another_call_came_with_is_used(desk: Desk) -> None:
    desk.begin()
    desk.answer(contact="loop-1")

    assert desk.refusal(contact="loop-2") is PinAlreadyUsed

    event = desk.audit.event
    assert event.event_id == "loop-2-PinAlreadyUsed-PinRejected"
    assert event.metadata["transferId"] == "transfer-1"
    assert len(desk.workflow.delivered) == 1


def test_used_pin_is_still_used_after_it_has_expired(desk: Desk) -> None:
    desk.begin()
    desk.answer(contact="loop-1")
    desk.clock.advance(91)

    assert desk.refusal(contact="loop-2") is PinAlreadyUsed


def test_of_eight_calls_with_the_same_pin_at_once_exactly_one_gets_the_agent(desk: Desk) -> None:
    desk.begin()

    def come(contact: str) -> str:
        try:
            return str(desk.answer(contact=contact).loop_contact_id)
        except Refused as refusal:
            return refusal.reason

    answers = at_once(partial(come, f"loop-{who}") for who in range(8))

    assert answers.count("PinAlreadyUsed") == 7
    stored = desk.transfers.find("transfer-1")
    assert stored
    assert stored.loop_contact_id in answers


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        pytest.param(a_transfer(status=Status.TIMED_OUT), PinExpired, id="it timed out"),
        pytest.param(
            an_answered_transfer(loop_contact_id="loop-2"), PinAlreadyUsed, id="another came"
        ),
    ],
)
def test_what_happens_in_the_same_instant_decides(
    desk: Desk, meanwhile: Transfer, refusal: type
) -> None:
    desk.begin()
    desk.transfers.before["answer"] = [lambda: desk.transfers.seed(meanwhile)]

    assert desk.refusal() is refusal
    assert desk.transfers.find("transfer-1") == meanwhile


# ------------------------------------------------------------- one call answers one transfer


def test_call_that_has_answered_a_transfer_cannot_answer_another(desk: Desk) -> None:
    desk.begin("transfer-1", "0027")
    other = desk.begin("transfer-2", "0028")
    desk.answer("0027", "loop-1")

    assert desk.refusal("0028", "loop-1") is ContactAlreadyAnswered

    assert desk.transfers.find("transfer-2") == other
    event = desk.audit.event
    assert event.event_id == "loop-1-ContactAlreadyAnswered-PinRejected"
    assert event.metadata["transferId"] == "transfer-2"


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.JOINED, Status.ABANDONED])
def test_call_that_has_answered_a_transfer_cannot_answer_another_when_it_is_over(
    desk: Desk, status: Status
) -> None:
    desk.begin("transfer-1", "0027")
    desk.begin("transfer-2", "0028")
    desk.transfers.seed(replace(desk.answer("0027", "loop-1"), status=status))

    assert desk.refusal("0028", "loop-1") is ContactAlreadyAnswered


def test_call_that_comes_with_two_pins_at_once_answers_at_most_one_transfer(desk: Desk) -> None:
    desk.begin("transfer-1", "0027")
    desk.begin("transfer-2", "0028")

    def come(pin: str) -> str | None:
        try:
            return desk.answer(pin, "loop-1").transfer_id
        except ContactAlreadyAnswered:
            return None

    answers = at_once(partial(come, pin) for pin in ("0027", "0028"))

    assert sum(answer is not None for answer in answers) == 1


def test_call_that_is_about_to_answer_a_transfer_cannot_answer_another(desk: Desk) -> None:
    desk.begin("transfer-1", "0027")
    desk.begin("transfer-2", "0028")
    # Its first invocation has bound the call and not yet come to its answer.
    desk.transfers.reserve_contact("loop-1", "transfer-1", NOW)

    assert desk.refusal("0028", "loop-1") is ContactAlreadyAnswered
    assert desk.answer("0027", "loop-1").transfer_id == "transfer-1"


def test_call_may_try_another_pin_after_an_unknown_one(desk: Desk) -> None:
    desk.begin("transfer-2", "0028")
    desk.refusal("0027", "loop-1")

    assert desk.answer("0028", "loop-1").transfer_id == "transfer-2"


@pytest.mark.parametrize(
    ("first", "refusal"),
    [
        pytest.param(a_transfer(status=Status.TIMED_OUT), PinExpired, id="timed out"),
        pytest.param(a_transfer(status=Status.FAILED), PinExpired, id="failed"),
        pytest.param(
            an_answered_transfer(loop_contact_id="loop-9"), PinAlreadyUsed, id="used by another"
        ),
    ],
)
def test_call_whose_first_pin_was_refused_may_try_another(
    desk: Desk, first: Transfer, refusal: type
) -> None:
    desk.begin("transfer-1", "0027")
    desk.transfers.seed(first)
    desk.begin("transfer-2", "0028")
    assert desk.refusal("0027", "loop-1") is refusal

    assert desk.answer("0028", "loop-1").transfer_id == "transfer-2"


def test_call_whose_first_pin_had_expired_may_try_another(desk: Desk) -> None:
    # The record still says AWAITING_LOOP: its execution has not closed it yet, or never will,
    # because it had a fault.
    desk.begin("transfer-1", "0027")
    desk.clock.advance(100)
    desk.begin("transfer-2", "0028", expires_at=int(desk.clock.now().timestamp()) + 90)
    assert desk.refusal("0027", "loop-1") is PinExpired

    assert desk.answer("0028", "loop-1").transfer_id == "transfer-2"


def test_call_that_went_on_to_another_pin_is_refused_its_first(desk: Desk) -> None:
    desk.begin("transfer-1", "0027", status=Status.TIMED_OUT)
    desk.begin("transfer-2", "0028")
    desk.refusal("0027", "loop-1")
    desk.answer("0028", "loop-1")

    assert desk.refusal("0027", "loop-1") is ContactAlreadyAnswered


def test_two_calls_may_try_the_same_transfers_one_after_the_other(desk: Desk) -> None:
    desk.begin("transfer-1", "0027")
    desk.begin("transfer-2", "0028")
    desk.answer("0027", "loop-1")
    desk.refusal("0027", "loop-2")

    assert desk.answer("0028", "loop-2").transfer_id == "transfer-2"


# ------------------------------------------------------------------------------- our calls


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"instance_arn": OTHER_INSTANCE_ARN}, id="another instance"),
        pytest.param({"instance_arn": None}, id="no instance"),
        pytest.param({"dialled_number": "+441632960003"}, id="another number"),
        pytest.param({"dialled_number": None}, id="no SystemEndpoint"),
    ],
)
def test_call_that_is_not_ours_is_refused_and_audited_and_no_table_is_read(
    desk: Desk, changes: dict[str, Any]
) -> None:
    desk.begin()
    call = a_call("loop-1", **changes)

    refusal = desk.refusal(call=call, instance_arn=INSTANCE_ARN, return_number=RETURN_NUMBER)

    assert refusal is NotOurCall
    assert not desk.pins.calls
    assert desk.audit.event.event_id == "loop-1-NotOurCall-PinRejected"


def test_call_that_is_ours_is_answered(desk: Desk) -> None:
    desk.begin()

    assert desk.answer(instance_arn=INSTANCE_ARN, return_number=RETURN_NUMBER)


def test_call_that_tells_nothing_is_answered_where_nothing_is_configured(desk: Desk) -> None:
    desk.begin()

    assert desk.answer(call=a_call("loop-1", instance_arn=None, dialled_number=None))


# -------------------------------------------------------------------------------- no leaks


def test_no_refusal_tells_the_pin(desk: Desk) -> None:
    """In every way to be refused, neither the error's text nor the event holds the PIN."""
    desk.begin("transfer-1", "0027")
    desk.begin("transfer-2", "0028", status=Status.TIMED_OUT)
    desk.answer("0027", "loop-1")
    attempts = [("48151", "loop-3"), ("0029", "loop-3"), ("0028", "loop-3"), ("0027", "loop-3")]
    attempts += [("0028", "loop-1")]

    told = []
    for pin, contact in attempts:
        with pytest.raises(Refused) as caught:
            desk.answer(pin, contact)
        told.append(str(caught.value))

    assert len({event.data["reason"] for event in desk.audit.events}) == 5
    for pin, _ in attempts:
        assert pin not in f"{told} {desk.audit.events}"


# ------------------------------------------------------------------------- platform faults


@pytest.mark.parametrize(
    ("port", "method"),
    [("pins", "find"), ("transfers", "reserve_contact"), ("transfers", "answer")],
)
def test_fault_is_raised_unaudited_and_the_repeat_is_judged_as_if_first(
    desk: Desk, port: str, method: str
) -> None:
    desk.begin()
    getattr(desk, port).before[method] = [platform_fault]

    with pytest.raises(PlatformFault):
        desk.answer()

    assert desk.audit.events == []
    assert desk.answer().status is Status.ANSWERED


def test_answer_whose_response_was_lost_is_given_to_the_repeat(desk: Desk) -> None:
    desk.begin()
    # The write takes effect, its answer does not come back; the adapter's second try is refused.
    desk.transfers.before["answer"] = [
        lambda: desk.transfers.seed(
            an_answered_transfer(loop_contact_id="loop-1", loop_token="token of transfer-1")
        )
    ]

    assert desk.answer().loop_contact_id == "loop-1"
    assert len(desk.workflow.delivered) == 1
