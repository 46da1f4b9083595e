"""Calls on flows with other settings than the usual ones, as the stack would deploy them."""

from operations.call import Call
from operations.call_parts import CALL_SECURE, conversation, reunite, secure
from simulator import phones
from simulator.phones import PhoneCall
from tests.calls.test_branches import (
    attribute,
    ends_at_pci_pal,
    played,
    tries_to_secure,
    usual,
)
from tests.flows.set_flows import with_settings

OURS = "+441632960099"


def test_a_call_plays_as_usual_on_flows_with_nothing_set() -> None:
    played(usual, with_settings())
    played(ends_at_pci_pal, with_settings())


def test_the_safe_form_secures_the_call_and_leaves_the_used_pin_on_the_contact() -> None:
    def play(call: Call) -> None:
        carol, alice = conversation(call)
        secure(alice)
        reunite(call, alice, carol)
        alice.ends_the_call()
        carol.is_cut_off()

    call = played(play, with_settings(BranchOnCallFailure="false"))
    assert attribute(call, "delay_and_PIN")[7:].isdecimal()


def test_words_that_are_set_are_heard() -> None:
    def play(call: Call) -> None:
        carol, alice = conversation(call)
        alice.clicks()
        alice.joins()
        alice.hears("Localisation de l'agent.")
        alice.hears("Appel sécurisé.")
        alice.leaves()
        carol.hears("Ne quittez pas.")
        alice.accepts()
        alice.hears("Appel repris.")
        call.talk(alice, carol)

    words = {
        "SayReadingPin": "Localisation de l'agent.",
        "SayCallSecure": "Appel sécurisé.",
        "SaySecuredCall": "Appel repris.",
        "SayPleaseWait": "Ne quittez pas.",
    }
    played(play, with_settings(**words))


def test_pci_pal_is_called_from_the_number_that_is_set() -> None:
    def play(call: Call) -> None:
        presented: list[str] = []
        take = call.pci_pal.takes

        def look(phone_call: PhoneCall) -> None:
            presented.append(phone_call.caller_number)
            take(phone_call)

        call.pci_pal.takes = look
        _, alice = conversation(call)
        secure(alice)
        assert presented == [OURS]

    played(play, with_settings(CallerIdNumber=OURS))


def test_the_first_call_stays_recorded_where_that_is_asked_for() -> None:
    def play(call: Call) -> None:
        _, alice = conversation(call)
        alice.clicks()
        alice.joins()
        alice.hears(CALL_SECURE)
        assert call.connect.contacts[0].room.is_recorded

    played(play, with_settings(RecordFirstLeg="true"))


def test_a_longer_pause_still_brings_the_pin_into_the_loop() -> None:
    def play(call: Call) -> None:
        carol, alice = conversation(call)
        secure(alice)
        reunite(call, alice, carol)

    call = played(play, with_settings(DelayCommas="20"))
    assert call.connect.contacts[0].attributes["QueueAgentName"] == "alice"


def test_the_agent_hears_that_pci_pal_did_not_answer_in_the_words_that_are_set() -> None:
    def play(call: Call) -> None:
        call.pci_pal.takes = phones.busy
        _, alice = tries_to_secure(call)
        assert "Besetzt." in alice.heard

    played(play, with_settings(SayNoLine="Besetzt."))
