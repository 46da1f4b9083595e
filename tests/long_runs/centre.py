"""A contact centre in which many transfers are under way, and what can befall them."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice

from tests.fakes import NOW
from tests.handshake import ends, invariants, later
from tests.handshake.functions import LIMITS, Invocation, Outcome
from tests.handshake.steps import LIMIT, Rules, Site, Step, at_work, of_execution, of_run, steps
from tests.handshake.world import Run, World

ALL = 99
"""So far an invocation goes that nothing stops."""

StepsOf = Callable[[World, int, Site, Rules], Iterator[Step]]

STRAIGHT = Rules(wakes_may_fail=False)
_TROUBLED = Rules(faults=frozenset({"refused", "lost", "late", "killed"}))


class Centre:
    def __init__(self, site: Site) -> None:
        site.functions.forget()
        self.site = site
        self.world = World(NOW)
        self.findings: list[str] = []
        """What has been wrong over a step."""
        self.done: Counter[str] = Counter()
        self._spent: set[tuple[str, int]] = set()
        """Who has had a fault already."""
        self._trouble = 0
        """What the next wake-up will meet with."""
        self.story: list[str] = []
        """What has happened, step by step."""

    # -------------------------------------------------------------- what Connect does

    def invoke(self, invocation: Invocation, far: int) -> None:
        """Begin an invocation, that Connect would repeat once, and do that many of its calls."""
        begun = self.site.functions.begin(invocation, self.world.now)
        runs = (*self.world.runs, Run(invocation, begun, repeats=1))
        asked = f"{invocation.function} by {invocation.contact} {invocation.pin}"
        self._go(Step(f"{asked} begins", self.world._replace(runs=runs)))
        if far == ALL:
            self.all_go_on()
            return
        for _ in range(far):
            self._one_of([len(runs) - 1], 0, of_run, Rules(), 0)

    def runs_of(self, function: str) -> list[Run]:
        return [run for run in self.world.runs if run.invocation.function == function]

    def told_ok(self, function: str) -> list[tuple[Invocation, Outcome]]:
        asked = [(run.invocation, run.outcome) for run in self.runs_of(function)]
        return [(of, told) for of, told in asked if told and told.result == "OK"]

    def is_quarantined(self, transfer: str) -> bool:
        """Whether a looped call of the transfer can still be under way."""
        record = self.world.transfers()[transfer]
        reusable_at = record.expires_at + LIMITS.pin_quarantine_seconds
        return self.world.now.timestamp() < reusable_at

    # --------------------------------------------------------- what happens by itself

    def all_go_on(self) -> None:
        """Let everybody do all that they can, and nothing go wrong but what is ordered."""
        while True:
            ahead = steps(self.world, self.site, Rules())
            step = next((one for one in ahead if not one.label.endswith("times out")), None)
            if step is None:
                return
            self._go(self._troubled(step, ahead))

    def trouble_next_wake_up(self, how: int) -> None:
        """When everybody goes on: lose it, lose its answer, or let nobody heed it."""
        self._trouble = how

    def _troubled(self, step: Step, others: Iterator[Step]) -> Step:
        """Return the step, or what has been ordered: its other outcomes follow a good one."""
        if not self._trouble or not step.label.endswith("SendTaskSuccess"):
            return step
        bad = list(islice(others, 3))
        if not bad or bad[0].label != f"{step.label} is lost":
            return step  # nobody waits, so there is nothing to lose
        how, self._trouble = self._trouble, 0
        return bad[how - 1]

    def execution_goes_on(self, which: int) -> None:
        busy = [n for n, one in enumerate(self.world.executions) if not one.end and not one.token]
        self._one_of(busy, which, of_execution, STRAIGHT, 0)

    def wait_times_out(self, which: int) -> None:
        waiting = [n for n, one in enumerate(self.world.executions) if one.token and not one.end]
        self._one_of(waiting, which, of_execution, STRAIGHT, 0)

    def function_goes_on(self, which: int, how: int) -> None:
        """`how`: a wake-up may get lost."""
        busy = [
            number
            for number, run in enumerate(self.world.runs)
            if not run.is_over or (run.outcome is None and run.repeats and not run.gone)
        ]
        self._one_of(busy, which, of_run, Rules(), how)

    def late_write_lands(self, which: int) -> None:
        if self.world.late:
            late = list(self.world.late)
            call = late.pop(which % len(late))
            items, _ = self.site.ask(self.world.items, call)
            landed = self.world._replace(items=items, late=tuple(late))
            self._go(Step(f"late {call.operation} lands", landed))

    def execution_has_a_fault(self, which: int, how: int) -> None:
        """A second one might leave a gap in its audit: bus and queue both out."""
        able = [
            number
            for number, execution in enumerate(self.world.executions)
            if not execution.end
            and not execution.token
            and ("execution", number) not in self._spent
        ]
        self._fault("execution", able, which, of_execution, how)

    def function_has_a_fault(self, which: int, how: int) -> None:
        """Only where Connect would repeat it."""
        able = [
            number
            for number, run in enumerate(self.world.runs)
            if run.repeats and not run.is_over and ("run", number) not in self._spent
        ]
        self._fault("run", able, which, of_run, how)

    def time_passes(self, seconds: float) -> None:
        """Nobody is at work for longer than a function may be."""
        passing = timedelta(seconds=seconds)
        if passing > LIMIT:
            while at_work(self.world):
                self.function_goes_on(0, 0)
        self._go(Step(f"{passing} pass", self.world._replace(now=self.world.now + passing)))

    # ------------------------------------------------------------------ what is judged

    def wrong(self) -> list[str]:
        return [*self.findings, *invariants.at_any_time(self.world)]

    def wrong_at_the_end(self) -> list[str]:
        """Let all come to an end, and one more transfer after them."""
        self.all_go_on()
        while self.world.late or not all(one.end for one in self.world.executions):
            self.late_write_lands(0)
            self.wait_times_out(0)
            self.all_go_on()
        tomorrow = self.world.now + timedelta(days=1)
        return [
            *self.wrong(),
            *ends.at_the_end(self.world),
            *later.stumbles(self.world.items, self.site, tomorrow),
        ]

    # ------------------------------------------------------------------------- helpers

    def _one_of(
        self, able: list[int], which: int, steps_of: StepsOf, rules: Rules, how: int
    ) -> None:
        if able:
            number = able[which % len(able)]
            possible = list(steps_of(self.world, number, self.site, rules))
            if possible:
                self._go(possible[how % len(possible)])

    def _fault(self, who: str, able: list[int], which: int, steps_of: StepsOf, how: int) -> None:
        if not able:
            return
        number = able[which % len(able)]
        risky = self.world._replace(faults=1)
        possible = list(steps_of(risky, number, self.site, _TROUBLED))
        faulty = [step for step in possible if not step.after.faults]
        self._spent.add((who, number))
        self._go(faulty[how % len(faulty)])
        self.done["faults"] += 1

    def _go(self, step: Step) -> None:
        self.findings += invariants.over_a_step(self.world, step.after)
        self.world = step.after
        self.story.append(step.label)
        self.done["calls"] += 1
