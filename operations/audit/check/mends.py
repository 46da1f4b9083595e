"""What to do about a hole of each kind. docs/audit.md says it at length."""

RECORD = "Look at the execution's history: which write failed? The record is gone; the events stay."
EXECUTION = "Was it deleted, or the state machine replaced? CloudTrail tells; the record stands."
STATUS = "Look at the execution's history: who stopped it, or which state failed?"
EVENT = (
    "Is it in a queue? Run `operations audit redrive`. Else look in the functions' logs "
    "(audit_event) and in the execution's history (a Keep… state that failed)."
)
UNKNOWN = (
    "Who sent it? Only this stack's roles should: look in CloudTrail for PutEvents on the bus."
)
EXCLUDE = "Believe the record; look at the execution's history for how the other came about."
DIFFERS = "Compare the two in the audit log with the record; consumers have kept the first."
MALFORMED = "Who sent it? If this stack did, it is a defect of this release: report it."
CONTRADICTS = "Believe the record; if it was changed by hand, CloudTrail may tell by whom."
WAITING = {
    "FallbackQueue": "Run `operations audit redrive`, then this again.",
    "AuditDeadLetterQueue": (
        "EventBridge could not write them into the log: see the runbook, AuditDeadLetterAlarm."
    ),
}
