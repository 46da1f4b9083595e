"""Hold every audit event that passes by in a test run against the contract.

Where they pass by: calls over a local AWS's wire (PutEvents, and what goes into the fallback
queue), messages that tests receive (a bus's consumers, the fallback queue), and executions'
histories that tests read (where an engine makes its states' calls itself, or only pretends to).
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from botocore.client import BaseClient
from jsonschema import Draft202012Validator

from operations.event_schemas.files import newest_version, schemas
from simulator import calls
from simulator.calls import AwsCall

_SOURCE = "secure-transfer"


class Passing:
    """The audit events that have passed by. Servers' threads note them too."""

    def __init__(self) -> None:
        self.told: set[tuple[str, str]] = set()
        """Types and event ids."""
        self.reasons: set[tuple[str, str]] = set()
        """Types and reasons."""
        self.senders: set[tuple[str, str]] = set()
        """Types and the functions that were seen to send them."""
        self.count = 0
        self._violations: list[str] = []

    def take_violations(self) -> list[str]:
        taken, self._violations = self._violations, []
        return taken

    def event(self, event: Mapping[str, Any], sender: str = "") -> None:
        """Judge an event as a rule's target gets it; leave it alone if it is not ours."""
        if event.get("source") != _SOURCE:
            return
        name = str(event.get("detail-type"))
        self.count += 1
        if sender:
            self.senders.add((name, sender))
        broken = violations(name, event)
        self._violations += broken
        if not broken:
            detail = event["detail"]
            self.told.add((name, detail["metadata"]["eventId"]))
            self.reasons |= {
                (name, detail["data"][key]) for key in detail["data"] if key == "reason"
            }

    def entries(self, entries: Iterable[Mapping[str, Any]], sender: str = "") -> None:
        """Judge the entries of a PutEvents call, whether sent or kept for later."""
        for entry in entries:
            if isinstance(entry, Mapping):
                self.event(
                    {
                        "source": entry.get("Source"),
                        "detail-type": entry.get("DetailType"),
                        "detail": _detail(entry.get("Detail")),
                    },
                    sender,
                )

    def text(self, text: str, sender: str = "") -> None:
        """Judge what a message, a request or a state's parameters hold, if that is audit events.

        `sender`: the function that sends it, if one does.
        """
        if _SOURCE not in text:
            return
        try:
            value = json.loads(text)
        except ValueError:
            return
        if not isinstance(value, Mapping):
            return
        message = value.get("MessageBody")
        if isinstance(message, str):
            self.text(message, sender)
        elif isinstance(message, Mapping):
            self.text(json.dumps(message), sender)
        elif isinstance(value.get("Entries"), list):
            self.entries(value["Entries"], sender)
        else:
            self.event(value)


PASSING = Passing()


def _detail(detail: Any) -> Any:
    """PutEvents takes it as JSON, the fallback queue holds it as it is."""
    try:
        return json.loads(detail) if isinstance(detail, str) else detail
    except ValueError:
        return detail


def violations(name: str, event: Mapping[str, Any]) -> list[str]:
    """Return a line for each rule of its schema that an event breaks."""
    if name not in _validators():
        return [f"{name} is no event of the contract: events/ has no schema for it."]
    return [
        f"{name}: {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validators()[name].iter_errors(event)
    ]


@cache
def _validators() -> dict[str, Draft202012Validator]:
    found = schemas(newest_version()).items()
    return {name: Draft202012Validator(schema) for name, schema in found}


def watch(patch: Any) -> None:
    """Let every audit event of this process's run pass by here. `patch`: a MonkeyPatch."""
    read_call, make_api_call = calls._call, BaseClient._make_api_call  # noqa: SLF001

    def noted_call(request: Any) -> AwsCall:
        call = read_call(request)
        if call.operation in ("PutEvents", "SendMessage"):
            function = re.search(r"-(\w+)Function-", call.caller)
            PASSING.text(call.body, sender=function[1] if function else "")
        return call

    def noted_api_call(client: BaseClient, operation: str, parameters: Any) -> Any:
        answer = make_api_call(client, operation, parameters)
        if operation == "ReceiveMessage":
            for message in answer.get("Messages", ()):
                PASSING.text(message["Body"])
        elif operation == "GetExecutionHistory":
            for event in answer["events"]:
                PASSING.text(event.get("taskScheduledEventDetails", {}).get("parameters", ""))
        return answer

    patch.setattr(calls, "_call", noted_call)
    patch.setattr(BaseClient, "_make_api_call", noted_api_call)
