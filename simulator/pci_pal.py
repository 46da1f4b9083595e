"""PCI Pal, as a customer meets it: a number that is called, a call back, and tones that are masked.

It answers its number, calls the customer's, and bridges the two: a loop. Who opens a payment gets a
session PIN; a bridge that hears it keyed from the customer's side belongs to that payment from then
on. While it does, the cardholder's keys are the payment's and go no further.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.journal import Column
from simulator.phones import Network, PhoneCall, Process
from simulator.sound import Digit, Sound
from simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_SECONDS = (0.5, 1.5)
CALL_BACK_SECONDS = (0.3, 0.8)
"""From the answer to dialling the customer's number."""

FIELDS = {"card number": 16, "expiry date": 4, "security code": 3}
"""What the cardholder keys for a payment, and how many digits each has."""

_SESSION_PIN_DIGITS = 4


@dataclass(slots=True, eq=False)
class Payment:
    """A payment that an agent has opened on PCI Pal's page."""

    session_pin: str = field(repr=False)
    is_linked: bool = False
    is_over: bool = False
    digits: str = field(default="", repr=False)

    @property
    def is_filled_in(self) -> bool:
        return len(self.digits) >= sum(FIELDS.values())


class PciPal:
    def __init__(self, world: World, network: Network, number: str, calls_back: str) -> None:
        self._world = world
        self._network = network
        self._number = number
        self._calls_back = calls_back
        self.payments: list[Payment] = []
        self.bridges: list[Bridge] = []
        network.connect(number, self._ring)
        self.takes: Callable[[PhoneCall], None] = self._take
        """What happens to a call to its number; `phones.busy`, for example."""

    def open_payment(self) -> Payment:
        chance = self._world.chance
        pin = "".join(chance.choice("0123456789") for _ in range(_SESSION_PIN_DIGITS))
        payment = Payment(pin)
        self.payments.append(payment)
        self.note("a payment is opened")
        return payment

    def close(self, payment: Payment, outcome: str) -> None:
        payment.is_over = True
        self.note(f"the payment is {outcome}")

    def note(self, text: str) -> None:
        self._world.journal.note(Column.PCI_PAL, text)

    def _ring(self, call: PhoneCall) -> None:
        self.takes(call)

    def _take(self, call: PhoneCall) -> None:
        self._world.env.process(self._loop(call))

    def _loop(self, call: PhoneCall) -> Process:
        env, chance = self._world.env, self._world.chance
        self.note("its number rings")
        yield env.timeout(chance.uniform(*ANSWER_SECONDS))
        if call.ended.triggered:
            return
        call.answer()
        self.note("answers")
        yield env.timeout(chance.uniform(*CALL_BACK_SECONDS))
        self.note("calls the return number")
        back = self._network.dial(self._calls_back, self._number)
        yield back.answered | back.ended | call.ended
        if not back.is_up or not call.is_up:
            back.end("the other side has hung up")
            call.end("the return number did not answer")
            return
        self.note("bridges the two calls: the loop is closed")
        self.bridges.append(Bridge(self, call, back))
        yield call.ended | back.ended
        self.note("the loop is over")
        call.end("the loop is over")
        back.end("the loop is over")


class Bridge:
    """Two calls that hear each other: the cardholder's, and the one that was called back."""

    def __init__(self, pci_pal: PciPal, cardholder: PhoneCall, customer: PhoneCall) -> None:
        self._pci_pal = pci_pal
        self._cardholder = cardholder.callee
        self._customer = customer.caller
        self._keyed = ""
        self._payment: Payment | None = None
        self._cardholder.hears = self._from_the_cardholder
        self._customer.hears = self._from_the_customer

    def _from_the_cardholder(self, sound: Sound) -> None:
        payment = self._payment
        if not isinstance(sound, Digit) or payment is None or payment.is_over:
            self._customer.send(sound)
            return
        if not payment.digits:
            self._pci_pal.note("masks the cardholder's keys")
        payment.digits += sound.key
        self._note_filled(payment)

    def _from_the_customer(self, sound: Sound) -> None:
        self._cardholder.send(sound)
        if isinstance(sound, Digit):
            self._keyed = (self._keyed + sound.key)[-_SESSION_PIN_DIGITS:]
            self._link()

    def _link(self) -> None:
        for payment in self._pci_pal.payments:
            if not payment.is_over and payment.session_pin == self._keyed:
                self._payment = payment
                if not payment.is_linked:
                    payment.is_linked = True
                    self._pci_pal.note("links the payment to this call")

    def _note_filled(self, payment: Payment) -> None:
        end = 0
        for name, length in FIELDS.items():
            end += length
            if len(payment.digits) == end:
                self._pci_pal.note(f"has the {name}: {length} digits")
