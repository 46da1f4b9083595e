"""A call that is played with something wrong in it, and what its people do then.

They do what the agent's guide says: leave at “Call secure.”, go back to the caller otherwise.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from operations.call import AgentAtWork, Call, Cardholder
from operations.call_parts import CALL_SECURE, NOT_SECURED, conversation, reunite
from operations.site import CARDHOLDER, RETURN, SHOP
from operations.stage import Stage
from simulator.connect.agents import AVAILABLE
from simulator.connect.contact import Contact, event
from tests.calls.test_branches import GOODBYE, NO_LINE, NO_PIN
from tests.faults.call_time import Delays, SlowFunctions, slow_site
from tests.faults.injection import Injection, Played

READING = "Reading agent locator."

A_MINUTE = 60.0
"""How long an agent waits for words that do not come: so says the guide."""

_AFTER_BOTH_WAITS = 900.0
_AFTER_THE_JOIN = 310.0
_UNTIL_THE_PIN_IS_OVER = 100.0


@dataclass
class Scene(Played):
    """One conversation: alice is its agent, bob has nothing to do with it."""

    carol: Cardholder
    alice: AgentAtWork
    bob: AgentAtWork

    def secures(self, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Click, join, and listen. Returns whether “Call secure.” came.

        `meanwhile`: what happens between click and join.
        """
        call, alice = self.call, self.alice
        alice.clicks()
        call.until(lambda: self._pci_pal_is_up or self._hears(NO_PIN, NO_LINE), "an answer")
        if not self._pci_pal_is_up:
            return False
        meanwhile()
        alice.joins()
        call.world.run_until(lambda: self._hears(CALL_SECURE, NOT_SECURED), A_MINUTE)
        return self._hears(CALL_SECURE)

    def is_stopped(self) -> None:
        """Let an operator stop the first click's execution."""
        executions = self.stage.aws.client("stepfunctions")
        executions.stop_execution(executionArn=self.stage.execution_arn(self.transfer_id))
        self.stage.aws.clock.settle()

    def meets_again(self) -> None:
        """Leave the first call, and take the one that rings then."""
        self.alice.leaves()
        self.takes_the_call()

    def takes_the_call(self) -> None:
        self.alice.accepts()
        self.alice.is_connected()
        self.call.talk(self.alice, self.carol)

    def goes_back(self) -> None:
        """Talk to the caller again, whether the loop has ended by itself or not."""
        if self._hears(NOT_SECURED):
            self.call.until(lambda: not self._pci_pal_is_up, "the loop to end")
        if self._pci_pal_is_up:
            self.alice.ends_third_party()
        self.alice.resumes()
        self.call.talk(self.alice, self.carol)

    def _hears(self, *words: str) -> bool:
        return any(one in self.alice.heard for one in words)

    @property
    def _pci_pal_is_up(self) -> bool:
        contact = self.alice.ccp.agent.contact
        line = contact.transfer.line if contact and contact.transfer else None
        return line is not None and line.is_up


@dataclass(frozen=True, slots=True)
class Play:
    """What happens in a call, and in which words the page says so."""

    when: str
    happens: Callable[[Scene], None]


def play(when: str) -> Callable[[Callable[[Scene], None]], Play]:
    return lambda happens: Play(when, happens)


@contextmanager
def played(
    stage: Stage, delays: Delays, one: Play, injections: Iterable[Injection]
) -> Iterator[Scene]:
    """Play a call with faults in it, until everything that it began has ended.

    Afterwards no fault is left, and the clock is still held.
    """
    clock = stage.aws.clock
    functions = SlowFunctions(stage.functions, delays, stage.stack.outputs["AddAgentFunctionArn"])
    with clock.held():
        call = Call(slow_site(stage.site, functions, clock))
        carol, alice = conversation(call)
        scene = Scene(stage, call, delays, functions, carol, alice, call.agent("bob"))
        with ExitStack() as faults:
            for injection in injections:
                faults.enter_context(injection(scene))
            one.happens(scene)
            call.until(lambda: clock.next_deadline() is None, "the end", _AFTER_BOTH_WAITS)
            call.wait(_UNTIL_THE_PIN_IS_OVER)
        yield scene


# ------------------------------------------------------------------------- what happens in it


@play("")
def usual(scene: Scene) -> None:
    """Secure the call; or go back to the caller if it cannot be secured."""
    if scene.secures():
        scene.meets_again()
    else:
        scene.goes_back()
    scene.carol.hangs_up()


@play("the agent does not take the call that rings")
def agent_never_comes(scene: Scene) -> None:
    assert scene.secures()
    scene.alice.leaves()
    scene.alice.misses()
    scene.carol.hears(GOODBYE, within=_AFTER_BOTH_WAITS)
    scene.carol.is_cut_off()


@play("the agent takes the call when the wait for the join is over")
def agent_comes_late(scene: Scene) -> None:
    assert scene.secures()
    scene.alice.leaves()
    scene.alice.misses()
    scene.call.wait(_AFTER_THE_JOIN)
    scene.alice.goes(AVAILABLE)
    scene.takes_the_call()
    scene.carol.hangs_up()


@play("Connect lets another agent's phone ring")
def wrong_agent(scene: Scene) -> None:
    scene.call.connect.router.mistakes["alice"] = "bob"
    assert scene.secures()
    scene.alice.leaves()
    scene.bob.accepts()
    scene.bob.is_connected()
    scene.bob.ends_the_call()
    scene.carol.is_cut_off()


@play("the cardholder hangs up before the agent has come")
def cardholder_leaves(scene: Scene) -> None:
    scene.call.connect.announce = scene.stage.announce
    assert scene.secures()
    scene.alice.leaves()
    scene.carol.hangs_up()


@play("Connect's contact events come")
def heard_of(scene: Scene) -> None:
    scene.call.connect.announce = scene.stage.announce
    usual.happens(scene)


@play("somebody else calls first, and guesses")
def guess(scene: Scene) -> None:
    _keys(scene, "1234")
    usual.happens(scene)


@play("somebody else comes with the PIN afterwards")
def used_pin_again(scene: Scene) -> None:
    assert scene.secures()
    scene.meets_again()
    _keys(scene, scene.pin)
    scene.carol.hangs_up()


def _keys(scene: Scene, pin: str) -> None:
    stranger = scene.call.cardholder("a stranger")
    stranger.dials(RETURN)
    stranger.hears(READING)
    stranger.presses(pin)
    stranger.hears(NOT_SECURED)
    stranger.is_cut_off()


@play("another Connect instance asks first")
def asked_from_elsewhere(scene: Scene) -> None:
    elsewhere = scene.stage.instance_arn.replace("5ec0de00", "0ddba110")
    payload = event(Contact.inbound(CARDHOLDER, SHOP), {"AgentName": "alice"}, elsewhere)
    arn = scene.stage.stack.outputs["AddAgentFunctionArn"]
    scene.stage.functions.invoke(arn, json.dumps(payload))
    usual.happens(scene)


@play("two calls at a time")
def two_agents(scene: Scene) -> None:
    """Let bob secure a call too; he clicks after alice, and joins before her."""
    call, alice, bob = scene.call, scene.alice, scene.bob
    dave = call.cardholder("dave")
    dave.dials()
    bob.accepts()
    bob.is_connected()
    alice.clicks()
    bob.clicks()
    bob.joins()
    alice.joins()
    bob.hears(CALL_SECURE)
    bob.leaves()
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, bob, dave)
    reunite(call, alice, scene.carol)
    scene.carol.hangs_up()
    dave.hangs_up()


@play("somebody stops the execution while it waits for the looped call")
def stopped_before_the_loop(scene: Scene) -> None:
    assert scene.secures(meanwhile=scene.is_stopped)
    scene.meets_again()
    scene.carol.hangs_up()


@play("somebody stops the execution while it waits for the agent")
def stopped_before_the_join(scene: Scene) -> None:
    assert scene.secures()
    scene.is_stopped()
    scene.meets_again()
    scene.carol.hangs_up()
