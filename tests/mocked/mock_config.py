"""MockConfigFile.json, in the format of Step Functions Local, as moto's engine takes it.

moto has the engine's half of it and no reader of the file.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import mock_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_dynamodb,
)
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.mocking.mock_config import (
    MockedResponse,
    MockedResponseReturn,
    MockedResponseThrow,
    MockTestCase,
    StateMockedResponses,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

StateTaskServiceDynamoDB = state_task_service_dynamodb.StateTaskServiceDynamoDB
FILE = Path(__file__).with_name("MockConfigFile.json")
CONFIG: dict[str, Any] = json.loads(FILE.read_text())
MACHINE = "SecureTransfer"
CASES: dict[str, dict[str, str]] = CONFIG["StateMachines"][MACHINE]["TestCases"]


def of_the_file(execution: str) -> MockTestCase | None:
    """Return the case that an execution's name begins with."""
    name = execution.partition("-")[0]
    if name not in CASES:
        return None
    responses = CONFIG["MockedResponses"]
    return case({state: responses[response] for state, response in CASES[name].items()})


@contextmanager
def taken_by_moto(
    case_of: Callable[[str], MockTestCase | None] = of_the_file,
) -> Iterator[None]:
    """Let moto run the case that is named behind the machine's ARN, as Step Functions Local does.

    `…:stateMachine:SecureTransfer#LoopTimedOut`. moto finds it by the execution's name: `case_of`
    tells which it is, or None for an execution of which nothing is mocked.
    """
    start = StepFunctionsParserBackend.start_execution
    as_moto_does = StateTaskServiceDynamoDB._from_error  # noqa: SLF001
    make_worker = Execution._get_start_execution_worker  # noqa: SLF001 - moto has no other way in

    def start_case(backend: Any, state_machine_arn: str, *given: Any, **named: Any) -> Any:
        return start(backend, state_machine_arn.partition("#")[0], *given, **named)

    def make_worker_of_case(execution: Execution) -> Any:
        worker = make_worker(execution)
        worker._mock_test_case = case_of(execution.name)  # noqa: SLF001
        return worker

    def from_error(task: Any, env: Any, ex: Exception) -> Any:
        """Let DynamoDB's task fail with the error that is thrown; moto's calls each the same."""
        thrown = isinstance(ex, FailureEventException)
        return ex.failure_event if thrown else as_moto_does(task, env, ex)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StepFunctionsParserBackend, "start_execution", start_case)
        patch.setattr(Execution, "_get_start_execution_worker", make_worker_of_case)
        patch.setattr(mock_eval_utils, "CustomErrorName", _error_name)
        patch.setattr(StateTaskServiceDynamoDB, "_from_error", from_error)
        yield


def _error_name(name: str) -> Any:
    """Return an error's name as the engine has it; moto takes no `States.…` from the file."""
    known = {one.to_name(): one for one in StatesErrorNameType}
    return StatesErrorName(known[name]) if name in known else CustomErrorName(name)


def case(responses: Mapping[str, Mapping[str, Any]]) -> MockTestCase:
    """Return a case of moto's. `responses`: by state, each as it stands in the file."""
    return MockTestCase(
        MACHINE,
        "",
        [
            StateMockedResponses(state, "", [_response(*one) for one in of_state.items()])
            for state, of_state in responses.items()
        ],
    )


def _response(times: str, given: Mapping[str, Any]) -> MockedResponse:
    """`times`: which tries it is for, counted from 0: `0` or `1-2`."""
    first, _, last = times.partition("-")
    tries = int(first), int(last or first)
    if "Throw" in given:
        return MockedResponseThrow(*tries, given["Throw"]["Error"], given["Throw"]["Cause"])
    return MockedResponseReturn(*tries, given["Return"])
