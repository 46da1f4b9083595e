"""Ways to break the state machine or a function, each with the scenario that must show it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from secure_transfer.adapters.transfer_table import TransferTable
from secure_transfer.domain import answer, join
from secure_transfer.domain.transfer import Status, Transfer, timestamp
from tests.asl.changes import Change, both, drop, put, swap
from tests.asl.machine import load
from tests.handshake.machine import StateMachine
from tests.handshake.steps import Site

Broken = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Defect:
    scenario: str
    found: str
    """What the explorer's finding is."""
    machine: Change = lambda _: None
    function: Broken = nullcontext

    @contextmanager
    def at(self, site: Site) -> Iterator[Site]:
        """Return the site with this defect; nothing is remembered of how it was without."""
        machine = load()
        self.machine(machine)
        site.functions.forget()
        with self.function():
            yield replace(site, machine=StateMachine(machine))
        site.functions.forget()


def _unconditional(state: str, *unused: str) -> Change:
    """Drop a write's condition, and the values that only it has used."""
    parameters = f"{state}/Parameters"
    values = [drop(f"{parameters}/ExpressionAttributeValues/{value}") for value in unused]
    return both(drop(f"{parameters}/ConditionExpression"), *values)


def _unconditional_wait(state: str) -> Change:
    return both(
        _unconditional(state, ":expected"),
        drop(f"{state}/Parameters/ExpressionAttributeNames"),
    )


def _status_unchecked(written: str, expected: str) -> Broken:
    """Leave the status out of the condition of the update that writes an attribute."""
    update = TransferTable._update  # noqa: SLF001 - what is broken

    def broken(
        self: TransferTable, transfer_id: str, changes: str, condition: str, values: dict[str, Any]
    ) -> Transfer | None:
        term = f"#Status = {expected} AND "
        if written in changes and term in condition:
            condition = condition.replace(term, "")
            values = {name: value for name, value in values.items() if name != expected}
        return update(self, transfer_id, changes, condition, values)

    return lambda: patch.object(TransferTable, "_update", broken)


def _agent_unchecked() -> AbstractContextManager[Any]:
    def join_anybody(
        self: TransferTable, transfer_id: str, agent_name: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        del agent_name
        record = self.find(transfer_id)
        return record and joined(self, transfer_id, record.agent_name, loop_contact_id, at)

    joined = TransferTable.join
    return patch.object(TransferTable, "join", join_anybody)


def _late_join_reopens() -> AbstractContextManager[Any]:
    def join_late(self: TransferTable, transfer_id: str, at: datetime) -> Transfer | None:
        values = {":joined": {"S": Status.JOINED}, ":abandoned": {"S": Status.ABANDONED}}
        return self._update(
            transfer_id,
            "SET #Status = :joined, JoinedAt = :at",
            "#Status = :abandoned",
            {**values, ":at": {"S": timestamp(at)}},
        )

    return patch.object(TransferTable, "join_late", join_late)


def _gives_up_over_a_pin() -> AbstractContextManager[Any]:
    put_item = TransferTable._put  # noqa: SLF001

    def put_always(
        self: TransferTable, item: dict[str, Any], condition: str, values: Any = None
    ) -> bool:
        if item.get("Status", {}).get("S") == Status.FAILED:
            condition = "attribute_not_exists(Whatever)"
        return put_item(self, item, condition, values)

    return patch.object(TransferTable, "_put", put_always)


def _abandons_whatever_the_status() -> AbstractContextManager[Any]:
    update = TransferTable._update  # noqa: SLF001

    def broken(
        self: TransferTable, transfer_id: str, changes: str, condition: str, values: dict[str, Any]
    ) -> Transfer | None:
        if "ClosedAt" in changes:
            condition = condition.replace("#Status = :answered AND ", "")
            values = {name: value for name, value in values.items() if name != ":answered"}
        return update(self, transfer_id, changes, condition, values)

    return patch.object(TransferTable, "_update", broken)


def _late_join_told_as_in_time() -> AbstractContextManager[Any]:
    told = join.events.transfer_secured
    return patch.object(join.events, "transfer_secured", lambda of, **_: told(of, late=False))


DEFECTS = {
    "ExpireLoop closes whatever it finds": Defect(
        "the looped call, repeated at once, and a stranger with its PIN",
        "transfer-1 was ANSWERED and became TIMED_OUT.",
        machine=_unconditional("ExpireLoop", ":waiting"),
    ),
    "ExpireJoin closes whatever it finds": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 was JOINED and became ABANDONED.",
        machine=_unconditional("ExpireJoin", ":waiting"),
    ),
    "AwaitLoop waits although the call has come": Defect(
        "the looped call, repeated at once, and a stranger with its PIN",
        "transfer-1 waits in AwaitLoop and is ANSWERED.",
        machine=_unconditional_wait("AwaitLoop"),
    ),
    "AwaitJoin waits although the agent has come": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 waits in AwaitJoin and is JOINED.",
        machine=_unconditional_wait("AwaitJoin"),
    ),
    "IsAnswered takes an answer for a time-out": Defect(
        "the looped call, repeated at once, and a stranger with its PIN",
        "transfer-1 is ANSWERED and was audited as TransferTimedOut.",
        machine=put("IsAnswered/Choices/0/Next", "AuditTransferTimedOut"),
    ),
    "IsAnswered does not think of an agent who was quick": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 was joined, and its execution ended as TransferStateUnexpected.",
        machine=drop("IsAnswered/Choices/0/And/1/Or/1"),
    ),
    "TakeAnswer forgets to audit": Defect(
        "a function dies, and Connect does not repeat it",
        "LoopAnswered of transfer-1 was never audited.",
        machine=put("TakeAnswer/Next", "AwaitJoin"),
    ),
    "ExpireLoop does not know its own result": Defect(
        "a call to AWS fails, or its answer is lost",
        "transfer-1 is TIMED_OUT, and its execution ended as TransferStateUnexpected.",
        machine=swap("ExpireLoop/Parameters/ConditionExpression", ":waiting, :closed", ":waiting"),
    ),
    "ClaimPin does not know its own PIN": Defect(
        "a call to AWS fails, or its answer is lost",
        "A transfer holds two PINs.",
        machine=both(
            swap("ClaimPin/Parameters/ConditionExpression", " OR TransferId = :transferId", ""),
            drop("ClaimPin/Parameters/ExpressionAttributeValues/:transferId"),
        ),
    ),
    "ClaimPin takes a PIN with which somebody waits": Defect(
        "a click, repeated at once; the first PIN is taken",
        "transfer-0 waits for a PIN that it does not hold.",
        machine=both(
            drop("ClaimPin/Parameters/ConditionExpression"),
            drop("ClaimPin/Parameters/ExpressionAttributeValues"),
        ),
    ),
    "RecordPin revives a transfer that AddAgent gave up": Defect(
        "a click, repeated at once; the first PIN is taken",
        "transfer-1 was FAILED and became AWAITING_LOOP.",
        machine=_unconditional("RecordPin"),
    ),
    "RecordFailure writes over the reason that AddAgent has told": Defect(
        "a service is out for a state",
        "jane.doe was told PinTooLate, which is not recorded.",
        machine=_unconditional("RecordFailure"),
    ),
    "AuditTransferSecured keeps nothing that the bus did not take": Defect(
        "a service is out for a state",
        "TransferSecured of transfer-1 was never audited.",
        machine=put("AuditTransferSecured/Catch/0/Next", "TransferSecured"),
    ),
    "a fault of AwaitJoin closes whatever it finds": Defect(
        "a service is out for a state",
        "transfer-1 was JOINED and became ABANDONED.",
        machine=both(
            _unconditional("ExpireJoin", ":waiting"),
            put("AwaitJoin/Catch/2/Next", "ExpireJoin"),
        ),
    ),
    "GetAgent answers whatever the status": Defect(
        "the looped call, repeated at once, and a stranger with its PIN",
        "transfer-1 was TIMED_OUT and became ANSWERED.",
        function=_status_unchecked("AnsweredAt", ":awaiting"),
    ),
    "AgentJoined joins whatever the status": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 was ABANDONED and became JOINED.",
        function=_status_unchecked("JoinedAt", ":answered"),
    ),
    "AgentJoined lets any agent in": Defect(
        "a stranger calls and a wrong agent picks up",
        "loop-1 was joined by another agent than its own.",
        function=_agent_unchecked,
    ),
    "AgentJoined revives an abandoned transfer": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 was ABANDONED and became JOINED.",
        function=_late_join_reopens,
    ),
    "AgentJoined tells a late join as one in time": Defect(
        "the agent, repeated at once, and a wrong one",
        "transfer-1 is ABANDONED and was audited as TransferSecured.",
        function=_late_join_told_as_in_time,
    ),
    "AddAgent gives up over a PIN that has come": Defect(
        "a click, repeated at once; the first PIN is taken",
        "transfer-1 was TIMED_OUT and became FAILED.",
        function=_gives_up_over_a_pin,
    ),
    "GetAgent lets one call try many PINs": Defect(
        "one call tries the PINs of two transfers",
        "One call has answered two transfers.",
        function=lambda: patch.object(answer, "_bind_contact", lambda *_: None),
    ),
    "ExpireJoin takes the cardholder's leaving for its own time-out": Defect(
        "the cardholder hangs up, which is told twice, and the agent joins",
        "transfer-1 is ABANDONED and was audited as TransferAbandoned.",
        machine=put("ExpireJoin/Parameters/ConditionExpression", "#Status IN (:waiting, :closed)"),
    ),
    "ContactChanged abandons whatever the status": Defect(
        "the cardholder hangs up, which is told twice, and the agent joins",
        "transfer-1 is ABANDONED and was audited as TransferAbandoned.",
        function=_abandons_whatever_the_status,
    ),
    "no function speaks for an execution that is gone": Defect(
        "the execution is stopped",
        "LoopAnswered of transfer-1 was never audited.",
        function=lambda: patch.object(
            answer,
            "wake_execution",
            lambda token, output, *, workflow, **_: workflow.wake(token, output),
        ),
    ),
}
