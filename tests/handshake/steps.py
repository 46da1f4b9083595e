"""What can happen next: each step is a call to AWS by somebody, or something that befalls them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.handshake import services
from tests.handshake.functions import Functions, Invocation
from tests.handshake.machine import Position, StateMachine
from tests.handshake.tables import Ask
from tests.handshake.wire import FAULT, Answer, Call
from tests.handshake.world import Run, World

Guard = Callable[[World], bool]


class Step(NamedTuple):
    label: str
    after: World


@dataclass(frozen=True)
class Site:
    """What the steps are done with."""

    machine: StateMachine
    functions: Functions
    ask: Ask


@dataclass(frozen=True)
class Rules:
    """What may befall those who act, and when they may begin."""

    begins: tuple[Guard, ...] = ()
    """When Connect may first invoke, in the order of the runs; those beyond it, at any time."""
    times: tuple[datetime, ...] = ()
    """The moments to which the clock may move, in their order."""
    wakes_may_fail: bool = True
    """A wake-up can get lost, its answer can, or nobody may heed it, any number of them."""
    faults: frozenset[str] = frozenset()
    """What else may go wrong, as often as `World.faults` says.

    A call fails (`refused`), or only its answer does (`lost`); it times out and lands when nobody
    waits for it any more (`late`); a function dies before it or after it (`killed`); every try that
    a state has of it fails (`outage`).
    """
    stops: bool = False
    """The execution can be stopped."""


_WRITES = ("PutItem", "UpdateItem")

LIMIT = timedelta(seconds=7)
"""A function's time limit: while one is at work, no more time than this can pass."""


def steps(world: World, site: Site, rules: Rules) -> Iterator[Step]:
    for number, execution in enumerate(world.executions):
        if not execution.end:
            yield from of_execution(world, number, site, rules)
    for number in range(len(world.runs)):
        yield from of_run(world, number, site, rules)
    for number, call in enumerate(world.late):
        rest = world.late[:number] + world.late[number + 1 :]
        items, _ = site.ask(world.items, call)
        yield Step(f"late {call.operation} lands", world._replace(items=items, late=rest))
    for moment in rules.times:
        if moment > world.now:
            if moment - world.now <= LIMIT or not at_work(world):
                yield Step(f"it becomes {moment:%H:%M:%S}", world._replace(now=moment))
            break


def play(world: World, site: Site, rules: Rules) -> World:
    """Go straight on, nothing going wrong, for as long as nobody has to wait for a time-out."""
    while True:
        ahead = (step for step in steps(world, site, rules) if not step.label.endswith("times out"))
        step = next(ahead, None)
        if step is None:
            return world
        world = step.after


def at_work(world: World) -> bool:
    return any(run.stand and not run.is_over for run in world.runs)


# ------------------------------------------------------------------- the machine


def of_execution(world: World, number: int, site: Site, rules: Rules) -> Iterator[Step]:
    at = world.executions[number]
    who = f"{at.name}: {at.state}"
    machine = site.machine
    if rules.stops and world.faults:
        stopped = world._replace(faults=world.faults - 1)
        yield Step(f"{at.name} is stopped", _moved(stopped, number, at._replace(end="ABORTED")))
    if at.token:
        yield Step(f"{who} times out", _moved(world, number, machine.failed(at, "States.Timeout")))
        return
    called = machine.request(at)
    after, answer = services.do(world, called, site)
    yield Step(who, _moved(after, number, machine.answered(at, answer)))
    if not world.faults:
        return
    without, effect = (one._replace(faults=world.faults - 1) for one in (world, after))
    fault = machine.transient(at)
    failed = machine.failed(at, fault)
    given_up = machine.failed(at, fault, for_good=True)
    writes = called.operation in _WRITES
    if "refused" in rules.faults:
        yield Step(f"{who} fails", _moved(without, number, failed))
    if "lost" in rules.faults and not answer.error:
        yield Step(f"{who} loses its answer", _moved(effect, number, failed))
    if "outage" in rules.faults:
        yield Step(f"{who} fails for good", _moved(without, number, given_up))
    if "outage" in rules.faults and writes and not answer.error:
        yield Step(f"{who} has effect and fails for good", _moved(effect, number, given_up))
    if "late" in rules.faults and writes:
        sent = without._replace(late=(*world.late, called))
        timed_out = machine.failed(at, "States.Timeout")
        yield Step(f"{who} times out on its way", _moved(sent, number, timed_out))


def _moved(world: World, number: int, to: Position) -> World:
    executions = (*world.executions[:number], to, *world.executions[number + 1 :])
    runs = world.runs
    if to.end and to.end != "SUCCEEDED":
        # Step Functions tells that, and sooner or later a rule invokes a function with it.
        ended = to.end if to.end == "ABORTED" else to.told
        runs = (*runs, Run(Invocation("ExecutionClosed", to.name, ended=ended)))
    # Not `_replace`, which takes several times as long: this is done for each step there is.
    return World(world.now, world.items, executions, runs, world.audit, world.faults, world.late)


# ----------------------------------------------------------------- the functions


def of_run(world: World, number: int, site: Site, rules: Rules) -> Iterator[Step]:
    run = world.runs[number]
    stand = run.stand
    if run.invocation.function == "ExecutionClosed":
        if stand is None:
            yield _looked_at(world, number, site)
        return
    if stand is None:
        if number < len(rules.begins) and not rules.begins[number](world):
            return
        stand = site.functions.begin(run.invocation, world.now)
        if world.now < max(rules.times, default=world.now):
            # It matters when it looked at the clock.
            yield Step(f"{_name(run)} begins", _ran(world, number, run._replace(stand=stand)))
            return
    if run.is_over:
        if stand.is_raised and run.repeats and not run.gone:
            yield Step(f"{_name(run)} is repeated", _ran(world, number, _again(run, world, site)))
        return
    assert stand.call
    for how, after, answer in _answers(world, stand.call, site, rules):
        label = f"{_name(run)}: {stand.call.operation}{how}"
        if answer:
            following = site.functions.go_on(stand, answer)
            yield Step(label, _ran(after, number, run._replace(stand=following)))
        else:
            died = _again(run, world, site) if run.repeats else run._replace(gone=True)
            yield Step(label, _ran(after, number, died))


def _looked_at(world: World, number: int, site: Site) -> Step:
    """Run ExecutionClosed as one step: it reads once, and nobody reads what it tells then."""
    run = world.runs[number]
    stand = site.functions.begin(run.invocation, world.now)
    while stand.call:
        world, answer = services.do(world, stand.call, site)
        stand = site.functions.go_on(stand, answer)
    return Step(_name(run), _ran(world, number, run._replace(stand=stand)))


def _answers(
    world: World, called: Call, site: Site, rules: Rules
) -> Iterator[tuple[str, World, Answer | None]]:
    """Yield what can become of a function's call. No answer: the function dies of it."""
    after, answer = services.do(world, called, site)
    yield "", after, answer
    if called.operation.startswith("SendTask") and rules.wakes_may_fail and not answer.error:
        yield " is lost", world, FAULT
        yield " loses its answer", after, FAULT
        yield " is not heeded", world, answer
    if not world.faults:
        return
    without, effect = (one._replace(faults=world.faults - 1) for one in (world, after))
    if "refused" in rules.faults:
        yield " fails", without, FAULT
    if "lost" in rules.faults and not answer.error:
        yield " loses its answer", effect, FAULT
    if "killed" in rules.faults:
        yield " never comes, as the function dies", without, None
        yield " is its last", effect, None
    if "late" in rules.faults and called.operation in _WRITES:
        yield " times out on its way", without._replace(late=(*world.late, called)), FAULT


def _again(run: Run, world: World, site: Site) -> Run:
    begun = site.functions.begin(run.invocation, world.now)
    return run._replace(stand=begun, repeats=run.repeats - 1)


def _ran(world: World, number: int, run: Run) -> World:
    runs = (*world.runs[:number], run, *world.runs[number + 1 :])
    return World(
        world.now, world.items, world.executions, runs, world.audit, world.faults, world.late
    )


def _name(run: Run) -> str:
    of = run.invocation
    return f"{of.function} by {of.contact}"
