"""Which events deserve an `OK`, said a second time and in other words than the functions do.

Of the world that `outcomes` makes: four transfers, and the contacts loop-1 and loop-2 that have
come with the PINs of two of them.
"""

import string
from collections.abc import Mapping
from typing import Any

from tests.intruders.outcomes import ANSWERED, LIVE
from tests.unit.samples import INSTANCE_ARN, RETURN_NUMBER

_ID = set(string.ascii_letters + string.digits + "-_")
_NAME = _ID | set(".@")
_AGENT = "jane.doe"
_CLOSED = {"transfer-answered", "transfer-expired", "transfer-abandoned"}


def a_pin(event: Any) -> bool:
    call = _voice_call(event)
    if not call or not _is_made_of(_NAME, 64, _given(event, "AgentName")):
        return False
    if call["ContactId"] == "transfer-live":
        return bool(_given(event, "AgentName") == _AGENT)
    return call["ContactId"] not in _CLOSED


def the_agent(event: Any) -> bool:
    call = _voice_call(event)
    if not call or _within(call, "SystemEndpoint").get("Address") != RETURN_NUMBER:
        return False
    if call["ContactId"] in ("loop-1", "loop-2"):
        return (call["ContactId"], _given(event, "PIN")) == ("loop-1", ANSWERED)
    return bool(_given(event, "PIN") == LIVE)


def a_join(event: Any) -> bool:
    call = _voice_call(event)
    asked = (_given(event, "TransferId"), call.get("ContactId"), _given(event, "AgentName"))
    return asked in (
        ("transfer-answered", "loop-1", _AGENT),
        ("transfer-abandoned", "loop-2", _AGENT),
    )


def to_be_looked_up(event: Any) -> bool:
    """Whether there is a PIN at all that could be unknown."""
    pin = _given(event, "PIN") or ""
    return len(pin) == len(LIVE) and set(pin) <= set(string.digits)


def is_heard(event: Any) -> bool:
    """Whether it is a voice call's event at all: only then can there be an audit event of it."""
    return bool(_voice_call(event, of_anybody=True))


def _voice_call(event: Any, *, of_anybody: bool = False) -> Mapping[str, Any]:
    """Return an event's ContactData where it is sound and ours, else nothing."""
    details = _within(event, "Details")
    call = _within(details, "ContactData")
    is_sound = (
        call.get("Channel") == "VOICE"
        and _is_made_of(_ID, 80, call.get("ContactId"))
        and (not call.get("InitialContactId") or _is_made_of(_ID, 80, call["InitialContactId"]))
        and isinstance(details.get("Parameters"), dict | None)
    )
    ours = of_anybody or call.get("InstanceARN") == INSTANCE_ARN
    return call if is_sound and ours else {}


def _given(event: Any, name: str) -> Any:
    value = _within(_within(event, "Details"), "Parameters").get(name)
    return value if isinstance(value, str) else None


def _within(outer: Any, name: str) -> Mapping[str, Any]:
    inner = outer.get(name) if isinstance(outer, dict) else None
    return inner if isinstance(inner, dict) else {}


def _is_made_of(characters: set[str], longest: int, value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and set(value) <= characters
