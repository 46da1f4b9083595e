"""What each function makes of its environment at its start: which client, table and ARN."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from secure_transfer.adapters import budget, pin_table
from secure_transfer.domain.transfer import Limits
from tests.fakes import NOW_EPOCH, NOW_TEXT, FakeAuditTrail, FakeInvocation, FakePins
from tests.unit.functions import ENVIRONMENT, import_function

CONNECT_FACING = ["add_agent", "get_agent", "agent_joined"]
ARN = "arn:aws:connect:eu-west-2:123456789012:instance/1"

SEARCH = {
    "transferId": "transfer-1",
    "agentName": "jane.doe",
    "requestedAtTime": NOW_TEXT,
    "requestedAt": NOW_EPOCH,
    "expiresAt": NOW_EPOCH + 90,
    "reusableAt": NOW_EPOCH + 270,
    "collisions": 5,
}
"""What the state machine asks for. To the others it is no event of Connect's."""


def started(name: str, **variables: str) -> ModuleType:
    return import_function(name, {**ENVIRONMENT, **variables})


def started_without(name: str, *missing: str) -> ModuleType:
    given = {variable: text for variable, text in ENVIRONMENT.items() if variable not in missing}
    return import_function(name, given)


def client(adapter: object, part: str = "_client") -> tuple[str, int]:
    """Return the service that an adapter talks to, and how often it tries."""
    meta: Any = vars(adapter)[part].meta
    return meta.service_model.service_name, meta.config.retries["total_max_attempts"]


@pytest.mark.parametrize(
    ("name", "tries"),
    [("add_agent", 1), ("get_agent", 2), ("agent_joined", 2), ("execution_closed", 2)],
)
def test_transfers_are_in_their_table(name: str, tries: int) -> None:
    """AddAgent looks again and again: that is its retry."""
    module = started(name, TRANSFER_TABLE_NAME="the transfers")

    assert vars(module.TRANSFERS)["_table"] == "the transfers"
    assert client(module.TRANSFERS) == ("dynamodb", tries)


@pytest.mark.parametrize("name", ["get_agent", "find_free_pin"])
def test_pins_are_in_their_table(name: str) -> None:
    module = started(name, PIN_TABLE_NAME="the pins", PIN_LENGTH="6")

    assert vars(module.PINS)["_table"] == "the pins"
    assert client(module.PINS) == ("dynamodb", 2)
    assert module.PIN_LENGTH == 6


@pytest.mark.parametrize(
    ("name", "tries"), [("add_agent", 2), ("get_agent", 1), ("agent_joined", 1)]
)
def test_executions_are_of_their_machine(name: str, tries: int) -> None:
    """By the time that a wait is woken the record has decided: one try."""
    module = started(name, STATE_MACHINE_ARN="the machine")

    assert vars(module.WORKFLOW)["_arn"] == "the machine"
    assert client(module.WORKFLOW) == ("stepfunctions", tries)


@pytest.mark.parametrize("name", [*CONNECT_FACING, "execution_closed"])
def test_events_go_to_their_bus_and_else_to_their_queue(name: str) -> None:
    module = started(name, AUDIT_BUS_NAME="the bus", FALLBACK_QUEUE_URL="https://the-queue")

    trail = vars(module.AUDIT)
    assert (trail["_bus"], trail["_fallback_queue_url"]) == ("the bus", "https://the-queue")
    assert client(module.AUDIT, "_events") == ("events", 1)
    assert client(module.AUDIT, "_sqs") == ("sqs", 1)


@pytest.mark.parametrize("name", CONNECT_FACING)
def test_calls_are_of_the_instance_that_is_given_or_of_any(name: str) -> None:
    assert started(name, CONNECT_INSTANCE_ARN=ARN).INSTANCE_ARN == ARN
    assert started_without(name, "CONNECT_INSTANCE_ARN").INSTANCE_ARN == ""


def test_looped_calls_are_to_the_number_that_is_given_or_to_any() -> None:
    assert started("get_agent", RETURN_NUMBER="+441632960002").RETURN_NUMBER == "+441632960002"
    assert started_without("get_agent", "RETURN_NUMBER").RETURN_NUMBER == ""


def test_callers_are_locked_out_but_pci_pals() -> None:
    own = "+441632960001, +441632960003"
    lockout = started("get_agent", PCI_PAL_CALLER_IDS=own, CALLER_HASH_KEY="a key").LOCKOUT

    assert lockout.exempt == {"+441632960001", "+441632960003"}
    assert lockout.key == "a key"
    assert started_without("get_agent", "PCI_PAL_CALLER_IDS").LOCKOUT.exempt == frozenset()


def test_a_transfer_has_the_limits_that_are_given() -> None:
    module = started(
        "add_agent",
        PIN_LENGTH="5",
        LOOP_TIMEOUT_SECONDS="91",
        JOIN_TIMEOUT_SECONDS="302",
        PIN_QUARANTINE_SECONDS="183",
        RECORD_RETENTION_DAYS="404",
    )

    limits: Limits = module.LIMITS
    assert limits == Limits(5, 91, 302, 183, 404)


def test_executions_that_close_are_of_the_machine_that_is_given() -> None:
    assert started("execution_closed", STATE_MACHINE_ARN="an arn").STATE_MACHINE_ARN == "an arn"


@pytest.mark.parametrize("name", [*CONNECT_FACING, "find_free_pin", "execution_closed"])
def test_the_time_that_is_left_is_known_while_the_function_works(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = started(name)
    known: list[object] = []

    @contextmanager
    def invocation(context: object) -> Iterator[None]:
        known.append(context)
        yield

    monkeypatch.setattr(module, "invocation", invocation)
    monkeypatch.setattr(module, "PINS", FakePins(), raising=False)
    monkeypatch.setattr(module, "AUDIT", FakeAuditTrail(), raising=False)
    context = FakeInvocation()
    module.handler(SEARCH, context)

    assert known == [context]


def test_a_try_may_take_a_second_and_a_half_and_a_tenth_is_left_for_the_answer() -> None:
    assert (budget.CONNECT_SECONDS, budget.READ_SECONDS) == (0.5, 1.0)
    assert budget.LAST_MILLISECONDS == 1_600


def test_what_is_left_unread_is_asked_for_three_times_more_and_then_given_up_at_once() -> None:
    assert vars(pin_table)["_PAUSES"] == (0.05, 0.1, 0.2, 0.0)
