"""One run of the simulated outside world: its time, its chance, its time line.

Time is SimPy's: seconds of call time since the run began. Where an engine of real executions
belongs to the world, its clock moves with the call's, and the call stops at each of its deadlines.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import simpy

from simulator.journal import Journal


class EngineClock(Protocol):
    """The part of `simulator.clock.Clock` that a run needs."""

    def now(self) -> float: ...

    def move_to(self, at: float) -> None: ...

    def next_deadline(self) -> float | None: ...

    def settle(self) -> None: ...


class World:
    """`seed`: the same seed, the same run. `speed`: call seconds a second; None: no waiting."""

    def __init__(
        self, *, seed: int = 1, clock: EngineClock | None = None, speed: float | None = None
    ) -> None:
        self.env = simpy.Environment()
        self.chance = random.Random(seed)  # noqa: S311 - of a play, not of a secret
        self.journal = Journal(lambda: self.env.now)
        self.watchers: list[Callable[[], None]] = []
        """Called when the engine has come to rest: they look at what it did."""
        self._clock = clock
        self._began = clock.now() if clock else 0.0
        self._speed = speed

    @property
    def now(self) -> float:
        return float(self.env.now)

    def date(self) -> datetime:
        """Return the time of day: the engine's; without one the run began in 1970."""
        return datetime.fromtimestamp(self._began + self.now, UTC)

    def settle(self) -> None:
        """Let the engine finish what was set off, and let the watchers look at it."""
        if self._clock:
            self._clock.settle()
        for look in self.watchers:
            look()

    def run_until(self, done: Callable[[], bool], within: float) -> bool:
        """Let things happen until `done`, at most for so many seconds of call time."""
        end = self.now + within
        while not done():
            if not self._next(end):
                return done()
        return True

    def _next(self, end: float) -> bool:
        """Let the next thing happen. False: nothing does until `end`, and it is `end` now."""
        deadline = self._clock.next_deadline() if self._clock else None
        engine_at = float("inf") if deadline is None else max(self.now, deadline - self._began)
        at = min(self.env.peek(), engine_at, end)
        if self._speed:
            time.sleep((at - self.now) / self._speed)  # for somebody who watches
        if self._clock:
            self._clock.move_to(self._began + at)
        if engine_at <= at:
            self._move_to(at)
            self.settle()
            return True
        if self.env.peek() <= at:
            self.env.step()
            return True
        self._move_to(at)
        return False

    def _move_to(self, at: float) -> None:
        if at > self.now:
            self.env.run(until=at)
