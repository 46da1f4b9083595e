"""FindFreePin: the state machine's drawn PINs were all taken.

Takes `transferId`, `agentName`, `requestedAtTime`, `requestedAt`, `expiresAt`, `reusableAt` and
`collisions` of the execution's input; answers `{"found", "candidates", "index", "collisions"}`.
A full pool is an answer too: `"found": false`.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.adapters import clients, settings
from secure_transfer.adapters.budget import invocation
from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.search import find_free_pin
from secure_transfer.observability import count, faults_counted, logger, metrics

PIN_LENGTH = settings.number("PIN_LENGTH")
PINS = PinTable(clients.dynamodb(), settings.text("PIN_TABLE_NAME"))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    logger.append_keys(transfer_id=event["transferId"])
    wanted = PinRecord(
        pin="",
        transfer_id=event["transferId"],
        agent_name=event["agentName"],
        created_timestamp=event["requestedAtTime"],
        expires_at=event["expiresAt"],
        reusable_at=event["reusableAt"],
    )
    with invocation(context), faults_counted():
        found = find_free_pin(
            wanted,
            requested_at=event["requestedAt"],
            collisions=event["collisions"],
            pin_length=PIN_LENGTH,
            pins=PINS,
        )
    count("PinFound" if found.pin else "PinPoolExhausted")
    return found.as_claim()
