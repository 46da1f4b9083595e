"""What those see of a call who are not on it: ops its executions, audit consumers its events."""

from typing import Any

from operations.call import Call
from operations.executions import Execution, Executions
from operations.stage import Stage

Details = dict[str, dict[str, Any]]
"""Audit events' details by detail-type."""

SECURED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
TIMED_OUT = ("TransferRequested", "PinAllocated", "TransferTimedOut")
ABANDONED = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferAbandoned")

# Longer than both waits of an execution together.
_UNTIL_ITS_END = 600.0


class Ops:
    def __init__(self, call: Call, stage: Stage) -> None:
        self.call = call
        self.stage = stage
        outputs = stage.stack.outputs
        self.executions = Executions(
            call.world,
            call.connect,
            stage.aws.client("stepfunctions"),
            machine_arn=outputs["SecureTransferStateMachineArn"],
            add_agent=outputs["AddAgentFunctionArn"],
        )

    def sees_secured(self, number: int = 0) -> Details:
        """Expect the call's transfer, counted from 0, to be secured, and told of. Returns how."""
        execution = self._end_of(number)
        self.call.check(f"transfer {number + 1} is secured", holds=execution.status == "SUCCEEDED")
        self.call.check(
            "its output holds no PIN",
            holds=set(execution.output or {}) == {"transferId", "joinedAt"},
        )
        return self._told(execution, SECURED)

    def sees_failed(self, error: str, events: tuple[str, ...], number: int = 0) -> Details:
        execution = self._end_of(number)
        self.call.check(f"transfer {number + 1} fails as {error}", holds=execution.error == error)
        return self._told(execution, events)

    def sees_rejected(self, reason: str, detail_type: str = "PinRejected") -> None:
        """Expect the last refusal of that reason to be told of, without a PIN."""
        refused = next(
            invocation
            for invocation in reversed(self.call.connect.invocations)
            if invocation.outcome.answer.get("Reason") == reason
        )
        contact_id = refused.contact.contact_id
        (event,) = self.stage.events_of(detail_type, contact_id)
        self.call.check(
            f"audited: {detail_type}, {reason}", holds=event["data"]["reason"] == reason
        )
        pin = refused.parameters.get("PIN", "no PIN")
        self.call.check("without the PIN", holds=pin not in str(event["data"]))

    def _end_of(self, number: int) -> Execution:
        executions = self.executions.all
        self.call.until(
            lambda: len(executions) > number and executions[number].status != "RUNNING",
            f"the end of transfer {number + 1}",
            _UNTIL_ITS_END,
        )
        return executions[number]

    def _told(self, execution: Execution, expected: tuple[str, ...]) -> Details:
        """Expect just these events about a transfer's life; return their details."""
        events = self.stage.events_about(execution.transfer_id, len(expected))
        # How long the call went on is told when it ends: before or after somebody looks here.
        life = [
            event
            for event in events
            if "sequence" in event["detail"]["metadata"]
            and event["detail-type"] != "SecureCallEnded"
        ]
        told = sorted(life, key=lambda event: int(event["detail"]["metadata"]["sequence"]))
        types = tuple(event["detail-type"] for event in told)
        self.call.check(f"audited: {', '.join(expected)}", holds=types == expected)
        return {event["detail-type"]: event["detail"] for event in told}
