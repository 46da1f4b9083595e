"""PCI Pal: the loop, the payment that is linked, the keys that are masked."""

import pytest

from operations.call_parts import conversation
from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from simulator import phones
from simulator.journal import Column
from simulator.pci_pal import PciPal
from simulator.phones import Network, PhoneCall
from simulator.world import World
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left
from tests.simulator.telephony import CARD, HELLO, YES, Heard, keys, press


class Loop:
    """PCI Pal, a cardholder who calls it, and a customer whom it calls back."""

    def __init__(self, customer: phones.Ring = PhoneCall.answer) -> None:
        self.world = World()
        self.network = Network(self.world)
        self.pci_pal = PciPal(self.world, self.network, PCI_PAL, calls_back=RETURN)
        self.called_back: list[PhoneCall] = []
        self.customer_hears: Heard = []
        self.cardholder_hears: Heard = []
        self._answers = customer
        self.network.connect(RETURN, self._ring)
        self.call = self.dial()
        self.wait()

    def _ring(self, call: PhoneCall) -> None:
        self.called_back.append(call)
        call.callee.hears = self.customer_hears.append
        self._answers(call)

    def dial(self) -> PhoneCall:
        call = self.network.dial(PCI_PAL, CARDHOLDER)
        call.caller.hears = self.cardholder_hears.append
        return call

    def wait(self, seconds: float = 10) -> None:
        self.world.run_until(lambda: False, seconds)

    @property
    def back(self) -> PhoneCall:
        return self.called_back[0]

    @property
    def told(self) -> list[str]:
        return self.world.journal.of(Column.PCI_PAL)


def test_pci_pal_answers_calls_back_and_bridges_the_two() -> None:
    loop = Loop()
    assert loop.call.is_up
    assert loop.back.is_up
    assert loop.back.caller_number == PCI_PAL  # it presents its own number
    loop.call.caller.send(HELLO)
    loop.back.callee.send(YES)
    assert loop.customer_hears == [HELLO]
    assert loop.cardholder_hears == [YES]
    assert loop.told == ["its number rings", "answers", "calls the return number",
                         "bridges the two calls: the loop is closed"]  # fmt: skip


def test_sounds_before_the_loop_is_closed_are_lost() -> None:
    loop = Loop(customer=phones.unanswered)
    assert loop.call.is_up
    press(loop.call.caller, "1234")
    loop.back.answer()
    loop.wait(1)
    press(loop.call.caller, "5")
    assert keys(loop.customer_hears) == "5"


@pytest.mark.parametrize("who", ["cardholder", "customer"])
def test_when_one_leg_ends_the_other_does_too(who: str) -> None:
    loop = Loop()
    ends = loop.call if who == "cardholder" else loop.back
    ends.end("somebody has hung up")
    loop.wait(1)
    assert loop.call.ended.triggered
    assert loop.back.ended.triggered
    assert loop.told[-1] == "the loop is over"


def test_a_busy_return_number_ends_the_call_that_came() -> None:
    loop = Loop(customer=phones.busy)
    assert loop.call.ended.value == "the return number did not answer"
    assert loop.pci_pal.bridges == []


def test_an_unanswered_return_number_rings_until_the_caller_gives_up() -> None:
    loop = Loop(customer=phones.unanswered)
    loop.wait(300)
    assert loop.call.is_up
    loop.call.end("the caller has hung up")
    loop.wait(1)
    assert loop.back.ended.triggered
    loop.back.answer()
    assert not loop.back.is_up
    assert loop.pci_pal.bridges == []


def test_who_hangs_up_before_pci_pal_answers_is_not_called_back() -> None:
    loop = Loop()
    second = loop.dial()
    loop.world.run_until(lambda: loop.told.count("its number rings") == 2, 5)
    second.end("the caller has hung up")
    loop.wait()
    assert loop.called_back == [loop.back]
    assert not second.answered.triggered
    assert loop.told.count("answers") == 1


def test_the_session_pin_links_a_payment_to_the_bridge_that_hears_it() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin[:3])
    assert not payment.is_linked
    press(loop.back.callee, payment.session_pin[3:])
    assert payment.is_linked
    assert "links the payment to this call" in loop.told


def test_a_session_pin_is_found_after_other_keys() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, f"19{payment.session_pin}")
    assert payment.is_linked


def test_a_session_pin_that_the_cardholder_keys_links_nothing() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.call.caller, payment.session_pin)
    assert not payment.is_linked
    assert keys(loop.customer_hears) == payment.session_pin


def test_a_session_pin_that_nobody_has_opened_masks_nothing() -> None:
    loop = Loop()
    opened = loop.pci_pal.open_payment()
    other = f"{(int(opened.session_pin) + 1) % 10_000:04d}"
    press(loop.back.callee, other)
    press(loop.call.caller, CARD)
    assert not opened.is_linked
    assert keys(loop.customer_hears) == CARD
    assert opened.digits == ""


def test_only_the_cardholders_keys_are_masked_and_only_once_linked() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.call.caller, "12")
    assert keys(loop.customer_hears) == "12"
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    loop.call.caller.send(HELLO)  # words pass
    press(loop.back.callee, "99")  # and so do the agent's keys
    loop.back.callee.send(YES)
    assert keys(loop.customer_hears) == "12"
    assert loop.customer_hears[-1] == HELLO
    assert keys(loop.cardholder_hears) == f"{payment.session_pin}99"
    assert loop.cardholder_hears[-1] == YES
    assert payment.digits == CARD
    assert payment.is_filled_in


def test_pci_pal_tells_which_field_is_complete_and_never_what_is_in_it() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    assert loop.told[-4:] == [
        "masks the cardholder's keys",
        "has the card number: 16 digits",
        "has the expiry date: 4 digits",
        "has the security code: 3 digits",
    ]
    assert payment.session_pin not in repr(payment)
    assert CARD not in repr(payment)


def test_when_the_payment_is_over_keys_pass_again() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, CARD)
    loop.pci_pal.close(payment, "accepted")
    press(loop.call.caller, "7")
    assert keys(loop.customer_hears) == "7"
    assert payment.digits == CARD
    press(loop.back.callee, payment.session_pin)  # it opens nothing any more
    press(loop.call.caller, "8")
    assert keys(loop.customer_hears) == "78"


def test_a_payment_belongs_to_the_loop_on_which_its_pin_was_keyed() -> None:
    loop = Loop()
    second = loop.dial()
    loop.wait()
    payment = loop.pci_pal.open_payment()
    press(loop.called_back[1].callee, payment.session_pin)
    press(loop.call.caller, "1")
    press(second.caller, "2")
    assert keys(loop.customer_hears) == "1"
    assert payment.digits == "2"


def test_two_payments_on_one_loop_are_masked_one_after_the_other() -> None:
    loop = Loop()
    first, second = loop.pci_pal.open_payment(), loop.pci_pal.open_payment()
    press(loop.back.callee, first.session_pin)
    press(loop.call.caller, CARD)
    loop.pci_pal.close(first, "declined")
    press(loop.back.callee, second.session_pin)
    press(loop.call.caller, CARD[::-1])
    assert (first.digits, second.digits) == (CARD, CARD[::-1])
    assert keys(loop.customer_hears) == ""


def test_the_session_pin_of_a_payment_that_is_over_does_not_end_the_masking_of_another() -> None:
    loop = Loop()
    first, second = loop.pci_pal.open_payment(), loop.pci_pal.open_payment()
    loop.pci_pal.close(first, "cancelled")
    press(loop.back.callee, second.session_pin)
    press(loop.back.callee, first.session_pin)
    press(loop.call.caller, CARD)
    assert keys(loop.customer_hears) == ""
    assert (first.is_linked, second.digits) == (False, CARD)


def test_after_the_loops_end_nothing_comes_to_the_payment() -> None:
    loop = Loop()
    payment = loop.pci_pal.open_payment()
    press(loop.back.callee, payment.session_pin)
    press(loop.call.caller, "4992")
    loop.back.end("the customer has hung up")
    press(loop.call.caller, "7398")
    loop.wait(1)
    press(loop.call.caller, "7398")
    assert keys(loop.customer_hears) == ""
    assert payment.digits in ("4992", "49927398")
    assert not payment.is_filled_in


def test_with_a_busy_return_number_the_agent_is_back_with_the_cardholder() -> None:
    """The flow has nothing to say of it: its call to PCI Pal was answered."""
    call = memory_call()
    dial = call.network.dial

    def busy_if_return(number: str, caller_number: str) -> PhoneCall:
        line = dial(number, caller_number)
        if number == RETURN:
            phones.busy(line)
        return line

    call.network.dial = busy_if_return  # type: ignore[method-assign]
    carol, alice = conversation(call)
    heard = len(alice.heard)
    alice.clicks()
    agent = alice.ccp.agent
    call.until(lambda: bool(agent.contact and not agent.contact.transfer), "the loop to fail")
    assert alice.heard[heard:] == []
    assert "calls the return number" in call.world.journal.of(Column.PCI_PAL)
    alice.resumes()
    call.talk(alice, carol)
    carol.hangs_up()
    nothing_is_left(call)


def test_who_hangs_up_before_connect_answers_makes_no_contact() -> None:
    call = memory_call()
    line = PhoneCall(call.world.env, SHOP, CARDHOLDER)
    call.network.lines[SHOP](line)
    line.end("the caller has hung up")
    call.wait(5)
    assert call.connect.contacts == []
