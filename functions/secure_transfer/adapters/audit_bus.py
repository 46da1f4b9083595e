import json
from typing import TYPE_CHECKING, Any

from secure_transfer.adapters.clients import faults_of
from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.observability import count, logger

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

SOURCE = "secure-transfer"


class AuditBus:
    """The `AuditTrail` port: EventBridge, and a queue for what EventBridge does not take."""

    def __init__(
        self, events: "EventBridgeClient", bus: str, sqs: "SQSClient", fallback_queue_url: str
    ) -> None:
        self._events = events
        self._bus = bus
        self._sqs = sqs
        self._fallback_queue_url = fallback_queue_url

    def publish(self, event: AuditEvent) -> None:
        detail = {"metadata": event.metadata, "data": event.data}
        entry = {"EventBusName": self._bus, "Source": SOURCE, "DetailType": event.detail_type}
        try:
            self._put({**entry, "Detail": json.dumps(detail)})
        except PlatformFault as fault:
            count("AuditKept")
            logger.warning(f"{fault} Keeping the event.", event_id=event.event_id)
            self._keep({"Entries": [{**entry, "Detail": detail}]})

    def _put(self, entry: Any) -> None:
        with faults_of("PutEvents"):
            answer = self._events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "no code given")
            raise PlatformFault(f"PutEvents refused the entry: {code}.")

    def _keep(self, message: dict[str, Any]) -> None:
        """Put the event into the fallback queue, in the form that the Keep… states give it."""
        try:
            with faults_of("SendMessage to the fallback queue"):
                self._sqs.send_message(
                    QueueUrl=self._fallback_queue_url, MessageBody=json.dumps(message)
                )
        except PlatformFault as fault:
            count("AuditLost")
            # Clean of PINs, tokens and phone numbers, as every event: it may stand in the log.
            logger.error(f"{fault} The event stands here only.", audit_event=message)
