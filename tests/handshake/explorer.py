"""Go every way that there is from a world, meeting each world once.

Two schedules that have led to equal worlds go on alike, so what follows is looked at once and
counted for both. Schedules get finite by what they are made of: everybody has so much to do.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.handshake import ends, invariants
from tests.handshake.scenarios import Scenario
from tests.handshake.steps import Site, Step, steps
from tests.handshake.world import World


class Broken(Exception):
    """An invariant does not hold, and this is the schedule that shows it."""

    def __init__(self, finding: str, schedule: list[str]) -> None:
        super().__init__("\n  ".join([finding, *schedule]))
        self.finding = finding
        self.schedule = schedule


@dataclass
class Explored:
    schedules: int = 0
    """Ways from the beginning to an end."""
    worlds: int = 0
    ends: list[World] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    """Findings that were expected, each with a schedule that shows it."""
    states: set[str] = field(default_factory=set)
    """In which of the machine's Tasks an execution has been."""


Judge = Callable[[World], Iterable[str]]


def explore(
    begin: World,
    following: Callable[[World], Iterable[Step]],
    *,
    known: frozenset[str] = frozenset(),
    in_any: Judge = lambda _: (),
) -> Explored:
    """Raise `Broken` at the first world in which something is wrong that is not `known`.

    `in_any`: looks for more than the invariants that hold everywhere.
    """
    search = _Search(begin, known, in_any)
    path = [(0, iter(following(begin)))]
    while path:
        here, ahead = path[-1]
        for step in ahead:
            number, is_new = search.meet(here, step)
            if is_new:
                path.append((number, iter(following(step.after))))
                break
            search.ways[here] += search.ways[number]
        else:
            path.pop()
            if not search.ways[here]:
                search.end(here)
            if path:
                search.ways[path[-1][0]] += search.ways[here]
    search.explored.schedules, search.explored.worlds = search.ways[0], len(search.ways)
    return search.explored


def explore_scenario(scenario: Scenario, site: Site) -> Explored:
    rules = scenario.rules
    nothing_is_lost = not rules.wakes_may_fail and not rules.faults
    return explore(
        scenario.begin(site),
        lambda world: steps(world, site, rules),
        known=scenario.known,
        in_any=invariants.waits_in_vain if nothing_is_lost else lambda _: (),
    )


class _Search:
    """What has been met so far. A world is known by its number: to compare worlds takes long."""

    def __init__(self, begin: World, known: frozenset[str], in_any: Judge) -> None:
        self.explored = Explored()
        self.ways = [0]
        """How many ways lead on from each world."""
        self._known = known
        self._in_any = in_any
        self._numbers = {begin: 0}
        self._worlds = [begin]
        self._came = [(0, "")]
        """The world before each, on the first way there, and the step from it."""

    def meet(self, here: int, step: Step) -> tuple[int, bool]:
        number = self._numbers.setdefault(step.after, len(self._worlds))
        if number < len(self._worlds):
            return number, False
        self._worlds.append(step.after)
        self._came.append((here, step.label))
        self.ways.append(0)
        self.explored.states.update(execution.state for execution in step.after.executions)
        self._judge(number, invariants.over_a_step(self._worlds[here], step.after))
        self._judge(number, invariants.at_any_time(step.after))
        self._judge(number, self._in_any(step.after))
        return number, True

    def end(self, number: int) -> None:
        self.ways[number] = 1
        self.explored.ends.append(self._worlds[number])
        self._judge(number, ends.at_the_end(self._worlds[number]))

    def _judge(self, number: int, findings: Iterable[str]) -> None:
        for finding in findings:
            if finding not in self._known:
                raise Broken(finding, self._schedule(number))
            self.explored.known.setdefault(finding, self._schedule(number))

    def _schedule(self, number: int) -> list[str]:
        labels = []
        while number:
            number, label = self._came[number]
            labels.append(label)
        return labels[::-1]
