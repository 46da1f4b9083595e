"""A contact of a voice call while it lives: who is on it, and what happens when somebody leaves.

A call that is transferred has two contacts in one room: the first has customer and agent, the
transfer's flow (and whom it calls) is the third. While the transfer is set up the customer is on
hold and the agent hears the flow; the agent joins the two, and leaves them to each other.
"""

from typing import TYPE_CHECKING

from simulator.connect.agents import Agent, Handling, Queue
from simulator.connect.contact import Contact
from simulator.connect.contact_events import contact_event
from simulator.connect.flow_run import FlowRun
from simulator.connect.room import Member, Room
from simulator.journal import Column
from simulator.phones import End, PhoneCall, Process
from simulator.sound import Sound

if TYPE_CHECKING:
    from simulator.connect.instance import Instance


class VoiceContact:
    def __init__(
        self,
        instance: "Instance",
        identity: Contact,
        kind: str,
        number: int,
        *,
        transfer_of: "VoiceContact | None" = None,
    ) -> None:
        self.instance = instance
        self.identity = identity
        self.kind = kind
        self.label = kind if number == 1 else f"{kind.removeprefix('the ')} {number}"
        """As notes call it: `the looped call`, `looped call 2`."""
        self.parent = transfer_of
        self.attributes: dict[str, str] = transfer_of.attributes if transfer_of else {}
        self.room: Room = transfer_of.room if transfer_of else Room()
        self.party: Member | None = None
        """Who the contact is with: the customer; of a transfer, the flow and whom it calls."""
        self.line: PhoneCall | None = None
        self.agent: Agent | None = None
        self.put_through_to: Agent | None = None
        """The agent who was connected; still known when he has left."""
        self.times: dict[str, str] = {}
        """When each of its contact events was told, RFC 3339, by the event's type."""
        self.ringing: Agent | None = None
        self.queue: Queue | None = None
        self.hooks: dict[str, str] = {}
        self.is_logged: bool = transfer_of.is_logged if transfer_of else True
        """Whether its flows are logged: what one flow sets holds for the next ones too."""
        self.transfer: VoiceContact | None = None
        self.flow: FlowRun | None = None
        self.heard: list[Sound] = []
        """What has come in over the contact's line."""
        self.over = instance.world.env.event()
        self.tell("INITIATED")

    # ---------------------------------------------------------------- the line

    def attach(self, line: PhoneCall, end: End) -> None:
        """Put the contact's party, at the other end of a call, into the room."""
        party = self.party = Member(end.send)
        self.line = line

        def from_the_line(sound: Sound) -> None:
            self.heard.append(sound)
            self.room.play(sound, party)
            if self.flow:
                self.flow.hears(sound)

        end.hears = from_the_line
        self.room.add(party)

    def bridge(self, line: PhoneCall) -> None:
        """Put whom a transfer's flow has called in the flow's place."""
        party = self.party
        if party is None:
            return
        self.line = line
        party.hears = line.caller.send
        line.caller.hears = lambda sound: self.room.play(sound, party)

    def customer_left(self) -> None:
        """End the call, unless agent and third party are still talking."""
        if self.party:
            self.room.remove(self.party)
        if not (self.agent and self.transfer):
            self.end()

    def hand_over(self, following: "VoiceContact") -> None:
        """Let the call go on as another contact of the conversation; this one is over."""
        line, party = self.line, self.party
        following.attributes, following.room = self.attributes, self.room
        following.is_logged = self.is_logged
        self.line = None  # the end of this contact is not the end of the call
        self.end()
        if line and party:
            following.attach(line, line.callee)

    # ------------------------------------------------------------------ a flow

    def play(self, flow_arn: str, agent: Agent | None = None) -> FlowRun:
        """Begin a flow; `agent`: of whom a whisper knows."""
        self.stop_flow()
        self.flow = FlowRun(self, self.instance.flow(flow_arn), agent)
        return self.flow

    def stop_flow(self) -> None:
        if self.flow:
            self.flow.stop()
            self.flow = None

    def say(self, sound: Sound) -> None:
        """Let a flow's words be heard by those that the flow is for."""
        if self.parent:
            self.room.play(sound, self.party)
        elif self.party and not self.party.on_hold:
            self.party.hears(sound)

    # --------------------------------------------------------------- the agent

    def enqueue(self) -> None:
        """Wait for an agent, to the customer queue flow."""
        where = f"{self.queue.agent}'s own queue" if self.queue and self.queue.agent else ""
        self.note(f"waits in {where or (self.queue.name if self.queue else 'no queue')}")
        self.tell("QUEUED")
        self.play(self.hooks.get("CustomerQueue", self.instance.customer_queue_flow))
        self.instance.router.enqueue(self)

    def connect(self, agent: Agent) -> None:
        self.stop_flow()
        self.agent, agent.contact, agent.handling = agent, self, Handling.ON_CALL
        self.instance.world.env.process(self._whisper_and_join(agent))

    def _whisper_and_join(self, agent: Agent) -> Process:
        outbound = self.identity.initiation_method == "OUTBOUND"
        whisper = (
            self.instance.outbound_whisper_flow
            if outbound
            else self.hooks.get("AgentWhisper", self.instance.agent_whisper_flow)
        )
        yield self.play(whisper, agent).process
        if self.agent is agent and not self.over.triggered:
            self.flow = None
            self.room.add(agent.member)
            self.put_through_to = agent
            self.tell("CONNECTED_TO_AGENT")
            self.note(f"is put through to {agent.user_name}")

    def agent_left(self) -> None:
        """Put customer and third party together; without a third party, end the call."""
        agent = self.agent
        if agent is None:
            return
        self.room.remove(agent.member)
        self.agent = None
        self.instance.after_call(agent)
        if self.transfer and self.party in self.room.members:
            for member in self.room.members:
                member.on_hold = False
        else:
            self.end()

    # ----------------------------------------------------------------- the end

    def end(self) -> None:
        """Hang up, for everybody who is still there. A contact ends once."""
        if self.over.triggered:
            return
        self.over.succeed()
        self.stop_flow()
        self.instance.router.withdraw(self)
        if self.line:
            self.line.end("the other side has hung up")
        if self.party:
            self.room.remove(self.party)
        if self.transfer:
            self.transfer.end()
        self.note("is over")
        self.tell("DISCONNECTED")
        if self.agent:
            agent, self.agent = self.agent, None
            self.room.remove(agent.member)
            self.instance.after_call(agent)
        if self.parent:
            self.parent.transfer_over()

    def transfer_over(self) -> None:
        self.transfer = None
        if not self.agent or self.party not in self.room.members:
            self.end()

    # ------------------------------------------------------------ what is told

    def note(self, text: str) -> None:
        self.instance.world.journal.note(Column.CONNECT, f"{self.label} {text}")

    def tell(self, event_type: str) -> None:
        told_at = self.instance.world.date().isoformat(timespec="milliseconds")
        self.times[event_type] = told_at.replace("+00:00", "Z")
        self.instance.announce(contact_event(event_type, self, self.instance.arn))
        self.instance.world.settle()  # whoever is told may set something off
