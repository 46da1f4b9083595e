"""What holds after every fault, whatever it was. Each reads what is left; none knows the fault."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from operations.call import Call
from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import Stage
from simulator.connect.contact import Contact, event
from simulator.connect.flow_run import Invocation
from simulator.journal import Column
from tests.calls.over import nothing_is_left
from tests.calls.test_branches import OTHER_AGENT, heard
from tests.faults.scene import Scene
from tests.faults.seen import Left, Transfer, item_of

_OF_THE_CALL_ITSELF = {"AWAITING_LOOP", "ANSWERED", "JOINED"}
_ENDS_WITH_A_PIN = {
    "SUCCEEDED": {"JOINED"},
    "LoopTimedOut": {"TIMED_OUT"},
    "CardholderLeft": {"ABANDONED"},
    "AgentNeverJoined": {"ABANDONED"},
    "ABORTED": _OF_THE_CALL_ITSELF,
    "TransferFaulted": _OF_THE_CALL_ITSELF,
    "TransferStateUnexpected": _OF_THE_CALL_ITSELF,
}
_NO_LONGER_GOOD = {"PinAlreadyUsed", "PinExpired", "PinUnknown"}


def hold(scene: Scene, left: Left) -> None:
    """Check them all."""
    asked = Asked(scene.stage.stack.outputs, left)
    no_looped_call_reached_another_agent(scene, asked)
    no_pin_worked_twice(scene, asked)
    every_execution_ended_as_the_parties_saw(left, asked)
    the_record_has_no_gap(left, asked)
    nothing_is_left_over(scene)
    next_transfers_work(scene)


class Asked:
    """What the flows asked the functions, and were answered."""

    def __init__(self, outputs: Mapping[str, str], left: Left) -> None:
        self.outputs = outputs
        self.left = left
        self.given = {
            one.outcome.answer["PIN"]: one.parameters["AgentName"]
            for one in self.answers("AddAgent", "OK")
        }
        """By PIN, to which agent's click it was given."""

    def answers(self, function: str, result: str) -> Iterator[Invocation]:
        arn = self.outputs[f"{function}FunctionArn"]
        for one in self.left.invocations:
            if one.function_arn == arn and one.outcome.answer.get("Result") == result:
                yield one

    def answered(self, transfer: Transfer) -> bool:
        return any(
            one.outcome.answer["TransferId"] == transfer.transfer_id
            for one in self.answers("GetAgent", "OK")
        )

    def joined(self, transfer: Transfer) -> bool:
        return any(
            one.parameters["TransferId"] == transfer.transfer_id
            for one in self.answers("AgentJoined", "OK")
        )

    def has_pin(self, transfer: Transfer) -> bool:
        return any(
            one.contact.contact_id == transfer.transfer_id for one in self.answers("AddAgent", "OK")
        )


def no_looped_call_reached_another_agent(scene: Scene, asked: Asked) -> None:
    """But for an agent who was told so, by Connect's mistake."""
    for contact in scene.call.connect.contacts:
        keyed = {
            one.parameters["PIN"]
            for one in asked.answers("GetAgent", "OK")
            if one.contact.contact_id == contact.identity.contact_id
        }
        for agent in _put_through(scene.call, contact.label) if keyed else ():
            told = agent == "bob" and OTHER_AGENT in heard(scene.bob)
            assert told or {asked.given[pin] for pin in keyed} == {agent}, contact.label


def _put_through(call: Call, label: str) -> list[str]:
    said = f"{label} is put through to "
    notes = call.world.journal.of(Column.CONNECT)
    return [note.removeprefix(said) for note in notes if note.startswith(said)]


def no_pin_worked_twice(scene: Scene, asked: Asked) -> None:
    holders, calls = defaultdict(set), defaultdict(set)
    for one in asked.answers("AddAgent", "OK"):
        holders[one.outcome.answer["PIN"]].add(one.contact.contact_id)
    for one in asked.answers("GetAgent", "OK"):
        calls[one.parameters["PIN"]].add(one.contact.contact_id)
    assert all(len(transfers) == 1 for transfers in holders.values())
    assert all(len(contacts) == 1 for contacts in calls.values())
    for pin in holders:
        again = _invoke(scene.stage, "GetAgent", Contact.inbound(PCI_PAL, RETURN), PIN=pin)
        assert again.get("Reason") in _NO_LONGER_GOOD, again


def every_execution_ended_as_the_parties_saw(left: Left, asked: Asked) -> None:
    for transfer in left.transfers:
        status, end = transfer.item.get("Status", "nothing"), transfer.end
        assert end != "RUNNING"
        if asked.has_pin(transfer):
            assert status in _ENDS_WITH_A_PIN.get(end, ()), (end, status)
        else:
            assert status in {"FAILED", "nothing", "TIMED_OUT"}, (end, status)
            assert not asked.answered(transfer)
        assert asked.answered(transfer) <= ("LoopContactId" in transfer.item)
        assert asked.joined(transfer) <= ("JoinedAt" in transfer.item)
        if end == "LoopTimedOut":
            assert not asked.answered(transfer)
        if status == "FAILED" and end:
            assert end not in _ENDS_WITH_A_PIN, end


def the_record_has_no_gap(left: Left, asked: Asked) -> None:
    """What the item says has happened is told, and nothing else is."""
    for transfer in left.transfers:
        life = left.life(transfer, [*left.told, *left.logged])
        told = {one["type"] for one in life} | {
            name for name in left.stranded if f"{transfer.transfer_id}-{name}" in transfer.history
        }
        assert told == set(_happened(transfer))
        attempts = {one["metadata"]["attempt"] for one in life} - {0}  # 0: not known
        assert len(attempts) <= 1, attempts
    refused = {
        (one.contact.contact_id, one.outcome.answer["Reason"])
        for function in ("GetAgent", "AgentJoined")
        for one in asked.answers(function, "ERROR")
    }
    told_of = {
        (one["metadata"]["contactId"], one["data"]["reason"])
        for one in [*left.told, *left.logged]
        if "sequence" not in one["metadata"]
    }
    assert told_of == refused


def _happened(transfer: Transfer) -> Iterator[str]:
    item, end = transfer.item, transfer.end
    if not end:
        return
    yield "TransferRequested"
    if "PIN" in item:
        yield "PinAllocated"
    if "LoopContactId" in item:
        yield "LoopAnswered"
    if "JoinedAt" in item:
        yield "TransferSecured"
        if "EndedAt" in item:
            yield "SecureCallEnded"
    if item.get("Status") == "TIMED_OUT":
        yield "TransferTimedOut"
    if item.get("Status") == "ABANDONED":
        yield "TransferAbandoned"
    if end not in ("SUCCEEDED", "LoopTimedOut", "AgentNeverJoined", "CardholderLeft"):
        yield "TransferFailed"


def nothing_is_left_over(scene: Scene) -> None:
    stage = scene.stage
    assert stage.aws.wire.interferences == []
    assert stage.aws.clock.next_deadline() is None
    assert stage.receive(stage.stack.resources["AuditDeadLetterQueue"]) == []
    nothing_is_left(scene.call)


def next_transfers_work(scene: Scene) -> None:
    """One of the same conversation, one of another, at the same time."""
    first = scene.call.connect.contacts[0].identity
    before = item_of(scene.stage, f"conversation/{first.contact_id}").get("Transfers", [])
    stranger = Contact.inbound(CARDHOLDER, SHOP)
    with ThreadPoolExecutor(2) as two:
        same = two.submit(_secured, scene.stage, first, "alice")
        other = two.submit(_secured, scene.stage, stranger, "bob")
        assert same.result() == len(before) + 1
        assert other.result() == 1


def _secured(stage: Stage, conversation: Contact, agent: str) -> int:
    """Secure a call without phones. Returns which attempt of its conversation it was."""
    click, looped = conversation.transferred(), Contact.inbound(PCI_PAL, RETURN)
    given = _invoke(stage, "AddAgent", click, AgentName=agent)
    assert given["Result"] == "OK", given
    stage.aws.clock.settle()
    answered = _invoke(stage, "GetAgent", looped, PIN=given["PIN"])
    transfer_id = click.contact_id
    assert answered == {"Result": "OK", "AgentName": agent, "TransferId": transfer_id}
    stage.aws.clock.settle()
    joined = _invoke(stage, "AgentJoined", looped, AgentName=agent, TransferId=transfer_id)
    assert joined == {"Result": "OK"}
    stage.aws.clock.settle()
    ended = stage.aws.client("stepfunctions").describe_execution(
        executionArn=stage.execution_arn(transfer_id)
    )
    assert ended["status"] == "SUCCEEDED", ended
    return int(item_of(stage, transfer_id)["Attempt"])


def _invoke(stage: Stage, function: str, contact: Contact, **parameters: str) -> dict[str, str]:
    payload = json.dumps(event(contact, parameters, stage.instance_arn))
    reply = stage.functions.invoke(stage.stack.outputs[f"{function}FunctionArn"], payload)
    assert reply.error is None, reply.error
    answer: dict[str, str] = json.loads(reply.body)
    return answer
