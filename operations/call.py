"""The words in which a call is told: who dials, hears, presses, clicks, expects.

    def a_call(call: Call) -> None:
        carol, alice = call.cardholder("carol"), call.agent("alice")
        carol.dials()
        alice.accepts()
        alice.clicks("Secure call")
        …

Each verb happens in call time, after the moment that a person needs. What a person waits for that
does not come is a `NotAsExpected`. Demo and tests speak the same words.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from operations.site import CARDHOLDER, FLOWS, PCI_PAL, RETURN, SHOP, Site
from simulator.connect.agents import AVAILABLE, QuickConnect, RoutingProfile
from simulator.connect.ccp import Ccp
from simulator.connect.instance import Instance
from simulator.connect_api.telephone import instance_on
from simulator.flow_engine import fill
from simulator.flow_lint import Flow as LintedFlow
from simulator.flow_lint import set_by
from simulator.journal import Column
from simulator.pci_pal import FIELDS, Payment, PciPal
from simulator.phones import End, Network, PhoneCall
from simulator.sound import Digit, Music, Sound, Words, plain
from simulator.template import ROOT
from simulator.world import World

SECURE_CALL = "Secure call"
LABELS = {SHOP: "the call", RETURN: "the looped call"}
"""What the calls of a number are called."""

PATIENCE_SECONDS = 60.0
"""How long a person waits for what should come, in call time."""

_REACTION = (0.4, 0.9)
_KEY_SECONDS = 0.3
_A_MOMENT = 0.5


class NotAsExpected(AssertionError):
    """Something that should have happened in the call did not. Says what, and when."""


class Call:
    """One run: a Connect instance with our flows, a PCI Pal, and people."""

    def __init__(self, site: Site, *, seed: int = 1, speed: float | None = None) -> None:
        self.world = World(seed=seed, clock=site.clock, speed=speed)
        self._user_arn = site.user_arn
        self.network = Network(self.world)
        self.pci_pal = PciPal(self.world, self.network, PCI_PAL, calls_back=RETURN)
        self.connect = (
            instance_on(
                site.published, self.world, self.network, site.functions,
                announce=site.announce, labels=LABELS,
            )
            if site.published
            else self._set_up(site)
        )  # fmt: skip
        self.checks: list[str] = []
        """What was seen to be as expected."""
        self._people: dict[str, Cardholder | AgentAtWork] = {}

    def _set_up(self, site: Site) -> Instance:
        """Make an instance with our flows, whose names are those of their files."""
        connect = Instance(
            self.world, self.network, site.functions, site.instance_arn, site.announce
        )
        quick_connect = QuickConnect(SECURE_CALL, connect.flow_arn("transfer_to_pci_pal"))
        self.payments = connect.add_queue("Payments", quick_connect)
        self.profile = RoutingProfile("Payments", [self.payments])
        values = {
            **site.values,
            "PaymentsQueueArn": self.payments.arn,
            "SecureCallJoinedFlowArn": connect.flow_arn("secure_call_joined"),
            "SecureCallWaitingFlowArn": connect.flow_arn("secure_call_waiting"),
        }
        flows = {name: site.load_flow(name, values) for name in FLOWS}
        for name in ("shop", "shop_queue"):
            path = ROOT / "simulator/connect" / f"{name}.json"
            flows[name] = fill(path.read_text(), values, str(path.relative_to(ROOT)))
        attributes = set_by(LintedFlow(content) for content in flows.values())
        for name, content in flows.items():
            connect.publish(name, content, attributes=attributes)
        connect.agent_whisper_flow = connect.flow_arn("save_agent_name")
        connect.outbound_whisper_flow = connect.flow_arn("save_agent_name_outbound")
        connect.customer_queue_flow = connect.flow_arn("shop_queue")
        connect.dialling_number = SHOP
        connect.claim_number(SHOP, connect.flow_arn("shop"), LABELS[SHOP])
        connect.claim_number(RETURN, connect.flow_arn("answer_from_pci_pal"), LABELS[RETURN])
        return connect

    # ------------------------------------------------------------------ the people

    def cardholder(self, name: str = "carol") -> "Cardholder":
        number = f"{CARDHOLDER[:-1]}{len(self._people) % 10}"
        person = self._people[name] = Cardholder(self, name, number)
        return person

    def agent(
        self, name: str = "alice", *, status: str = AVAILABLE, after_call_seconds: int = 1
    ) -> "AgentAtWork":
        """Let an agent come to work. `after_call_seconds`: unless the instance has that user."""
        agent = self.connect.agents.get(name) or self.connect.add_agent(
            name, self.profile, after_call_seconds, self._user_arn(name)
        )
        person = self._people[name] = AgentAtWork(self, Ccp(self.connect, agent))
        person.ccp.set_status(status)  # who is available gets a call that waits
        return person

    @property
    def people(self) -> list["Person"]:
        return list(self._people.values())

    # --------------------------------------------------------------- what is expected

    def wait(self, seconds: float) -> None:
        self.world.run_until(lambda: False, seconds)

    def until(self, done: Callable[[], bool], what: str, within: float = PATIENCE_SECONDS) -> None:
        if not self.world.run_until(done, within):
            raise NotAsExpected(f"At {self.world.now:.1f} s: waited {within:.0f} s for {what}.")

    def check(self, what: str, *, holds: bool) -> None:
        if not holds:
            raise NotAsExpected(f"At {self.world.now:.1f} s: not as it should be: {what}.")
        self.checks.append(what)

    @property
    def card_is_safe(self) -> bool:
        """Whether no key of a card came to an agent, into a recording, or back over the loop."""
        loops = [c for c in self.connect.contacts if c.identity.dialled_number == RETURN]
        heard = [sound for contact in loops for sound in contact.heard]
        recorded = [sound for c in self.connect.contacts for sound in c.room.recording]
        agents = [one for one in self._people.values() if isinstance(one, AgentAtWork)]
        return not any(one.has_heard_a_card for one in agents) and not any(
            isinstance(sound, Digit) and sound.of_card for sound in [*heard, *recorded]
        )

    def talk(self, one: "Person", other: "Person") -> None:
        """Let two people speak, each to hear the other."""
        question = f"{other.name.capitalize()}, can you hear me?"
        answer = f"Yes, {one.name.capitalize()}."
        one.says(question)
        other.hears(question)
        other.says(answer)
        one.hears(answer)
        self.checks.append(f"{one.name} and {other.name} hear each other")


class Person(ABC):
    """Somebody with a telephone."""

    column: Column

    def __init__(self, call: Call, name: str) -> None:
        self.call = call
        self.name = name
        self.heard: list[str] = []
        self._listened = 0
        self._tones = 0

    def hears(self, text: str, within: float = PATIENCE_SECONDS) -> None:
        """Wait for words that were not listened for yet, whole or in part."""

        def heard() -> bool:
            return any(text in words for words in self.heard[self._listened :])

        self.call.until(heard, f"{self.name} to hear “{text}”", within)
        while text not in self.heard[self._listened]:
            self._listened += 1
        self._listened += 1
        self.call.checks.append(f"{self.name} hears “{text}”")

    def listens(self, sound: Sound) -> None:
        match sound:
            case Words(text):
                self.heard.append(plain(text))
                self.note(f"hears “{plain(text)}”")
                self._tones = 0
            case Music():
                self.note("is on hold and hears music")
            case Digit():
                self.hears_a_tone(sound)

    def hears_a_tone(self, _: Digit) -> None:
        self._tones += 1
        if self._tones == 1:
            self.note("hears keys being pressed")

    def note(self, text: str, *, alarming: bool = False) -> None:
        self.call.world.journal.note(self.column, text, who=self.name, alarming=alarming)

    def says(self, text: str) -> None:
        self.reacts()
        self.note(f"says “{text}”")
        self.speaks(text)

    @abstractmethod
    def speaks(self, text: str) -> None:
        """Let the words be heard by those on the call."""

    def reacts(self) -> None:
        self.call.wait(self.call.world.chance.uniform(*_REACTION))


class Cardholder(Person):
    column = Column.CARDHOLDER

    def __init__(self, call: Call, name: str, number: str) -> None:
        super().__init__(call, name)
        self.number = number
        self._line: PhoneCall | None = None
        self._end: End | None = None
        self._rung: PhoneCall | None = None
        call.network.connect(number, self._rings)

    def dials(self, number: str = SHOP) -> None:
        self.reacts()
        self.note(f"dials {'the shop' if number == SHOP else 'the return number'}")
        line = self.call.network.dial(number, self.number)
        self._take(line, line.caller)

    def answers(self) -> None:
        """Answer a call that has come or comes."""
        self.call.until(lambda: self._rung is not None, f"{self.name}'s phone to ring")
        self.reacts()
        self.note("answers")
        rung, self._rung = self._rung, None
        if rung:
            rung.answer()

    def hangs_up(self) -> None:
        self.reacts()
        self.note("hangs up")
        if self._line:
            self._line.end("the cardholder has hung up")

    def is_cut_off(self, within: float = PATIENCE_SECONDS) -> None:
        """Expect the call to end without the cardholder's doing."""
        line = self._line
        self.call.until(
            lambda: line is not None and line.ended.triggered,
            f"{self.name}'s call to end",
            within,
        )
        self.note("is no longer connected")
        self.call.checks.append(f"{self.name}'s call has ended")

    def speaks(self, text: str) -> None:
        if self._end:
            self._end.send(Words(text))

    def presses(self, keys: str, *, of_card: bool = False) -> None:
        for key in keys:
            if self._end:
                self._end.send(Digit(key, of_card))
            self.call.wait(_KEY_SECONDS)

    def keys_card(self) -> None:
        """Key a card's number, expiry date and security code."""
        for name, length in FIELDS.items():
            self.reacts()
            self.note(f"keys the card's {name.removeprefix('card ')}: {length} digits")
            digits = (self.call.world.chance.choice("0123456789") for _ in range(length))
            self.presses("".join(digits), of_card=True)

    def _rings(self, line: PhoneCall) -> None:
        self.note("hears the phone ring")
        self._rung = line
        self._take(line, line.callee)

    def _take(self, line: PhoneCall, end: End) -> None:
        self._line, self._end = line, end
        end.hears = self.listens


class AgentAtWork(Person):
    column = Column.AGENT

    def __init__(self, call: Call, ccp: Ccp) -> None:
        super().__init__(call, ccp.agent.user_name)
        self.ccp = ccp
        ccp.agent.listens = self.listens
        self.has_heard_a_card = False

    def hears_a_tone(self, tone: Digit) -> None:
        super().hears_a_tone(tone)
        if tone.of_card and not self.has_heard_a_card:
            self.has_heard_a_card = True
            self.note("HEARS THE CARD'S DIGITS: they are not masked on this call", alarming=True)

    def is_rung(self, within: float = PATIENCE_SECONDS) -> None:
        self.call.until(lambda: self.ccp.rings, f"{self.name}'s phone to ring", within)

    def accepts(self, within: float = PATIENCE_SECONDS) -> None:
        """Accept a call that rings or is about to."""
        self.is_rung(within)
        self._does("accepts the call", self.ccp.accept)

    def declines(self, within: float = PATIENCE_SECONDS) -> None:
        self.is_rung(within)
        self._does("declines the call", self.ccp.decline)

    def misses(self) -> None:
        """Let it ring until Connect gives up."""
        self.is_rung()
        self.call.until(lambda: not self.ccp.rings, f"{self.name} to miss the call")

    def is_connected(self, within: float = PATIENCE_SECONDS) -> None:
        """Wait until the whisper is over and the other side is there."""
        agent = self.ccp.agent
        self.call.until(
            lambda: agent.contact is not None and agent.member in agent.contact.room.members,
            f"{self.name} to be connected",
            within,
        )

    def dials(self, person: Cardholder) -> None:
        self._does("dials the cardholder", lambda: self.ccp.dial(person.number))

    def clicks(self, name: str = SECURE_CALL, contact_id: str = "") -> None:
        self._does(f"clicks “{name}”", lambda: self.ccp.click(name, contact_id))

    def joins(self) -> None:
        """Join the calls as soon as PCI Pal has answered, so that nobody stays on hold."""
        self.call.until(self._third_party_is_up, "PCI Pal to answer")
        self._does("clicks “Join”", self.ccp.join)

    def _third_party_is_up(self) -> bool:
        contact = self.ccp.agent.contact
        line = contact.transfer.line if contact and contact.transfer else None
        return line is not None and line.is_up

    def holds(self) -> None:
        self._does("puts the cardholder on hold", self.ccp.hold)

    def resumes(self) -> None:
        self._does("takes the cardholder off hold", self.ccp.resume)

    def leaves(self) -> None:
        self._does("clicks “Leave call”", self.ccp.leave)

    def ends_third_party(self) -> None:
        self._does("hangs up on PCI Pal", self.ccp.end_third_party)

    def ends_the_call(self) -> None:
        self._does("clicks “End call”", self.ccp.end_call)

    def closes_the_contact(self) -> None:
        self._does("clicks “Close contact”", self.ccp.close_contact)

    def goes(self, status: str) -> None:
        self._does(f"sets the status to {status}", lambda: self.ccp.set_status(status))

    def logs_off(self) -> None:
        self._does("logs off", self.ccp.log_off)

    def opens_payment(self) -> Payment:
        payment: list[Payment] = []
        self._does(
            "opens a payment on PCI Pal's page",
            lambda: payment.append(self.call.pci_pal.open_payment()),
        )
        return payment[0]

    def keys_session_pin(self, payment: Payment) -> None:
        self._does("keys the session PIN", lambda: None)
        for key in payment.session_pin:
            self.ccp.press(key)
            self.call.wait(_KEY_SECONDS)
        self.call.check("PCI Pal has linked the payment", holds=payment.is_linked)

    def takes_payment(self, payment: Payment, outcome: str = "accepted") -> None:
        """Submit a payment whose fields are filled in."""
        filled = payment.is_filled_in
        self.call.check("PCI Pal has every digit of the card", holds=filled)
        self._does("submits the payment", lambda: self.call.pci_pal.close(payment, outcome))
        self.note(f"reads that the payment is {outcome}")

    def speaks(self, text: str) -> None:
        self.ccp.say(text)

    def _does(self, what: str, act: Callable[[], None]) -> None:
        self.reacts()
        self.note(what)
        act()
