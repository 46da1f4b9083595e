"""Calls on an instance that was set up over the control plane, with boto3."""

import json
from dataclasses import replace
from typing import Any

from operations.call import SECURE_CALL, Call
from operations.site import Site
from simulator.connect_api import ConnectApi, StoredInstance
from simulator.flow_engine import load
from tests.calls.memory_site import ARNS, memory_site
from tests.connect_api.of_the_shop import flow_id, number_id, queue_id, user_id


class PublishedCall(Call):
    """A call on what is stored; `call.agent(…)` brings a stored user to work."""

    def __init__(self, stored: StoredInstance, site: Site | None = None, seed: int = 1) -> None:
        site = replace(site or memory_site(), published=stored)
        super().__init__(site, seed=seed)
        site.functions.clock.world = self.world


def set_up(api: ConnectApi, instance: StoredInstance) -> None:
    """Do what the configuration guide says, as a program does it."""
    connect: Any = api.client()
    one = {"InstanceId": instance.id}
    for arn in ARNS.values():
        connect.associate_lambda_function(**one, FunctionArn=arn)
    values = dict(memory_site().values)

    def create(name: str, flow_type: str) -> dict[str, str]:
        content = _text(name, values)
        made: dict[str, str] = connect.create_contact_flow(
            **one, Name=name, Type=flow_type, Content=content
        )
        return made

    values["SecureCallJoinedFlowArn"] = create("secure_call_joined", "AGENT_WHISPER")[
        "ContactFlowArn"
    ]
    values["SecureCallWaitingFlowArn"] = create("secure_call_waiting", "CUSTOMER_QUEUE")[
        "ContactFlowArn"
    ]
    answer = create("answer_from_pci_pal", "CONTACT_FLOW")["ContactFlowId"]
    transfer = create("transfer_to_pci_pal", "QUEUE_TRANSFER")["ContactFlowId"]
    for name, default in (
        ("save_agent_name", "Default agent whisper"),
        ("save_agent_name_outbound", "Default outbound"),
    ):
        connect.update_contact_flow_content(
            **one, ContactFlowId=flow_id(instance, default), Content=_text(name, values)
        )
    queue = {"QueueId": queue_id(instance), "ContactFlowId": transfer}
    quick_connect = connect.create_quick_connect(
        **one,
        Name=SECURE_CALL,
        QuickConnectConfig={"QuickConnectType": "QUEUE", "QueueConfig": queue},
    )["QuickConnectId"]
    connect.associate_queue_quick_connects(
        **one, QueueId=queue_id(instance), QuickConnectIds=[quick_connect]
    )
    for name in ("alice", "bob"):
        connect.update_user_phone_config(
            **one,
            UserId=user_id(instance, name),
            PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 1},
        )
    connect.associate_phone_number_contact_flow(
        **one,
        PhoneNumberId=number_id(instance, "Return call from PCI Pal"),
        ContactFlowId=answer,
    )


def _text(name: str, values: dict[str, str]) -> str:
    return json.dumps(load(name, values))
