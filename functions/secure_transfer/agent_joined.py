"""AgentJoined: the looped call's whisper tells which agent has picked it up.

Answers `{"Result": "OK"}`, or `{"Result": "ERROR", "Reason": …}`.
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
from secure_transfer.domain.join import join_agent
from secure_transfer.observability import answer, logger, metrics

INSTANCE_ARN = settings.text("CONNECT_INSTANCE_ARN", default="")
TRANSFERS = TransferTable(clients.dynamodb(), settings.text("TRANSFER_TABLE_NAME"))
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
        return answer(lambda: _join(event))


def _join(event: Any) -> dict[str, str]:
    call = calling_contact(event)
    given = parameters(event)
    logger.append_keys(loop_contact_id=call.contact_id)
    join_agent(
        call,
        given.get("AgentName"),
        given.get("TransferId"),
        instance_arn=INSTANCE_ARN,
        transfers=TRANSFERS,
        workflow=WORKFLOW,
        audit=AUDIT,
        clock=SystemClock(),
    )
    return {}
