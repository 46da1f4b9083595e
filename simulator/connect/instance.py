"""One Connect instance: what was set up in it, and the calls that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.connect.agents import OFFLINE, Agent, Handling, Queue, QuickConnect, RoutingProfile
from simulator.connect.contact import Contact
from simulator.connect.lambda_block import Functions
from simulator.connect.routing import Router
from simulator.connect.voice import VoiceContact
from simulator.errors import SimulatorError
from simulator.flow_engine import Flow
from simulator.flow_lint import Flow as LintedFlow
from simulator.flow_lint import lint_flow
from simulator.phones import Network, PhoneCall, Process
from simulator.world import World

if TYPE_CHECKING:
    from simulator.connect.flow_run import FlowRun, Invocation
    from simulator.flow_effects import Effect

ANSWER_SECONDS = 0.2
"""Connect answers a call to one of its numbers at once."""


@dataclass(frozen=True, slots=True)
class PublishedFlow:
    name: str
    content: Flow


class Instance:
    def __init__(
        self,
        world: World,
        network: Network,
        functions: Functions,
        arn: str,
        announce: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        self.world = world
        self.network = network
        self.functions = functions
        self.arn = arn
        self.announce = announce
        """Takes the detail of each contact event."""
        self.router = Router(self)
        self.agents: dict[str, Agent] = {}
        self.contacts: list[VoiceContact] = []
        self.invocations: list[Invocation] = []
        self.runs: list[FlowRun] = []
        self.flow_log: list[tuple[str, str, Effect]] = []
        """What CloudWatch would hold: flow, block, and all that the block did with its values."""
        self.broken_blocks: dict[tuple[str, str], str] = {}
        """By flow and block, the error that Connect itself answers there instead of doing it."""
        self.block_watchers: list[Callable[[str, str], None]] = []
        """Told of each block that begins to do something: its flow, its name."""
        self.agent_whisper_flow = self.outbound_whisper_flow = self.customer_queue_flow = ""
        self.keeps_hooks = True
        """Whether a contact that leaves one queue for another keeps its event hooks.

        AWS says neither; without them the instance's default flows run.
        """
        self.dialling_number = ""
        """What agents call from."""
        self._flows: dict[str, PublishedFlow] = {}
        self._queues: dict[str, Queue] = {}

    # ------------------------------------------------------------- what is set up

    def flow_arn(self, name: str) -> str:
        return f"{self.arn}/contact-flow/{name}"

    def publish(self, name: str, content: Flow, *, attributes: frozenset[str]) -> str:
        """Take a flow, as Connect does: only if it has no faults. Returns its ARN.

        `attributes`: those that the instance's flows set. Raises `SimulatorError` with the faults.
        """
        faults = lint_flow(name, LintedFlow(content), attributes)
        if faults:
            told = "\n".join(f"  {fault}" for fault in faults)
            raise SimulatorError(f"The flow {name} cannot be published:\n{told}")
        return self.publish_unchecked(name, content)

    def publish_unchecked(self, name: str, content: Flow, arn: str = "") -> str:
        arn = arn or self.flow_arn(name)
        self._flows[arn] = PublishedFlow(name, content)
        return arn

    def flow(self, arn: str) -> PublishedFlow:
        if arn not in self._flows:
            raise SimulatorError(f"The instance has no flow {arn or 'for this event'}.")
        return self._flows[arn]

    def claim_number(self, number: str, flow_arn: str, label: str) -> None:
        """Take a number whose calls run a flow. `label`: what its calls are called in notes."""

        def ring(line: PhoneCall) -> None:
            self.world.env.process(self._inbound(line, flow_arn, label))

        self.network.connect(number, ring)

    def add_queue(self, name: str, *quick_connects: QuickConnect, arn: str = "") -> Queue:
        arn = arn or f"{self.arn}/queue/{name}"
        queue = self._queues[arn] = Queue(name, arn, quick_connects=list(quick_connects))
        return queue

    def add_agent(
        self, user_name: str, profile: RoutingProfile, after_call_seconds: int = 1, arn: str = ""
    ) -> Agent:
        own = Queue(user_name, f"{self.arn}/queue/agent/{user_name}", agent=user_name)
        arn = arn or f"{self.arn}/agent/{user_name}"
        agent = self.agents[user_name] = Agent(user_name, profile, own, after_call_seconds, arn=arn)
        return agent

    def queue(self, arn: str) -> Queue | None:
        return self._queues.get(arn)

    def queue_of(self, user_name: str) -> Queue | None:
        return self.agents[user_name].queue if user_name in self.agents else None

    # ------------------------------------------------------------------ its calls

    def new_contact(
        self, identity: Contact, label: str, transfer_of: VoiceContact | None = None
    ) -> VoiceContact:
        same = sum(contact.kind == label for contact in self.contacts)
        contact = VoiceContact(self, identity, label, same + 1, transfer_of=transfer_of)
        self.contacts.append(contact)
        return contact

    def _inbound(self, line: PhoneCall, flow_arn: str, label: str) -> Process:
        yield self.world.env.timeout(ANSWER_SECONDS)
        if line.ended.triggered:
            return
        contact = self.new_contact(Contact.inbound(line.caller_number, line.number), label)
        contact.attach(line, line.callee)
        line.answer()
        contact.note("is answered")
        contact.play(flow_arn)
        yield line.ended
        contact.customer_left()

    def requeue(self, contact: VoiceContact, queue: Queue) -> None:
        """Take a waiting contact out of its queue: its call goes on in another, as a new contact.

        Attributes are those of the conversation (AWS docs). That the new contact keeps the event
        hooks is inferred: `keeps_hooks`.
        """
        contact.note(f"is passed on to {queue.name}")
        following = self.new_contact(contact.identity.requeued(), contact.kind)
        contact.hand_over(following)
        if self.keeps_hooks:
            following.hooks = dict(contact.hooks)
        following.queue = queue
        self.world.env.process(self._until_hung_up(following))
        following.enqueue()

    @staticmethod
    def _until_hung_up(contact: VoiceContact) -> Process:
        if contact.line:
            yield contact.line.ended
            contact.customer_left()

    def dial(self, agent: Agent, number: str) -> None:
        self.world.env.process(self._outbound(agent, number))

    def _outbound(self, agent: Agent, number: str) -> Process:
        identity = Contact.outbound(number, self.dialling_number)
        contact = self.new_contact(identity, "the call")
        line = self.network.dial(number, self.dialling_number)
        agent.handling, agent.contact, contact.agent = Handling.ON_CALL, contact, agent
        contact.note("is dialled")
        yield line.answered | line.ended | contact.over
        if not line.is_up or contact.over.triggered:
            line.end("the other side has hung up")
            contact.end()
            return
        contact.attach(line, line.caller)
        contact.tell("CONNECTED_TO_SYSTEM")
        contact.connect(agent)
        yield line.ended
        contact.customer_left()

    def after_call(self, agent: Agent) -> None:
        """Give the agent time for after-call work, then the next contact."""
        agent.contact = None
        agent.handling = Handling.AFTER_CALL_WORK
        if agent.after_call_seconds:
            self.world.env.process(self._after_call_work(agent))

    def _after_call_work(self, agent: Agent) -> Process:
        yield self.world.env.timeout(agent.after_call_seconds)
        self.close_contact(agent)

    def close_contact(self, agent: Agent) -> None:
        if agent.handling in (Handling.AFTER_CALL_WORK, Handling.MISSED):
            agent.handling, agent.free_since = Handling.NOTHING, self.world.now
            self.router.offer()

    def log_off(self, agent: Agent) -> None:
        """Close the agent's CCP: what rings there is missed, and a call is left."""
        agent.status = OFFLINE
        if agent.handling is Handling.RINGING and agent.accepted:
            if not agent.accepted.triggered:
                agent.accepted.succeed(value=False)
        elif agent.contact:
            agent.contact.agent_left()
