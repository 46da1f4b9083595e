from typing import Any

import pytest

from secure_transfer.domain.errors import PlatformFault
from secure_transfer.domain.lockout import REFUSALS, Lockout
from tests.fakes import (
    FakeClock,
    FakePins,
    FakeTransfers,
    FakeWorkflow,
    a_pin_record,
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
    ABSENT,
    BAD_EVENTS,
    INSTANCE_ARN,
    MALFORMED_PINS,
    OTHER_INSTANCE_ARN,
    RETURN_NUMBER,
    connect_event,
    with_parameter,
)

EVENT = connect_event({"PIN": "0027"})


@pytest.fixture
def pins(get_agent: Function, clock: FakeClock) -> FakePins:
    """Fakes in the handler's place of AWS, where a transfer waits with the PIN 0027."""
    pins, transfers, workflow = FakePins(), FakeTransfers(), FakeWorkflow()
    pins.seed(a_pin_record())
    transfers.seed(a_transfer())
    workflow.waiting.add("loop-token")
    get_agent.replace(PINS=pins, TRANSFERS=transfers, WORKFLOW=workflow, SystemClock=lambda: clock)
    return pins


@pytest.mark.usefixtures("pins")
def test_looped_call_is_answered_with_its_agent(get_agent: Function) -> None:
    answer = get_agent(EVENT)

    assert answer == {"Result": "OK", "AgentName": "jane.doe", "TransferId": "transfer-1"}
    assert is_flat_map_of_text(answer)
    assert counted(get_agent.printed()) == {"Answered": [1.0], "service": "GetAgent"}


@pytest.mark.usefixtures("pins")
def test_same_call_that_comes_again_gets_the_same_answer(get_agent: Function) -> None:
    assert get_agent(EVENT) == get_agent(EVENT)


@pytest.mark.usefixtures("pins")
def test_second_call_with_the_same_pin_is_refused(get_agent: Function) -> None:
    get_agent(EVENT)

    answer = get_agent(connect_event({"PIN": "0027"}, ContactId="contact-2"))

    assert answer == {"Result": "ERROR", "Reason": "PinAlreadyUsed"}
    assert get_agent.audit.event.event_id == "contact-2-PinAlreadyUsed-PinRejected"


def test_neither_log_nor_metrics_nor_events_hold_the_pin_or_a_number(
    get_agent: Function, pins: FakePins, capsys: pytest.CaptureFixture[str]
) -> None:
    get_agent.replace(RETURN_NUMBER=RETURN_NUMBER)
    get_agent(EVENT)
    get_agent(connect_event({"PIN": "0027"}, ContactId="contact-2"))
    get_agent(connect_event({"PIN": "0027"}, SystemEndpoint={"Address": "+441632960003"}))
    get_agent(with_parameter("PIN", "0027 "))
    pins.before["find"] = [platform_fault]
    with pytest.raises(PlatformFault):
        get_agent(EVENT)

    printed = capsys.readouterr()
    told = f"{printed.out} {printed.err} {get_agent.audit.events}"
    for reason in ("PinAlreadyUsed", "NotOurCall", "PinMalformed", "PlatformFault"):
        assert reason in told
    assert not LIVE_PIN.search(told)
    assert not TELEPHONE_NUMBER.search(told)
    assert "loop-token" not in told


def test_log_tells_which_call_was_refused_and_why(get_agent: Function) -> None:
    get_agent(with_parameter("PIN", "12a4"))

    (entry,) = [line for line in get_agent.printed() if "level" in line]
    assert (entry["loop_contact_id"], entry["reason"]) == ("contact-1", "PinMalformed")


def test_log_of_an_event_does_not_name_the_call_before(get_agent: Function) -> None:
    get_agent(with_parameter("PIN", "12a4"))
    get_agent.printed()

    get_agent({})

    (entry,) = [line for line in get_agent.printed() if "level" in line]
    assert entry["reason"] == "EventMalformed"
    assert "loop_contact_id" not in entry


@pytest.mark.parametrize(("event", "reason"), BAD_EVENTS)
def test_event_that_is_of_no_use_is_answered_with_its_reason(
    get_agent: Function, event: Any, reason: str
) -> None:
    assert_is_refused(get_agent, event, reason)


@pytest.mark.parametrize("pin", MALFORMED_PINS)
def test_malformed_pin_is_refused_audited_and_counted_and_no_table_is_read(
    get_agent: Function, pin: Any
) -> None:
    assert_is_refused(get_agent, with_parameter("PIN", pin), "PinMalformed")

    assert get_agent.audit.event.event_id == "contact-1-PinMalformed-PinRejected"


def test_call_without_parameters_has_no_pin(get_agent: Function) -> None:
    assert_is_refused(get_agent, connect_event(None), "PinMalformed")


@pytest.mark.parametrize(
    "contact_data",
    [
        pytest.param({"InstanceARN": OTHER_INSTANCE_ARN}, id="another instance"),
        pytest.param({"InstanceARN": None}, id="no instance"),
        pytest.param({"SystemEndpoint": {"Address": "+441632960003"}}, id="another number"),
        pytest.param({"SystemEndpoint": None}, id="SystemEndpoint null"),
        pytest.param({"SystemEndpoint": ABSENT}, id="no SystemEndpoint"),
        pytest.param({"SystemEndpoint": {}}, id="SystemEndpoint empty"),
    ],
)
def test_call_that_is_not_ours_is_refused_and_audited_and_no_table_is_read(
    get_agent: Function, contact_data: dict[str, Any]
) -> None:
    get_agent.replace(INSTANCE_ARN=INSTANCE_ARN, RETURN_NUMBER=RETURN_NUMBER)

    assert_is_refused(get_agent, connect_event({"PIN": "0027"}, **contact_data), "NotOurCall")

    assert get_agent.audit.event.event_id == "contact-1-NotOurCall-PinRejected"


@pytest.mark.usefixtures("pins")
def test_call_that_is_ours_is_answered(get_agent: Function) -> None:
    get_agent.replace(INSTANCE_ARN=INSTANCE_ARN, RETURN_NUMBER=RETURN_NUMBER)

    assert get_agent(EVENT)["Result"] == "OK"


def test_caller_that_was_refused_too_often_is_refused_audited_and_counted(
    get_agent: Function, pins: FakePins
) -> None:
    get_agent.replace(LOCKOUT=Lockout.sparing("+441632960001", "a key"))
    for number in range(REFUSALS):
        get_agent(connect_event({"PIN": "0028"}, ContactId=f"guess-{number}"))
    get_agent.printed()
    looked_at = pins.calls["find"]

    assert_is_refused(get_agent, EVENT, "CallerLockedOut")

    assert get_agent.audit.events[-1].event_id == "contact-1-CallerLockedOut-PinRejected"
    assert pins.calls["find"] == looked_at


def test_lockout_is_what_the_environment_says() -> None:
    variables = {"PCI_PAL_CALLER_IDS": "+441632960001", "CALLER_HASH_KEY": "a key"}

    lockout = import_function("get_agent", ENVIRONMENT | variables).LOCKOUT

    assert lockout == Lockout.sparing("+441632960001", "a key")


def test_aws_that_cannot_be_reached_is_raised_counted_and_not_audited(
    get_agent: Function,
) -> None:
    with pytest.raises(PlatformFault, match="GetItem on PinTable failed"):
        get_agent(EVENT)

    assert counted(get_agent.printed()) == {"PlatformFault": [1.0], "service": "GetAgent"}
    assert get_agent.audit.events == []


@pytest.mark.parametrize(
    "missing", ["PIN_TABLE_NAME", "TRANSFER_TABLE_NAME", "PIN_LENGTH", "CALLER_HASH_KEY"]
)
def test_function_does_not_start_without_its_environment(missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}

    with pytest.raises(RuntimeError, match=missing):
        import_function("get_agent", environment)


def assert_is_refused(get_agent: Function, event: Any, reason: str) -> None:
    """Without a call to AWS, which would be raised: the network is off."""
    answer = get_agent(event)

    assert answer == {"Result": "ERROR", "Reason": reason}
    assert is_flat_map_of_text(answer)
    assert counted(get_agent.printed()) == {reason: [1.0], "service": "GetAgent"}
