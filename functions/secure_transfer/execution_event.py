"""Read what the rules on `aws.states` pass on: how an execution of ours has closed.

`{"name", "executionArn", "status", "stopDate", "error"}`, of which `error` comes with FAILED only.
EventBridge's template makes texts of them all; input, output and cause never leave the bus.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from secure_transfer.domain import values
from secure_transfer.domain.closing import ClosedExecution, HowItClosed
from secure_transfer.domain.errors import EventMalformed, NotOurExecution
from secure_transfer.domain.transfer import timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_NONE = ("", "null")
"""What a template may make of an error that is not there."""


def closed_execution(event: Any, state_machine_arn: str) -> ClosedExecution:
    """Return which execution closed, when, and how.

    Raises `EventMalformed`; `NotOurExecution` for another machine's, and for one that has not
    closed or has succeeded; `TransferIdInvalid` for a name that no transfer can have.
    """
    given = event if isinstance(event, Mapping) else {}
    execution_arn, name = _text(given, "executionArn"), _text(given, "name")
    status, stopped_at = _text(given, "status"), _time(_text(given, "stopDate"))
    executions = state_machine_arn.replace(":stateMachine:", ":execution:", 1)
    if execution_arn != f"{executions}:{name}":
        raise NotOurExecution("The execution is none of our machine's.")
    if status not in HowItClosed.__members__:
        raise NotOurExecution("The execution runs, or has succeeded: it tells all that there is.")
    error = given.get("error")
    return ClosedExecution(
        transfer_id=values.transfer_id(name),
        execution_arn=execution_arn,
        how=HowItClosed(status),
        error=error if isinstance(error, str) and error not in _NONE else None,
        stopped_at=stopped_at,
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise EventMalformed(f"A change of an execution's status has a text in {name}.")
    return value


def _time(milliseconds: str) -> str:
    if not _MILLISECONDS.fullmatch(milliseconds):
        raise EventMalformed("stopDate must be milliseconds since 1970, at most 15 digits.")
    try:
        return timestamp(_EPOCH + timedelta(milliseconds=int(milliseconds)))
    except OverflowError as error:
        raise EventMalformed("stopDate is beyond the year 9999.") from error
