"""Call time: in order, in step with an engine, and the same again."""

import pytest

from operations.call_parts import conversation, pay, reunite, secure
from simulator.errors import SimulatorError
from simulator.phones import Process
from simulator.world import World
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left


class Engine:
    """An engine's clock with deadlines, and what became of it."""

    def __init__(self, *deadlines: float, began: float = 1_000.0) -> None:
        self.at = self.began = began
        self._deadlines = sorted(began + deadline for deadline in deadlines)
        self.happened: list[str] = []

    def now(self) -> float:
        return self.at

    def move_to(self, at: float) -> None:
        assert at >= self.at, "time does not run backwards"
        self.at = at

    def next_deadline(self) -> float | None:
        return self._deadlines[0] if self._deadlines else None

    def settle(self) -> None:
        while self._deadlines and self._deadlines[0] <= self.at:
            self.happened.append(f"deadline {self._deadlines.pop(0) - self.began:g}")


def ticks(world: World, happened: list[str], *times: float) -> None:
    """Have things happen in a world, in one process each."""

    def tick(at: float, name: str) -> Process:
        yield world.env.timeout(at)
        happened.append(name)

    for number, at in enumerate(times):
        world.env.process(tick(at, f"{number} at {at:g}"))


def test_things_happen_in_order_and_at_one_time_in_the_order_they_were_begun() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 3, 1, 2, 1)
    assert not world.run_until(lambda: False, 10)
    assert happened == ["1 at 1", "3 at 1", "2 at 2", "0 at 3"]
    assert world.now == 10


def test_no_more_happens_than_is_waited_for() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 1, 2, 2, 3)
    assert world.run_until(lambda: len(happened) == 2, 10)
    assert happened == ["0 at 1", "1 at 2"]
    assert world.now == 2


def test_what_is_so_already_takes_no_time() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 0)
    assert world.run_until(lambda: True, 10)
    assert (world.now, happened) == (0, [])


def test_what_happens_just_at_the_end_of_the_wait_still_counts() -> None:
    world = World()
    happened: list[str] = []
    ticks(world, happened, 5, 5.001)
    assert world.run_until(lambda: bool(happened), 5)
    assert happened == ["0 at 5"]


def test_a_wait_takes_its_time_though_nothing_happens() -> None:
    world = World()
    assert not world.run_until(lambda: False, 60)
    assert not world.run_until(lambda: False, 60)
    assert world.now == 120


def test_an_engines_clock_moves_with_the_call_and_stops_at_its_deadlines() -> None:
    engine = Engine(2, 4)
    world = World(clock=engine)
    ticks(world, engine.happened, 1, 3, 5)
    world.run_until(lambda: False, 10)
    assert engine.happened == ["0 at 1", "deadline 2", "1 at 3", "deadline 4", "2 at 5"]
    assert (world.now, engine.at) == (10, 1_010)


def test_at_one_time_the_engine_comes_first() -> None:
    engine = Engine(2)
    world = World(clock=engine)
    ticks(world, engine.happened, 2)
    world.run_until(lambda: False, 10)
    assert engine.happened == ["deadline 2", "0 at 2"]


def test_a_deadline_that_has_passed_is_met_at_once() -> None:
    engine = Engine(-5)
    world = World(clock=engine)
    assert world.run_until(lambda: bool(engine.happened), 10)
    assert world.now == 0


def test_a_deadline_after_the_wait_is_left_for_the_next_one() -> None:
    engine = Engine(7)
    world = World(clock=engine)
    world.run_until(lambda: False, 5)
    assert engine.happened == []
    world.run_until(lambda: False, 5)
    assert engine.happened == ["deadline 7"]


def test_watchers_look_whenever_the_engine_has_come_to_rest() -> None:
    engine = Engine(1, 2)
    world = World(clock=engine)
    looks: list[tuple[float, int]] = []
    world.watchers.append(lambda: looks.append((world.now, len(engine.happened))))
    world.run_until(lambda: False, 5)
    world.settle()
    assert looks == [(1, 1), (2, 2), (5, 2)]


def test_what_happens_in_a_process_that_fails_comes_out_by_its_name() -> None:
    world = World()

    def fails() -> Process:
        yield world.env.timeout(1)
        raise SimulatorError("this and that")

    world.env.process(fails())
    with pytest.raises(SimulatorError, match="this and that"):
        world.run_until(lambda: False, 5)


Told = list[tuple[float, str, str, str]]


def usual_call(seed: int) -> Told:
    call = memory_call(seed)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    return [(note.at, note.column, note.who, note.text) for note in call.world.journal.notes]


def test_the_same_seed_plays_the_same_call_though_its_pin_is_another() -> None:
    assert usual_call(seed=7) == usual_call(seed=7)


def test_another_seed_has_another_timing_and_tells_the_same() -> None:
    one, other = usual_call(seed=7), usual_call(seed=8)
    assert [at for at, *_ in one] != [at for at, *_ in other]
    assert {text for *_, text in one} == {text for *_, text in other}
