"""What is slow takes call time, not the test's.

While a call is played the clock is held, and the player moves it. What is held up here is something
that the clock knows of: it comes to rest meanwhile, and stops at each end of a delay on its way.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import (
    jitter_strategy_decl,
    retrier_decl,
)

from operations.site import Site
from secure_transfer.domain.allocate import DEADLINE_SECONDS
from simulator.clock import Clock, Event
from simulator.connect.lambda_block import Functions, Reply
from simulator.moto_clock import Evaluation

_USUAL_SECONDS = 0.3
_A_LOOK = 0.01  # of real time, between two; nothing depends on its length


class Delays:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lost_seconds = 0.0
        """What functions have waited for answers that did not come, all together."""
        self._ends: dict[Event, float] = {}
        self._between_two_looks = threading.Event()

    @property
    def next_end(self) -> float | None:
        with self.clock.lock:
            return min(self._ends.values(), default=None)

    def hold_up_state(self, execution: str, seconds: float) -> None:
        """Let an execution wait for what its state has asked for.

        The engine counts a state's time-out from the moment in which it begins to wait for the
        state's work, which it has begun before: time must not go on until then.
        """
        while not self._is_waited_for(execution):
            self._between_two_looks.wait(_A_LOOK)
        self.hold_up(execution, seconds)

    def _is_waited_for(self, execution: str) -> bool:
        with self.clock.lock:
            return any(
                isinstance(one, Evaluation) and one._execution == execution  # noqa: SLF001
                for one in self.clock._awaited  # noqa: SLF001 - nobody else needs to know it
            )

    def hold_up(self, execution: str, seconds: float) -> None:
        """Let an execution wait; time goes on only as the player moves it."""
        event = Event(self.clock)
        event.parks = execution
        with self.clock.lock:
            end = self._ends[event] = self.clock.after(seconds)
            event.wait_until(end)
            del self._ends[event]

    def let_go(self) -> None:
        with self.clock.lock:
            for event in self._ends:
                event.set()


class EngineTime:
    """The clock for a call whose functions may have moved it on while the call stood still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.now = clock.now
        self.next_deadline = clock.next_deadline
        self.settle = clock.settle

    def move_to(self, at: float) -> None:
        self._clock.move_to(max(at, self._clock.now()))


class SlowFunctions:
    """Functions whose invocations take as long as what they wait for."""

    def __init__(self, functions: Functions, delays: Delays, add_agent: str) -> None:
        self._functions = functions
        self._delays = delays
        self._add_agent = add_agent
        self.invoked_twice: set[str] = set()
        """Functions' ARNs: each event comes to them a second time at once."""

    def invoke(self, function_arn: str, payload: str) -> Reply:
        clock = self._delays.clock
        began, lost = clock.now(), self._delays.lost_seconds
        if function_arn == self._add_agent:
            reply = self._wait_for_pin(payload)
        else:
            reply = self._functions.invoke(function_arn, payload)
        if function_arn in self.invoked_twice:
            clock.settle()
            self._functions.invoke(function_arn, payload)
        took = clock.now() - began + self._delays.lost_seconds - lost
        return replace(reply, seconds=took + _USUAL_SECONDS) if took else reply

    def _wait_for_pin(self, payload: str) -> Reply:
        """Let the machine's delays pass while AddAgent waits, as long as it would live to see it.

        AddAgent's own patience is of real time.
        """
        clock, began = self._delays.clock, time.monotonic()
        patience_ends = clock.now() + DEADLINE_SECONDS
        with ThreadPoolExecutor(1) as one:
            reply = one.submit(self._functions.invoke, self._add_agent, payload)
            while not reply.done():
                end = self._delays.next_end
                if end is not None and end < patience_ends:
                    clock.move_to(end)
                wait([reply], timeout=_A_LOOK)
        if time.monotonic() - began >= DEADLINE_SECONDS:
            clock.move_to(patience_ends)  # it has given up
        return reply.result()


def slow_site(site: Site, functions: SlowFunctions, clock: Clock) -> Site:
    """Return the site with such functions, and without Connect's events, which nobody reads."""
    return replace(site, functions=functions, clock=EngineTime(clock), announce=lambda _: None)


@contextmanager
def retries_in_call_time(delays: Delays) -> Iterator[None]:
    """Let the engine's pause before a retry pass in call time, each as long as it can be."""
    here = threading.local()
    retrier: Any = retrier_decl.RetrierDecl
    evaluate_as_moto_does = retrier._eval_body  # noqa: SLF001 - moto has no other way in

    def evaluate(one: Any, env: Any) -> None:
        here.execution = env.states.context_object.context_object_data["Execution"]["Id"]
        evaluate_as_moto_does(one, env)

    def pause(seconds: float) -> None:
        delays.hold_up(here.execution, seconds)

    was = retrier_decl.time, jitter_strategy_decl.random
    retrier._eval_body = evaluate  # noqa: SLF001
    retrier_decl.time = SimpleNamespace(sleep=pause)
    jitter_strategy_decl.random = SimpleNamespace(uniform=lambda _, most: most)
    try:
        yield
    finally:
        retrier._eval_body = evaluate_as_moto_does  # noqa: SLF001
        retrier_decl.time, jitter_strategy_decl.random = was
