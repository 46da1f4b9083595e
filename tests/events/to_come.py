"""What the contract declares and nobody sends yet. Whatever is here and is sent fails a test."""

TYPES: dict[str, str] = {
    "SecureCallEnded": "only ContactChanged learns when a looped call is over; it is not here yet",
}
SENDERS: dict[str, str] = {
    "AuditCardholderLeft": "a state for what only ContactChanged learns",
    "ContactChanged": "follows Connect's contact events; it is not here yet",
}
