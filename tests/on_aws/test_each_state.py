"""Each state by itself, in every way that leads out of it: on moto's engine, and on AWS's own."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from botocore.validate import ParamValidator
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl

from simulator.aws import LocalAws
from simulator.template import REGION
from tests.mocked import mock_config
from tests.on_aws import ask_aws
from tests.on_aws.ask_aws import STATES
from tests.on_aws.ask_moto import OneStateAtATime
from tests.on_aws.case import Case, Outcome
from tests.on_aws.cases_of_allocation import CLAIM, RECORD
from tests.on_aws.cases_of_ends import ENDS, TOLD
from tests.on_aws.cases_of_waits import JOIN, LOOP
from tests.on_aws.smoke import Client

CASES = [*CLAIM, *RECORD, *LOOP, *JOIN, *TOLD, *ENDS]

# What a state's service answers with; a STRICT mock has to be such an answer.
_ANSWERS = {
    "dynamodb:putItem": ("dynamodb", "PutItem"),
    "dynamodb:getItem": ("dynamodb", "GetItem"),
    "dynamodb:updateItem": ("dynamodb", "UpdateItem"),
    "events:putEvents": ("events", "PutEvents"),
    "sqs:sendMessage": ("sqs", "SendMessage"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the real account every case; where there is none, one is enough to be skipped."""
    if "account" in metafunc.fixturenames:
        cases = CASES if metafunc.config.getoption("--aws-region") else CASES[:1]
        metafunc.parametrize("case", cases, ids=str)


@pytest.fixture(scope="module")
def moto(aws: LocalAws) -> Iterator[OneStateAtATime]:
    engine = OneStateAtATime(aws.client("stepfunctions"))
    with mock_config.taken_by_moto(engine.mocks), pytest.MonkeyPatch.context() as patch:
        # Between two tries nothing happens here that would need the time.
        patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda _: None))
        yield engine


@pytest.mark.parametrize("case", CASES, ids=str)
def test_state_does_on_moto_what_the_case_says(moto: OneStateAtATime, case: Case) -> None:
    assert moto.ask(case) == case.outcome


@pytest.mark.aws
def test_state_does_on_aws_what_the_case_says(account: Client, case: Case) -> None:
    assert ask_aws.ask(account("stepfunctions"), case) == case.outcome


def test_every_way_out_of_every_state_is_a_case() -> None:
    ways = {(name, to) for name, state in STATES.items() for to in _ways_out(state)}
    assert ways == {(case.state, case.outcome.next_state) for case in CASES} - {
        (case.state, "") for case in CASES if case.outcome.status == "RETRIABLE"
    }


def test_every_retry_is_tried_again_and_given_up() -> None:
    retried = {name for name, state in STATES.items() if "Retry" in state}
    assert {case.state for case in CASES if case.outcome.status == "RETRIABLE"} == retried
    given_up = {case.state for case in CASES if case.retries and case.outcome.next_state}
    assert given_up == retried


_RESULTS = [
    case for case in CASES if ask_aws.is_answered_by_its_service(case.state) and not case.error
]


@pytest.mark.parametrize("case", _RESULTS, ids=str)
def test_mocked_result_is_an_answer_of_its_service(case: Case) -> None:
    service, operation = _ANSWERS[STATES[case.state]["Resource"].partition(":::")[2]]
    client: Any = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
    shape = client.meta.service_model.operation_model(operation).output_shape
    report = ParamValidator().validate(case.result, shape)
    assert report.generate_report() == ""
    assert set(case.result) <= set(shape.members), "a field that the service does not answer"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_question_is_one_that_the_sdk_takes(case: Case) -> None:
    client = boto3.client(
        "stepfunctions",
        region_name=REGION,
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
    )
    # AWS takes a mock for nothing but a call, and a context for nothing but a mock.
    question = {"definition": ANY, "stateName": case.state, "input": json.dumps(case.given)}
    if STATES[case.state]["Type"] == "Task":
        question |= {"mock": ANY, "context": ANY}
    if case.retries:
        question |= {"stateConfiguration": {"retrierRetryCount": case.retries}}
    with Stubber(client) as stubber:
        stubber.add_response("test_state", _as_aws_answers(case.outcome), question)
        assert ask_aws.ask(client, case) == case.outcome


def _ways_out(state: dict[str, Any]) -> set[str]:
    ends = state["Type"] in ("Succeed", "Fail")
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    catches = [catch["Next"] for catch in state.get("Catch", [])]
    rest = [state[name] for name in ("Next", "Default") if name in state]
    return {""} if ends else {*choices, *catches, *rest}


def _as_aws_answers(outcome: Outcome) -> dict[str, str]:
    answer = {"status": outcome.status}
    if outcome.next_state:
        answer["nextState"] = outcome.next_state
    if outcome.output is not None:
        answer["output"] = json.dumps(outcome.output)
    if outcome.error:
        answer |= {"error": outcome.error, "cause": "mocked"}
    return answer
