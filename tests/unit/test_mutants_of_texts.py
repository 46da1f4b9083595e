"""What a refusal or a fault says in the log, word for word: whoever is on call reads only this."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from secure_transfer.adapters.budget import invocation, refuse_late_calls
from secure_transfer.connect_event import calling_contact, parameters
from secure_transfer.domain import values
from secure_transfer.domain.allocate import allocate_pin
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.errors import OutOfTime, PlatformFault, SecureTransferError
from secure_transfer.domain.join import join_agent
from secure_transfer.domain.lockout import REFUSALS, Lockout
from secure_transfer.domain.transfer import Limits, Status, Transfer
from secure_transfer.observability import answer
from tests.fakes import (
    NOW,
    FakeAuditTrail,
    FakeClock,
    FakeInvocation,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
    a_transfer,
    an_answered_transfer,
)
from tests.unit.samples import INSTANCE_ARN, RETURN_NUMBER, a_call

LIMITS = Limits(4, 90, 300, 180, 400)
CALLER = "+441632960999"
LOCKOUT = Lockout.sparing("+441632960001", "key")


def ports() -> dict[str, Any]:
    return {
        "instance_arn": "",
        "transfers": FakeTransfers(),
        "workflow": FakeWorkflow(),
        "audit": FakeAuditTrail(),
        "clock": FakeClock(),
    }


def allocating(recorded: Transfer | None, agent: str = "jane.doe") -> None:
    given = ports()
    if recorded:
        given["transfers"].seed(recorded)
    allocate_pin(a_call("transfer-1"), agent, limits=LIMITS, **given)


def answering(recorded: Transfer | None, pin: str = "0027", *, held: bool = True) -> None:
    given = ports()
    pins = FakePins()
    if held:
        pins.seed(a_pin_record())
    if recorded:
        given["transfers"].seed(recorded)
    answer_loop(a_call("loop-1"), pin, return_number="", pin_length=4, pins=pins, **given)


def answering_for_two() -> None:
    given = ports()
    given["transfers"].seed(a_transfer(), a_transfer("transfer-2"))
    given["transfers"].reserve_contact("loop-1", "transfer-2", NOW)
    pins = FakePins()
    pins.seed(a_pin_record())
    answer_loop(a_call("loop-1"), "0027", return_number="", pin_length=4, pins=pins, **given)


def answering_too_often() -> None:
    given = ports()
    caller = LOCKOUT.name_of(CALLER)
    assert caller
    for _ in range(REFUSALS):
        given["transfers"].count_refusal(caller, NOW, 900)
    call = values.Call("loop-1", "loop-1", None, None, CALLER)
    answer_loop(
        call, "0027", return_number="", pin_length=4, pins=FakePins(), lockout=LOCKOUT, **given
    )


def joining(recorded: Transfer | None, agent: str = "jane.doe", contact: str = "loop-1") -> None:
    given = ports()
    if recorded:
        given["transfers"].seed(recorded)
    join_agent(a_call(contact), agent, "transfer-1", **given)


def belonging(**to: str) -> None:
    a_call("loop-1").must_belong_to(**to)


TEXTS: dict[str, Callable[[], object]] = {
    # AddAgent
    "No PIN was ready in time; click again.": lambda: allocating(None),
    "The call's transfer belongs to another agent; click again.": (
        lambda: allocating(a_transfer(), agent="john.roe")
    ),
    "The transfer failed before it had a PIN: PinPoolExhausted.": (
        lambda: allocating(a_transfer(status=Status.FAILED, reason="PinPoolExhausted"))
    ),
    "The transfer failed before it had a PIN: FAILED.": (
        lambda: allocating(a_transfer(status=Status.FAILED))
    ),
    "The transfer's PIN has been used or has expired; click again.": (
        lambda: allocating(an_answered_transfer())
    ),
    # GetAgent
    "The caller has been refused too often in the last minutes.": answering_too_often,
    "No transfer holds this PIN.": lambda: answering(None, held=False),
    "This call has already come with another transfer's PIN.": answering_for_two,
    "The PIN's transfer has no record of it.": lambda: answering(None),
    "Another call came with this PIN first.": (
        lambda: answering(an_answered_transfer(loop_contact_id="loop-2"))
    ),
    "The PIN's transfer waits no longer.": lambda: answering(a_transfer(status=Status.TIMED_OUT)),
    "PIN must be exactly 4 digits, as text.": lambda: answering(None, pin="Timeout"),
    # AgentJoined
    "There is no transfer with this TransferId.": lambda: joining(None),
    "The transfer's record changed while it was read; try again.": (
        lambda: joining(a_transfer(loop_contact_id="loop-1"))
    ),
    "The transfer is over: TIMED_OUT.": lambda: joining(a_transfer(status=Status.TIMED_OUT)),
    "This call is not the one that answered the transfer.": (
        lambda: joining(an_answered_transfer(), contact="loop-2")
    ),
    "john.roe answered a call that belongs to jane.doe.": (
        lambda: joining(an_answered_transfer(), agent="john.roe")
    ),
    # Whatever comes from outside.
    "The call belongs to another Connect instance than ours.": (
        lambda: belonging(instance_arn=INSTANCE_ARN[:-1])
    ),
    "The call was made to another number than the one PCI Pal calls.": (
        lambda: belonging(instance_arn="", number=RETURN_NUMBER[:-1])
    ),
    "The contact id must be 1-80 characters of A-Z a-z 0-9 - _.": lambda: values.contact_id("/"),
    "TransferId must be the one that GetAgent answered.": lambda: values.transfer_id(None),
    "AgentName is empty: does the whisper flow set QueueAgentName?": (
        lambda: values.agent_name(None)
    ),
    "AgentName must be 1-64 characters of A-Z a-z 0-9 _ - . @.": lambda: values.agent_name("j d"),
    "Only a voice call can be looped through PCI Pal.": (
        lambda: calling_contact({"Details": {"ContactData": {"Channel": "CHAT"}}})
    ),
    "A Connect flow's event has a map in Details; this one has not.": (
        lambda: calling_contact("event")
    ),
    "A Connect flow's event has a map in ContactData; this one has not.": (
        lambda: calling_contact({"Details": {}})
    ),
    "A Connect flow's event has a map in Parameters; this one has not.": (
        lambda: parameters({"Details": {"Parameters": "PIN"}})
    ),
}


@pytest.mark.parametrize("text", TEXTS)
def test_whoever_reads_the_log_is_told(text: str) -> None:
    with pytest.raises(SecureTransferError) as caught:
        TEXTS[text]()

    assert str(caught.value) == text


def test_a_call_that_is_not_sent_says_why() -> None:
    class Events:
        def register_first(self, name: str, look: Callable[..., None]) -> None:
            assert name == "before-send.*"
            look(request=None)

    client: Any = type("Client", (), {"meta": type("Meta", (), {"events": Events()})})
    with invocation(FakeInvocation(0)), pytest.raises(OutOfTime) as caught:
        refuse_late_calls(client)

    told = "Too little of the invocation is left for another call to AWS."
    assert str(caught.value) == told


def test_a_transfer_that_has_just_expired_is_told_as_expired() -> None:
    expired = a_transfer(expires_at=int((NOW - timedelta(seconds=1)).timestamp()))
    with pytest.raises(SecureTransferError, match=r"has expired; click again\.$"):
        allocating(expired)


def test_a_refusal_is_logged_with_its_text_and_its_reason() -> None:
    with mock.patch("secure_transfer.observability.logger") as logger:
        answer(lambda: values.pin("Timeout", 4))

    told = "PIN must be exactly 4 digits, as text."
    logger.warning.assert_called_once_with(told, reason="PinMalformed")


def test_a_fault_is_logged_with_its_text() -> None:
    def fail() -> dict[str, str]:
        raise PlatformFault("GetItem failed: ThrottlingException.")

    with mock.patch("secure_transfer.observability.logger") as logger, pytest.raises(PlatformFault):
        answer(fail)

    logger.error.assert_called_once_with("GetItem failed: ThrottlingException.")
