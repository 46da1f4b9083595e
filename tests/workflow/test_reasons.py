"""Why a transfer fails before it has a PIN: recorded, answered, audited, and the execution's error.

What DynamoDB itself refuses, and what AddAgent has recorded: no engine needs help for these. A
full pool and a search that fails: test_allocation.
"""

from typing import Any

import pytest

from secure_transfer.domain.allocate import PIN_TOO_LATE
from secure_transfer.domain.transfer import Status, Transfer
from tests.workflow.driver import NEVER_STARTED, Driver


@pytest.mark.parametrize(
    ("number", "reason", "recorded"),
    [("reusableAt", "PinClaimFailed", True), ("purgeAt", "PinRecordFailed", False)],
)
def test_row_that_dynamodb_does_not_take_is_named(
    driver: Driver, number: str, reason: str, *, recorded: bool
) -> None:
    click = driver.start(edit=lambda given: given.update({number: "no number"}))

    assert driver.end_of(click).error == reason
    failed = driver.events(click, *NEVER_STARTED)["TransferFailed"]
    assert failed["data"]["reason"] == reason
    record = driver.record(click)
    assert bool(record) == recorded
    if record:
        assert (record.status, record.reason) == ("FAILED", reason)


def test_transfer_that_add_agent_has_given_up_ends_as_too_late(driver: Driver) -> None:
    click = driver.start(edit=lambda given: _give_up(driver, given))

    assert driver.end_of(click).error == PIN_TOO_LATE
    failed = driver.events(click, *NEVER_STARTED)["TransferFailed"]
    assert failed["data"]["reason"] == PIN_TOO_LATE


def _give_up(driver: Driver, given: dict[str, Any]) -> None:
    """Record what an AddAgent records that has waited for its PIN in vain."""
    too_late = Transfer(
        transfer_id=given["transferId"],
        status=Status.FAILED,
        agent_name=given["agentName"],
        initial_contact_id=given["initialContactId"],
        requested_at=given["requestedAtTime"],
        expires_at=given["expiresAt"],
        purge_at=given["purgeAt"],
        reason=PIN_TOO_LATE,
    )
    assert driver.transfers.record_failure(too_late)
