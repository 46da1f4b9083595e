"""The PIN's way over the line: keyed too early, too slowly, doubled, with `*` and `#`.

What does not come through as keyed is refused, and refused once: the call is not secured, agent
and cardholder are together again, and the next try goes well.
"""

from collections.abc import Callable

import pytest

from operations.call import AgentAtWork, Call, Cardholder
from operations.call_parts import (
    CALL_SECURE,
    NOT_SECURED,
    SECURED_CALL,
    conversation,
    reunite,
    secure,
)
from operations.site import RETURN
from secure_transfer.domain import pins
from simulator.flow_engine import Flow
from simulator.phones import Keys
from tests.calls.memory_site import MemoryFunctions, memory_call
from tests.calls.over import nothing_is_left
from tests.calls.test_branches import heard
from tests.flows.flow_samples import block, end, flow, say, to

READING = "Reading agent locator."
PIN, NEXT_PIN = "2580", "1470"
MALFORMED, UNKNOWN = "PinMalformed", "PinUnknown"
STORED = "Timeout"
"""What Connect stores when no key comes."""
PAUSE = ",,,,,,,"

OnTheWay = Callable[[str], str]


@pytest.fixture(autouse=True)
def _pins_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same PINs for each transfer: the first one takes the first, and so on."""
    monkeypatch.setattr(pins, "draw", lambda length: [PIN[:length], NEXT_PIN[:length]])


# ------------------------------------------------------------------------------ what is played


def come(keys: str, pause: str = PAUSE) -> OnTheWay:
    """Return a line on which other keys come than were pressed."""
    return lambda _: pause + keys


def asked(call: Call) -> list[tuple[str, str]]:
    """Return what each GetAgent was asked and answered: the PIN, and OK or the Reason."""
    functions = call.connect.functions
    assert isinstance(functions, MemoryFunctions)
    return [
        (event["Details"]["Parameters"]["PIN"], answer.get("Reason", answer["Result"]))
        for name, event, answer in functions.invoked
        if name == "GetAgent"
    ]


def is_refused(call: Call) -> tuple[Cardholder, AgentAtWork]:
    """Click, and hear on the loop that it came to nothing."""
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(NOT_SECURED)
    carol.hears(NOT_SECURED)
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the loop to be over")
    call.talk(alice, carol)
    return carol, alice


def goes_well_now(call: Call, carol: Cardholder, alice: AgentAtWork) -> None:
    call.network.keys = Keys()
    secure(alice)
    reunite(call, alice, carol)
    assert asked(call)[-1] == (NEXT_PIN, "OK")
    carol.hangs_up()
    nothing_is_left(call)


def is_secured(call: Call, *words: str) -> None:
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    assert heard(alice) == [*words, CALL_SECURE, SECURED_CALL]
    assert asked(call) == [(PIN, "OK")]
    carol.hangs_up()
    nothing_is_left(call)


# ------------------------------------------------------------------------------------ refused

REFUSED: dict[str, tuple[OnTheWay, str, str]] = {
    # How the keys come, what Connect stores of them, and GetAgent's Reason.
    "too early: the loop is not closed": (come("2580", pause=""), STORED, MALFORMED),
    "half of them too early": (lambda _: "25,,,,,80", "80", MALFORMED),
    "all but the last too early": (lambda _: "258,,,,,0", "0", MALFORMED),
    "none at all": (come(""), STORED, MALFORMED),
    "nothing, not even the pause": (come("", pause=""), STORED, MALFORMED),
    "one lost at the beginning": (come("580"), "580", MALFORMED),
    "one lost at the end": (come("258"), "258", MALFORMED),
    "the first doubled": (come("22580"), "2258", UNKNOWN),
    "one doubled inside": (come("25580"), "2558", UNKNOWN),
    "two swapped": (come("5280"), "5280", UNKNOWN),
    "one too many in front": (come("12580"), "1258", UNKNOWN),
    "a star in front": (come("*2580"), "*258", MALFORMED),
    "a star inside": (come("25*80"), "25*8", MALFORMED),
    "a star for a digit": (come("258*"), "258*", MALFORMED),
    "a hash at once": (come("#2580"), "", MALFORMED),
    "a hash inside": (come("25#80"), "25", MALFORMED),
    "a hash for the last": (come("258#"), "258", MALFORMED),
    "in two parts, too far apart": (come("25,,,,,,,80"), "25", MALFORMED),
}


@pytest.mark.parametrize("how", REFUSED)
def test_keys_that_do_not_come_as_keyed_are_refused(how: str) -> None:
    on_the_way, stored, reason = REFUSED[how]
    call = memory_call()
    call.network.keys.on_the_way = on_the_way
    carol, alice = is_refused(call)
    assert asked(call) == [(stored, reason)]
    assert heard(alice) == heard(carol) == [READING, NOT_SECURED]
    goes_well_now(call, carol, alice)


def test_keys_that_come_too_slowly_are_cut_off_after_5_s() -> None:
    call = memory_call()
    call.network.keys.digit_seconds = 5.1
    carol, alice = is_refused(call)
    assert asked(call) == [("2", MALFORMED)]
    goes_well_now(call, carol, alice)


def test_keys_that_come_too_late_find_nobody_who_listens() -> None:
    """The flow listens for 40 s; seven pauses of 8 s are longer."""
    call = memory_call()
    call.network.keys.comma_seconds = 8.0
    carol, alice = is_refused(call)
    assert asked(call) == [(STORED, MALFORMED)]
    goes_well_now(call, carol, alice)


def test_a_loop_without_keys_is_held_for_40_s_and_no_longer() -> None:
    call = memory_call()
    call.network.keys.on_the_way = come("")
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(READING)
    listening_since = call.world.now
    alice.hears(NOT_SECURED)
    assert 40 < call.world.now - listening_since < 42  # the refusal itself, and its words
    call.talk(alice, carol)
    goes_well_now(call, carol, alice)


# ------------------------------------------------------------------------------------ accepted

ACCEPTED: dict[str, OnTheWay] = {
    "the last doubled": come("25800"),
    "one too many at the end": come("25809"),
    "as many again": come("25802580"),
    "a hash at the end": come("2580#"),
    "a star at the end": come("2580*"),
    "in two parts, near each other": come("25,,,,,,80"),
    "after a longer pause": come("2580", pause=PAUSE * 2),
    "after a shorter pause": come("2580", pause=PAUSE[:-1]),
}


@pytest.mark.parametrize("how", ACCEPTED)
def test_keys_of_which_the_first_four_are_right_are_accepted(how: str) -> None:
    call = memory_call()
    call.network.keys.on_the_way = ACCEPTED[how]
    is_secured(call, READING)


@pytest.mark.parametrize("seconds", [0.6, 0.75, 1.0, 5.0])
def test_a_comma_may_last_as_long_as_aws_or_the_guide_says(seconds: float) -> None:
    call = memory_call()
    call.network.keys.comma_seconds = seconds
    is_secured(call, READING)


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1.0, 4.9])
def test_keys_may_come_as_slowly_as_the_flow_has_patience(seconds: float) -> None:
    call = memory_call()
    call.network.keys.digit_seconds = seconds
    is_secured(call, READING)


def keys_into_the_prompt(call: Call, keys: str) -> tuple[Cardholder, AgentAtWork]:
    """Key by hand as soon as the prompt is spoken on the loop; the machine keys nothing."""
    call.network.keys.on_the_way = come("")
    begun: list[str] = []
    call.connect.block_watchers.append(lambda _, block_name: begun.append(block_name))
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    call.until(lambda: "Read PIN" in begun, "the prompt to begin")
    call.wait(0.1)  # the prompt has three words and lasts 1.2 s
    carol.presses(keys)
    return carol, alice


def test_keys_that_come_into_the_prompt_break_it_off() -> None:
    call = memory_call()
    carol, alice = keys_into_the_prompt(call, PIN)
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)
    assert heard(alice) == [CALL_SECURE, SECURED_CALL]
    assert heard(carol) == [CALL_SECURE]
    assert asked(call) == [(PIN, "OK")]
    carol.hangs_up()
    nothing_is_left(call)


def test_a_hash_into_the_prompt_ends_the_block_at_once() -> None:
    """The prompt is not spoken to its end when there is nothing left to wait for."""
    call = memory_call()
    begun: dict[str, float] = {}
    call.connect.block_watchers.append(lambda _, name: begun.update({name: call.world.now}))
    carol, alice = keys_into_the_prompt(call, "#")
    alice.hears(NOT_SECURED)
    assert begun["GetAgent"] - begun["Read PIN"] < 0.2
    call.talk(alice, carol)
    goes_well_now(call, carol, alice)


def test_after_a_key_into_the_prompt_the_next_one_is_waited_for_5_s() -> None:
    """The 40 s are for the first key only."""
    call = memory_call()
    carol, alice = keys_into_the_prompt(call, "2")
    began = call.world.now
    alice.hears(NOT_SECURED)
    assert call.world.now - began < 8
    assert heard(alice) == heard(carol) == [NOT_SECURED]
    assert asked(call) == [("2", MALFORMED)]
    call.talk(alice, carol)
    goes_well_now(call, carol, alice)


# -------------------------------------------------------------------------- somebody else keys


def test_a_call_has_one_attempt() -> None:
    """What a stranger keys after the first four digits, whenever it is, is heard by nobody."""
    call = memory_call()
    carol, alice = conversation(call)
    call.network.keys.comma_seconds = 5.0  # so that the stranger comes first
    alice.clicks()
    stranger = call.cardholder("a stranger")
    stranger.dials(RETURN)
    stranger.hears(READING)
    stranger.presses("0000" + PIN * 4)
    stranger.hears(NOT_SECURED)
    stranger.presses(PIN)
    stranger.is_cut_off()
    stranger.presses(PIN)
    assert asked(call) == [("0000", UNKNOWN)]
    assert stranger.heard == [READING, NOT_SECURED]
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.leaves()
    reunite(call, alice, carol)
    assert asked(call) == [("0000", UNKNOWN), (PIN, "OK")]
    carol.hangs_up()
    nothing_is_left(call)


def test_a_stranger_may_try_once_a_call_and_hears_each_time_that_it_was_wrong() -> None:
    call = memory_call()
    stranger = call.cardholder("a stranger")
    tries = ("0001", "0002", "*", "#")
    for keys in tries:
        stranger.dials(RETURN)
        stranger.hears(READING)
        stranger.presses(keys)
        stranger.hears(NOT_SECURED)
        stranger.is_cut_off()
    assert [pin for pin, _ in asked(call)] == ["0001", "0002", "*", ""]
    assert {reason for _, reason in asked(call)} == {UNKNOWN, MALFORMED}
    assert stranger.heard == [READING, NOT_SECURED] * len(tries)
    nothing_is_left(call)


def test_the_agents_own_keys_reach_the_prompt_too() -> None:
    """On the joined call everybody's keys are heard on the loop: an agent must not press any."""
    call = memory_call()
    call.network.keys.on_the_way = come("")
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(READING)
    alice.ccp.press("1")
    alice.hears(NOT_SECURED)
    assert asked(call) == [("1", MALFORMED)]
    call.talk(alice, carol)
    goes_well_now(call, carol, alice)


# ---------------------------------------------------------------------------- nobody listens

LISTENING = "+441632960009"


def listens_late() -> Flow:
    """Return a flow that speaks in one block and listens in the next."""
    content: Flow = flow(
        "contactFlow",
        say("Speak", "Welcome. One moment please.", "Listen"),
        block(
            "Listen",
            "GetParticipantInput",
            {
                "Text": "Now.",
                "StoreInput": "True",
                "InputTimeLimitSeconds": "10",
                "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
                "DTMFConfiguration": {
                    "DisableCancelKey": "True",
                    "InputTerminationSequence": "#",
                    "InterdigitTimeLimitSeconds": "5",
                },
            },
            to("Say", NoMatchingError="Say"),
        ),
        say("Say", "Heard: $.StoredCustomerInput.", "End"),
        end("End", "DisconnectParticipant"),
    )
    return content


@pytest.mark.parametrize(
    ("early", "in_time", "stored"),
    [
        ("2580", "", STORED),
        ("25", "80#", "80"),
        ("25", "2580", PIN),
        ("#", "2580", PIN),
    ],
)
def test_keys_pressed_while_another_block_speaks_are_lost(
    early: str, in_time: str, stored: str
) -> None:
    call = memory_call()
    arn = call.connect.publish_unchecked("listens late", listens_late())
    call.connect.claim_number(LISTENING, arn, "the listening call")
    begun: list[str] = []
    call.connect.block_watchers.append(lambda _, block_name: begun.append(block_name))
    carol = call.cardholder()
    carol.dials(LISTENING)
    call.until(lambda: "Speak" in begun, "the flow to speak")
    carol.presses(early)
    assert "Listen" not in begun
    carol.hears("Now.")
    carol.presses(in_time)
    carol.hears(f"Heard: {stored}.")
    carol.is_cut_off()
    nothing_is_left(call)


def test_keys_pressed_at_a_flow_that_does_not_listen_are_lost() -> None:
    """The shop's welcome, its queue, the conversation: nobody takes a PIN there."""
    call = memory_call()
    carol = call.cardholder()
    carol.dials()
    call.until(lambda: bool(call.connect.contacts), "the shop to answer")
    carol.presses(PIN)
    carol.hears("Welcome to the shop.")
    carol.hears("Please hold the line.")
    carol.presses(PIN)
    alice = call.agent()
    alice.accepts()
    alice.is_connected()
    carol.presses(PIN)
    call.talk(alice, carol)
    assert call.connect.invocations == []
    secure(alice)
    reunite(call, alice, carol)
    assert asked(call) == [(PIN, "OK")]
    carol.hangs_up()
    nothing_is_left(call)


def test_keys_of_the_waiting_cardholder_are_lost() -> None:
    """After the PIN nothing on the looped leg listens: neither the queue nor the whisper."""
    call = memory_call()
    carol, alice = conversation(call)
    secure(alice)
    carol.presses(PIN)
    carol.hears("Your line is now secure.")
    carol.presses(PIN)
    reunite(call, alice, carol)
    carol.presses(PIN)
    call.talk(alice, carol)
    assert asked(call) == [(PIN, "OK")]
    carol.hangs_up()
    nothing_is_left(call)
