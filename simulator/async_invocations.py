"""Lambda's asynchronous invocations: whoever hands an event over does not wait for its function.

An event that fails is repeated twice, as on AWS, but at once and not after minutes; so is one that
was throttled, which AWS goes on repeating for hours. What no function took in the end, AWS drops.
Here it is kept, for tests to look at.
"""

import threading
import uuid
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from simulator.clock import Clock
from simulator.errors import SimulatorError
from simulator.lambda_service import Function, LambdaService

REPEATS = 2


@dataclass(frozen=True, slots=True)
class Dropped:
    """An event that its function was not given, or that failed each time."""

    function: str
    event: Any
    """As it was handed over. For tests to look at, not to be printed."""
    reason: str


class AsyncInvocations:
    """`dropped` lists, from the first on, the events that came to nothing."""

    def __init__(self, functions: LambdaService, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._stopped = False
        self.dropped: list[Dropped] = []

    def invoke(self, function_arn: str, event: Any, *, principal: str, source_arn: str) -> None:
        """Let a function have an event, if its policy allows that to this service and resource.

        `Clock.settle` waits for it: time does not go on while an event is on its way.
        """
        work = f"the asynchronous invocation {uuid.uuid4()} of {function_arn}"
        thread = threading.Thread(
            target=self._run, args=(work, function_arn, event, principal, source_arn), daemon=True
        )
        with self._lock:
            if self._stopped:
                return
            self._threads.add(thread)
        self._clock.began(work)
        thread.start()

    def drop(self, function_arn: str, event: Any, reason: str) -> None:
        self.dropped.append(Dropped(function_arn, event, reason))

    def stop(self) -> None:
        """Take no more events, and let those end that are on their way."""
        with self._lock:
            self._stopped = True
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _run(
        self, work: str, function_arn: str, event: Any, principal: str, source_arn: str
    ) -> None:
        try:
            self._deliver(function_arn, event, principal, source_arn)
        finally:
            self._clock.ended(work)
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _deliver(self, function_arn: str, event: Any, principal: str, source_arn: str) -> None:
        try:
            function = self._functions.function(function_arn)
        except SimulatorError as error:
            self.drop(function_arn, event, str(error))
            return
        if not _allows(function, principal, source_arn):
            self.drop(
                function_arn,
                event,
                f"AccessDenied: the policy of {function.name} does not let {principal} "
                f"invoke it for {source_arn}.",
            )
            return
        failure = ""
        for _ in range(1 + REPEATS):
            result = self._functions.invoke(function, event)
            if result is not None and not result.failed:
                return
            failure = "TooManyRequestsException" if result is None else result.payload
        self.drop(function_arn, event, failure)


def _allows(function: Function, principal: str, source_arn: str) -> bool:
    account = source_arn.split(":")[4]
    return any(
        permission.principal == principal
        and (not permission.source_arn or fnmatchcase(source_arn, permission.source_arn))
        and permission.source_account in ("", account)
        for permission in function.permissions
    )
