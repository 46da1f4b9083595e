"""What Connect tells of its contacts, and what nothing tells."""

import json
import re
from collections import defaultdict
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

import pytest

from operations.call import Call
from operations.call_parts import conversation, listen_for_pins, pay, reunite, secure
from operations.site import PCI_PAL, RETURN, SHOP
from secure_transfer.domain import pins
from simulator.flow_engine import load
from simulator.pci_pal import FIELDS
from tests.calls.memory_site import memory_call
from tests.calls.over import nothing_is_left


def told_by(call: Call) -> list[dict[str, Any]]:
    """Return the contact events that a call's instance tells of, as it goes on."""
    events: list[dict[str, Any]] = []
    call.connect.announce = events.append
    return events


def types_by_contact(events: list[dict[str, Any]]) -> list[list[str]]:
    """Return what is told of each contact, in the order in which the contacts began."""
    types: defaultdict[str, list[str]] = defaultdict(list)
    for event in events:
        types[event["contactId"]].append(event["eventType"])
    return list(types.values())


_ANSWERED = ["INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"]


def test_a_usual_call_tells_of_its_three_contacts_in_order() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    assert types_by_contact(events) == [_ANSWERED, ["INITIATED", "DISCONNECTED"], _ANSWERED]
    first, transfer, looped = (
        next(one for one in events if one["contactId"] == contact.identity.contact_id)
        for contact in call.connect.contacts
    )
    assert transfer["initiationMethod"] == "TRANSFER"
    assert transfer["previousContactId"] == transfer["initialContactId"] == first["contactId"]
    # The looped call is a conversation of its own: nothing but the PIN tells whose it is.
    assert looped["initiationMethod"] == first["initiationMethod"] == "INBOUND"
    assert looped["initialContactId"] == looped["contactId"]
    assert "previousContactId" not in looped
    put_through = [one for one in events if one["eventType"] == "CONNECTED_TO_AGENT"]
    assert [one["queueInfo"]["queueType"] for one in put_through] == ["STANDARD", "AGENT"]
    assert all(one["agentInfo"]["agentArn"].endswith("/agent/alice") for one in put_through)


def test_an_outbound_call_and_one_that_nobody_takes_are_told_of() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    carol.hangs_up()
    call.wait(5)
    alice.goes("Break")
    carol.dials()
    carol.hears("Please hold the line.")
    carol.hangs_up()
    nothing_is_left(call)
    assert types_by_contact(events) == [
        ["INITIATED", "CONNECTED_TO_SYSTEM", "CONNECTED_TO_AGENT", "DISCONNECTED"],
        ["INITIATED", "QUEUED", "DISCONNECTED"],
    ]


def test_no_telephone_number_is_in_any_contact_event() -> None:
    call = memory_call()
    events = told_by(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    carol.hangs_up()
    call.wait(5)
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    carol.hangs_up()
    nothing_is_left(call)
    text = json.dumps(events)
    assert len(events) > 10
    for number in (carol.number, SHOP, PCI_PAL, RETURN):
        assert number not in text
        assert number.strip("+") not in text


def secrets_of_a_call(load_flow: Any = load) -> tuple[Call, list[str]]:
    """Play a usual call; return it with everything that nobody may read of it."""
    call = memory_call(load_flow=load_flow)
    keyed = listen_for_pins(call)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    carol.hangs_up()
    nothing_is_left(call)
    (payment,) = call.pci_pal.payments
    ends = list(accumulate(FIELDS.values(), initial=0))
    fields = [payment.digits[start:end] for start, end in pairwise(ends)]
    numbers = [number.strip("+") for number in (carol.number, SHOP, PCI_PAL, RETURN)]
    assert [len(one) for one in (*keyed, *fields)] == [4, *FIELDS.values()]
    return call, [*keyed, payment.session_pin, *fields, *numbers]


def test_the_time_line_holds_no_number_pin_or_card() -> None:
    call, secrets = secrets_of_a_call()
    told = [f"{note.who} {note.text}" for note in call.world.journal.notes]
    assert len(told) > 50
    for secret in secrets:
        assert not any(secret in line for line in told)
    assert not any(re.search(r"\d{3}", line) for line in told)


def flow_logs(call: Call) -> list[tuple[str, str]]:
    """Return what CloudWatch would hold of each block, values and all."""
    return [
        (f"{flow}: {block}", json.dumps(asdict(effect)))
        for flow, block, effect in call.connect.flow_log
    ]


def pins_that_are_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> str:
    """Draw a PIN that is in no ARN and no contact id by chance. Returns it."""
    pin = "9753"
    monkeypatch.setattr(pins, "draw", lambda length: [pin[:length]])
    return pin


def logged_on(name: str, values: Any) -> Any:
    """Load a flow as it is, but that it turns its log on and not off."""
    content = load(name, values)
    for action in content["Actions"]:
        if action["Type"] == "UpdateFlowLoggingBehavior":
            action["Parameters"]["FlowLoggingBehavior"] = "Enabled"
    return content


def test_the_flow_log_holds_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, secrets = secrets_of_a_call()
    assert pin in secrets
    logs = flow_logs(call)
    assert logs
    assert [where for where, what in logs if pin in what] == []
    assert {where for where, _ in logs if "pci_pal" in where} == {
        "transfer_to_pci_pal: Logging off", "answer_from_pci_pal: Logging off",
    }  # fmt: skip


def test_without_the_blocks_that_turn_it_off_the_flow_log_would_hold_the_pin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, _ = secrets_of_a_call(logged_on)
    assert {where for where, what in flow_logs(call) if pin in what} == {
        "transfer_to_pci_pal: Delay and PIN",
        "transfer_to_pci_pal: Call PCI Pal",
        "answer_from_pci_pal: GetAgent",
    }


def test_a_log_that_is_off_stays_off_for_the_next_flows_of_the_contact() -> None:
    """Waiting and whisper of the looped call do not turn it on; the first leg's own stays on."""
    call, _ = secrets_of_a_call()
    logged = {flow for flow, _, _ in call.connect.flow_log}
    assert logged == {
        "shop", "shop_queue", "save_agent_name", "transfer_to_pci_pal", "answer_from_pci_pal",
    }  # fmt: skip


def test_a_transfer_inherits_a_log_that_is_off() -> None:
    call = memory_call()
    content = call.connect.flow(call.connect.flow_arn("transfer_to_pci_pal")).content
    content["StartAction"] = "Stop recording"
    carol, alice = conversation(call)
    call.connect.contacts[0].is_logged = False
    secure(alice)
    reunite(call, alice, carol)
    assert not any(flow == "transfer_to_pci_pal" for flow, _, _ in call.connect.flow_log)
    carol.hangs_up()
    nothing_is_left(call)


def test_what_is_printed_of_a_call_shows_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins_that_are_nowhere_else(monkeypatch)
    call, _ = secrets_of_a_call(logged_on)
    for what in (call.connect.flow_log, call.connect.invocations, call.connect.runs):
        assert what
        assert pin not in repr(what)
