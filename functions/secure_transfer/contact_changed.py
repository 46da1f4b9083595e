"""ContactChanged: Connect tells of a looped call that an agent was connected, or that it is over.

Invoked by a rule of the default event bus, asynchronously: nobody reads its answer, and what it
raises is repeated by Lambda.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.adapters import clients, settings
from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.budget import invocation
from secure_transfer.adapters.connect_users import ConnectUsers
from secure_transfer.adapters.state_machine import StateMachine
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.contact_event import contact_change
from secure_transfer.domain.contact import follow_contact
from secure_transfer.observability import answer, count, logger, metrics

INSTANCE_ARN = settings.text("CONNECT_INSTANCE_ARN")
AGENTS = ConnectUsers(clients.connect(), INSTANCE_ARN)
TRANSFERS = TransferTable(clients.dynamodb(), settings.text("TRANSFER_TABLE_NAME"))
# By the time these are called the record has decided: one try.
WORKFLOW = StateMachine(clients.step_functions(tries=1), settings.text("STATE_MACHINE_ARN"))
AUDIT = AuditBus(
    clients.events(), settings.text("AUDIT_BUS_NAME"),
    clients.sqs(), settings.text("FALLBACK_QUEUE_URL"),
)  # fmt: skip


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: Any, context: LambdaContext) -> dict[str, str]:
    with invocation(context):
        return answer(lambda: _follow(event))


def _follow(event: Any) -> dict[str, str]:
    change = contact_change(event)
    logger.append_keys(contact_id=change.call.contact_id)
    transfer = follow_contact(
        change,
        instance_arn=INSTANCE_ARN,
        transfers=TRANSFERS,
        agents=AGENTS,
        workflow=WORKFLOW,
        audit=AUDIT,
        clock=SystemClock(),
    )
    if transfer is None:
        # Every other call of the instance: no warning.
        count("ContactForeign")
        return {}
    return {"TransferId": transfer.transfer_id, "Status": transfer.status}
