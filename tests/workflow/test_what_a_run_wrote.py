"""Nothing that the other tests here made us write holds a PIN, a task token or a phone number.

What they made the functions log, the states and functions tell, the executions put out: hundreds of
transfers, faults, refusals and mix-ups of both engines. Runs last, by its name.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import Stage
from tests.workflow.engine_gaps import MINISTACK, MOTO

_FUNCTIONS = (
    "AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "FindFreePin", "ExecutionClosed",
)  # fmt: skip
_ENOUGH = 30  # transfers: a run of one file proves little


@pytest.mark.parametrize(
    ("engine", "fixture"), [(MOTO, "deployed"), (MINISTACK, "deployed_on_ministack")]
)
def test_nothing_that_was_written_holds_a_secret(
    engine: str, fixture: str, request: pytest.FixtureRequest, figure: Callable[[str], None]
) -> None:
    stage: Stage = request.getfixturevalue(fixture)
    records = list(_rows(stage, "TransferTableName"))
    if len(records) < _ENOUGH:
        pytest.skip("means something only after the other tests of this folder")
    tokens = {
        row[name]["S"] for row in records for name in ("LoopToken", "JoinToken") if name in row
    }
    pins = {row["PIN"]["S"] for row in records if "PIN" in row}
    written = list(_written(stage))

    figure(
        f"Searched on {engine}: {sum(map(len, written)):,} characters in {len(written):,} texts "
        f"for {len(pins)} PINs, {len(tokens)} tokens and 4 numbers; none is there"
    )
    assert len(tokens) > _ENOUGH
    whole = "\n".join(written)
    assert [number for number in (CARDHOLDER, SHOP, PCI_PAL, RETURN) if number in whole] == []
    assert [token for token in tokens if token in whole] == []
    # Four digits occur in times and ids by chance: a PIN stands alone, or as a value.
    alone = set(re.findall(r"(?<![\w.:+-])\d{4}(?![\w.:+-])", _ours(whole)))
    assert alone & pins == set()


def _ours(written: str) -> str:
    """Without Lambda's own report of how long a call took (1882 ms), and without line numbers."""
    return re.sub(r"^REPORT RequestId: .*$|, line \d+,", "", written, flags=re.MULTILINE)


def _written(stage: Stage) -> Iterator[str]:
    for name in _FUNCTIONS:
        yield stage.aws.functions.log_of(stage.stack.resources[f"{name}Function"])
    logs = stage.aws.client("logs").get_paginator("filter_log_events")
    for page in logs.paginate(logGroupName=stage.stack.resources["AuditLogGroup"]):
        yield from (event["message"] for event in page["events"])
    yield from (json.dumps(event) for event in stage.events)
    sqs = stage.aws.client("sqs")
    queue = stage.stack.resources["FallbackQueue"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        yield from (message["Body"] for message in messages)
    step_functions = stage.aws.client("stepfunctions")
    machine = stage.stack.outputs["SecureTransferStateMachineArn"]
    for page in step_functions.get_paginator("list_executions").paginate(stateMachineArn=machine):
        for execution in page["executions"]:
            told = step_functions.describe_execution(executionArn=execution["executionArn"])
            yield json.dumps({key: told.get(key) for key in _words_of_ours(told)})


def _words_of_ours(execution: dict[str, Any]) -> tuple[str, ...]:
    """Leave out why an execution was stopped, and Step Functions' own words, which quote an input.

    Who stops one may type a PIN, as a test does. docs/security.md says who reads a history.
    """
    by_somebody = execution["status"] == "ABORTED"
    if by_somebody or str(execution.get("error")).startswith("States."):
        return ("output",)
    return ("output", "error", "cause")


def _rows(stage: Stage, table: str) -> Iterator[dict[str, Any]]:
    pages = stage.aws.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=stage.stack.outputs[table]):
        yield from page["Items"]
