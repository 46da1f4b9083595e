"""An admin with nothing but the AWS CLI does what the guide says; the doctor agrees."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.call import SECURE_CALL
from operations.call_parts import conversation, pay, reunite, secure
from operations.connect.doctor.finding import Status
from operations.flow_settings import FLOWS
from operations.flows_render import render, write
from operations.site import PCI_PAL
from simulator.connect_api import ConnectApi, fresh_instance
from tests.calls.memory_site import ARNS, INSTANCE
from tests.connect_api.of_the_shop import number_id, queue_id, user_id
from tests.connect_doctor.doctored_shop import NAMES, REGION, Shop, served

AWS = Path(sys.executable).with_name("aws")


@pytest.fixture
def fresh_shop() -> Iterator[Shop]:
    with ConnectApi() as api:
        instance = fresh_instance(api.account, instance_id=INSTANCE.rpartition("/")[2])
        with served(api, instance) as shop:
            yield shop


def test_guide_is_done_by_hand_with_the_aws_cli(fresh_shop: Shop, tmp_path: Path) -> None:
    shop = fresh_shop
    gaps = {one.check for one in shop.examine() if one.status is not Status.OK}
    assert {"functions_associated", "return_number", "quick_connect", "inbound_whisper"} <= gaps

    for arn in ARNS.values():
        aws(shop, "associate-lambda-function", "--function-arn", arn)
    transfer = _publish_flows(shop, tmp_path)
    payments, alice = queue_id(shop.instance), user_id(shop.instance)
    made = aws(
        shop, "create-quick-connect", "--name", SECURE_CALL,
        "--quick-connect-config", json.dumps({
            "QuickConnectType": "QUEUE",
            "QueueConfig": {"QueueId": payments, "ContactFlowId": transfer},
        }),
    )  # fmt: skip
    aws(shop, "associate-queue-quick-connects", "--queue-id", payments,
        "--quick-connect-ids", made["QuickConnectId"])  # fmt: skip
    aws(shop, "associate-phone-number-contact-flow",
        "--phone-number-id", number_id(shop.instance, "Return call from PCI Pal"),
        "--contact-flow-id", shop.flow_id("answer_from_pci_pal"))  # fmt: skip
    aws(shop, "update-instance-attribute", "--attribute-type", "CONTACTFLOW_LOGS",
        "--value", "true")  # fmt: skip
    for user in (alice, user_id(shop.instance, "bob")):
        aws(shop, "update-user-phone-config", "--user-id", user, "--phone-config",
            "PhoneType=SOFT_PHONE,AutoAccept=false,AfterContactWorkTimeLimit=1")  # fmt: skip
    for ours, default in (
        ("save_agent_name", "Default agent whisper"),
        ("save_agent_name_outbound", "Default outbound"),
    ):
        aws(shop, "update-contact-flow-content", "--contact-flow-id", shop.flow_id(default),
            "--content", f"file://{tmp_path / ours}.json")  # fmt: skip

    findings = shop.examine()
    assert {one.check: one.found for one in findings if one.status is not Status.OK} == {}
    with shop.call() as call:
        carol, alice_at_work = conversation(call)
        secure(alice_at_work)
        reunite(call, alice_at_work, carol)
        pay(call, alice_at_work, carol)
        assert call.card_is_safe


def test_what_is_wrong_is_told_to_the_admin_by_name(fresh_shop: Shop) -> None:
    broken = json.dumps({"Version": "2019-10-30", "StartAction": "Nowhere", "Actions": []})
    told = _run(
        fresh_shop, "create-contact-flow", "--name", "Broken", "--type", "CONTACT_FLOW",
        "--content", broken,
    )  # fmt: skip
    assert told.returncode != 0
    assert "InvalidContactFlowException" in told.stderr


def _publish_flows(shop: Shop, folder: Path) -> str:
    """Import what `operations flows render` wrote. Returns the transfer flow's id."""
    values = {f"{name}FunctionArn": arn for name, arn in ARNS.items() if name != "FindFreePin"}
    values |= {"PciPalNumber": PCI_PAL, "PinLength": "4"}
    named_by_others = ("secure_call_joined", "secure_call_waiting")
    for name in sorted(FLOWS, key=lambda name: name not in named_by_others):
        (file,) = write(render(values, [name]), folder)
        made = aws(
            shop, "create-contact-flow", "--name", NAMES[name], "--type", FLOWS[name],
            "--content", f"file://{file}",
        )  # fmt: skip
        arn = "".join(word.capitalize() for word in name.split("_")) + "FlowArn"
        values |= {arn: made["ContactFlowArn"]} if name in named_by_others else {}
    return shop.flow_id("transfer_to_pci_pal")


def aws(shop: Shop, *arguments: str) -> Any:
    done = _run(shop, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else {}


def _run(shop: Shop, operation: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - nothing from outside is in it
        [
            AWS, "connect", operation, *arguments, "--instance-id", shop.instance.id,
            "--endpoint-url", shop.endpoint, "--region", REGION, "--output", "json",
        ],
        env={
            "PATH": os.environ["PATH"],
            "AWS_ACCESS_KEY_ID": "operator",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
