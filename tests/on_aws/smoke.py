"""One secure transfer on a stack that is deployed, without Connect, telephones and PCI Pal.

The functions are invoked as Connect's flows invoke them, with contacts that nobody else has. What
is left of it for good: the execution's history, and its events in the audit log and the archive.
The refused caller is counted for 15 minutes, where callers are locked out.
"""

import contextlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from operations.site import CARDHOLDER, RETURN, SHOP
from operations.stage import until
from simulator.connect.contact import Contact, event
from simulator.stack import Stack
from tests.workflow.driver import SECURED

AGENT = "smoke-test"
_MALFORMED = "12"  # a PIN of the right length might be somebody's; a used one sets off an alarm
_AUDIT_SECONDS = 180.0
"""How long to wait for what EventBridge delivers: usually seconds, and nobody says how many."""
_NO_INSTANCE = (
    "arn:aws:connect:eu-west-2:123456789012:instance/00000000-0000-4000-8000-000000000000"
)

Client = Callable[[str], Any]
"""Returns the boto3 client of a service."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack, and whose calls its functions answer."""

    stack: Stack
    instance_arn: str
    return_number: str


def find(client: Client, name: str) -> Deployed:
    """Ask CloudFormation for a stack. Raises `ClientError` if there is none of that name."""
    cloud_formation = client("cloudformation")
    (described,) = cloud_formation.describe_stacks(StackName=name)["Stacks"]
    pages = cloud_formation.get_paginator("list_stack_resources").paginate(StackName=name)
    made = [one for page in pages for one in page["StackResourceSummaries"]]
    given = {one["ParameterKey"]: one["ParameterValue"] for one in described["Parameters"]}
    stack = Stack(
        name,
        outputs={one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]},
        resources={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made},
    )
    # What is empty is not checked by the functions.
    return Deployed(
        stack, given["ConnectInstanceArn"] or _NO_INSTANCE, given["ReturnNumber"] or RETURN
    )


def play(client: Client, deployed: Deployed) -> None:
    """Secure a transfer, have a call refused, look both up in the audit log, and clean up."""
    conversation = Contact.inbound(CARDHOLDER, SHOP)
    click = conversation.transferred()
    # A number of the range that is kept for fiction; another each time, or it would be locked out.
    caller = f"+441632960{secrets.randbelow(1000):03d}"
    looped = Contact.inbound(caller, deployed.return_number)
    stranger = Contact.inbound(caller, deployed.return_number)
    try:
        _secure(client, deployed, click, looped)
        refused = _ask(client, deployed, "GetAgent", stranger, {"PIN": _MALFORMED})
        assert refused == {"Result": "ERROR", "Reason": "PinMalformed"}
        _until_audited(client, deployed, click, set(SECURED))
        _until_audited(client, deployed, stranger, {"PinRejected"})
    finally:
        _clean_up(client, deployed, click, looped)


def _secure(client: Client, deployed: Deployed, click: Contact, looped: Contact) -> None:
    added = _ask(client, deployed, "AddAgent", click, {"AgentName": AGENT})
    assert added["Result"] == "OK", added["Reason"]
    answered = _ask(client, deployed, "GetAgent", looped, {"PIN": added["PIN"]})
    assert answered == {"Result": "OK", "AgentName": AGENT, "TransferId": click.contact_id}
    join = {"AgentName": AGENT, "TransferId": click.contact_id}
    assert _ask(client, deployed, "AgentJoined", looped, join) == {"Result": "OK"}

    def ended() -> Any:
        execution = _execution(client, deployed, click)
        return execution if execution["status"] != "RUNNING" else None

    execution = until(ended, "the transfer's execution to end")
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["transferId"] == click.contact_id


def _ask(
    client: Client,
    deployed: Deployed,
    function: str,
    contact: Contact,
    parameters: Mapping[str, str],
) -> dict[str, str]:
    answer = client("lambda").invoke(
        FunctionName=deployed.stack.outputs[f"{function}FunctionArn"],
        Payload=json.dumps(event(contact, parameters, deployed.instance_arn)),
    )
    payload: dict[str, str] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, f"{function} failed: {payload.get('errorMessage')}"
    return payload


def _execution(client: Client, deployed: Deployed, click: Contact) -> Any:
    machine = deployed.stack.outputs["SecureTransferStateMachineArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{click.contact_id}"
    return client("stepfunctions").describe_execution(executionArn=arn)


def _until_audited(
    client: Client, deployed: Deployed, contact: Contact, expected: set[str]
) -> None:
    """Wait until the audit log has these events of a contact, each by its detail-type."""
    pages = client("logs").get_paginator("filter_log_events")
    wanted = {
        "logGroupName": deployed.stack.resources["AuditLogGroup"],
        "filterPattern": f'"{contact.contact_id}"',
    }

    def logged() -> bool:
        lines = [line["message"] for page in pages.paginate(**wanted) for line in page["events"]]
        return expected <= {json.loads(line)["detail-type"] for line in lines}

    until(logged, f"{', '.join(sorted(expected))} in the audit log", _AUDIT_SECONDS)


def _clean_up(client: Client, deployed: Deployed, click: Contact, looped: Contact) -> None:
    """Stop the execution if it still runs, and delete the rows that can be named."""
    step_functions, table = client("stepfunctions"), client("dynamodb")
    try:
        execution = _execution(client, deployed, click)
    except step_functions.exceptions.ExecutionDoesNotExist:
        return  # the click came to nothing
    if execution["status"] == "RUNNING":
        step_functions.stop_execution(
            executionArn=execution["executionArn"], cause="The smoke test broke off."
        )
    transfers = deployed.stack.outputs["TransferTableName"]
    conversation = f"conversation/{click.initial_contact_id}"
    for key in (conversation, f"answer/{looped.contact_id}", click.contact_id):
        deleted = table.delete_item(
            TableName=transfers, Key={"TransferId": {"S": key}}, ReturnValues="ALL_OLD"
        )
        pin = deleted.get("Attributes", {}).get("PIN")
        if pin:
            # Nobody will come with it: it need not rest until it can be given out again.
            _delete_pin(table, deployed.stack.outputs["PinTableName"], pin, click)


def _delete_pin(table: Any, pins: str, pin: dict[str, str], click: Contact) -> None:
    it_is_anothers_by_now = table.exceptions.ConditionalCheckFailedException
    with contextlib.suppress(it_is_anothers_by_now):
        table.delete_item(
            TableName=pins,
            Key={"PIN": pin},
            ConditionExpression="TransferId = :ours",
            ExpressionAttributeValues={":ours": {"S": click.contact_id}},
        )
