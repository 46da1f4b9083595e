"""Flows: created, published, described, deleted."""

import hashlib

from simulator.connect_api.errors import ApiError, duplicate, invalid_flow
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.publication import problems_of
from simulator.connect_api.quick_connects import flow_ids_in
from simulator.connect_api.store import Account, StoredFlow, StoredInstance, new_id, now

_SAVED = ":$SAVED"


def create_contact_flow(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    _must_be_new(instance, given["Name"])
    content, published = given["Content"], given.get("Status", "PUBLISHED") == "PUBLISHED"
    if published:
        _must_be_valid(instance, given["Type"], content)
    flow = add_flow(instance, given["Name"], given["Type"], "")
    flow.description = given.get("Description", "")
    flow.tags = given.get("Tags", {})
    if published:
        flow.published = content
    else:
        flow.saved = content
    return {
        "ContactFlowId": flow.id,
        "ContactFlowArn": flow.arn,
        "FlowContentSha256": _digest(content),
    }


def describe_contact_flow(account: Account, given: Given) -> Answer:
    flow, wants_saved = _flow(account, given)
    if not flow.published and not wants_saved:
        raise ApiError("ContactFlowNotPublishedException", f"{flow.name} was never published.")
    content = (wants_saved and flow.saved) or flow.published
    return {
        "ContactFlow": {
            "Arn": flow.arn,
            "Id": flow.id,
            "Name": flow.name,
            "Type": flow.type,
            "State": flow.state,
            "Status": "SAVED" if content == flow.saved else "PUBLISHED",
            "Description": flow.description,
            "Content": content,
            "Tags": flow.tags,
            "FlowContentSha256": _digest(content),
            "LastModifiedTime": flow.modified,
            "LastModifiedRegion": account.region,
        }
    }


def list_contact_flows(account: Account, given: Given) -> Answer:
    types = given.get("ContactFlowTypes")
    return {
        "ContactFlowSummaryList": [
            {
                "Id": flow.id,
                "Arn": flow.arn,
                "Name": flow.name,
                "ContactFlowType": flow.type,
                "ContactFlowState": flow.state,
                "ContactFlowStatus": "PUBLISHED" if flow.published else "SAVED",
            }
            for flow in account.instance(given["InstanceId"]).flows.values()
            if not types or flow.type in types
        ]
    }


def update_contact_flow_content(account: Account, given: Given) -> Answer:
    flow, only_save = _flow(account, given)
    if only_save:
        flow.saved = given["Content"]
    else:
        _must_be_valid(account.instance(given["InstanceId"]), flow.type, given["Content"])
        flow.published, flow.saved = given["Content"], ""
    flow.modified = now()
    return {}


def update_contact_flow_name(account: Account, given: Given) -> Answer:
    return update_contact_flow_metadata(account, given)


def update_contact_flow_metadata(account: Account, given: Given) -> Answer:
    flow, _ = _flow(account, given)
    if given.get("Name", flow.name) != flow.name:
        _must_be_new(account.instance(given["InstanceId"]), given["Name"])
        flow.name = given["Name"]
    flow.description = given.get("Description", flow.description)
    flow.state = given.get("ContactFlowState", flow.state)
    flow.modified = now()
    return {}


def delete_contact_flow(account: Account, given: Given) -> Answer:
    """Delete a flow that nothing uses: what Connect does with one in use is not documented."""
    instance = account.instance(given["InstanceId"])
    flow, _ = _flow(account, given)
    used = _uses(instance, flow)
    if used:
        raise ApiError("InvalidRequestException", f"{flow.name} is in use: {', '.join(used)}.")
    del instance.flows[flow.id]
    return {}


def add_flow(instance: StoredInstance, name: str, flow_type: str, published: str) -> StoredFlow:
    """Put a flow into an instance, as it is."""
    identifier = new_id()
    flow = instance.flows[identifier] = StoredFlow(
        id=identifier,
        arn=f"{instance.arn}/contact-flow/{identifier}",
        name=name,
        type=flow_type,
        published=published,
    )
    return flow


def _flow(account: Account, given: Given) -> tuple[StoredFlow, bool]:
    """Find a flow by its id or ARN. True if the `$SAVED` content is meant."""
    identifier: str = given["ContactFlowId"]
    bare = identifier.removesuffix(_SAVED)
    flow = account.instance(given["InstanceId"]).flow(bare.rpartition("/")[2])
    return flow, bare != identifier


def _must_be_new(instance: StoredInstance, name: str) -> None:
    if any(flow.name == name for flow in instance.flows.values()):
        raise duplicate("flow", name)


def _must_be_valid(instance: StoredInstance, flow_type: str, content: str) -> None:
    problems = problems_of(instance, flow_type, content)
    if problems:
        raise invalid_flow(problems)


def _uses(instance: StoredInstance, flow: StoredFlow) -> list[str]:
    return [
        *(f"default {kind}" for kind, one in instance.default_flows.items() if one == flow.id),
        *("a phone number" for one in instance.numbers.values() if one.flow_id == flow.id),
        *(
            f"quick connect {one.name}"
            for one in instance.quick_connects.values()
            if flow.id in flow_ids_in(one.config)
        ),
        *(
            f"flow {one.name}"
            for one in instance.flows.values()
            if one is not flow and flow.arn in one.published
        ),
    ]


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
