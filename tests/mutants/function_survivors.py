"""Mutants of the functions that no unit test can notice, by what they change, and why."""

_NEITHER_IS_TRUE = "Only whether there is something is asked, and neither is."

_NO_SUCH_TEXT = "Neither text is what is looked for: nothing is found in either."
_ONE_SLASH = "There is one such place in the text, or what follows is refused: both ends find it."

SURVIVORS = {
    "adapters.connect_users.ConnectUsers.__init__: "
    'self._instance_id = instance_arn.rpartition("/")[2]'
    ' → self._instance_id = instance_arn.partition("/")[2]': _ONE_SLASH,
    'contact_event.contact_change: if (_text(_field(detail, "channel")) or "").upper() != "VOICE":'
    ' → if (_text(_field(detail, "channel")) or "XXXX").upper() != "VOICE":': _NO_SUCH_TEXT,
    "contact_event._agent_id: "
    'instance, _, agent_id = (_text(_field(agent, "agentArn")) or "").rpartition("/agent/")'
    ' → instance, _, agent_id = (_text(_field(agent, "agentArn")) or "").partition("/agent/")': (
        _ONE_SLASH
    ),
    "contact_event._agent_id: "
    'instance, _, agent_id = (_text(_field(agent, "agentArn")) or "").rpartition("/agent/")'
    ' → instance, _, agent_id = (_text(_field(agent, "agentArn")) or "XXXX").rpartition("/agent/")'
    "": _NO_SUCH_TEXT,
    'domain.contact.follow_contact: refusal = None → refusal = ""': _NEITHER_IS_TRUE,
    "domain.contact.follow_contact: instance_arn=instance_arn, → instance_arn=None,": (
        "The call was found to be our instance's a few lines before."
    ),
    "domain.contact.follow_contact: clock=clock, → clock=None,": (
        "Nobody looks at the clock: the time of the join is given."
    ),
    "domain.contact._plausible: "
    "return told if told and now - _OLDEST < told <= now else now"
    " → return told if told and now - _OLDEST < told < now else now": (
        "Where they differ, the time that was told is now."
    ),
    'domain.transfer.moment: read = datetime.fromisoformat(text or "")'
    ' → read = datetime.fromisoformat(text or "XXXX")': _NO_SUCH_TEXT,
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
