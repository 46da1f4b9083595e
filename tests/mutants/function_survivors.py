"""Mutants of the functions that no unit test can notice, by what they change, and why."""

_NEITHER_IS_TRUE = "Only whether there is something is asked, and neither is."

SURVIVORS = {
    "domain.allocate.allocate_pin: recorded = None  # to look again is the retry"
    ' → recorded = ""  # to look again is the retry': _NEITHER_IS_TRUE,
    'domain.answer._answer: answered = None → answered = ""': _NEITHER_IS_TRUE,
    "domain.join.join_agent: "
    '{"transferId": transfer_id, "joinedAt": transfer.joined_at or timestamp(now)},'
    ' → {"transferId": transfer_id, "joinedAt": transfer.joined_at or timestamp(None)},': (
        "A transfer that comes here was joined at some time, or it would have been a fault. The"
        " alternative is for the type checker, which cannot know that."
    ),
    "domain.ports.Transfers.reserve_contact: "
    'self, loop_contact_id: str, transfer_id: str, at: datetime, instead_of: str = ""'
    ' → self, loop_contact_id: str, transfer_id: str, at: datetime, instead_of: str = "XXXX"': (
        "A protocol is never called: the default that counts is that of the adapter behind it."
    ),
}
