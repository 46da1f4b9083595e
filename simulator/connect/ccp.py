"""The contact control panel (CCP): the buttons that an agent has, and when they are there."""

from simulator.connect.agents import AVAILABLE, Agent, Handling
from simulator.connect.instance import Instance
from simulator.connect.room import Member
from simulator.connect.voice import VoiceContact
from simulator.errors import SimulatorError
from simulator.sound import Digit, Music, Words


class Ccp:
    """One agent's panel. A button that is not there is a `SimulatorError` that says so."""

    def __init__(self, instance: Instance, agent: Agent) -> None:
        self._instance = instance
        self.agent = agent

    # --------------------------------------------------------------- the agent

    def set_status(self, status: str) -> None:
        self.agent.status = status
        if status == AVAILABLE:
            self.agent.free_since = self._instance.world.now
            self._instance.close_contact(self.agent)
            self._instance.router.offer()

    def log_off(self) -> None:
        self._instance.log_off(self.agent)

    def close_contact(self) -> None:
        self._instance.close_contact(self.agent)

    # ------------------------------------------------------- a contact that rings

    @property
    def rings(self) -> bool:
        return self.agent.handling is Handling.RINGING

    def accept(self) -> None:
        self._answer(take=True)

    def decline(self) -> None:
        self._answer(take=False)

    def dial(self, number: str) -> None:
        if not self.agent.is_free:
            raise self._cannot("dial")
        self._instance.dial(self.agent, number)

    # ------------------------------------------------------------------- a call

    def click(self, name: str, contact_id: str = "") -> None:
        """Transfer by a quick connect: the customer goes on hold, the agent hears the flow.

        `contact_id`: the transfer's, where it must be known before.
        """
        contact = self._contact("click a quick connect")
        if name not in self.agent.quick_connects:
            shown = ", ".join(sorted(self.agent.quick_connects)) or "none"
            raise SimulatorError(
                f"{self.agent.user_name} sees no quick connect {name!r}, only {shown}: it must be "
                "on a queue of the agent's routing profile."
            )
        if contact.transfer:
            raise self._cannot("click a quick connect: another transfer is under way")
        self._hold(contact)
        transfer = self._instance.new_contact(
            contact.identity.transferred(contact_id), "the transfer", contact
        )
        contact.transfer = transfer
        transfer.party = Member(lambda _: None)
        contact.room.add(transfer.party)
        transfer.play(self.agent.quick_connects[name].flow_arn)

    def join(self) -> None:
        """Bring customer and third party together with the agent."""
        contact = self._contact("join")
        if not contact.transfer:
            raise self._cannot("join: there is no third party")
        for member in contact.room.members:
            member.on_hold = False

    def hold(self) -> None:
        self._hold(self._contact("hold"))

    def resume(self) -> None:
        contact = self._contact("resume")
        if contact.party:
            contact.party.on_hold = False

    def leave(self) -> None:
        """Leave customer and third party to each other."""
        contact = self._contact("leave")
        if not contact.transfer:
            raise self._cannot("leave: there is no third party")
        contact.agent_left()

    def end_third_party(self) -> None:
        """Hang up on the third party; the customer stays on hold."""
        contact = self._contact("end the other call")
        if not contact.transfer:
            raise self._cannot("end the other call: there is no third party")
        contact.transfer.end()

    def end_call(self) -> None:
        """Hang up for everybody."""
        self._contact("end the call").end()

    def say(self, text: str) -> None:
        self._contact("speak").room.play(Words(text), self.agent.member)

    def press(self, key: str) -> None:
        self._contact("press a key").room.play(Digit(key), self.agent.member)

    # ------------------------------------------------------------------ helpers

    @staticmethod
    def _hold(contact: VoiceContact) -> None:
        if contact.party:
            contact.party.hears(Music())
            contact.party.on_hold = True

    def _answer(self, *, take: bool) -> None:
        accepted = self.agent.accepted
        if not self.rings or accepted is None or accepted.triggered:
            raise self._cannot("accept" if take else "decline")
        accepted.succeed(value=take)

    def _contact(self, what: str) -> VoiceContact:
        if self.agent.handling is not Handling.ON_CALL or self.agent.contact is None:
            raise self._cannot(what)
        return self.agent.contact

    def _cannot(self, what: str) -> SimulatorError:
        return SimulatorError(
            f"{self.agent.user_name} cannot {what}: the agent has {self.agent.handling}."
        )
