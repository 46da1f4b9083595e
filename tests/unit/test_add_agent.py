from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from tests.fakes import (
    FakeClock,
    FakeTransfers,
    FakeWorkflow,
    a_transfer,
    platform_fault,
)
from tests.unit.functions import (
    ENVIRONMENT,
    LIVE_PIN,
    TELEPHONE_NUMBER,
    Function,
    counted,
    import_function,
    is_flat_map_of_text,
)
from tests.unit.samples import (
    BAD_EVENTS,
    INSTANCE_ARN,
    INVALID_AGENT_NAMES,
    NO_AGENT_NAME,
    OTHER_INSTANCE_ARN,
    connect_event,
    with_parameter,
)

EVENT = connect_event({"AgentName": "jane.doe"})


@pytest.fixture
def workflow(add_agent: Function, clock: FakeClock) -> FakeWorkflow:
    """Fakes in the handler's place of AWS, where a new transfer's PIN is 0027."""
    transfers = FakeTransfers()

    def record(execution_input: Any) -> None:
        transfers.seed(
            a_transfer(execution_input["transferId"], expires_at=execution_input["expiresAt"])
        )

    workflow = FakeWorkflow(on_start=record)
    add_agent.replace(WORKFLOW=workflow, TRANSFERS=transfers, SystemClock=lambda: clock)
    return workflow


def test_click_is_answered_with_a_pin(add_agent: Function, workflow: FakeWorkflow) -> None:
    answer = add_agent(EVENT)

    assert answer == {"Result": "OK", "PIN": "0027", "TransferId": "contact-1"}
    assert is_flat_map_of_text(answer)
    assert workflow.started["contact-1"]["agentName"] == "jane.doe"
    assert workflow.started["contact-1"]["initialContactId"] == "conversation-1"


def test_same_contact_that_clicks_again_gets_the_same_answer(
    add_agent: Function, workflow: FakeWorkflow
) -> None:
    assert add_agent(EVENT) == add_agent(EVENT)
    assert workflow.started.keys() == {"contact-1"}


def test_neither_log_nor_metrics_hold_the_pin_or_a_number(
    add_agent: Function, workflow: FakeWorkflow, capsys: pytest.CaptureFixture[str]
) -> None:
    add_agent(EVENT)
    add_agent(with_parameter("AgentName", None))
    workflow.before["start"] = [platform_fault]
    with pytest.raises(PlatformFault):
        add_agent(connect_event({"AgentName": "jane.doe"}, ContactId="contact-2"))

    printed = capsys.readouterr()
    assert "PlatformFault" in printed.out
    assert not LIVE_PIN.search(printed.out + printed.err)
    assert not TELEPHONE_NUMBER.search(printed.out + printed.err)


@pytest.mark.usefixtures("workflow")
def test_answer_is_counted_for_this_function(add_agent: Function) -> None:
    add_agent(EVENT)

    assert counted(add_agent.printed()) == {"Answered": [1.0], "service": "AddAgent"}


def test_log_tells_which_call_was_refused_and_why(add_agent: Function) -> None:
    add_agent(connect_event({}))

    (entry,) = [line for line in add_agent.printed() if "level" in line]
    assert (entry["transfer_id"], entry["reason"]) == ("contact-1", "AgentNameMissing")


def test_log_of_an_event_does_not_name_the_call_before(add_agent: Function) -> None:
    add_agent(connect_event({}))
    add_agent.printed()

    add_agent({})

    (entry,) = [line for line in add_agent.printed() if "level" in line]
    assert entry["reason"] == "EventMalformed"
    assert "transfer_id" not in entry


@pytest.mark.parametrize(("event", "reason"), BAD_EVENTS)
def test_event_that_is_of_no_use_is_answered_with_its_reason(
    add_agent: Function, event: Any, reason: str
) -> None:
    assert_is_refused(add_agent, event, reason)


@pytest.mark.parametrize("name", NO_AGENT_NAME)
def test_click_without_an_agent_name_begins_nothing_and_is_counted(
    add_agent: Function, name: Any
) -> None:
    assert_is_refused(add_agent, with_parameter("AgentName", name), "AgentNameMissing")


def test_click_without_parameters_has_no_agent_name(add_agent: Function) -> None:
    assert_is_refused(add_agent, connect_event(None), "AgentNameMissing")


@pytest.mark.parametrize("name", INVALID_AGENT_NAMES)
def test_click_with_an_agent_name_that_is_none_begins_nothing_and_is_counted(
    add_agent: Function, name: Any
) -> None:
    assert_is_refused(add_agent, with_parameter("AgentName", name), "AgentNameInvalid")


def test_click_in_another_instance_is_refused_and_audited(add_agent: Function) -> None:
    add_agent.replace(INSTANCE_ARN=INSTANCE_ARN)
    event = connect_event({"AgentName": "jane.doe"}, InstanceARN=OTHER_INSTANCE_ARN)

    assert_is_refused(add_agent, event, "NotOurCall")
    assert add_agent.audit.event.event_id == "contact-1-TransferFailed"


@pytest.mark.usefixtures("workflow")
def test_click_in_our_instance_is_answered(add_agent: Function) -> None:
    add_agent.replace(INSTANCE_ARN=INSTANCE_ARN)

    assert add_agent(EVENT)["Result"] == "OK"


def test_aws_that_cannot_be_reached_is_raised_and_counted(add_agent: Function) -> None:
    with pytest.raises(PlatformFault, match="StartExecution failed"):
        add_agent(EVENT)

    assert counted(add_agent.printed()) == {"PlatformFault": [1.0], "service": "AddAgent"}


def test_pin_that_does_not_come_is_answered_and_counted(
    add_agent: Function, workflow: FakeWorkflow
) -> None:
    workflow.started["contact-1"] = {}  # its execution was begun, and has not come to its PIN

    assert add_agent(EVENT) == {"Result": "ERROR", "Reason": "PinTooLate"}
    assert counted(add_agent.printed())["PinTooLate"] == [1.0]


@pytest.mark.parametrize(
    "missing",
    [
        "TRANSFER_TABLE_NAME",
        "STATE_MACHINE_ARN",
        "AUDIT_BUS_NAME",
        "FALLBACK_QUEUE_URL",
        "PIN_LENGTH",
    ],
)
def test_function_does_not_start_without_its_environment(missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}

    with pytest.raises(RuntimeError, match=missing):
        import_function("add_agent", environment)


def assert_is_refused(add_agent: Function, event: Any, reason: str) -> None:
    """Without a call to AWS, which would be raised: the network is off."""
    answer = add_agent(event)

    assert answer == {"Result": "ERROR", "Reason": reason}
    assert is_flat_map_of_text(answer)
    assert counted(add_agent.printed()) == {reason: [1.0], "service": "AddAgent"}
