"""GetAgent: the answer flow hands in the PIN that it heard and gets the agent's name.

Answers `{"Result": "OK", "AgentName": "…", "TransferId": "…"}`, or `{"Result": "ERROR",
"Reason": …}`.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.adapters import clients, settings
from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.budget import invocation
from secure_transfer.adapters.pin_table import PinTable
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.connect_event import calling_contact, parameters
from secure_transfer.domain.answer import answer_loop
from secure_transfer.domain.lockout import Lockout
from secure_transfer.observability import answer, logger, metrics

INSTANCE_ARN = settings.text("CONNECT_INSTANCE_ARN", default="")
RETURN_NUMBER = settings.text("RETURN_NUMBER", default="")
PIN_LENGTH = settings.number("PIN_LENGTH")
LOCKOUT = Lockout.sparing(
    settings.text("PCI_PAL_CALLER_IDS", default=""), settings.text("CALLER_HASH_KEY")
)
DYNAMODB = clients.dynamodb()
PINS = PinTable(DYNAMODB, settings.text("PIN_TABLE_NAME"))
TRANSFERS = TransferTable(DYNAMODB, settings.text("TRANSFER_TABLE_NAME"))
# By the time these are called the record has decided: one try, and the answer goes out.
WORKFLOW = StateMachine(clients.step_functions(tries=1), settings.text("STATE_MACHINE_ARN"))
AUDIT = AuditBus(
    clients.events(), settings.text("AUDIT_BUS_NAME"),
    clients.sqs(), settings.text("FALLBACK_QUEUE_URL"),
)  # fmt: skip


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: Any, context: LambdaContext) -> dict[str, str]:
    with invocation(context):
        return answer(lambda: _answer(event))


def _answer(event: Any) -> dict[str, str]:
    call = calling_contact(event)
    logger.append_keys(loop_contact_id=call.contact_id)
    transfer = answer_loop(
        call,
        parameters(event).get("PIN"),
        instance_arn=INSTANCE_ARN,
        return_number=RETURN_NUMBER,
        pin_length=PIN_LENGTH,
        pins=PINS,
        transfers=TRANSFERS,
        workflow=WORKFLOW,
        audit=AUDIT,
        clock=SystemClock(),
        lockout=LOCKOUT,
    )
    return {"AgentName": transfer.agent_name, "TransferId": transfer.transfer_id}
