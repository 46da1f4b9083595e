"""Let SendTaskFailure find executions that run, as SendTaskSuccess does.

moto looks for the token in closed executions too, and takes the failure of a wait that is over. On
AWS a token is gone with its wait.
"""

from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

# To put something in its place is what this module is for: it is not typed.
_Backend: Any = StepFunctionsParserBackend
_fail_as_moto_does = _Backend.send_task_failure


def forget_closed_waits() -> None:
    _Backend.send_task_failure = _send_task_failure


def _send_task_failure(backend: Any, *given: Any, **named: Any) -> Any:
    return _fail_as_moto_does(_Running(backend), *given, **named)


class _Running:
    """As much of the backend as moto's SendTaskFailure looks at."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def _get_executions(self) -> Any:
        return self._backend._get_executions(ExecutionStatus.RUNNING)  # noqa: SLF001 - moto's own
