"""Time that passes when it is told to: for the engine, for the functions, for whatever is dated.

Nothing here waits for a time-out of the engine's, and nothing depends on how fast the machine is.
"""

import itertools
import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.stage import Stage, until
from simulator import clock as simulators_clock
from simulator.aws import LocalAws
from simulator.clock import Clock, Event
from simulator.errors import SimulatorError
from simulator.lambda_service import LambdaService
from simulator.moto_clock import Evaluation
from tests.simulator.functions import Functions
from tests.workflow.driver import ABANDONED, SECURED, TIMED_OUT, Click, Driver
from tests.workflow.faults import ALWAYS, by_function, by_state, fault, held, refused


@pytest.fixture(scope="module")
def deployed(aws: LocalAws) -> Stage:
    stage = Stage(aws, "clock")
    stage.warm_up()
    return stage


@pytest.fixture
def driver(deployed: Stage) -> Iterator[Driver]:
    deployed.events.clear()
    yield Driver(deployed)
    assert deployed.aws.wire.interferences == []


@pytest.fixture(scope="module")
def clock(aws: LocalAws) -> Clock:
    """The local AWS's, past whatever other tests' executions still waited for."""
    with aws.clock.held():
        aws.clock.settle()
        while deadline := aws.clock.next_deadline():
            aws.clock.move_to(deadline)
    return aws.clock


@pytest.fixture
def lonely() -> Clock:
    """A clock that neither an engine nor the process follows."""
    return Clock()


# ------------------------------------------------------------------------ the clock by itself


def test_a_held_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    with clock.held():
        then = clock.now()
        _let_real_time_pass()
        assert clock.now() == then
        clock.move_to(then)
        assert clock.now() == then
        clock.move_to(then + 3600)
        assert clock.now() == then + 3600


def test_the_processs_own_clocks_tell_the_simulated_time(clock: Clock) -> None:
    with clock.held():
        clock.move_to(clock.now() + 500)
        assert time.time() == pytest.approx(clock.now(), abs=1e-6)
        assert datetime.now(UTC).timestamp() == pytest.approx(clock.now(), abs=1e-6)
        assert time.time() == time.time()
    before = clock.now()
    shown = time.time()
    assert before - 1e-6 <= shown <= clock.now() + 1e-6


def test_after_its_release_a_clock_ticks_on_from_where_it_stands(clock: Clock) -> None:
    seen = [clock.now()]
    for seconds in (0, 1000, 0.25):
        with clock.held():
            seen.append(clock.now())
            _let_real_time_pass()
            clock.move_to(clock.now() + seconds)
            seen += [clock.now(), time.time()]
        released = clock.now()
        seen.append(released)
        until(lambda released=released: clock.now() > released, "the clock to tick")
        seen += [clock.now(), time.time(), clock.now()]
    # `time.time` is as fine as a datetime.
    assert all(later > earlier - 1e-6 for earlier, later in itertools.pairwise(seen))
    assert seen[-1] >= seen[0] + 1000.25


def test_a_clock_whose_player_failed_ticks_on(clock: Clock) -> None:
    class Failed(Exception): ...

    with pytest.raises(Failed), clock.held():
        raise Failed
    then = clock.now()
    until(lambda: clock.now() > then, "the clock to tick")


def test_a_clock_does_not_go_back(clock: Clock) -> None:
    with clock.held():
        then = clock.now()
        with pytest.raises(SimulatorError, match="cannot go back"):
            clock.move_to(then - 1)
        assert clock.now() == then


def test_a_clock_that_ticks_is_not_moved(clock: Clock) -> None:
    with pytest.raises(SimulatorError, match="only a held clock"):
        clock.move_to(clock.now() + 1)


def test_a_clock_has_one_player_at_a_time(clock: Clock) -> None:
    with clock.held():
        with pytest.raises(SimulatorError, match="held already"), clock.held():
            pass
        then = clock.now()
        _let_real_time_pass()
        assert clock.now() == then  # the second's failure did not release it


def test_a_clock_that_is_stopped_gives_the_processs_time_back(lonely: Clock) -> None:
    real = time.time
    lonely.start()
    with lonely.held():
        lonely.move_to(lonely.now() + 10_000)
        assert real() == pytest.approx(lonely.now(), abs=1e-6)
    lonely.stop()
    assert real() < lonely.now() - 5000
    lonely.stop()  # harmless
    assert real() < lonely.now() - 5000


# ------------------------------------------------------------------------- events to wait for


def test_an_event_that_is_set_is_not_waited_for(lonely: Clock) -> None:
    event = Event(lonely)
    assert not event.is_set()
    event.set()
    assert event.is_set()
    assert event.wait() is True
    event.clear()
    assert event.wait(0) is False


def test_a_wait_times_out_by_the_hand_of_a_held_clock(lonely: Clock) -> None:
    event = Event(lonely)
    with lonely.held(), _waiting(lonely, event, 90) as waited:
        deadline = lonely.now() + 90
        assert lonely.next_deadline() == deadline
        lonely.move_to(deadline - 0.001)
        assert not waited.done()
        lonely.move_to(deadline)
        assert waited.result() is False


def test_a_wait_ends_when_its_event_is_set_while_time_stands_still(lonely: Clock) -> None:
    event = Event(lonely)
    with lonely.held(), _waiting(lonely, event, 90) as waited:
        event.set()
        lonely.settle()
        assert waited.result() is True


def test_a_wait_that_began_while_time_stood_still_goes_on_when_it_ticks(lonely: Clock) -> None:
    with ExitStack() as later:
        with lonely.held():
            waited = later.enter_context(_waiting(lonely, Event(lonely), 0.05))
        assert waited.result(30) is False


def test_who_is_woken_is_busy_before_its_thread_has_noticed(lonely: Clock) -> None:
    event = Event(lonely)
    with lonely.held(), _waiting(lonely, event, 90):
        assert lonely.next_deadline() == lonely.now() + 90
        with lonely.lock:  # which the thread needs, to notice
            event.set()
            assert lonely.next_deadline() is None


# ----------------------------------------------------------------------------------- the engine


def test_a_wait_of_90_seconds_is_over_when_the_clock_has_passed_them(
    driver: Driver, clock: Clock
) -> None:
    with clock.held():
        began = clock.now()
        click = driver.start(loop_seconds=90, pin_seconds=90)
        clock.settle()
        assert clock.next_deadline() == began + 90
        pin = driver.pin(click)

        clock.move_to(began + 89.9)
        assert _status(driver, click) == "RUNNING"
        clock.move_to(began + 100)
        assert _status(driver, click) == "FAILED"
        assert clock.next_deadline() is None

        late = driver.loop_returns(pin)
    assert late.answer == {"Result": "ERROR", "Reason": "PinExpired"}
    execution = driver.end_of(click)
    assert execution.error == "LoopTimedOut"
    waited = next(visit for visit in execution.time_line if visit.state == "AwaitLoop")
    assert waited.seconds == 90
    # Whatever AWS had to do took no time at all.
    assert [visit.seconds for visit in execution.time_line if visit is not waited] == (
        [0] * (len(execution.time_line) - 1)
    )
    told = {e["detail-type"]: e["detail"] for e in driver.stage.events_about(click.transfer_id, 4)}
    assert _age(told["TransferTimedOut"], began) == 90
    assert _age(told["PinRejected"], began) >= 100


def test_a_function_judges_a_pin_by_the_simulated_time(driver: Driver, clock: Clock) -> None:
    with clock.held():
        began = clock.now()
        clicks = [driver.start(loop_seconds=600, pin_seconds=90) for _ in range(2)]
        pins = [driver.pin(click) for click in clicks]

        clock.move_to(began + 80)
        early = driver.loop_returns(pins[0])
        clock.move_to(began + 95)
        late = driver.loop_returns(pins[1])

        assert early.answer["AgentName"] == "alice"
        assert late.answer == {"Result": "ERROR", "Reason": "PinExpired"}
        # Its execution waits still: nothing but the function's own clock speaks against the call.
        assert _status(driver, clicks[1]) == "RUNNING"
        clock.move_to(began + 1000)
    assert driver.end_of(clicks[0]).error == "AgentNeverJoined"
    assert driver.end_of(clicks[1]).error == "LoopTimedOut"


def test_deadlines_on_the_way_are_served_at_their_times_and_in_their_order(
    driver: Driver, clock: Clock
) -> None:
    with clock.held():
        began = clock.now()
        waits = [40, 10, 30, 20]
        clicks = [driver.start(loop_seconds=seconds) for seconds in waits]
        clock.settle()
        before = len(driver.aws.wire.calls)
        clock.move_to(began + 100)
        expired = [
            json.loads(call.body)["Key"]["TransferId"]["S"]
            for call in driver.aws.wire.calls[before:]
            if by_state("ExpireLoop")(call)
        ]
    in_order = sorted(zip(waits, clicks, strict=True), key=lambda pair: pair[0])
    assert expired == [click.transfer_id for _, click in in_order]
    for seconds, click in in_order:
        told = driver.events(click, *TIMED_OUT)["TransferTimedOut"]
        assert _age(told, began) == seconds


def test_a_deadline_that_comes_up_on_the_way_is_served_on_the_same_way(
    driver: Driver, clock: Clock
) -> None:
    """A wake-up that was lost is found by AwaitLoop's time-out; then AwaitJoin has its own."""
    lost = by_function("GetAgent", "states:SendTaskSuccess")
    with clock.held(), fault(driver.aws, lost, refused(), ALWAYS):
        began = clock.now()
        click = driver.start(loop_seconds=10, join_seconds=20)
        clock.settle()
        driver.answers(click)
        clock.move_to(began + 100)
        assert _status(driver, click) == "FAILED"
    execution = driver.end_of(click)
    assert execution.error == "AgentNeverJoined"
    waits = {v.state: (v.entered, v.left) for v in execution.time_line if "Await" in v.state}
    assert waits == {"AwaitLoop": (0, 10), "AwaitJoin": (10, 30)}
    driver.events(click, *ABANDONED)


def test_time_does_not_pass_an_execution_that_was_woken_and_has_yet_to_wait_again(
    driver: Driver, clock: Clock
) -> None:
    """No `settle` by the player: the clock does not go on before the engine is at rest."""
    with clock.held():
        began = clock.now()
        click = driver.start(loop_seconds=90, join_seconds=300)
        driver.answers(click)
        clock.move_to(began + 299)
        assert _status(driver, click) == "RUNNING"
        clock.move_to(began + 300)
        assert _status(driver, click) == "FAILED"
    assert driver.end_of(click).error == "AgentNeverJoined"


def test_settle_waits_until_a_woken_execution_waits_again(driver: Driver, clock: Clock) -> None:
    with clock.held():
        began = clock.now()
        click = driver.start(loop_seconds=90, join_seconds=300)
        clock.settle()
        with (
            fault(driver.aws, by_state("AwaitJoin"), held, times=1) as call,
            ThreadPoolExecutor(1) as player,
        ):
            looped = driver.answers(click)
            settled = player.submit(clock.settle)
            assert call.reached.wait(60)
            assert not settled.done()
            assert clock.next_deadline() is None  # AwaitLoop's is of no account any more
            call.release.set()
            settled.result(60)
        record = driver.record(click)
        assert record
        assert record.join_token
        assert clock.next_deadline() == began + 300

        assert driver.picks_up("alice", looped) == {"Result": "OK"}
        clock.settle()
        assert _status(driver, click) == "SUCCEEDED"
    driver.events(click, *SECURED)


def test_settle_names_who_does_not_come_to_rest(
    driver: Driver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fault(driver.aws, by_state("AwaitLoop"), held, times=1) as call:
        click = driver.start()
        call.reached.wait(60)
        with monkeypatch.context() as patch:
            patch.setattr(simulators_clock, "PATIENCE_SECONDS", 0.0)
            with pytest.raises(SimulatorError, match=click.transfer_id):
                clock.settle()
        call.release.set()
        driver.secures(click)
        driver.end_of(click)
    clock.settle()


def test_a_callback_and_a_time_out_at_the_same_time_are_both_served(
    driver: Driver, clock: Clock
) -> None:
    """The call comes in the last moment, and the next wait's time counts from then."""
    with clock.held():
        began = clock.now()
        click = driver.start(loop_seconds=60, pin_seconds=120, join_seconds=60)
        clock.settle()
        clock.move_to(began + 59.999)
        looped = driver.answers(click)
        clock.move_to(began + 60)
        assert _status(driver, click) == "RUNNING"
        clock.move_to(began + 119)
        driver.picks_up("alice", looped)
        clock.move_to(began + 1000)
    assert driver.end_of(click).status == "SUCCEEDED"
    driver.events(click, *SECURED)


def test_a_wait_for_a_token_ends_with_its_states_time_and_not_by_the_thread_that_waits_for_it(
    lonely: Clock,
) -> None:
    token, evaluation = Event(lonely), Evaluation(lonely, "an execution")
    with lonely.held(), _waiting(lonely, evaluation, 90) as waited:
        began = lonely.now()
        lonely.move_to(began + 5)  # the state's call takes that long
        assert evaluation.leave_to(token, lonely.after(90)) == began + 90
        assert token.parks == "an execution"
        lonely.move_to(began + 1000)
        assert not waited.done()


def test_a_state_that_timed_out_before_it_came_to_its_token_does_not_park_there(
    lonely: Clock,
) -> None:
    """Its call took longer than the state may: the thread that made it waits on, for nobody."""
    token, evaluation = Event(lonely), Evaluation(lonely, "an execution")
    assert evaluation.wait(0) is False
    deadline = lonely.after(90)
    assert evaluation.leave_to(token, deadline) == deadline
    assert token.parks is None


# ------------------------------------------------------------------- between holding and ticking


def test_while_the_clock_ticks_everything_is_as_usual(driver: Driver, clock: Clock) -> None:
    click, late = driver.start(), driver.start(loop_seconds=1)
    driver.secures(click)
    assert driver.end_of(click).status == "SUCCEEDED"
    assert driver.end_of(late).error == "LoopTimedOut"
    driver.events(click, *SECURED)
    driver.events(late, *TIMED_OUT)
    clock.settle()
    assert clock.next_deadline() is None


def test_a_wait_that_began_while_the_clock_ticked_ends_when_it_is_moved(
    driver: Driver, clock: Clock
) -> None:
    click = driver.start(loop_seconds=90)
    driver.until_waiting(click, "LoopToken")
    with clock.held():
        clock.move_to(clock.now() + 90)
        assert _status(driver, click) == "FAILED"
    execution = driver.end_of(click)
    assert execution.error == "LoopTimedOut"
    (waited,) = (visit for visit in execution.time_line if visit.state == "AwaitLoop")
    assert waited.seconds
    assert waited.seconds > 89.999  # and what the machine took before the clock was held


def test_a_wait_that_began_while_time_stood_still_ends_when_the_clock_ticks(
    driver: Driver, clock: Clock
) -> None:
    with clock.held():
        click = driver.start(loop_seconds=90)
        clock.settle()
        clock.move_to(clock.now() + 89)
    assert driver.end_of(click).error == "LoopTimedOut"


# -------------------------------------------------------------------------------- the functions


def test_a_handler_finds_the_services_time_and_the_machines_own_for_time_outs(
    tmp_path: Path,
) -> None:
    times = iter([1_000_000_000.5, 2_000_000_000.0, 1_500_000_000.0])
    functions = Functions(tmp_path, LambdaService(tmp_path, lambda: next(times)))
    function = functions.create(
        "import time\nfrom datetime import UTC, datetime\n"
        "def handler(event, context):\n"
        "    return [time.time(), datetime.now(UTC).timestamp(), time.time(),\n"
        "            context.get_remaining_time_in_millis()]\n",
        timeout_seconds=300,
    )
    try:
        for expected in (1_000_000_000.5, 2_000_000_000.0, 1_500_000_000.0):
            *seen, remaining = functions.invoke(function).payload
            assert sorted(seen) == seen
            assert all(expected <= at < expected + 300 for at in seen)
            assert 0 < remaining <= 300_000
    finally:
        functions.service.stop()


def test_the_local_awss_functions_follow_its_clock(
    aws: LocalAws, clock: Clock, tmp_path: Path
) -> None:
    function = Functions(tmp_path, aws.functions).create(
        "import time\ndef handler(event, context):\n    return time.time()\n"
    )
    with clock.held():
        clock.move_to(clock.now() + 5000)
        answer = aws.client("lambda").invoke(FunctionName=function.name, Payload="{}")
        seen = json.loads(answer["Payload"].read())
        assert clock.now() <= seen < clock.now() + function.timeout_seconds


# --------------------------------------------------------------------------------------- helpers


def _status(driver: Driver, click: Click) -> str:
    """What becomes of an execution, at once: a settled engine has nothing left to do."""
    arn = driver.stage.execution_arn(click.transfer_id)
    answer = driver.aws.client("stepfunctions").describe_execution(executionArn=arn)
    return str(answer["status"])


def _age(told: dict[str, Any], began: float) -> float:
    """How long after `began` an event occurred, to the millisecond in which events are dated."""
    occurred = datetime.fromisoformat(told["metadata"]["occurredAt"])
    return round(occurred.timestamp() - began, 2)


@contextmanager
def _waiting(clock: Clock, event: Event, seconds: float) -> Iterator["Future[bool]"]:
    """Let another thread wait, and go on when it does."""

    def wait() -> bool:
        try:
            return event.wait(seconds)
        finally:
            clock.ended("the thread")

    event.parks = "the thread"
    clock.began("the thread")
    with ThreadPoolExecutor(1) as thread:
        waited = thread.submit(wait)
        try:
            clock.settle()
            yield waited
        finally:
            event.set()


def _let_real_time_pass() -> None:
    then = time.monotonic()
    until(lambda: time.monotonic() > then, "real time to pass")
