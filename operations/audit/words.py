"""An audit event in plain words."""

from operations.audit.contract import Event

_WORDS = {
    "TransferRequested": "asked for a secure transfer",
    "PinAllocated": "has a PIN, waits for the looped call",
    "LoopAnswered": "the looped call came back, the agent is fetched",
    "TransferTimedOut": "no looped call came in time",
    "TransferSecured": "the agent is with the cardholder: secured",
    "TransferAbandoned": "given up: the agent and the cardholder did not meet",
    "SecureCallEnded": "the secured call has ended",
    "TransferFailed": "failed",
    "PinRejected": "a PIN was refused",
    "JoinRejected": "somebody who picked up was refused",
}


def happened(event: Event) -> str:
    if event.detail_type == "TransferSecured" and event.data.get("late"):
        return "the agent is with the cardholder after all, late: secured"
    return _WORDS.get(event.detail_type, event.detail_type or "a line that is no audit event")


def line(event: Event) -> str:
    """`time  transfer  attempt  what happened  agent  reason`, as far as they are known."""
    attempt = event.metadata.get("attempt")
    parts = (
        str(event.metadata.get("occurredAt", "-")),
        event.transfer_id or f"call {event.contact_id or '-'}",
        f"attempt {attempt}" if attempt else "attempt -",
        happened(event),
        str(event.data.get("agentName", "-")),
        str(event.data.get("reason", "")),
    )
    return "  ".join(parts).rstrip()
