"""An instance with our flows in it, as the stack or whoever imports them leaves it."""

import json
from typing import Any

from operations.call import SECURE_CALL
from operations.flow_settings import FLOWS, read
from operations.site import RETURN
from simulator.connect_api import ConnectApi, StoredInstance
from simulator.connect_api.store import StoredQueue
from simulator.flow_engine import load
from tests.calls.memory_site import ARNS, memory_site
from tests.connect_api.of_the_shop import create_quick_connect, flow_id, queue_id

EVERYTHING = (
    *("--number", RETURN),
    *("--queue", "Payments", "--queue", "Questions"),
    "--inbound-calls",
    "--outbound-calls",
    "--early-media",
    "--flow-logs",
    "--whispers",
    "--after-call-work",
)


def name_of(flow: str) -> str:
    return str(read(flow)["Metadata"]["name"])


def publish(api: ConnectApi, instance: StoredInstance) -> None:
    """Associate the functions, publish our flows, and make a quick connect that no queue has."""
    connect: Any = api.client()
    one = {"InstanceId": instance.id}
    for arn in ARNS.values():
        connect.associate_lambda_function(**one, FunctionArn=arn)
    values = dict(memory_site().values)
    references = {
        "secure_call_joined": "SecureCallJoinedFlowArn",
        "secure_call_waiting": "SecureCallWaitingFlowArn",
    }
    for name, kind in FLOWS.items():
        made = connect.create_contact_flow(
            **one, Name=name_of(name), Type=kind, Content=json.dumps(load(name, values))
        )
        if name in references:
            values[references[name]] = made["ContactFlowArn"]
    transfer = flow_id(instance, name_of("transfer_to_pci_pal"))
    create_quick_connect(connect, instance, transfer, SECURE_CALL)


def queue(instance: StoredInstance, name: str = "Payments") -> StoredQueue:
    return instance.queues[queue_id(instance, name)]


def number(instance: StoredInstance) -> Any:
    return next(one for one in instance.numbers.values() if one.number == RETURN)
