"""What time it is: for the Step Functions engine, for the functions, for the calls that are played.

The clock ticks with the machine's, until somebody holds it to play a call. Then time stands still:
whatever AWS does takes none of it, however slow the machine is, and time passes only when the
player moves it. What falls due on the way is served at its own time and in its order.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine

from simulator.errors import SimulatorError

PATIENCE_SECONDS = 60.0
"""Of real time, for the engine to come to rest. A guard: what would hang is named instead."""


class Event:
    """`threading.Event` for one thread to wait for, whose time-outs pass in simulated time."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.changed = threading.Condition(clock.lock)
        self.deadline = math.inf
        self.parks: str | None = None
        """The execution that does nothing else while this is waited for."""
        self._happened = False

    def is_set(self) -> bool:
        return self._happened

    def set(self) -> None:
        with self.clock.lock:
            self._happened = True
            self.changed.notify_all()

    def clear(self) -> None:
        self._happened = False

    def wait(self, timeout: float | None = None) -> bool:
        return self.wait_until(self.clock.after(timeout))

    def wait_until(self, deadline: float) -> bool:
        with self.clock.lock:
            self.deadline = deadline
            self.clock.wait_for(self)
            return self._happened


class Clock:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._came_to_rest = threading.Condition(self.lock)
        self._running: set[str] = set()
        self._awaited: set[Event] = set()
        # Where the hand stood, and since when (monotonic) it has been ticking; None: it is held.
        # Always replaced as a whole, so that nobody needs the lock to look at the clock.
        self._hand: tuple[float, float | None] = (time.time(), time.monotonic())
        self._wall: time_machine.travel | None = None

    def start(self) -> None:
        """Let `time.time` and `datetime.now` of this process tell the clock's time, until `stop`.

        moto reads them for whatever it dates.
        """
        self._wall = time_machine.travel(self.now())
        # Its own hand cannot be moved without other threads reading a wrong time meanwhile.
        self._wall.start().time_ns = self._now_ns  # type: ignore[method-assign]

    def stop(self) -> None:
        if self._wall:
            self._wall.stop()
        self._wall = None

    # ---------------------------------------------------------------- for players

    def now(self) -> float:
        """Return the simulated time, in seconds since the epoch. It never goes back."""
        at, since = self._hand
        return at if since is None else at + (time.monotonic() - since)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let time stand still, but for `move_to`. Afterwards it ticks on from where it stands."""
        with self.lock:
            if self._is_held:
                raise SimulatorError("The clock is held already: one player at a time.")
            self._set_hand(self.now(), None)
        try:
            yield
        finally:
            self._set_hand(self.now(), time.monotonic())

    def move_to(self, at: float) -> None:
        """Move a held clock, serving each deadline of the engine on the way at its own time."""
        if not self._is_held:
            raise SimulatorError("The clock ticks by itself: only a held clock can be moved.")
        if at < self.now():
            raise SimulatorError(f"The clock cannot go back: {self.now() - at:.3f} s were asked.")
        # A callback may have been sent whose execution has yet to come to its next deadline.
        self.settle()
        while (deadline := self.next_deadline()) is not None and deadline <= at:
            self._set_hand(deadline, None)
            self.settle()
        self._set_hand(at, None)

    def next_deadline(self) -> float | None:
        """Return when the first of the executions that wait for a task token times out."""
        with self.lock:
            return min((event.deadline for event in self._parking()), default=None)

    def settle(self) -> None:
        """Wait, in real time, until every execution has ended or waits for a task token.

        One whose token has been sent, or whose time is up, waits no longer, even if its thread has
        not noticed yet.
        """
        with self.lock:
            if self._came_to_rest.wait_for(lambda: not self._busy(), PATIENCE_SECONDS):
                return
            busy = ", ".join(sorted(self._busy()))
            raise SimulatorError(f"Still busy after {PATIENCE_SECONDS:g} s of real time: {busy}")

    # ------------------------------------------------------------- for the engine

    def began(self, execution: str) -> None:
        with self.lock:
            self._running.add(execution)

    def ended(self, execution: str) -> None:
        with self.lock:
            self._running.discard(execution)
            self._came_to_rest.notify_all()

    def after(self, seconds: float | None) -> float:
        """Return the deadline of a wait that begins now; it has none if `seconds` is None."""
        return math.inf if seconds is None else self.now() + seconds

    def wait_for(self, event: Event) -> None:
        """Wait until the event is set or its deadline, which may change meanwhile, is reached."""
        with self.lock:
            self._awaited.add(event)
            self._came_to_rest.notify_all()
            try:
                while not event.is_set() and self.now() < event.deadline:
                    event.changed.wait(self._real_seconds_until(event.deadline))
            finally:
                self._awaited.discard(event)

    # --------------------------------------------------------------------- inside

    @property
    def _is_held(self) -> bool:
        return self._hand[1] is None

    def _set_hand(self, at: float, ticking_since: float | None) -> None:
        with self.lock:
            self._hand = (at, ticking_since)
            for event in self._awaited:
                event.changed.notify_all()

    def _now_ns(self) -> int:
        # As fine as a datetime is. A float's nanoseconds would be cut to a microsecond too few.
        return round(self.now() * 1_000_000) * 1_000

    def _real_seconds_until(self, deadline: float) -> float | None:
        """Return how long the clock, as it is now, takes until then. None: it never gets there."""
        if self._is_held or math.isinf(deadline):
            return None
        return max(0.0, deadline - self.now())

    def _parking(self) -> list[Event]:
        now = self.now()
        return [
            event
            for event in self._awaited
            if event.parks in self._running and not event.is_set() and now < event.deadline
        ]

    def _busy(self) -> set[str]:
        return self._running - {event.parks for event in self._parking() if event.parks}
