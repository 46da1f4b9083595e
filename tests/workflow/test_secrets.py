"""Nothing that others can read holds a live PIN, a task token or a phone number."""

import json
import re

from operations.site import CARDHOLDER, PCI_PAL, RETURN, SHOP
from operations.stage import until
from simulator.connect.contact import Contact
from tests.workflow.driver import SECURED, Driver


def test_events_logs_and_outputs_hold_no_pin_token_or_number(driver: Driver) -> None:
    click = driver.clicks("alice", driver.cardholder_calls())
    driver.until_waiting(click, "LoopToken")
    stranger = Contact.inbound(PCI_PAL, RETURN)
    driver.invoke("GetAgent", stranger, {"PIN": "9" * 5000})
    answered = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    looped = driver.loop_returns(click.pin)  # of a stranger who repeats the PIN
    assert looped.answer["Reason"] == "PinAlreadyUsed"
    record = driver.record(click)
    assert record
    assert record.loop_token
    assert record.join_token
    assert driver.picks_up("alice", answered) == {"Result": "OK"}
    execution = driver.end_of(click)
    driver.stage.events_about(click.transfer_id, len(SECURED) + 1)

    readable = {
        "audit events": json.dumps(driver.stage.events),
        "audit log": _audit_log(driver),
        "execution output": json.dumps(execution.output),
        **{
            name: driver.aws.functions.log_of(driver.stage.stack.outputs[f"{name}FunctionArn"])
            for name in ("AddAgent", "GetAgent", "AgentJoined")
        },
    }
    # Four digits occur in times and ids by chance: a PIN stands alone.
    pin = re.compile(rf"(?<![\w.:+-]){click.pin}(?![\w.:+-])")
    for where, text in readable.items():
        assert text, where
        assert not pin.search(text), where
        for secret in (
            record.loop_token, record.join_token, CARDHOLDER, SHOP, PCI_PAL,
            RETURN, "9" * 20,
        ):  # fmt: skip
            assert secret not in text, where


def _audit_log(driver: Driver) -> str:
    logs = driver.aws.client("logs")
    group = driver.stage.stack.resources["AuditLogGroup"]

    def told() -> str:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return "\n".join(event["message"] for event in events)

    return str(until(told, "the audit log"))
