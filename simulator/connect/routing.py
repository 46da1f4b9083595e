"""Who gets which contact: of the own queue first, then of the routing profile's, oldest first."""

from typing import TYPE_CHECKING

import simpy

from simulator.connect.agents import RING_SECONDS, Agent, Handling, Queue
from simulator.journal import Column
from simulator.phones import Process

if TYPE_CHECKING:
    from simulator.connect.instance import Instance
    from simulator.connect.voice import VoiceContact


class Router:
    def __init__(self, instance: "Instance") -> None:
        self._instance = instance
        self._waiting: list[VoiceContact] = []
        self.mistakes: dict[str, str] = {}
        """Whose contacts ring which other agent instead: Connect at fault, or its set-up."""

    def is_full(self, queue: Queue) -> bool:
        held = sum(contact.queue is queue for contact in self._waiting)
        return queue.most is not None and held >= queue.most

    def holds(self, contact: "VoiceContact") -> bool:
        return contact in self._waiting

    def enqueue(self, contact: "VoiceContact") -> None:
        self._waiting.append(contact)
        self.offer()

    def withdraw(self, contact: "VoiceContact") -> None:
        if contact in self._waiting:
            self._waiting.remove(contact)

    def offer(self) -> None:
        """Let a contact ring at each agent who is free and has one waiting."""
        for agent in sorted(self._instance.agents.values(), key=lambda one: one.free_since):
            contact = self._next_for(agent) if agent.is_free else None
            if contact:
                agent.handling, agent.contact = Handling.RINGING, contact
                agent.accepted, contact.ringing = self._instance.world.env.event(), agent
                self._instance.world.env.process(self._ring(agent, contact, agent.accepted))

    def _next_for(self, agent: Agent) -> "VoiceContact | None":
        everybodys = [one.queue for one in self._instance.agents.values()]
        own = [
            queue
            for queue in everybodys
            if self.mistakes.get(queue.agent, queue.agent) == agent.user_name
        ]
        for queue in [*own, *agent.profile.queues]:
            for contact in self._waiting:
                if contact.queue is queue and contact.ringing is None:
                    return contact
        return None

    def _ring(self, agent: Agent, contact: "VoiceContact", accepted: simpy.Event) -> Process:
        env, note = self._instance.world.env, self._instance.world.journal.note
        mistaken = contact.queue and contact.queue.agent not in ("", agent.user_name)
        contact.note(f"rings {agent.user_name}" + (" by mistake" if mistaken else ""))
        note(Column.AGENT, "hears the phone ring", who=agent.user_name)
        yield accepted | contact.over | env.timeout(RING_SECONDS)
        contact.ringing = None
        if contact.over.triggered:
            agent.handling, agent.contact = Handling.NOTHING, None
            self.offer()
        elif accepted.triggered and accepted.value:
            self.withdraw(contact)
            contact.connect(agent)
        else:
            agent.handling, agent.contact = Handling.MISSED, None
            note(Column.AGENT, "has missed the call", who=agent.user_name)
            self.offer()
