"""ExecutionClosed: an execution was stopped, ran out of time, or failed.

Invoked by two rules on the default bus, asynchronously: what it raises, Lambda repeats twice. It
answers nobody. What it is given holds neither input nor output nor cause: see `execution_event`.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_transfer.adapters import clients, settings
from secure_transfer.adapters.audit_bus import AuditBus
from secure_transfer.adapters.budget import invocation
from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain.closing import tell_for
from secure_transfer.domain.errors import Refused
from secure_transfer.execution_event import closed_execution
from secure_transfer.observability import count, faults_counted, logger, metrics

STATE_MACHINE_ARN = settings.text("STATE_MACHINE_ARN")
TRANSFERS = TransferTable(clients.dynamodb(), settings.text("TRANSFER_TABLE_NAME"))
AUDIT = AuditBus(
    clients.events(), settings.text("AUDIT_BUS_NAME"),
    clients.sqs(), settings.text("FALLBACK_QUEUE_URL"),
)  # fmt: skip


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: Any, context: LambdaContext) -> None:
    with invocation(context), faults_counted():
        _tell(event)


def _tell(event: Any) -> None:
    try:
        closed = closed_execution(event, STATE_MACHINE_ARN)
    except Refused as refusal:
        count(refusal.reason)
        logger.warning(str(refusal), reason=refusal.reason)
        return
    logger.append_keys(transfer_id=closed.transfer_id)
    told = tell_for(closed, transfers=TRANSFERS, audit=AUDIT)
    count("ToldForExecution" if told else "NothingToTell")
    logger.info("An execution has closed.", status=closed.how, events_told=told)
