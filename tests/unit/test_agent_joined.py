from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.transfer import Status
from tests.fakes import (
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    an_answered_transfer,
    platform_fault,
)
from tests.unit.functions import (
    LIVE_PIN,
    TELEPHONE_NUMBER,
    Function,
    counted,
    is_flat_map_of_text,
)
from tests.unit.samples import (
    BAD_EVENTS,
    INSTANCE_ARN,
    INVALID_AGENT_NAMES,
    INVALID_CONTACT_IDS,
    NO_AGENT_NAME,
    OTHER_INSTANCE_ARN,
    connect_event,
    with_parameter,
)

GIVEN = {"AgentName": "jane.doe", "TransferId": "transfer-1"}
EVENT = connect_event(GIVEN)


@pytest.fixture
def transfers(agent_joined: Function, clock: FakeClock) -> FakeTransfers:
    """Fakes in the handler's place of AWS, where a transfer waits for jane.doe on contact-1."""
    transfers, workflow = FakeTransfers(), FakeWorkflow()
    transfers.seed(an_answered_transfer(loop_contact_id="contact-1"))
    workflow.waiting.add("join-token")
    agent_joined.replace(TRANSFERS=transfers, WORKFLOW=workflow, SystemClock=lambda: clock)
    return transfers


def test_right_agent_is_answered_ok(agent_joined: Function, transfers: FakeTransfers) -> None:
    answer = agent_joined(EVENT)

    assert answer == {"Result": "OK"}
    assert is_flat_map_of_text(answer)
    assert counted(agent_joined.printed()) == {"Answered": [1.0], "service": "AgentJoined"}
    stored = transfers.find("transfer-1")
    assert stored
    assert stored.status is Status.JOINED


@pytest.mark.usefixtures("transfers")
def test_same_agent_that_comes_again_gets_the_same_answer(agent_joined: Function) -> None:
    assert agent_joined(EVENT) == agent_joined(EVENT) == {"Result": "OK"}


@pytest.mark.usefixtures("transfers")
def test_wrong_agent_is_refused_audited_and_counted(agent_joined: Function) -> None:
    event = connect_event({**GIVEN, "AgentName": "john.doe"})

    assert_is_refused(agent_joined, event, "WrongAgent")

    assert agent_joined.audit.event.event_id == "contact-1-WrongAgent-JoinRejected"


def test_late_agent_is_answered_ok_and_audited(
    agent_joined: Function, transfers: FakeTransfers
) -> None:
    transfers.seed(an_answered_transfer(loop_contact_id="contact-1", status=Status.ABANDONED))

    assert agent_joined(EVENT) == {"Result": "OK"}
    assert agent_joined.audit.event.data["late"] is True


def test_neither_log_nor_metrics_nor_events_hold_a_pin_a_token_or_a_number(
    agent_joined: Function, transfers: FakeTransfers, capsys: pytest.CaptureFixture[str]
) -> None:
    agent_joined(EVENT)
    agent_joined(connect_event({**GIVEN, "AgentName": "john.doe"}))
    agent_joined(connect_event({**GIVEN, "TransferId": "0027"}))
    transfers.before["join"] = [platform_fault]
    with pytest.raises(PlatformFault):
        agent_joined(EVENT)

    printed = capsys.readouterr()
    told = f"{printed.out} {printed.err} {agent_joined.audit.events}"
    for reason in ("WrongAgent", "TransferUnknown", "PlatformFault"):
        assert reason in told
    assert not LIVE_PIN.search(told)
    assert not TELEPHONE_NUMBER.search(told)
    assert "-token" not in told


def test_log_tells_which_call_was_refused_and_why(agent_joined: Function) -> None:
    agent_joined(connect_event({}))

    (entry,) = [line for line in agent_joined.printed() if "level" in line]
    assert (entry["loop_contact_id"], entry["reason"]) == ("contact-1", "AgentNameMissing")


def test_log_of_an_event_does_not_name_the_call_before(agent_joined: Function) -> None:
    agent_joined(connect_event({}))
    agent_joined.printed()

    agent_joined({})

    (entry,) = [line for line in agent_joined.printed() if "level" in line]
    assert entry["reason"] == "EventMalformed"
    assert "loop_contact_id" not in entry


@pytest.mark.parametrize(("event", "reason"), BAD_EVENTS)
def test_event_that_is_of_no_use_is_answered_with_its_reason(
    agent_joined: Function, event: Any, reason: str
) -> None:
    assert_is_refused(agent_joined, event, reason)


@pytest.mark.parametrize("name", NO_AGENT_NAME)
def test_whisper_without_an_agent_name_is_refused(agent_joined: Function, name: Any) -> None:
    event = with_parameter("AgentName", name, TransferId="transfer-1")

    assert_is_refused(agent_joined, event, "AgentNameMissing")


@pytest.mark.parametrize("name", INVALID_AGENT_NAMES)
def test_whisper_with_an_agent_name_that_is_none_is_refused(
    agent_joined: Function, name: Any
) -> None:
    event = with_parameter("AgentName", name, TransferId="transfer-1")

    assert_is_refused(agent_joined, event, "AgentNameInvalid")


@pytest.mark.parametrize("transfer_id", INVALID_CONTACT_IDS)
def test_whisper_without_a_usable_transfer_id_is_refused(
    agent_joined: Function, transfer_id: Any
) -> None:
    event = with_parameter("TransferId", transfer_id, AgentName="jane.doe")

    assert_is_refused(agent_joined, event, "TransferIdInvalid")


def test_whisper_in_another_instance_is_refused_and_audited(agent_joined: Function) -> None:
    agent_joined.replace(INSTANCE_ARN=INSTANCE_ARN)

    event = connect_event(GIVEN, InstanceARN=OTHER_INSTANCE_ARN)

    assert_is_refused(agent_joined, event, "NotOurCall")
    assert agent_joined.audit.event.event_id == "contact-1-NotOurCall-JoinRejected"


def test_aws_that_cannot_be_reached_is_raised_counted_and_not_audited(
    agent_joined: Function,
) -> None:
    with pytest.raises(PlatformFault, match="UpdateItem on TransferTable failed"):
        agent_joined(EVENT)

    assert counted(agent_joined.printed()) == {"PlatformFault": [1.0], "service": "AgentJoined"}
    assert agent_joined.audit.events == []


def assert_is_refused(agent_joined: Function, event: Any, reason: str) -> None:
    """Without a call to AWS, which would be raised: the network is off."""
    answer = agent_joined(event)

    assert answer == {"Result": "ERROR", "Reason": reason}
    assert is_flat_map_of_text(answer)
    assert counted(agent_joined.printed()) == {reason: [1.0], "service": "AgentJoined"}
