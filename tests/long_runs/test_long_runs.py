"""Random long runs: many transfers at once, of several agents, with whatever can befall them.

The state machine is the ASL file's, the functions' code is the deployed one; the tables are in
memory (see `memory_tables`) and boto3 is left out, for there to be many steps. Every run is the
same unless told otherwise:

    LONG_RUNS=2000 pytest -s tests/long_runs        2000 runs, from a seed that is printed
    LONG_RUNS=2000 LONG_RUNS_SEED=7 pytest …        the same runs again
"""

import os
import secrets
from collections import Counter
from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.handshake.defects import DEFECTS
from tests.handshake.functions import Invocation
from tests.handshake.steps import Site
from tests.long_runs.centre import ALL, Centre

_IS_RANDOM = not os.environ.keys().isdisjoint({"LONG_RUNS", "LONG_RUNS_SEED"})
_RUNS = int(os.environ.get("LONG_RUNS", "150"))
_SETTINGS = settings(
    max_examples=_RUNS,
    stateful_step_count=80,
    derandomize=not _IS_RANDOM,
    database=None,
    deadline=None,
    # To shrink what was found takes many times as long as to find it; the story tells enough.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

PINS = [f"000{n}" for n in range(8)]
"""So few that they are always taken, used again and guessed."""

_CONNECT_WAITS = 8

agents = st.sampled_from(["jane.doe", "john.roe", "max"])
draws = st.permutations(PINS).map(lambda pins: tuple(pins[:5]))
which = st.integers(0, 2) | st.integers(0, 30)
"""Counted from the latest: what has just begun is where most can happen."""
how = st.integers(0, 5)
far = st.sampled_from([0, 1, 2, 3, ALL, ALL])
"""How many calls to AWS a function makes at once; others act before it goes on."""


class LongRun(RuleBasedStateMachine):
    site: ClassVar[Site]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.centre = Centre(self.site)
        self._calls = 0
        self._dialled: dict[Invocation, float] = {}
        """When each looped call came with a PIN."""

    # ------------------------------------------------------------------- AddAgent

    @initialize(draws=draws, other_draws=draws)
    def two_agents_click(self, draws: tuple[str, ...], other_draws: tuple[str, ...]) -> None:
        self.click("jane.doe", 1, draws, far=ALL)
        self.click("john.roe", 2, other_draws, far=ALL)

    @rule(agent=agents, talk=st.integers(1, 3), draws=draws, far=far)
    def click(self, agent: str, talk: int, draws: tuple[str, ...], far: int) -> None:
        number = len(self.centre.runs_of("AddAgent")) + 1
        click = Invocation(
            "AddAgent",
            f"transfer-{number}",
            agent,
            draws=draws,
            conversation=f"conversation-{talk}",
        )
        self.centre.invoke(click, far=far)

    @rule(which=which, draws=draws, far=far)
    def click_again(self, which: int, draws: tuple[str, ...], far: int) -> None:
        clicks = self.centre.runs_of("AddAgent")
        again = clicks[-1 - which % len(clicks)].invocation._replace(draws=draws)
        self.centre.invoke(again, far=far)

    # ------------------------------------------------------------------- GetAgent

    @rule(which=which, far=far)
    def loop_comes_back(self, which: int, far: int) -> None:
        """With the PIN that went out; however late, if no later than a call can be."""
        clicks = self.centre.told_ok("AddAgent")
        if clicks:
            _, told = clicks[-1 - which % len(clicks)]
            own = told.transfer if self.centre.is_quarantined(told.transfer) else ""
            self._dial(self._new_call(), told.pin, own, far=far)

    @rule(pin=st.sampled_from(PINS), far=far)
    def stranger_guesses(self, pin: str, far: int) -> None:
        self._dial(self._new_call(), pin, "", far=far)

    @precondition(lambda self: self.has_calls())
    @rule(which=which, pin=st.sampled_from(PINS), far=far)
    def call_tries_another_pin(self, which: int, pin: str, far: int) -> None:
        calls = self.centre.runs_of("GetAgent")
        earlier = calls[-1 - which % len(calls)].invocation
        if pin != earlier.pin:
            self._dial(earlier.contact, pin, "", far=far)

    @precondition(lambda self: self.has_calls())
    @rule(which=which, far=far)
    def connect_repeats_a_call(self, which: int, far: int) -> None:
        """Within the seconds that it has; and even of a call that was let through."""
        told = self.centre.told_ok("GetAgent")
        calls = [c for c, _ in told if self._seconds() - self._dialled[c] < _CONNECT_WAITS]
        if calls:
            self.centre.invoke(calls[-1 - which % len(calls)], far=far)

    # ---------------------------------------------------------------- AgentJoined

    @precondition(lambda self: self.has_calls())
    @rule(which=which, agent=agents, right=st.booleans(), far=far)
    def somebody_picks_up(self, which: int, agent: str, *, right: bool, far: int) -> None:
        calls = self.centre.told_ok("GetAgent")
        if calls:
            call, told = calls[-1 - which % len(calls)]
            join = Invocation(
                "AgentJoined",
                call.contact,
                agent=told.agent if right else agent,
                transfer=told.transfer,
            )
            self.centre.invoke(join, far=far)

    @precondition(lambda self: self.has_calls())
    @rule(which=which, other=which, agent=agents, far=far)
    def somebody_names_any_transfer(self, which: int, other: int, agent: str, far: int) -> None:
        calls, clicks = self.centre.runs_of("GetAgent"), self.centre.runs_of("AddAgent")
        contact = calls[-1 - which % len(calls)].invocation.contact
        transfer = clicks[-1 - other % len(clicks)].invocation.contact
        join = Invocation("AgentJoined", contact, agent=agent, transfer=transfer)
        self.centre.invoke(join, far=far)

    # ------------------------------------------------------------ what befalls them

    @rule(which=which)
    def execution_goes_on(self, which: int) -> None:
        self.centre.execution_goes_on(which)

    @rule(which=which, how=how)
    def function_goes_on(self, which: int, how: int) -> None:
        self.centre.function_goes_on(which, how)

    @rule()
    def all_go_on(self) -> None:
        self.centre.all_go_on()

    @rule(how=st.integers(1, 3))
    def next_wake_up_gets_lost(self, how: int) -> None:
        self.centre.trouble_next_wake_up(how)

    @rule(which=which)
    def wait_times_out(self, which: int) -> None:
        self.centre.wait_times_out(which)

    @rule(which=which, how=how)
    def execution_has_a_fault(self, which: int, how: int) -> None:
        self.centre.execution_has_a_fault(which, how)

    @rule(which=which, how=how)
    def function_has_a_fault(self, which: int, how: int) -> None:
        self.centre.function_has_a_fault(which, how)

    @rule(which=which)
    def late_write_lands(self, which: int) -> None:
        self.centre.late_write_lands(which)

    @rule(seconds=st.sampled_from([1, 5, 30, 89, 91, 180, 271, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.centre.time_passes(seconds)

    # ------------------------------------------------------------------- invariants

    @invariant()
    def nothing_is_wrong(self) -> None:
        self._judge(self.centre.wrong())
        self.done["rules"] += 1

    def teardown(self) -> None:
        self._judge(self.centre.wrong_at_the_end())
        self.done.update(self.centre.done)
        self.done["transfers"] += len(self.centre.world.executions)

    def _judge(self, wrong: list[str]) -> None:
        assert not wrong, "\n".join([*wrong, "after:", *self.centre.story])

    def has_calls(self) -> bool:
        return bool(self.centre.runs_of("GetAgent"))

    def _new_call(self) -> str:
        self._calls += 1
        return f"loop-{self._calls}"

    def _dial(self, contact: str, pin: str, transfer: str, far: int) -> None:
        call = Invocation("GetAgent", contact, pin=pin, transfer=transfer)
        if call not in self._dialled:
            self._dialled[call] = self._seconds()
            self.centre.invoke(call, far=far)

    def _seconds(self) -> float:
        return self.centre.world.now.timestamp()


def test_no_invariant_is_broken_in_long_runs(site: Site, figure: Callable[[str], None]) -> None:
    done: Counter[str] = Counter()
    run = _with_seed(_run_on(site, done))

    run_state_machine_as_test(run, settings=_SETTINGS)

    figure(
        f"Long runs: {done['rules']:,} steps of {_RUNS} runs ({done['transfers']:,} transfers, "
        f"{done['calls']:,} calls to AWS, {done['faults']:,} faults); no invariant broken"
    )


@pytest.mark.parametrize(
    "name",
    [
        "ExpireLoop closes whatever it finds",
        "ClaimPin takes a PIN with which somebody waits",
        "GetAgent lets one call try many PINs",
        "AgentJoined lets any agent in",
    ],
)
def test_long_runs_notice_when(name: str, site: Site) -> None:
    with DEFECTS[name].at(site) as broken, pytest.raises(AssertionError, match="after:"):
        run_state_machine_as_test(_run_on(broken, Counter()), settings=_SETTINGS)


def _run_on(site: Site, done: Counter[str]) -> type[LongRun]:
    return type("LongRunOnSite", (LongRun,), {"site": site, "done": done})


def _with_seed(run: type[LongRun]) -> type[LongRun]:
    if not _IS_RANDOM:
        return run
    number = int(os.environ.get("LONG_RUNS_SEED", secrets.randbelow(1_000_000)))
    print(f"LONG_RUNS={_RUNS} LONG_RUNS_SEED={number}")  # noqa: T201 - to repeat a failure
    return seed(number)(run)
