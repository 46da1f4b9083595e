"""The functions and the state machine write the same rows and tell the same events."""

import json
import re
from typing import Any

import pytest

from secure_transfer.domain.audit import AuditEvent, loop_answered
from secure_transfer.domain.transfer import Status
from simulator.aws import LocalAws
from simulator.stack import Stack
from simulator.template import ROOT
from tests.contract import stores
from tests.contract.interference import Interference
from tests.fakes import NOW_EPOCH, a_pin_record, a_transfer, an_answered_transfer

STATES = json.loads((ROOT / "statemachines/secure_transfer.asl.json").read_text())["States"]


@pytest.fixture
def event(new_id: str) -> AuditEvent:
    return loop_answered(an_answered_transfer(new_id))


def test_claim_is_the_state_claim_pins(
    aws: LocalAws,
    stack: Stack,
    aws_clients: stores.Clients,
    interference: Interference,
    new_pin: str,
) -> None:
    stores.aws_pins(aws, stack, aws_clients).port.claim(a_pin_record(new_pin), NOW_EPOCH)

    sent = json.loads(interference.calls("PutItem")[-1].body)
    state = STATES["ClaimPin"]["Parameters"]
    assert _types(sent["Item"]) == _types(state["Item"])
    assert _plain(sent["ConditionExpression"]) == _plain(state["ConditionExpression"])


def test_failure_is_the_state_record_failures_as_far_as_add_agent_knows_it(
    aws: LocalAws,
    stack: Stack,
    aws_clients: stores.Clients,
    interference: Interference,
    new_id: str,
) -> None:
    failed = a_transfer(new_id, status=Status.FAILED, reason="PinTooLate")
    stores.aws_transfers(aws, stack, aws_clients).port.record_failure(failed)

    sent = json.loads(interference.calls("PutItem")[-1].body)
    state = STATES["RecordFailure"]["Parameters"]
    only_the_execution_knows = {"ExecutionArn": "S", "Collisions": "N"}
    assert _types(sent["Item"]) | only_the_execution_knows == _types(state["Item"])
    assert sent["ConditionExpression"] == state["ConditionExpression"]


def test_event_that_consumers_get_is_the_one_that_was_published(
    aws: LocalAws,
    stack: Stack,
    aws_clients: stores.Clients,
    interference: Interference,
    event: AuditEvent,
) -> None:
    stores.aws_trail(aws, stack, aws_clients, interference).port.publish(event)

    logged = aws.client("logs").filter_log_events(logGroupName=stack.resources["AuditLogGroup"])
    told = [json.loads(entry["message"]) for entry in logged["events"]]
    (ours,) = [one for one in told if one["detail"]["metadata"]["eventId"] == event.event_id]
    assert ours["source"] == "secure-transfer"
    assert ours["detail-type"] == "LoopAnswered"
    assert ours["detail"] == {"metadata": event.metadata, "data": event.data}


def test_event_that_is_kept_has_the_form_that_the_keep_states_give_it(
    aws: LocalAws,
    stack: Stack,
    aws_clients: stores.Clients,
    interference: Interference,
    event: AuditEvent,
) -> None:
    trail = stores.aws_trail(aws, stack, aws_clients, interference)
    trail.break_bus()

    trail.port.publish(event)

    sent = json.loads(interference.calls("SendMessage")[-1].body)
    kept = json.loads(sent["MessageBody"])
    assert kept == {
        "Entries": [
            {
                "EventBusName": stack.outputs["AuditBusName"],
                "Source": "secure-transfer",
                "DetailType": "LoopAnswered",
                "Detail": {"metadata": event.metadata, "data": event.data},
            }
        ]
    }
    state = STATES["KeepLoopAnswered"]["Parameters"]["MessageBody"]
    assert _names(kept) == _names(state)


def _types(item: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return each attribute's type; in the state's form `S.$` for a value by path."""
    return {name: next(iter(value)).removesuffix(".$") for name, value in item.items()}


def _plain(condition: str) -> str:
    return re.sub(r":(\w+)", lambda name: ":" + name[1].replace("_", "").lower(), condition)


def _names(node: Any) -> Any:
    """Return a document's names only, as a tree."""
    if isinstance(node, list):
        return [_names(item) for item in node]
    if isinstance(node, dict):
        return {name.removesuffix(".$"): _names(value) for name, value in node.items()}
    return None
