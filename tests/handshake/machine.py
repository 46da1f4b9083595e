"""The state machine one AWS call at a time: the ASL file, read by moto's parser without its engine.

The parser gives JSONPath, intrinsic functions, Choice, ResultPath and the rest. The engine around
it has threads, time-outs and clients of its own; here whoever explores does a state's call, and
says when a wait times out.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from moto.stepfunctions.parser.api import StateMachineType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.evaluation_details import AWSExecutionDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path

from tests.fakes import NOW_TEXT, execution_arn
from tests.handshake.wire import Answer, Call, call, read, remembered, written

NAMES = {
    "PinTableName": "pins",
    "TransferTableName": "transfers",
    "AuditBusName": "audit",
    "FallbackQueueUrl": "https://sqs/fallback",
    "FindFreePinFunctionArn": "FindFreePin",
}
"""What stands for the names that the template fills in."""

_SERVICES = {
    "dynamodb": "DynamoDB",
    "aws-sdk:dynamodb": "DynamoDb",
    "events": "EventBridge",
    "sqs": "SQS",
    "lambda": "Lambda",
}
"""How an integration's errors are called: the two of DynamoDB differ."""

_TRANSIENT = {"EventBridge": "InternalException", "SQS": "InternalErrorException"}
"""A fault that the Retry of an integration names, where it is not DynamoDB's."""

_DETAILS = AWSExecutionDetails("123456789012", "eu-west-2", "role")


class Position(NamedTuple):
    """Where an execution stands: in a Task that it has not called yet, in a wait, or at an end."""

    name: str
    state: str
    data: str
    tries: int = 0
    token: str = ""
    """What it waits with; nothing while it does not wait."""
    end: str = ""
    told: str = ""
    """With which error or output it ended."""


class StateMachine:
    def __init__(self, definition: Mapping[str, Any]) -> None:
        text = json.dumps(definition)
        for name, value in NAMES.items():
            text = text.replace(f"${{{name}}}", value)
        self._plain = json.loads(text)["States"]
        self._first = definition["StartAt"]
        self._parsed = {name: _parsed(name, written(state)) for name, state in self._plain.items()}
        self.tasks = {name for name, state in self._plain.items() if state["Type"] == "Task"}
        # A position tells all there is to know, so each is thought through once.
        self.request = remembered(self._request)
        self.answered = remembered(self._answered)
        self.woken = remembered(self._woken)
        self.failed = remembered(self._failed)

    def begin(self, name: str, given: str) -> Position:
        return self._settled(Position(name, self._first, written(json.loads(given))))

    def waits(self, at: Position) -> bool:
        """Whether the state waits for its token once its call is done."""
        return bool(self._plain[at.state]["Resource"].endswith(".waitForTaskToken"))

    def transient(self, at: Position) -> str:
        service, _ = self._integration(at)
        return f"{service}.{_TRANSIENT.get(service, 'InternalServerErrorException')}"

    def _request(self, at: Position) -> Call:
        """Return the call that the Task makes."""
        env = _environment(at)
        parameters = self._parsed[at.state]._eval_parameters(env)  # noqa: SLF001 - moto's own
        return call(self._integration(at)[1], parameters)

    def _answered(self, at: Position, answer: Answer) -> Position:
        if answer.error:
            return self.failed(at, self._error_name(at, answer.error))
        if self.waits(at):
            return at._replace(token=token_of(at))
        return self._succeeded(at, read(answer.body))

    def _woken(self, at: Position, output: str) -> Position:
        return self._succeeded(at._replace(token=""), read(output))

    def _failed(self, at: Position, error: str, *, for_good: bool = False) -> Position:
        """Try again, or go where the error is caught. `for_good`: every further try fails too."""
        state = self._plain[at.state]
        retrier = _matching(state.get("Retry", []), error)
        if retrier and at.tries < retrier.get("MaxAttempts", 3) and not for_good:
            return at._replace(token="", tries=at.tries + 1)
        catcher = _matching(state.get("Catch", []), error)
        if not catcher or error == "States.Runtime":
            return at._replace(token="", end="FAILED", told=error)
        assert catcher["ResultPath"] is None, "Only an error's name leads on: its text is dropped."
        return self._settled(Position(at.name, catcher["Next"], at.data))

    def _succeeded(self, at: Position, result: Any) -> Position:
        state, env = self._parsed[at.state], _environment(at)
        env.stack = [copy.deepcopy(result)]
        try:
            if state.result_selector:
                state.result_selector.eval(env)
            state.result_path.eval(env)
            state._eval_state_output(env)  # noqa: SLF001
        except (FailureEventException, json_path.NoSuchJsonPathError):
            return self.failed(at, "States.Runtime")
        following = Position(at.name, self._plain[at.state]["Next"], written(_data(env)))
        return self._settled(following)

    def _settled(self, at: Position) -> Position:
        """Go through states that call nobody, up to the next Task or the end."""
        while self._plain[at.state]["Type"] != "Task" and not at.end:
            env = _environment(at)
            env.stack = []
            try:
                self._parsed[at.state].eval(env)
            except (FailureEventException, json_path.NoSuchJsonPathError) as failure:
                return at._replace(end="FAILED", told=_told(failure))
            if self._plain[at.state]["Type"] == "Succeed":
                return at._replace(end="SUCCEEDED", told=written(_data(env)))
            at = Position(at.name, str(env.next_state_name), written(_data(env)))
        try:
            self.request(at)
        except (FailureEventException, json_path.NoSuchJsonPathError):
            return self.failed(at, "States.Runtime")
        return at

    def _integration(self, at: Position) -> tuple[str, str]:
        """Return how a Task's errors begin, and the operation that it calls."""
        resource = self._plain[at.state]["Resource"].removesuffix(".waitForTaskToken")
        service, _, action = resource.removeprefix("arn:aws:states:::").rpartition(":")
        return _SERVICES[service], action[0].upper() + action[1:]

    def _error_name(self, at: Position, code: str) -> str:
        return f"{self._integration(at)[0]}.{code}"


@remembered
def _parsed(name: str, state: str) -> Any:
    """Parse a state by itself: machines that differ in one have the others in common."""
    program = json.dumps({"StartAt": name, "States": {name: read(state)}})
    return AmazonStateLanguageParser.parse(program)[0].states.states[name]


def token_of(at: Position) -> str:
    """Return a token that no other wait has, nor another try of the same one."""
    return f"token {at.name} {at.state} {at.tries}"


@contextmanager
def quick_paths() -> Iterator[None]:
    """Have moto's parser read each JSONPath once: it takes a thousand times longer than to use."""
    with (
        patch.object(json_path, "parse", remembered(json_path.parse)),
        patch.object(result_path, "parse", remembered(result_path.parse)),
    ):
        yield


def _environment(at: Position) -> Environment:
    data = json.loads(at.data)
    execution = {"Id": execution_arn(at.name), "Name": at.name, "Input": data}
    context: Any = {
        "Execution": {**execution, "RoleArn": "role", "StartTime": NOW_TEXT},
        "StateMachine": {"Id": "machine", "Name": "machine"},
        "State": {"EnteredTime": NOW_TEXT, "Name": at.state, "RetryCount": at.tries},
        "Task": {"Token": token_of(at)},
    }
    history = EventHistoryContext.of_program_start()
    env = Environment(_DETAILS, StateMachineType.STANDARD, context, history, None, {})
    env.next_state_name = at.state
    env.stack = [copy.deepcopy(data)]
    return env


def _data(env: Environment) -> Any:
    return env.states.get_input()


def _matching(clauses: list[dict[str, Any]], error: str) -> dict[str, Any] | None:
    for clause in clauses:
        if error in clause["ErrorEquals"] or "States.ALL" in clause["ErrorEquals"]:
            return clause
    return None


def _told(failure: Exception) -> str:
    if isinstance(failure, FailureEventException) and failure.failure_event.error_name:
        return str(failure.failure_event.error_name.error_name)
    return "States.Runtime"
