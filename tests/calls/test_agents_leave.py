"""An agent logs off, goes on a break, declines or misses a call, in each step of a secure transfer.

And the panel's buttons that are not there, and who is rung first when several calls wait.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from operations.call import SECURE_CALL, AgentAtWork, Call, Cardholder
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    SECURED_CALL,
    conversation,
    reunite,
    secure,
)
from simulator import phones
from simulator.connect.agents import AVAILABLE, OFFLINE, RING_SECONDS, Handling, RoutingProfile
from simulator.errors import SimulatorError
from simulator.pci_pal import Payment
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left
from tests.calls.test_branches import GOODBYE, NO_LINE, PLEASE_WAIT, heard

READING = "Reading agent locator."
BREAK = "Break"
LONG = 900
"""Seconds: longer than a cardholder waits in any queue."""


# --------------------------------------------------------------------- a transfer, step by step


@dataclass
class Scene:
    call: Call
    carol: Cardholder
    alice: AgentAtWork
    payment: Payment | None = None

    @classmethod
    def begin(cls) -> "Scene":
        call = memory_call()
        return cls(call, call.cardholder(), call.agent())


Verb = Callable[[Scene], None]


def opens_and_keys(scene: Scene) -> None:
    scene.payment = scene.alice.opens_payment()
    scene.alice.keys_session_pin(scene.payment)


def takes(scene: Scene) -> None:
    assert scene.payment
    scene.alice.takes_payment(scene.payment)


STEPS: dict[str, Verb] = {
    "dials": lambda scene: scene.carol.dials(),
    "is rung": lambda scene: scene.alice.is_rung(),
    "accepts": lambda scene: scene.alice.accepts(),
    "is connected": lambda scene: scene.alice.is_connected(),
    "talks": lambda scene: scene.call.talk(scene.alice, scene.carol),
    "clicks": lambda scene: scene.alice.clicks(),
    "joins": lambda scene: scene.alice.joins(),
    "hears that it is secure": lambda scene: scene.alice.hears(CALL_SECURE),
    "leaves": lambda scene: scene.alice.leaves(),
    "is rung again": lambda scene: scene.alice.is_rung(),
    "accepts again": lambda scene: scene.alice.accepts(),
    "hears the whisper": lambda scene: scene.alice.hears(SECURED_CALL),
    "is connected again": lambda scene: scene.alice.is_connected(),
    "talks again": lambda scene: scene.call.talk(scene.alice, scene.carol),
    "keys the session PIN": opens_and_keys,
    "hears the card keyed": lambda scene: scene.carol.keys_card(),
    "takes the payment": takes,
}
NAMES = list(STEPS)


def after(step: str) -> Scene:
    """Play as far as a step."""
    scene = Scene.begin()
    for name in NAMES[: NAMES.index(step) + 1]:
        STEPS[name](scene)
    return scene


def following(step: str) -> Iterator[str]:
    yield from NAMES[NAMES.index(step) + 1 :]


def is_over(scene: Scene) -> None:
    """Let the cardholder hang up; nobody is left, and the agent can take another call."""
    call, alice = scene.call, scene.alice
    scene.carol.hangs_up()
    nothing_is_left(call)
    assert call.card_is_safe
    alice.goes(AVAILABLE)
    dave = call.cardholder("dave")
    dave.dials()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, dave)
    dave.hangs_up()
    nothing_is_left(call)


# ------------------------------------------------------------------------------------- logs off


@pytest.mark.parametrize("step", ["dials", "is rung"])
def test_who_logs_off_before_taking_the_call_leaves_it_to_another(step: str) -> None:
    scene = after(step)
    scene.alice.logs_off()
    scene.call.wait(5)
    assert not scene.alice.ccp.rings
    bob = scene.call.agent("bob")
    bob.accepts()
    bob.is_connected()
    scene.call.talk(bob, scene.carol)
    is_over(scene)


@pytest.mark.parametrize("step", ["accepts", "is connected", "talks"])
def test_who_logs_off_in_conversation_ends_the_call(step: str) -> None:
    scene = after(step)
    scene.alice.logs_off()
    scene.carol.is_cut_off()
    assert scene.call.connect.invocations == []
    is_over(scene)


@pytest.mark.parametrize("step", ["clicks", "joins", "hears that it is secure", "leaves"])
@pytest.mark.parametrize("comes_back", [True, False], ids=["comes back", "stays away"])
def test_who_logs_off_on_the_way_leaves_the_cardholder_to_the_loop(
    step: str,
    comes_back: bool,  # noqa: FBT001
) -> None:
    """As if the agent had clicked “Leave call”: the looped call waits, for as long as it may."""
    scene = after(step)
    scene.alice.logs_off()
    scene.carol.hears(PLEASE_WAIT)
    assert READING in scene.carol.heard
    assert CALL_SECURE in scene.carol.heard
    assert not scene.alice.ccp.rings
    if comes_back:
        scene.alice.goes(AVAILABLE)
        reunite(scene.call, scene.alice, scene.carol)
    else:
        scene.carol.hears(GOODBYE, within=LONG)
        scene.carol.is_cut_off()
    is_over(scene)


def test_who_logs_off_while_the_looped_call_rings_is_rung_again_when_back() -> None:
    scene = after("is rung again")
    scene.alice.logs_off()
    scene.carol.hears(PLEASE_WAIT)
    assert not scene.alice.ccp.rings
    scene.alice.goes(AVAILABLE)
    reunite(scene.call, scene.alice, scene.carol)
    is_over(scene)


@pytest.mark.parametrize("step", list(following("is rung again")))
def test_who_logs_off_on_the_looped_call_ends_it(step: str) -> None:
    scene = after(step)
    scene.alice.logs_off()
    scene.carol.is_cut_off()
    is_over(scene)


def test_who_logs_off_while_the_card_is_keyed_leaves_it_unfinished() -> None:
    scene = after("keys the session PIN")
    scene.carol.presses("49927398", of_card=True)
    scene.alice.logs_off()
    scene.carol.is_cut_off()
    scene.carol.presses("716", of_card=True)
    assert scene.payment
    assert scene.payment.digits == "49927398"
    is_over(scene)


def test_who_logs_off_before_the_dialled_call_is_answered_calls_nobody() -> None:
    call = memory_call()
    alice, carol = call.agent(), call.cardholder()
    alice.dials(carol)
    call.wait(5)
    alice.logs_off()
    carol.answers()  # too late
    assert alice.heard == carol.heard == []
    nothing_is_left(call)


def test_who_logs_off_in_the_moment_in_which_it_begins_to_ring_misses_the_call() -> None:
    scene = after("dials")
    alice, call = scene.alice, scene.call
    alice.goes(BREAK)
    scene.carol.hears("Please hold the line.")
    alice.ccp.set_status(AVAILABLE)
    alice.ccp.log_off()
    alice.ccp.log_off()
    call.wait(1)
    assert not alice.ccp.rings
    alice.goes(AVAILABLE)
    alice.accepts()
    alice.is_connected()
    call.talk(alice, scene.carol)
    is_over(scene)


# ------------------------------------------------------------------------------ goes on a break


@pytest.mark.parametrize("step", [name for name in NAMES if name != "dials"])
def test_a_break_ends_no_call_and_keeps_the_next_one_away(step: str) -> None:
    """What rings can still be accepted; what is there goes on; the looped call waits."""
    scene = after(step)
    scene.alice.goes(BREAK)
    for name in following(step):
        if name == "is rung again" and scene.alice.ccp.agent.status == BREAK:
            scene.carol.hears(PLEASE_WAIT)
            assert not scene.alice.ccp.rings
            scene.alice.goes(AVAILABLE)
        STEPS[name](scene)
    assert heard(scene.alice) == [READING, CALL_SECURE, SECURED_CALL]
    assert scene.payment
    assert scene.payment.is_over
    is_over(scene)


def test_a_break_before_the_call_rings_keeps_it_in_the_queue() -> None:
    scene = after("dials")
    scene.alice.goes(BREAK)
    scene.carol.hears("Please hold the line.")
    assert not scene.alice.ccp.rings
    scene.alice.goes(AVAILABLE)
    for name in following("dials"):
        STEPS[name](scene)
    is_over(scene)


def test_who_stays_on_a_break_lets_the_cardholder_wait_until_goodbye() -> None:
    scene = after("hears that it is secure")
    scene.alice.goes(BREAK)
    scene.alice.leaves()
    scene.carol.hears(GOODBYE, within=LONG)
    scene.carol.is_cut_off()
    assert heard(scene.carol) == [READING, CALL_SECURE, *[PLEASE_WAIT] * 30, GOODBYE]
    is_over(scene)


# --------------------------------------------------------------------------- declines or misses


@pytest.mark.parametrize("step", ["dials", "leaves"])
def test_a_declined_call_waits_on_and_rings_again_when_the_agent_is_available(step: str) -> None:
    scene = after(step)
    scene.alice.declines()
    scene.call.wait(10)
    assert scene.alice.ccp.agent.handling is Handling.MISSED
    assert not scene.alice.ccp.rings
    scene.alice.goes(AVAILABLE)
    for name in following(step):
        STEPS[name](scene)
    is_over(scene)


@pytest.mark.parametrize("step", ["is rung", "is rung again"])
def test_a_call_rings_for_20_s_and_is_missed_then(step: str) -> None:
    scene = after(step)
    agent = scene.alice.ccp.agent
    began = scene.call.world.now
    scene.call.until(lambda: agent.handling is Handling.MISSED, "the call to be missed")
    assert scene.call.world.now - began == pytest.approx(RING_SECONDS)
    scene.call.wait(30)
    assert not scene.alice.ccp.rings  # who has missed a call gets no other one
    scene.alice.goes(AVAILABLE)
    scene.alice.is_rung()
    for name in following(step):
        STEPS[name](scene)
    is_over(scene)


def test_a_declined_shop_call_rings_the_next_agent() -> None:
    scene = after("is rung")
    bob = scene.call.agent("bob")
    scene.alice.declines()
    bob.accepts()
    bob.is_connected()
    scene.call.talk(bob, scene.carol)
    is_over(scene)


def test_a_declined_looped_call_rings_nobody_else() -> None:
    scene = after("is rung again")
    bob = scene.call.agent("bob")
    scene.alice.declines()
    scene.call.wait(60)
    assert not bob.ccp.rings
    scene.alice.goes(AVAILABLE)
    reunite(scene.call, scene.alice, scene.carol)
    bob.goes(BREAK)
    is_over(scene)


def test_who_misses_the_looped_call_for_good_lets_the_cardholder_hear_goodbye() -> None:
    scene = after("leaves")
    scene.carol.hears(GOODBYE, within=LONG)
    scene.carol.is_cut_off()
    assert scene.alice.ccp.agent.handling is Handling.MISSED
    is_over(scene)


# ------------------------------------------------------------------------------ after-call work


def test_without_an_end_to_after_call_work_the_looped_call_waits_for_close_contact() -> None:
    """The guide's trap: an after-call work of 0 lasts until the agent closes the contact."""
    call = memory_call()
    alice = call.agent(after_call_seconds=0)
    carol = call.cardholder()
    carol.dials()
    alice.accepts()
    alice.is_connected()
    secure(alice)
    carol.hears(PLEASE_WAIT)
    call.wait(120)
    assert not alice.ccp.rings
    assert alice.ccp.agent.handling is Handling.AFTER_CALL_WORK
    alice.closes_the_contact()
    reunite(call, alice, carol)
    carol.hangs_up()
    call.wait(1)
    alice.closes_the_contact()
    nothing_is_left(call)


def test_who_never_closes_the_contact_is_never_rung() -> None:
    call = memory_call()
    alice = call.agent(after_call_seconds=0)
    carol = call.cardholder()
    carol.dials()
    alice.accepts()
    alice.is_connected()
    secure(alice)
    carol.hears(GOODBYE, within=LONG)
    carol.is_cut_off()
    assert SECURED_CALL not in alice.heard
    alice.closes_the_contact()
    nothing_is_left(call)


@pytest.mark.parametrize("seconds", [1, 30])
def test_after_call_work_with_an_end_only_delays_the_looped_call(seconds: int) -> None:
    call = memory_call()
    alice = call.agent(after_call_seconds=seconds)
    carol = call.cardholder()
    carol.dials()
    alice.accepts()
    alice.is_connected()
    secure(alice)
    left = call.world.now
    alice.is_rung()
    assert call.world.now - left == pytest.approx(seconds)
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_who_closes_the_contact_early_is_rung_early() -> None:
    call = memory_call()
    alice = call.agent(after_call_seconds=30)
    carol = call.cardholder()
    carol.dials()
    alice.accepts()
    alice.is_connected()
    secure(alice)
    left = call.world.now
    alice.closes_the_contact()
    alice.is_rung()
    assert call.world.now - left < 2
    reunite(call, alice, carol)
    call.wait(40)  # past the end that the work would have had
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


# --------------------------------------------------------------- another click than the guide's


@pytest.mark.parametrize("step", ["clicks", "joins", "hears that it is secure"])
def test_who_ends_the_call_instead_of_leaving_it_ends_it_for_all(step: str) -> None:
    scene = after(step)
    scene.alice.ends_the_call()
    scene.carol.is_cut_off()
    scene.call.wait(30)
    assert not scene.alice.ccp.rings
    is_over(scene)


def test_who_leaves_before_pci_pal_has_answered_is_rung_all_the_same() -> None:
    """The cardholder is alone with the flow, then with the loop, and hears it all."""
    scene = after("clicks")
    scene.alice.leaves()
    scene.carol.hears(READING)
    scene.carol.hears(CALL_SECURE)
    reunite(scene.call, scene.alice, scene.carol)
    assert heard(scene.alice) == [SECURED_CALL]
    is_over(scene)


@pytest.mark.parametrize("takes_call", [phones.busy, phones.unanswered])
def test_who_leaves_and_pci_pal_does_not_answer_loses_the_cardholder(
    takes_call: Callable[[phones.PhoneCall], None],
) -> None:
    """Why the guide says to wait for “Call secure.”: the flow's words reach the cardholder."""
    scene = after("talks")
    scene.call.pci_pal.takes = takes_call
    scene.alice.clicks()
    scene.alice.leaves()
    scene.carol.hears(NO_LINE)
    scene.carol.is_cut_off()
    is_over(scene)


def test_who_leaves_and_the_pin_is_refused_loses_the_cardholder() -> None:
    scene = after("talks")
    scene.call.network.keys.on_the_way = lambda digits: digits[:-1]
    scene.alice.clicks()
    scene.alice.leaves()
    scene.carol.hears(NOT_SECURED)
    scene.carol.is_cut_off()
    assert heard(scene.carol) == [READING, NOT_SECURED]
    is_over(scene)


def test_who_hangs_up_on_pci_pal_goes_back_and_can_try_again() -> None:
    scene = after("joins")
    scene.alice.ends_third_party()
    scene.call.talk(scene.alice, scene.carol)
    secure(scene.alice)
    reunite(scene.call, scene.alice, scene.carol)
    is_over(scene)


# ------------------------------------------------------------------ buttons that are not there


def refuses(act: Callable[[], None]) -> str:
    with pytest.raises(SimulatorError) as caught:
        act()
    return str(caught.value)


@pytest.mark.parametrize("step", ["clicks", "joins", "hears that it is secure"])
def test_a_second_click_is_refused_while_the_first_is_under_way(step: str) -> None:
    scene = after(step)
    said = refuses(scene.alice.clicks)
    assert said.startswith("alice cannot click a quick connect: another transfer is under way")
    for name in following(step):
        STEPS[name](scene)
    assert heard(scene.alice) == [READING, CALL_SECURE, SECURED_CALL]
    is_over(scene)


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("join", "alice cannot join: there is no third party: the agent has a call."),
        ("leave", "alice cannot leave: there is no third party: the agent has a call."),
        ("end_third_party",
         "alice cannot end the other call: there is no third party: the agent has a call."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", ["talks", "talks again"])
def test_without_a_third_party_there_is_no_button_for_it(step: str, button: str, said: str) -> None:
    scene = after(step)
    assert refuses(getattr(scene.alice.ccp, button)) == said
    scene.call.talk(scene.alice, scene.carol)
    is_over(scene)


@pytest.mark.parametrize("step", ["dials", "is rung", "leaves", "is rung again"])
@pytest.mark.parametrize("button", ["join", "leave", "hold", "resume", "end_call",
                                    "end_third_party"])  # fmt: skip
def test_without_a_call_there_is_no_button_for_one(step: str, button: str) -> None:
    scene = after(step)
    said = refuses(getattr(scene.alice.ccp, button))
    assert said.startswith("alice cannot ")
    assert said.endswith(f"the agent has {scene.alice.ccp.agent.handling}.")
    is_over(scene)


@pytest.mark.parametrize("step", ["dials", "talks", "leaves"])
@pytest.mark.parametrize("button", ["accept", "decline"])
def test_what_does_not_ring_cannot_be_answered(step: str, button: str) -> None:
    scene = after(step)
    assert refuses(getattr(scene.alice.ccp, button)).startswith(f"alice cannot {button}: ")
    is_over(scene)


def test_a_call_cannot_be_accepted_twice() -> None:
    scene = after("is rung")
    scene.alice.ccp.accept()
    assert refuses(scene.alice.ccp.accept).startswith("alice cannot accept: ")
    scene.alice.is_connected()
    is_over(scene)


@pytest.mark.parametrize("step", ["is rung", "talks", "leaves"])
def test_who_has_a_contact_cannot_dial(step: str) -> None:
    scene = after(step)
    dave = scene.call.cardholder("eve")
    assert refuses(lambda: scene.alice.dials(dave)).startswith("alice cannot dial: ")
    is_over(scene)


def test_who_is_on_a_break_cannot_dial() -> None:
    call = memory_call()
    alice, dave = call.agent(status=BREAK), call.cardholder("dave")
    assert refuses(lambda: alice.dials(dave)).startswith("alice cannot dial: ")
    nothing_is_left(call)


@pytest.mark.parametrize("name", ["Secure Call", "Refunds", ""])
def test_a_quick_connect_that_no_queue_has_is_refused_with_those_that_are_seen(name: str) -> None:
    scene = after("talks")
    said = refuses(lambda: scene.alice.clicks(name))
    assert said.startswith(f"alice sees no quick connect {name!r}, only {SECURE_CALL}: ")
    scene.call.talk(scene.alice, scene.carol)
    is_over(scene)


def test_an_agent_whose_queues_have_no_quick_connect_sees_none() -> None:
    """The quick connect must be on each queue that takes payments."""
    call = memory_call()
    call.payments.quick_connects.clear()
    carol, alice = conversation(call)
    said = refuses(alice.clicks)
    assert said.startswith(f"alice sees no quick connect {SECURE_CALL!r}, only none: ")
    assert "routing profile" in said
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


# ----------------------------------------------------------------------- who is rung, and first


def test_the_looped_call_rings_before_a_call_that_has_waited_longer() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    dave = call.cardholder("dave")
    dave.dials()
    dave.hears("Please hold the line.")
    secure(alice)
    reunite(call, alice, carol)
    assert set(dave.heard) == {"Welcome to the shop.", "Please hold the line."}
    carol.hangs_up()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, dave)
    dave.hangs_up()
    nothing_is_left(call)


def test_while_the_looped_call_is_on_its_way_a_free_agent_gets_the_next_call() -> None:
    """Who leaves before “Call secure.” may be rung by somebody else first."""
    call = memory_call()
    carol, alice = conversation(call)
    dave = call.cardholder("dave")
    dave.dials()
    dave.hears("Please hold the line.")
    alice.clicks()
    alice.leaves()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, dave)
    carol.hears(PLEASE_WAIT)
    dave.hangs_up()
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_the_looped_call_rings_its_agent_though_another_has_been_free_for_long() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    bob = call.agent("bob")
    secure(alice)
    alice.is_rung()
    assert not bob.ccp.rings
    reunite(call, alice, carol)
    assert bob.heard == []
    carol.hangs_up()
    nothing_is_left(call)


def test_the_looped_call_of_one_agent_does_not_ring_another_who_waits_for_one() -> None:
    """Two secured calls at a time, each in the queue of its own agent."""
    call = memory_call()
    carol, alice = conversation(call)
    alice.goes(BREAK)
    dave, bob = conversation(call, "dave", "bob")
    secure(alice)
    secure(bob)
    reunite(call, bob, dave)
    assert not alice.ccp.rings
    dave.hangs_up()
    call.wait(5)
    assert not bob.ccp.rings
    alice.goes(AVAILABLE)
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_the_call_that_has_waited_longest_rings_first() -> None:
    call = memory_call()
    callers = [call.cardholder(name) for name in ("carol", "dave", "erin")]
    for caller in callers:
        caller.dials()
        caller.hears("Please hold the line.")
    alice = call.agent()
    for caller in callers:
        alice.accepts()
        alice.is_connected()
        call.talk(alice, caller)
        caller.hangs_up()
    nothing_is_left(call)


def test_two_calls_that_wait_ring_two_agents_one_each() -> None:
    call = memory_call()
    carol, dave = call.cardholder("carol"), call.cardholder("dave")
    carol.dials()
    carol.hears("Please hold the line.")
    dave.dials()
    dave.hears("Please hold the line.")
    alice, bob = call.agent("alice"), call.agent("bob")
    alice.accepts()
    bob.accepts()
    alice.is_connected()
    bob.is_connected()
    call.talk(alice, carol)
    call.talk(bob, dave)
    carol.hangs_up()
    dave.hangs_up()
    nothing_is_left(call)


def test_of_an_agents_queues_the_first_of_the_profile_is_served_first() -> None:
    call = memory_call()
    complaints = call.connect.add_queue("Complaints")
    carol = call.cardholder("carol")
    carol.dials()
    carol.hears("Please hold the line.")
    call.connect.contacts[0].queue = complaints
    dave = call.cardholder("dave")
    dave.dials()
    dave.hears("Please hold the line.")
    call.profile.queues.append(complaints)
    alice = call.agent()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, dave)
    dave.hangs_up()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_an_agent_without_the_queue_in_the_profile_is_not_rung() -> None:
    call = memory_call()
    call.profile = RoutingProfile("Complaints", [call.connect.add_queue("Complaints")])
    bob = call.agent("bob")
    carol = call.cardholder()
    carol.dials()
    carol.hears("Please hold the line.")
    assert not bob.ccp.rings
    carol.hangs_up()
    nothing_is_left(call)


def test_an_agent_who_is_logged_off_is_not_rung_until_available() -> None:
    call = memory_call()
    alice, carol = call.agent(status=OFFLINE), call.cardholder()
    carol.dials()
    carol.hears("Please hold the line.")
    assert not alice.ccp.rings
    alice.goes(AVAILABLE)
    alice.accepts()
    alice.is_connected()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_who_has_been_free_for_longest_gets_the_next_call() -> None:
    call = memory_call()
    carol, alice = conversation(call)
    bob = call.agent("bob")
    alice.ends_the_call()
    carol.is_cut_off()
    call.wait(5)
    call.cardholder("dave").dials()
    bob.is_rung()
    assert not alice.ccp.rings
