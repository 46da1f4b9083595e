import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from secure_transfer.adapters.clients import faults_of
from secure_transfer.domain.errors import PlatformFault
from secure_transfer.observability import count, logger

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StateMachine:
    """The `Workflow` port on Step Functions."""

    def __init__(self, client: "SFNClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, execution_input: Mapping[str, Any]) -> None:
        # A name that was ever used (for 90 days after) is the same transfer, whatever its input.
        with faults_of("StartExecution"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn, name=name, input=json.dumps(execution_input)
                )
            except self._client.exceptions.ExecutionAlreadyExists:
                logger.info("The transfer was begun before; waiting for its PIN.")

    def wake(self, token: str, output: Mapping[str, str]) -> bool:
        return self._end_wait(
            "SendTaskSuccess",
            lambda: self._client.send_task_success(taskToken=token, output=json.dumps(output)),
        )

    def interrupt(self, token: str, error: str) -> bool:
        return self._end_wait(
            "SendTaskFailure", lambda: self._client.send_task_failure(taskToken=token, error=error)
        )

    def _end_wait(self, operation: str, send: Callable[[], Any]) -> bool:
        closed = self._client.exceptions
        try:
            with faults_of(operation):
                try:
                    send()
                except (closed.TaskTimedOut, closed.InvalidToken, closed.TaskDoesNotExist):
                    return False  # three names for one thing: AWS and the local engines differ
        except PlatformFault as fault:
            count("WakeUpLost")
            logger.warning(f"{fault} The wait's own time-out will find what was decided.")
            return False
        return True
