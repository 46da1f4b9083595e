"""Make moto's Step Functions engine follow the simulator's clock.

Its waits are `threading.Event`s, whose time-outs pass in real time: 90 s for a call that does not
come would be 90 s of everybody's. Here they are events of the clock's, and the clock is told which
executions run and which of them only wait for a task token, so that it can tell when there is
nothing left to do before time goes on.

Two threads wait for a task token, each with the state's time-out: the one that works on the state,
and the one that waits for that work. Which of them notices first that time is up would be chance.
So the latter leaves the time-out to the former, for as long as it waits for the token.

An execution that is stopped, or whose own time is up, ends at once, as on AWS; moto would let it
wait on for its token, and its history go on.

Still in real time: the pause before a retry and a Wait state (an execution in either is busy), and
an execution's own TimeoutSeconds. An execution with one branch of a Parallel or a Map at a token
counts as waiting whatever its other branches do.
"""

# ruff: noqa: SLF001 - moto has no other way in

import contextlib
import math
import threading
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.eval import environment
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.backend import execution_worker

from simulator.clock import Clock, Event

_engine = SimpleNamespace(clock=Clock())  # the one that it follows now
_here = threading.local()  # a thread's execution, and the evaluation that it takes part in


class Evaluation(Event):
    """A state's evaluation, waited for by its execution's thread while another works on it."""

    def __init__(self, clock: Clock, execution: str) -> None:
        super().__init__(clock)
        self._execution = execution
        self._over = self._left_to_token = False

    def wait(self, timeout: float | None = None) -> bool:
        with self.clock.lock:
            happened = super().wait(None if self._left_to_token else timeout)
            self._over = True
            return happened

    def leave_to(self, token: Event, deadline: float) -> float:
        """Let the wait for a token decide when time is up. Returns when that is.

        An evaluation that timed out before it came to its token is of no account any more.
        """
        with self.clock.lock:
            if self._over:
                return deadline
            deadline = min(deadline, self.deadline)  # counted from the state's beginning
            self.deadline, self._left_to_token = math.inf, True
            token.parks = self._execution
            return deadline


class _Thread(threading.Thread):
    """The thread that works on a state. It knows the evaluation that waits for it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._evaluation = _here.evaluation

    def run(self) -> None:
        _here.evaluation = self._evaluation
        super().run()


# To put something in their places is what this module is for: nothing here is typed.
_execute_state: Any = execute_state
_callback: Any = callback
_Environment: Any = environment.Environment
_State: Any = execute_state.ExecutionState
_Worker: Any = execution_worker.ExecutionWorker

_evaluate_as_moto_does = _State._evaluate_with_timeout
_eval_state_as_moto_does = _State._eval_state
_stop_as_moto_does = _Environment.set_stop
_time_out_as_moto_does = _Environment.set_timed_out
_start_as_moto_does = _Worker.start
_run_as_moto_does = _Worker._execution_logic


def _event() -> Event:
    return Event(_engine.clock)


def _evaluation() -> Evaluation:
    evaluation = _here.evaluation = Evaluation(_engine.clock, _here.execution)
    return evaluation


class _Closed(BaseException):
    """Lead out of a state whose execution is over; no Retry and no Catch of it may see this."""


def _evaluate(state: Any, env: Any) -> None:
    _here.execution = env.states.context_object.context_object_data["Execution"]["Id"]
    try:
        if env.is_running():
            _evaluate_as_moto_does(state, env)
    finally:
        if not env.is_running():
            raise _Closed


def _eval_state(state: Any, env: Any) -> None:
    # The program sees for itself that it is over, and says so in the history.
    with contextlib.suppress(_Closed):
        _eval_state_as_moto_does(state, env)


def _set_stop(env: Any, **given: Any) -> None:
    _stop_as_moto_does(env, **given)
    _end_waits(env)


def _set_timed_out(env: Any) -> None:
    _time_out_as_moto_does(env)
    _end_waits(env)


def _end_waits(env: Any) -> None:
    if not env.is_frame() and not env.is_running():
        tokens = env.callback_pool_manager._pool
        while tokens:  # none of them is known from now on
            tokens.popitem()[1].interrupt_all()


def _wait_for_token(endpoint: Any, timeout: float | None = None) -> Any:
    event: Event = endpoint._notify_event
    deadline = event.clock.after(timeout)
    evaluation: Evaluation | None = getattr(_here, "evaluation", None)
    event.wait_until(evaluation.leave_to(event, deadline) if evaluation else deadline)
    return endpoint._outcome


def _start(worker: Any) -> None:
    # Before its thread runs: whoever has started an execution must not find the engine at rest.
    _engine.clock.began(_execution(worker))
    _start_as_moto_does(worker)


def _run(worker: Any) -> None:
    clock: Clock = _engine.clock
    try:
        _run_as_moto_does(worker)
    finally:
        clock.ended(_execution(worker))


def _execution(worker: Any) -> str:
    return str(worker._evaluation_details.execution_details.arn)


def follow(clock: Clock) -> None:
    """Let the engine follow this clock from now on.

    Executions that were left behind under another clock go on, and are none of this one's.
    """
    _engine.clock = clock
    _execute_state.threading = SimpleNamespace(Event=_evaluation)
    _execute_state.Thread = _Thread
    _State._evaluate_with_timeout = _evaluate
    _State._eval_state = _eval_state
    _Environment.set_stop = _set_stop
    _Environment.set_timed_out = _set_timed_out
    _callback.Event = _event
    _callback.CallbackEndpoint.wait = _wait_for_token
    _Worker.start = _start
    _Worker._execution_logic = _run
