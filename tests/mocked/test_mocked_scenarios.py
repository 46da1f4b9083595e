"""The state machine with every call mocked: what it does with each answer, on two engines.

moto's engine runs here. Step Functions Local runs the same file where one is given:
`docker compose -f tests/mocked/compose.yaml up`, then
`.venv/bin/pytest tests/mocked --step-functions-local http://127.0.0.1:8083`.
"""

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from operations import history
from operations.stage import until
from secure_transfer.adapters.system_clock import SystemClock
from secure_transfer.domain.allocate import Allocation, execution_input
from secure_transfer.domain.transfer import Limits
from secure_transfer.domain.values import Call
from simulator.template import REGION, ROOT
from tests import event_contract
from tests.mocked import mock_config
from tests.mocked.mock_config import CASES, MACHINE

if TYPE_CHECKING:
    from simulator.aws import LocalAws

# How each case ends, and the states that tell its way from the others'.
ENDS: dict[str, tuple[str, set[str]]] = {
    "Secured": ("", {"RecordPin", "AwaitLoop", "AwaitJoin", "TransferSecured"}),
    "LoopTimedOut": ("LoopTimedOut", {"ExpireLoop", "AuditTransferTimedOut"}),
    "AgentNeverJoined": ("AgentNeverJoined", {"ExpireJoin", "AuditTransferAbandoned"}),
    "PinsTaken": ("", {"CountCollision", "FindFreePin", "RecordPin", "TransferSecured"}),
    "PinPoolExhausted": ("PinPoolExhausted", {"FindFreePin", "RecordFailure"}),
    "PinSearchFailed": ("PinSearchFailed", {"FindFreePin", "RecordFailure"}),
    "PinClaimFailed": ("PinClaimFailed", {"RecordFailure", "AuditAllocationFailed"}),
    "PinRecordFailed": ("PinRecordFailed", {"RecordFailure", "AuditAllocationFailed"}),
    "PinTooLate": ("PinTooLate", {"CheckRecorded", "TakeFailure", "AuditAllocationFailed"}),
    "ClaimThrottledOnce": ("", {"ClaimPin", "TransferSecured"}),
    "CallbackBeforeTheToken": ("", {"CheckAnswered", "TakeAnswer", "TransferSecured"}),
    "AnswerWinsAgainstTheTimeOut": ("", {"ExpireLoop", "CheckAnswered", "TransferSecured"}),
    "JoinWinsAgainstTheTimeOut": ("", {"ExpireJoin", "CheckJoined", "TakeJoin"}),
    "RecordIsMissing": ("TransferStateUnexpected", {"CheckAnswered", "AuditTransferFaulted"}),
    "AwaitLoopIsRefused": ("TransferFaulted", {"AuditTransferFaulted"}),
    "BusIsDown": ("", {"KeepPinAllocated", "KeepLoopAnswered", "KeepTransferSecured"}),
}
LIMITS = Limits(4, 90, 300, 180, 400)
ROLE = "arn:aws:iam::123456789012:role/SecureTransfer"


@pytest.fixture(scope="module", params=["moto", "Step Functions Local"])
def step_functions(request: pytest.FixtureRequest) -> Iterator[Any]:
    endpoint = request.config.getoption("--step-functions-local")
    if request.param == "moto":
        aws: LocalAws = request.getfixturevalue("aws")
        with mock_config.taken_by_moto():
            yield aws.client("stepfunctions")
    elif not endpoint:
        pytest.skip("no --step-functions-local: it needs Docker (tests/mocked/compose.yaml)")
    else:
        yield boto3.client(
            "stepfunctions",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="operator",
            aws_secret_access_key="local",
        )


@pytest.fixture(scope="module")
def machine(step_functions: Any) -> str:
    """The machine as it is deployed, under the name that the mock file has for it."""
    definition = (ROOT / "statemachines/secure_transfer.asl.json").read_text()
    answer = step_functions.create_state_machine(name=MACHINE, definition=definition, roleArn=ROLE)
    return str(answer["stateMachineArn"])


def _run(step_functions: Any, machine: str, case: str) -> tuple[dict[str, Any], list[str]]:
    transfer_id = f"{case}-{uuid.uuid4()}"
    call = Call(transfer_id, transfer_id, None, None)
    given = execution_input(Allocation.of(call, "alice", LIMITS, SystemClock()), LIMITS)
    arn = step_functions.start_execution(
        stateMachineArn=f"{machine}#{case}",
        name=transfer_id,
        input=json.dumps(given),
    )["executionArn"]

    def ended() -> Any:
        answer = step_functions.describe_execution(executionArn=arn)
        return answer if answer["status"] != "RUNNING" else None

    answer = until(ended, f"the end of {case}")
    return answer, [visit.state for visit in history.of_execution(step_functions, arn)]


@pytest.mark.parametrize("case", CASES)
def test_case_ends_as_it_should(step_functions: Any, machine: str, case: str) -> None:
    answer, states = _run(step_functions, machine, case)

    error, way = ENDS[case]
    assert (answer["status"], answer.get("error", "")) == (
        "FAILED" if error else "SUCCEEDED",
        error,
    )
    assert way <= set(states)
    mocked = set(CASES[case])
    assert mocked <= set(states), "a response is mocked for a state that is not visited"
    # No call reaches anybody: what it would have sent was read in the history, and judged.
    event_id = f"{answer['name']}-TransferRequested"
    assert ("TransferRequested", event_id) in event_contract.PASSING.told


def test_every_case_has_its_end() -> None:
    assert set(ENDS) == set(CASES)
