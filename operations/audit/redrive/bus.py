"""The audit bus, asked so that no event is sent twice."""

import json
import time
from typing import Any

from operations.audit.contract import SOURCE, Event
from operations.audit.redrive.queue import Held
from operations.connect.aws import AwsRefused, said_plainly

_PAUSES = (1, 2, 4)
"""Seconds before EventBridge is asked again, if it throttles: it has not taken the event then."""

_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException"}
_WRONG = {"InvalidArgument", "MalformedDetail", "ValidationException", "ValidationError"}
"""What EventBridge says of an entry that it will never take."""

_UNCLEAR = "no clear answer"


class NotTaken(Exception):
    """EventBridge did not take an event, or may not have, and will not take the next one either."""


class NeverTaken(Exception):
    """EventBridge will not take this event, ever."""


class Bus:
    """`events`: a client that asks once. One that repeats a lost answer would send twice."""

    def __init__(self, events: Any, name: str) -> None:
        self._events = events
        self._name = name

    def put(self, event: Event, held: Held) -> None:
        """Send one event: so they keep their order. Raises `NotTaken`, `NeverTaken`.

        Notes in `held` that an event of its message was sent, or may have been.
        """
        entry = {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": json.dumps(event.detail),
        }
        for pause in (*_PAUSES, None):
            before, held.touched = held.touched, True
            code, message = self._asked(entry)
            if not code:
                return
            held.touched = before or code == _UNCLEAR
            if code in _WRONG:
                raise NeverTaken(f"EventBridge refuses {event.detail_type} ({code}): {message}")
            if code not in _THROTTLED or pause is None:
                raise NotTaken(f"EventBridge did not take {event.detail_type} ({code}): {message}")
            time.sleep(pause)

    def _asked(self, entry: dict[str, str]) -> tuple[str, str]:
        """Return code and message of EventBridge's refusal; empty if it took the event."""
        try:
            with said_plainly():
                answer = self._events.put_events(Entries=[entry])
        except AwsRefused as refused:
            if refused.is_definite:
                return refused.code, refused.message
            return _UNCLEAR, f"{refused.message} Should it have been taken, the next run sees it"
        if not answer["FailedEntryCount"]:
            return "", ""
        failed = answer["Entries"][0]
        return failed.get("ErrorCode", "no code given"), failed.get("ErrorMessage", "")
