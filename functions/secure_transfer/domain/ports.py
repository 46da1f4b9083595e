"""What the domain needs of the outside. `adapters` has them on AWS, the tests have fakes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from secure_transfer.domain.audit import AuditEvent
from secure_transfer.domain.pins import PinRecord
from secure_transfer.domain.transfer import Transfer


class Clock(Protocol):
    def now(self) -> datetime:
        """UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds, for measuring."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Pins(Protocol):
    def find(self, pin: str) -> PinRecord | None: ...

    def reusable_at(self, pins: Iterable[str]) -> dict[str, int]:
        """Return from when on (epoch seconds) each of up to 100 PINs is free.

        A PIN that has no row is free and is left out.
        """
        ...

    def claim(self, record: PinRecord, requested_at: int) -> bool:
        """Take the PIN if nobody holds it at `requested_at`, or if the same transfer does."""
        ...


class Transfers(Protocol):
    """Reads see every write before them. Writes are conditional; `None` or `False`: refused."""

    def find(self, transfer_id: str) -> Transfer | None: ...

    def record_failure(self, transfer: Transfer) -> bool:
        """Write a FAILED record, if the transfer has none yet."""
        ...

    def answer(
        self, transfer_id: str, pin: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        """AWAITING_LOOP → ANSWERED, if the PIN is the transfer's and has not expired."""
        ...

    def join(
        self, transfer_id: str, agent_name: str, loop_contact_id: str, at: datetime
    ) -> Transfer | None:
        """ANSWERED → JOINED, if agent and looped contact are the transfer's."""
        ...

    def join_late(self, transfer_id: str, at: datetime) -> Transfer | None:
        """Note on an ABANDONED transfer that its agent came after all; the first time stays."""
        ...

    def abandon(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        """ANSWERED → ABANDONED as CardholderLeft, if the looped contact is the transfer's.

        Notes that the looped call ended then.
        """
        ...

    def end_call(self, transfer_id: str, loop_contact_id: str, at: datetime) -> Transfer | None:
        """Note when the transfer's looped call ended, whatever its status; the first time stays."""
        ...

    def reserved_for(self, loop_contact_id: str) -> str | None:
        """Return the transfer that a looped contact is bound to."""
        ...

    def reserve_contact(
        self, loop_contact_id: str, transfer_id: str, at: datetime, instead_of: str = ""
    ) -> str:
        """Bind a looped contact to the one transfer that it may answer.

        Returns the transfer that the contact is bound to afterwards. A contact that is bound
        already stays so, unless it is bound to `instead_of`.
        """
        ...

    def refusals(self, caller: str, at: datetime) -> int:
        """Return how often a caller was refused in the window that is open at that time."""
        ...

    def count_refusal(self, caller: str, at: datetime, window_seconds: int) -> None:
        """Count it into the open window, or open one. Never raises: a refusal stays an answer."""
        ...


class Workflow(Protocol):
    def start(self, name: str, execution_input: Mapping[str, Any]) -> None:
        """Start an execution, or do nothing if one of that name was ever started."""
        ...

    def wake(self, token: str, output: Mapping[str, str]) -> bool:
        """End the wait that stored the token. False: nothing waits with it, or nobody could ask."""
        ...

    def interrupt(self, token: str, error: str) -> bool:
        """As `wake`, but the wait fails with this error."""
        ...


class Agents(Protocol):
    def user_name(self, agent_id: str) -> str | None:
        """Return the name of a user of our Connect instance; None if there is no such user."""
        ...


class AuditTrail(Protocol):
    def publish(self, event: AuditEvent) -> None:
        """Send an event, or keep it for later. Never raises: a call does not fail of its audit."""
        ...
