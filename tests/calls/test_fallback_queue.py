"""Calls whose own agent never comes, on flows with a queue to fall back on.

The other agent is told what the call is, and is not taken for the wrong one.
"""

from collections.abc import Callable
from typing import Any

import pytest

from operations.call import AgentAtWork, Call, Cardholder
from operations.call_parts import CALL_SECURE, SECURED_CALL, conversation, reunite, secure
from operations.flow_fallback import BLOCKS
from simulator.connect.agents import AVAILABLE, RoutingProfile
from simulator.connect.voice import VoiceContact
from simulator.flow_engine import ways
from tests.calls.test_branches import GOODBYE, NOT_RECORDED, OTHER_AGENT, PLEASE_WAIT, played
from tests.flows.set_flows import INSTANCE, with_settings

QUEUE = f"{INSTANCE}/queue/5ec0de00-0000-4000-8000-000000000003"
TAKEN_OVER = "Secured call. Its own agent did not come. For a payment, secure it again."
ROUNDS = 30
"""How often a cardholder is asked to wait in one queue."""

_PATIENT = 600.0

with_fallback = with_settings(FallbackQueueArn=QUEUE)


def bob_of_the_fallback_queue(call: Call) -> AgentAtWork:
    """Let an agent come to work who serves nothing but the fallback queue."""
    backup = call.connect.queue(QUEUE) or call.connect.add_queue("Backup", arn=QUEUE)
    if "bob" not in call.connect.agents:
        call.connect.add_agent("bob", RoutingProfile("Backup", [backup]))
    return call.agent("bob")


def heard(person: AgentAtWork | Cardholder) -> list[str]:
    known = (
        TAKEN_OVER, OTHER_AGENT, NOT_RECORDED, SECURED_CALL, PLEASE_WAIT, GOODBYE, CALL_SECURE,
    )  # fmt: skip
    return [words for words in person.heard if words in known]


def waits_in_vain(call: Call) -> tuple[Cardholder, AgentAtWork]:
    """Secure a call whose agent misses it, and does nothing else."""
    carol, alice = conversation(call)
    secure(alice)
    alice.misses()
    return carol, alice


def looped(call: Call) -> list[VoiceContact]:
    return [one for one in call.connect.contacts if one.kind == "the looped call"]


def asked_agent_joined(call: Call) -> bool:
    return any(one.function_arn.endswith("AgentJoined") for one in call.connect.invocations)


def waiting(carol: Cardholder) -> list[str]:
    """Return what the cardholder has heard since the call was secured."""
    told = heard(carol)
    return told[told.index(CALL_SECURE) + 1 :] if CALL_SECURE in told else told


# ------------------------------------------------------------------------------------ the calls


def another_agent_takes_over(call: Call) -> None:
    bob = bob_of_the_fallback_queue(call)
    carol, alice = waits_in_vain(call)
    bob.accepts(within=_PATIENT)
    bob.is_connected()
    call.talk(bob, carol)
    assert heard(bob) == [TAKEN_OVER]
    assert heard(alice) == [CALL_SECURE]
    assert waiting(carol) == [PLEASE_WAIT] * ROUNDS
    first, second = looped(call)
    assert first.over.triggered
    assert second.agent is bob.ccp.agent
    assert not asked_agent_joined(call)
    assert second.attributes["TransferId"]


def the_call_is_secured_again(call: Call) -> None:
    """By who has taken it over: a transfer of its own, which is theirs."""
    bob = bob_of_the_fallback_queue(call)
    backup = bob.ccp.agent.profile.queues[0]
    backup.quick_connects = list(call.payments.quick_connects)
    carol, _ = waits_in_vain(call)
    bob.accepts(within=_PATIENT)
    bob.is_connected()
    secure(bob)
    reunite(call, bob, carol)
    name, event, answer = call.connect.functions.invoked[-1]
    assert (name, answer["Result"]) == ("AgentJoined", "OK")
    assert event["Details"]["Parameters"]["AgentName"] == "bob"


def the_own_agent_comes_in_time(call: Call) -> None:
    bob = bob_of_the_fallback_queue(call)
    carol, alice = conversation(call)
    secure(alice)
    carol.hears(PLEASE_WAIT)
    reunite(call, alice, carol)
    assert heard(alice) == [CALL_SECURE, SECURED_CALL]
    assert heard(bob) == []
    assert len(looped(call)) == 1


def the_own_agents_name_cannot_be_kept(call: Call) -> None:
    call.connect.broken_blocks["secure_call_joined", "Save agent name"] = "NoMatchingError"
    the_own_agent_comes_in_time(call)


def nobody_comes_there_either(call: Call) -> None:
    """The call falls back once, not round and round."""
    bob_of_the_fallback_queue(call).goes("Break")
    carol, _ = waits_in_vain(call)
    carol.hears(GOODBYE, within=2 * _PATIENT)
    carol.is_cut_off()
    assert waiting(carol) == [PLEASE_WAIT] * 2 * ROUNDS + [GOODBYE]
    assert len(looped(call)) == 2


def says_goodbye_at_once(call: Call, carol: Cardholder) -> None:
    """Expect goodbye as without a queue to fall back on."""
    carol.hears(GOODBYE, within=_PATIENT)
    carol.is_cut_off()
    assert waiting(carol) == [PLEASE_WAIT] * ROUNDS + [GOODBYE]
    assert len(looped(call)) == 1


def the_fallback_queue_is_full(call: Call) -> None:
    bob = bob_of_the_fallback_queue(call)
    bob.ccp.agent.profile.queues[0].most = 0
    carol, _ = waits_in_vain(call)
    says_goodbye_at_once(call, carol)
    assert heard(bob) == []


def there_is_no_such_queue(call: Call) -> None:
    carol, _ = waits_in_vain(call)
    says_goodbye_at_once(call, carol)


def the_own_agents_phone_rings_just_then(call: Call) -> None:
    """A contact that is on its way to an agent cannot leave its queue."""
    bob = bob_of_the_fallback_queue(call)
    carol, alice = waits_in_vain(call)

    def ring(_: str, block: str) -> None:
        if block == "Fall back":
            alice.ccp.set_status(AVAILABLE)

    call.connect.block_watchers.append(ring)
    says_goodbye_at_once(call, carol)
    assert heard(bob) == []


def no_words_for_who_takes_over(call: Call) -> None:
    call.connect.broken_blocks["secure_call_joined", "Say taken over"] = "NoMatchingError"
    bob = bob_of_the_fallback_queue(call)
    carol, _ = waits_in_vain(call)
    bob.accepts(within=_PATIENT)
    bob.is_connected()
    call.talk(bob, carol)
    assert heard(bob) == []
    assert not asked_agent_joined(call)


def the_name_of_who_takes_over_cannot_be_kept(call: Call) -> None:
    call.connect.broken_blocks["secure_call_joined", "Save agent name"] = "NoMatchingError"
    bob = bob_of_the_fallback_queue(call)
    carol, _ = waits_in_vain(call)
    bob.accepts(within=_PATIENT)
    bob.is_connected()
    call.talk(bob, carol)
    assert heard(bob) == [TAKEN_OVER]
    assert not asked_agent_joined(call)


CALLS: tuple[Callable[[Call], None], ...] = (
    another_agent_takes_over, the_call_is_secured_again, the_own_agent_comes_in_time,
    the_own_agents_name_cannot_be_kept, nobody_comes_there_either, the_fallback_queue_is_full,
    there_is_no_such_queue, the_own_agents_phone_rings_just_then, no_words_for_who_takes_over,
    the_name_of_who_takes_over_cannot_be_kept,
)  # fmt: skip


@pytest.mark.parametrize("play", CALLS, ids=lambda play: play.__name__)
def test_call(play: Callable[[Call], None]) -> None:
    played(play, with_fallback)


def test_every_way_that_the_setting_adds_is_taken_by_a_call() -> None:
    calls = [played(play, with_fallback) for play in CALLS]
    for name, added in BLOCKS.items():
        flow = calls[0].connect.flow(calls[0].connect.flow_arn(name)).content
        names = {block["Identifier"] for block in added} - {"End"}  # the language wants it wired
        there_are = {way for way in ways(flow) if way.partition(": ")[0] in names}
        taken = {way for call in calls for run in call.connect.runs if run.flow == name
                 for way in run.taken}  # fmt: skip
        assert there_are
        assert there_are - taken == set()


def test_the_call_goes_on_as_a_contact_of_the_same_conversation() -> None:
    events: list[dict[str, Any]] = []

    def play(call: Call) -> None:
        call.connect.announce = events.append
        another_agent_takes_over(call)

    call = played(play, with_fallback)
    first, second = (one.identity for one in looped(call))
    assert second.initiation_method == "QUEUE_TRANSFER"
    assert second.previous_contact_id == second.initial_contact_id == first.contact_id
    assert second.contact_id != first.contact_id
    told = {
        contact: [one["eventType"] for one in events if one["contactId"] == contact.contact_id]
        for contact in (first, second)
    }
    assert told[first] == ["INITIATED", "QUEUED", "DISCONNECTED"]
    assert told[second] == ["INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"]


def test_nobody_is_taken_for_the_wrong_agent_if_connect_forgets_the_event_hooks() -> None:
    """The instance's default flows run then: ours keeps the name, and says nothing."""

    def play(call: Call) -> None:
        call.connect.keeps_hooks = False
        bob = bob_of_the_fallback_queue(call)
        carol, _ = waits_in_vain(call)
        carol.hears("Please hold the line.", within=_PATIENT)
        bob.accepts()
        bob.is_connected()
        call.talk(bob, carol)
        assert heard(bob) == []

    call = played(play, with_fallback)
    assert not asked_agent_joined(call)
    assert looped(call)[1].attributes["QueueAgentName"] == "bob"


@pytest.mark.parametrize("block", ["Say please wait", "Say taken over"])
def test_the_cardholder_can_hang_up_after_the_call_has_fallen_back(block: str) -> None:
    def play(call: Call) -> None:
        bob = bob_of_the_fallback_queue(call)
        bob.goes("Break" if block == "Say please wait" else AVAILABLE)
        carol, _ = waits_in_vain(call)
        hung_up: list[float] = []

        def hang_up(_: str, begun: str) -> None:
            if begun == block and len(looped(call)) == 2 and not hung_up:
                hung_up.append(call.world.now)
                line = call.connect.contacts[0].line
                assert line
                line.end("the cardholder has hung up")

        call.connect.block_watchers.append(hang_up)
        if block == "Say taken over":
            bob.accepts(within=_PATIENT)
        carol.is_cut_off(within=_PATIENT)
        assert hung_up

    played(play, with_fallback)
