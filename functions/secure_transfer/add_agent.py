"""AddAgent: the transfer flow hands in the agent's name and gets a PIN.

Answers `{"Result": "OK", "PIN": "0027", "TransferId": "…"}`, or `{"Result": "ERROR", "Reason": …}`.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.adapters import clients, settings
from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.budget import invocation
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.connect_event import calling_contact, parameters
from secure_transfer.domain.allocate import allocate_pin
from secure_transfer.observability import answer, logger, metrics

INSTANCE_ARN = settings.text("CONNECT_INSTANCE_ARN", default="")
LIMITS = settings.limits()
# One try a call: AddAgent looks for its PIN again and again, and that is the retry.
TRANSFERS = TransferTable(clients.dynamodb(tries=1), settings.text("TRANSFER_TABLE_NAME"))
WORKFLOW = StateMachine(clients.step_functions(), settings.text("STATE_MACHINE_ARN"))
AUDIT = AuditBus(
    clients.events(), settings.text("AUDIT_BUS_NAME"),
    clients.sqs(), settings.text("FALLBACK_QUEUE_URL"),
)  # fmt: skip


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: Any, context: LambdaContext) -> dict[str, str]:
    with invocation(context):
        return answer(lambda: _allocate(event))


def _allocate(event: Any) -> dict[str, str]:
    call = calling_contact(event)
    logger.append_keys(transfer_id=call.contact_id)
    pin = allocate_pin(
        call,
        parameters(event).get("AgentName"),
        instance_arn=INSTANCE_ARN,
        limits=LIMITS,
        workflow=WORKFLOW,
        transfers=TRANSFERS,
        audit=AUDIT,
        clock=SystemClock(),
    )
    return {"PIN": pin, "TransferId": call.contact_id}
