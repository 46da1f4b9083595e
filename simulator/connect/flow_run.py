"""A flow as it runs for a contact, in call time: it speaks, waits for keys, invokes, calls out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from simulator.connect import lambda_block
from simulator.connect.agents import Agent, Queue
from simulator.connect.contact import Contact, event
from simulator.errors import SimulatorError
from simulator.flow_effects import (
    CallOut,
    Effect,
    Enqueue,
    Failed,
    HangUp,
    Hook,
    Invoke,
    LogFlow,
    ReadDigits,
    Record,
    Requeue,
    Say,
    SetAttributes,
    SetQueue,
)
from simulator.flow_engine import FlowContact, run
from simulator.flow_language import MOST_SECONDS_OF_LAMBDAS
from simulator.phones import Process
from simulator.sound import Digit, Sound, Words, pause_seconds, speaking_seconds

if TYPE_CHECKING:
    from simulator.connect.instance import PublishedFlow
    from simulator.connect.voice import VoiceContact

NOTHING_KEYED = "Timeout"
"""What Connect stores when no digit comes."""

INVOCATION_SECONDS = (0.15, 0.45)
"""What a warm function takes, the way to it and back included."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A Lambda block that has run."""

    function_arn: str
    parameters: Mapping[str, str] = field(repr=False)  # the PIN is among them
    contact: Contact
    outcome: lambda_block.Outcome = field(repr=False)


class FlowRun:
    """`agent`: of whom a whisper knows. An agent whisper is heard by nobody else."""

    def __init__(
        self, contact: "VoiceContact", published: "PublishedFlow", agent: Agent | None = None
    ) -> None:
        self.flow = published.name
        self._contact = contact
        self._instance = contact.instance
        self._env = contact.instance.world.env
        self._agent = agent
        # An outbound whisper is what the customer hears before the agent is there (AWS docs).
        self._is_outbound = contact.identity.initiation_method == "OUTBOUND"
        self.taken: list[str] = []
        self._flow_contact = FlowContact(
            attributes=contact.attributes,
            agent=agent.user_name if agent else None,
            system=_system(contact),
        )
        self._running = run(published.content, self._flow_contact, self.taken)
        self._keys: simpy.Store | None = None
        self._lambda_seconds = 0.0
        self._instance.runs.append(self)
        self.process = self._env.process(self._run())

    @property
    def block(self) -> str:
        """The block that runs, or ran last."""
        return self._flow_contact.block

    def hears(self, sound: Sound) -> None:
        """Take a key, if a block is waiting for one. Otherwise nobody hears it."""
        if isinstance(sound, Digit) and self._keys is not None:
            self._keys.put(sound.key)

    def stop(self) -> None:
        if self.process.is_alive and self._env.active_process is not self.process:
            self.process.interrupt()

    def _run(self) -> Process:
        came: Any = None
        try:
            while True:
                try:
                    effect = self._running.send(came)
                except StopIteration:
                    break
                came = yield from self._do(effect)
        except simpy.Interrupt:
            self._running.close()
        if self._contact.parent:
            self._contact.end()  # a transfer's flow is all there is of it

    def _do(self, effect: Effect) -> Process:
        block = self.block
        for watch in self._instance.block_watchers:
            watch(self.flow, block)
        if self._contact.is_logged:
            self._instance.flow_log.append((self.flow, block, effect))
        broken = self._instance.broken_blocks.get((self.flow, block))
        if broken:
            return Failed(broken)
        match effect:
            case Say(text):
                return (yield from self._speak(text))
            case ReadDigits():
                return (yield from self._read_digits(effect))
            case Invoke():
                return (yield from self._invoke(effect))
            case CallOut():
                return (yield from self._call_out(effect))
        return self._do_at_once(effect)

    def _do_at_once(self, effect: Effect) -> Any:
        contact = self._contact
        match effect:
            case SetAttributes():
                pass  # the engine sets them
            case SetQueue(agent=agent, queue=queue):
                return self._set_queue(agent, queue)
            case Hook(event=name, flow_arn=flow_arn):
                contact.hooks[name] = flow_arn
            case Record(participants):
                contact.room.is_recorded = bool(participants)
                contact.note("is recorded" if participants else "is recorded no more")
            case LogFlow(on):
                contact.is_logged = on
            case Enqueue():
                return self._enqueue()
            case Requeue(agent=agent, queue=queue):
                return self._requeue(agent, queue)
            case HangUp():
                contact.end()
            case _:
                raise SimulatorError(f"The simulator does not know the effect {effect!r}.")
        return None

    def _speak(self, text: str) -> Process:
        yield self._env.timeout(speaking_seconds(text))
        words = Words(text)
        if self._agent and not self._is_outbound:
            self._agent.member.hears(words)
        else:
            self._contact.say(words)
        self._lambda_seconds = 0
        yield self._env.timeout(pause_seconds(text))

    def _read_digits(self, effect: ReadDigits) -> Process:
        keys = self._keys = simpy.Store(self._env)
        try:
            first = keys.get()
            # The prompt is broken off by the first key; the time counts from its end.
            prompt = self._env.timeout(speaking_seconds(effect.prompt))
            yield first | prompt
            if not first.triggered:
                self._contact.say(Words(effect.prompt))
                yield first | self._env.timeout(effect.first_within_seconds)
            digits = yield from self._gather(keys, first, effect)
        finally:
            self._keys = None
        self._lambda_seconds = 0
        if not first.triggered:
            self._contact.note("hears no key")
            return NOTHING_KEYED
        self._contact.note(f"hears {len(digits)} keys")
        return digits

    def _gather(self, keys: simpy.Store, first: simpy.Event, effect: ReadDigits) -> Process:
        digits, key = "", first
        while key.triggered and key.value != effect.terminator:
            digits += str(key.value)
            if len(digits) == effect.most:
                break
            key = keys.get()
            yield key | self._env.timeout(effect.next_within_seconds)
        return digits

    def _invoke(self, effect: Invoke) -> Process:
        contact, world = self._contact, self._instance.world
        payload = event(contact.identity, effect.parameters, self._instance.arn, contact.attributes)
        outcome = lambda_block.invoke(
            self._instance.functions,
            effect.function_arn,
            json.dumps(payload),
            limit_seconds=effect.limit_seconds,
            usual_seconds=lambda: world.chance.uniform(*INVOCATION_SECONDS),
        )
        self._instance.invocations.append(
            Invocation(effect.function_arn, effect.parameters, contact.identity, outcome)
        )
        world.settle()
        seconds = min(outcome.seconds, MOST_SECONDS_OF_LAMBDAS - self._lambda_seconds)
        self._lambda_seconds += seconds
        yield self._env.timeout(seconds)
        block = self.block
        if seconds < outcome.seconds:
            contact.note(f"asks {block}: the flow's functions took over 20 s together")
            return Failed()
        if outcome.failure:
            contact.note(f"asks {block}: {outcome.failure}")
            return Failed()
        answer = outcome.answer
        contact.note(f"asks {block}: {answer.get('Reason') or answer.get('Result') or 'nothing'}")
        return answer

    def _call_out(self, effect: CallOut) -> Process:
        failed = yield from self._third_party(effect)
        if failed:
            self._contact.note(f"reaches nobody: {failed[1]}")
            return Failed(failed[0] if effect.continues else "NoMatchingError")
        return None

    def _third_party(self, effect: CallOut) -> Process:
        """Call somebody, key the digits, and stay until that call ends."""
        contact, network = self._contact, self._instance.network
        presented = effect.caller_id or contact.identity.customer_number
        call = network.dial(effect.number, presented)
        contact.note("calls PCI Pal")
        try:
            yield call.answered | call.ended | self._env.timeout(effect.ring_seconds)
            if not call.answered.triggered:
                why = call.ended.value if call.ended.triggered else "it did not answer in time"
                error = "CallFailed" if call.ended.triggered else "ConnectionTimeLimitExceeded"
                return error, why
            contact.bridge(call)
            keying = self._env.process(network.key(effect.digits, call.caller))
            yield keying | call.ended
            if call.is_up:
                contact.note("has keyed its pause and the PIN")
            yield call.ended
        finally:
            call.end("the other side has hung up")
        return None

    def _queue(self, agent: str, queue: str) -> Queue | None:
        return self._instance.queue_of(agent) if agent else self._instance.queue(queue)

    def _set_queue(self, agent: str, queue: str) -> Failed | None:
        found = self._queue(agent, queue)
        if found is None:
            return Failed()
        self._contact.queue = found
        self._flow_contact.system |= _queue_paths(found.name, found.arn)
        return None

    def _enqueue(self) -> Failed | None:
        queue = self._contact.queue
        if self._contact.parent:
            raise SimulatorError(
                "The simulator does not know transfers from a quick connect to a queue."
            )
        if queue is None:
            return Failed()
        if self._instance.router.is_full(queue):
            return Failed("QueueAtCapacity")
        self._contact.flow = None  # it is over with this block; the queue's flow follows
        self._contact.enqueue()
        return None

    def _requeue(self, agent: str, queue: str) -> Failed | None:
        found, router = self._queue(agent, queue), self._instance.router
        # A contact that is on its way to an agent cannot be taken away (AWS docs).
        if found is None or not router.holds(self._contact) or self._contact.ringing:
            return Failed()
        if router.is_full(found):
            return Failed("QueueAtCapacity")
        self._contact.flow = None  # it is over with this block; the next contact has its own
        self._instance.requeue(self._contact, found)
        return None


def _system(contact: "VoiceContact") -> dict[str, str]:
    identity = contact.identity
    queue = _queue_paths(contact.queue.name, contact.queue.arn) if contact.queue else {}
    return queue | {
        "$.Channel": "VOICE",
        "$.ContactId": identity.contact_id,
        "$.InitialContactId": identity.initial_contact_id,
        "$.PreviousContactId": identity.previous_contact_id or identity.contact_id,
        "$.InitiationMethod": identity.initiation_method,
        "$.InstanceARN": contact.instance.arn,
        "$.LanguageCode": "en-GB",
        "$.CustomerEndpoint.Address": identity.customer_number,
        "$.SystemEndpoint.Address": identity.dialled_number,
    }


def _queue_paths(name: str, arn: str) -> dict[str, str]:
    return {"$.Queue.Name": name, "$.Queue.ARN": arn}
