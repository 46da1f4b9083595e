"""A Connect instance as admins leave it: our flows published, and set up by our own command."""

import json
from typing import Any

from operations.call import SECURE_CALL
from operations.connect.setup.changes import apply
from operations.connect.setup.plan import Wanted, plan
from operations.connect.setup.reading import read
from operations.flow_settings import FLOWS
from operations.flow_settings import read as read_flow
from operations.flows_render import render
from operations.site import PCI_PAL, RETURN
from operations.stage import Stage
from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance
from simulator.errors import SimulatorError

_FUNCTIONS = ("AddAgent", "GetAgent", "AgentJoined")
_REFERENCES = {
    "secure_call_joined": "SecureCallJoinedFlowArn",
    "secure_call_waiting": "SecureCallWaitingFlowArn",
}
"""Flows that others name, so they are published first."""

_AS_THE_GUIDE_SAYS = Wanted(
    number=RETURN, queues=("Payments",), whispers=True, after_call_work=True
)


def published_instance(stage: Stage) -> StoredInstance:
    """Return a fresh instance on which the stage's functions are associated and flows published.

    It is set up as `operations connect setup --number … --queue Payments --whispers
    --after-call-work` does it.
    """
    with ConnectApi(stage.aws.connect) as api:
        instance = fresh_instance(api.account, instance_id=stage.instance_arn.rpartition("/")[2])
        connect: Any = api.client()
        _publish(connect, instance, stage)
        changes, problems = plan(read(connect, instance.id, _AS_THE_GUIDE_SAYS), _AS_THE_GUIDE_SAYS)
        if problems:
            raise SimulatorError("\n".join(problem.text for problem in problems))
        for change in changes:
            apply(connect, instance.id, change)
    return instance


def _publish(connect: Any, instance: StoredInstance, stage: Stage) -> None:
    """Do what flows/stack.yaml does."""
    one = {"InstanceId": instance.id}
    arns = {f"{name}FunctionArn": stage.stack.outputs[f"{name}FunctionArn"] for name in _FUNCTIONS}
    for arn in arns.values():
        connect.associate_lambda_function(**one, FunctionArn=arn)
    values = {**arns, "PciPalNumber": PCI_PAL, "PinLength": stage.values["PinLength"]}
    for name in sorted(FLOWS, key=lambda name: name not in _REFERENCES):
        (content,) = render(values, [name]).values()
        made = connect.create_contact_flow(
            **one,
            Name=read_flow(name)["Metadata"]["name"],
            Type=FLOWS[name],
            Content=json.dumps(content),
        )
        values |= {_REFERENCES[name]: made["ContactFlowArn"]} if name in _REFERENCES else {}
        if name == "transfer_to_pci_pal":
            transfer = made["ContactFlowId"]
    payments = next(one.id for one in instance.queues.values() if one.name == "Payments")
    connect.create_quick_connect(
        **one,
        Name=SECURE_CALL,
        Description="Secures the call through PCI Pal.",
        QuickConnectConfig={
            "QuickConnectType": "QUEUE",
            "QueueConfig": {"QueueId": payments, "ContactFlowId": transfer},
        },
    )
