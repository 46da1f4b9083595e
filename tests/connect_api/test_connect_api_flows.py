import hashlib
import json
from typing import Any

import pytest

from simulator.connect_api import StoredInstance
from tests.connect_api.of_the_shop import (
    FUNCTION,
    content,
    create_flow,
    create_quick_connect,
    end,
    flow_id,
    invoke,
    number_id,
    queue_id,
)


def publish(connect: Any, instance: StoredInstance, flow: str, text: str) -> None:
    connect.update_contact_flow_content(InstanceId=instance.id, ContactFlowId=flow, Content=text)


def described(connect: Any, instance: StoredInstance, flow: str) -> dict[str, Any]:
    answer = connect.describe_contact_flow(InstanceId=instance.id, ContactFlowId=flow)
    flow_described: dict[str, Any] = answer["ContactFlow"]
    return flow_described


def problems(error: Any) -> str:
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return " | ".join(one["message"] for one in error.value.response["problems"])


def test_a_fresh_instance_has_connects_default_flows_and_the_shops_own(
    connect: Any, instance: StoredInstance
) -> None:
    listed = connect.list_contact_flows(InstanceId=instance.id)["ContactFlowSummaryList"]
    assert {flow["Name"]: flow["ContactFlowType"] for flow in listed} == {
        "Default agent hold": "AGENT_HOLD",
        "Default agent transfer": "AGENT_TRANSFER",
        "Default agent whisper": "AGENT_WHISPER",
        "Default customer hold": "CUSTOMER_HOLD",
        "Default customer queue": "CUSTOMER_QUEUE",
        "Default customer whisper": "CUSTOMER_WHISPER",
        "Default outbound": "OUTBOUND_WHISPER",
        "Default queue transfer": "QUEUE_TRANSFER",
        "Shop": "CONTACT_FLOW",
    }


def test_flows_are_listed_by_type(connect: Any, instance: StoredInstance) -> None:
    listed = connect.list_contact_flows(
        InstanceId=instance.id, ContactFlowTypes=["AGENT_WHISPER", "CONTACT_FLOW"]
    )["ContactFlowSummaryList"]
    assert [flow["Name"] for flow in listed] == ["Default agent whisper", "Shop"]


def test_a_flow_is_created_published_and_described(connect: Any, instance: StoredInstance) -> None:
    text = content(end())
    made = connect.create_contact_flow(
        InstanceId=instance.id,
        Name="Transfer to PCI Pal",
        Type="QUEUE_TRANSFER",
        Description="Calls PCI Pal.",
        Content=text,
        Tags={"made-by": "secure-transfer"},
    )
    assert made["ContactFlowArn"] == f"{instance.arn}/contact-flow/{made['ContactFlowId']}"
    flow = described(connect, instance, made["ContactFlowId"])
    assert (flow["Content"], flow["Status"], flow["State"]) == (text, "PUBLISHED", "ACTIVE")
    assert (flow["Description"], flow["Tags"]) == (
        "Calls PCI Pal.",
        {"made-by": "secure-transfer"},
    )
    assert flow["FlowContentSha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert described(connect, instance, made["ContactFlowArn"]) == flow


def test_a_name_is_there_once(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.DuplicateResourceException, match="Shop"):
        create_flow(connect, instance, "Shop", "QUEUE_TRANSFER")


def test_new_content_takes_the_place_of_the_old(connect: Any, instance: StoredInstance) -> None:
    whisper = flow_id(instance, "Default agent whisper")
    text = content(end("EndFlowExecution"))
    publish(connect, instance, whisper, text)
    assert described(connect, instance, whisper)["Content"] == text


def test_what_a_flow_has_can_be_published_again(connect: Any, instance: StoredInstance) -> None:
    """Without what only the designer needs: a customer's flow may have been made by a program."""
    for name in ("Default agent whisper", "Default outbound", "Default customer queue", "Shop"):
        before = described(connect, instance, flow_id(instance, name))
        publish(connect, instance, before["Id"], before["Content"])
        assert described(connect, instance, before["Id"])["Content"] == before["Content"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no flow", "no JSON"),
        ("[]", "no JSON object"),
        ('{"Version":"2019-10-30"}', "no Actions"),
        (content(end("Blow up")), "'Blow up' is not known"),
        (content(end("DisconnectParticipant")), "not allowed in AGENT_WHISPER"),
        (content({**end("EndFlowExecution"), "Identifier": "a/b"}), "contains '/'"),
    ],
)
def test_content_with_a_problem_is_not_published(
    connect: Any, instance: StoredInstance, text: str, problem: str
) -> None:
    whisper = flow_id(instance, "Default agent whisper")
    before = described(connect, instance, whisper)["Content"]
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as error:
        publish(connect, instance, whisper, text)
    assert problem in problems(error)
    assert described(connect, instance, whisper)["Content"] == before


def test_the_type_that_counts_is_the_apis_and_not_the_metadatas(
    connect: Any, instance: StoredInstance
) -> None:
    text = json.dumps({**json.loads(content(end())), "Metadata": {"type": "contactFlow"}})
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as error:
        connect.create_contact_flow(
            InstanceId=instance.id, Name="Whisper", Type="AGENT_WHISPER", Content=text
        )
    assert "not allowed in AGENT_WHISPER" in problems(error)


def test_a_flow_may_invoke_only_functions_that_are_associated(
    connect: Any, instance: StoredInstance
) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    text = content(invoke(FUNCTION), end())
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as error:
        publish(connect, instance, flow, text)
    assert FUNCTION in problems(error)
    connect.associate_lambda_function(InstanceId=instance.id, FunctionArn=FUNCTION)
    publish(connect, instance, flow, text)
    assert described(connect, instance, flow)["Content"] == text


def test_what_is_saved_is_not_looked_at_and_does_not_run(
    connect: Any, instance: StoredInstance
) -> None:
    flow = connect.create_contact_flow(
        InstanceId=instance.id, Name="Draft", Type="AGENT_HOLD", Content="{}", Status="SAVED"
    )["ContactFlowId"]
    with pytest.raises(connect.exceptions.ContactFlowNotPublishedException, match="Draft"):
        described(connect, instance, flow)
    saved = described(connect, instance, f"{flow}:$SAVED")
    assert (saved["Content"], saved["Status"]) == ("{}", "SAVED")


def test_saving_leaves_what_is_published(connect: Any, instance: StoredInstance) -> None:
    whisper = flow_id(instance, "Default agent whisper")
    before = described(connect, instance, whisper)["Content"]
    publish(connect, instance, f"{whisper}:$SAVED", "{}")
    assert described(connect, instance, whisper)["Content"] == before
    assert described(connect, instance, f"{whisper}:$SAVED")["Content"] == "{}"


def test_a_type_that_the_linter_does_not_know_is_named(
    connect: Any, instance: StoredInstance
) -> None:
    with pytest.raises(connect.exceptions.ClientError, match="of type CUSTOMER_HOLD"):
        publish(connect, instance, flow_id(instance, "Default customer hold"), content(end()))


def test_a_flow_is_renamed(connect: Any, instance: StoredInstance) -> None:
    shop = flow_id(instance, "Shop")
    connect.update_contact_flow_name(InstanceId=instance.id, ContactFlowId=shop, Name="Store")
    connect.update_contact_flow_metadata(
        InstanceId=instance.id, ContactFlowId=shop, Description="The shop's."
    )
    flow = described(connect, instance, shop)
    assert (flow["Name"], flow["Description"]) == ("Store", "The shop's.")
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.update_contact_flow_name(
            InstanceId=instance.id, ContactFlowId=shop, Name="Default outbound"
        )


def test_a_flow_that_nothing_uses_is_deleted(connect: Any, instance: StoredInstance) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    connect.delete_contact_flow(InstanceId=instance.id, ContactFlowId=flow)
    with pytest.raises(connect.exceptions.ResourceNotFoundException, match=flow):
        described(connect, instance, flow)


def test_a_flow_in_use_is_not_deleted(connect: Any, instance: StoredInstance) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    create_quick_connect(connect, instance, flow)
    for used, by in (
        (flow, "quick connect Secure call"),
        (flow_id(instance, "Shop"), "a phone number"),
        (flow_id(instance, "Default agent whisper"), "default AGENT_WHISPER"),
    ):
        with pytest.raises(connect.exceptions.InvalidRequestException, match=by):
            connect.delete_contact_flow(InstanceId=instance.id, ContactFlowId=used)


# ------------------------------------------------------------------ quick connects


def test_a_quick_connect_is_made_changed_and_deleted(
    connect: Any, instance: StoredInstance
) -> None:
    first, second = (
        create_flow(connect, instance, name, "QUEUE_TRANSFER") for name in ("One", "Two")
    )
    made = create_quick_connect(connect, instance, first)
    config = {
        "QuickConnectType": "QUEUE",
        "QueueConfig": {"QueueId": queue_id(instance), "ContactFlowId": second},
    }
    connect.update_quick_connect_config(
        InstanceId=instance.id, QuickConnectId=made, QuickConnectConfig=config
    )
    connect.update_quick_connect_name(InstanceId=instance.id, QuickConnectId=made, Name="Pay")
    one = connect.describe_quick_connect(InstanceId=instance.id, QuickConnectId=made)[
        "QuickConnect"
    ]
    assert one["QuickConnectARN"] == f"{instance.arn}/transfer-destination/{made}"
    assert (one["Name"], one["QuickConnectConfig"]) == ("Pay", config)
    (listed,) = connect.list_quick_connects(InstanceId=instance.id, QuickConnectTypes=["QUEUE"])[
        "QuickConnectSummaryList"
    ]
    assert (listed["Id"], listed["QuickConnectType"]) == (made, "QUEUE")
    none = connect.list_quick_connects(InstanceId=instance.id, QuickConnectTypes=["USER"])
    assert none["QuickConnectSummaryList"] == []
    connect.delete_quick_connect(InstanceId=instance.id, QuickConnectId=made)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_quick_connect(InstanceId=instance.id, QuickConnectId=made)


def test_quick_connects_are_searched_for(connect: Any, instance: StoredInstance) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    create_quick_connect(connect, instance, flow, "Secure call")
    create_quick_connect(connect, instance, flow, "Complaints")
    condition = {"FieldName": "name", "Value": "SECURE", "ComparisonType": "STARTS_WITH"}
    found = connect.search_quick_connects(
        InstanceId=instance.id, SearchCriteria={"StringCondition": condition}
    )
    assert [one["Name"] for one in found["QuickConnects"]] == ["Secure call"]
    assert found["ApproximateTotalCount"] == 1


def test_a_quick_connects_flow_has_the_type_for_it(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="QUEUE_TRANSFER"):
        create_quick_connect(connect, instance, flow_id(instance, "Shop"))


def test_a_quick_connects_flow_and_queue_exist(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.ResourceNotFoundException, match="no flow nowhere"):
        create_quick_connect(connect, instance, "nowhere")


def test_a_quick_connect_has_the_config_of_its_type_alone(
    connect: Any, instance: StoredInstance
) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="PhoneConfig alone"):
        connect.create_quick_connect(
            InstanceId=instance.id,
            Name="Odd",
            QuickConnectConfig={
                "QuickConnectType": "PHONE_NUMBER",
                "QueueConfig": {
                    "QueueId": queue_id(instance),
                    "ContactFlowId": flow_id(instance, "Default queue transfer"),
                },
            },
        )


def test_a_quick_connects_name_is_there_once(connect: Any, instance: StoredInstance) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    create_quick_connect(connect, instance, flow)
    with pytest.raises(connect.exceptions.DuplicateResourceException, match="Secure call"):
        create_quick_connect(connect, instance, flow)


# ------------------------------------------------------------------ the numbers' flows


def flows_of_numbers(connect: Any, instance: StoredInstance) -> dict[str, str]:
    listed = connect.list_flow_associations(
        InstanceId=instance.id, ResourceType="VOICE_PHONE_NUMBER"
    )["FlowAssociationSummaryList"]
    return {one["ResourceId"].rpartition("/")[2]: one["FlowId"] for one in listed}


def test_a_number_is_bound_to_a_flow_and_released_from_it(
    connect: Any, instance: StoredInstance
) -> None:
    public, returned = number_id(instance, "Shop"), number_id(instance, "Return call from PCI Pal")
    shop = flow_id(instance, "Shop")
    assert flows_of_numbers(connect, instance) == {public: shop}
    flow = create_flow(connect, instance, "Answer", "CONTACT_FLOW")
    connect.associate_phone_number_contact_flow(
        PhoneNumberId=returned, InstanceId=instance.id, ContactFlowId=flow
    )
    assert flows_of_numbers(connect, instance) == {public: shop, returned: flow}
    (asked,) = connect.batch_get_flow_association(
        InstanceId=instance.id,
        ResourceIds=[instance.numbers[returned].arn],
        ResourceType="VOICE_PHONE_NUMBER",
    )["FlowAssociationSummaryList"]
    assert asked["FlowId"] == flow
    connect.disassociate_phone_number_contact_flow(PhoneNumberId=returned, InstanceId=instance.id)
    assert flows_of_numbers(connect, instance) == {public: shop}


def test_a_number_is_answered_by_an_inbound_flow_alone(
    connect: Any, instance: StoredInstance
) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="CONTACT_FLOW"):
        connect.associate_phone_number_contact_flow(
            PhoneNumberId=number_id(instance, "Shop"),
            InstanceId=instance.id,
            ContactFlowId=flow_id(instance, "Default queue transfer"),
        )
