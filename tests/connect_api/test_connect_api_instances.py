from typing import Any

import pytest

from simulator.connect_api import ConnectApi, StoredInstance
from tests.connect_api.of_the_shop import FUNCTION, another_instance


def test_instances_are_listed_and_described(connect: Any, instance: StoredInstance) -> None:
    (listed,) = connect.list_instances()["InstanceSummaryList"]
    described = connect.describe_instance(InstanceId=instance.id)["Instance"]
    assert listed["Arn"] == described["Arn"] == instance.arn
    assert (described["InstanceAlias"], described["InstanceStatus"]) == ("shop", "ACTIVE")
    assert described["CreatedTime"].tzinfo is not None


def test_each_instance_has_its_own_things(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    other = another_instance(api.account, "carol")
    listed = connect.list_users(InstanceId=other.id)["UserSummaryList"]
    assert [user["Username"] for user in listed] == ["carol"]
    assert len(connect.list_users(InstanceId=instance.id)["UserSummaryList"]) == 2


def test_an_attribute_is_changed(connect: Any, instance: StoredInstance) -> None:
    connect.update_instance_attribute(
        InstanceId=instance.id, AttributeType="CONTACTFLOW_LOGS", Value="true"
    )
    attribute = connect.describe_instance_attribute(
        InstanceId=instance.id, AttributeType="CONTACTFLOW_LOGS"
    )["Attribute"]
    assert attribute == {"AttributeType": "CONTACTFLOW_LOGS", "Value": "true"}


def test_calls_that_are_switched_off_show_on_the_instance(
    connect: Any, instance: StoredInstance
) -> None:
    connect.update_instance_attribute(
        InstanceId=instance.id, AttributeType="OUTBOUND_CALLS", Value="false"
    )
    described = connect.describe_instance(InstanceId=instance.id)["Instance"]
    assert described["InboundCallsEnabled"] is True
    assert described["OutboundCallsEnabled"] is False


def test_an_attribute_is_true_or_false(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="'true' or 'false'"):
        connect.update_instance_attribute(
            InstanceId=instance.id, AttributeType="EARLY_MEDIA", Value="yes"
        )


def test_an_unknown_attribute_is_refused(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="INBOUND_CALLS"):
        connect.describe_instance_attribute(InstanceId=instance.id, AttributeType="COFFEE")


def test_a_function_is_associated_once(connect: Any, instance: StoredInstance) -> None:
    connect.associate_lambda_function(InstanceId=instance.id, FunctionArn=FUNCTION)
    assert connect.list_lambda_functions(InstanceId=instance.id)["LambdaFunctions"] == [FUNCTION]
    with pytest.raises(connect.exceptions.ResourceConflictException):
        connect.associate_lambda_function(InstanceId=instance.id, FunctionArn=FUNCTION)
    connect.disassociate_lambda_function(InstanceId=instance.id, FunctionArn=FUNCTION)
    assert connect.list_lambda_functions(InstanceId=instance.id)["LambdaFunctions"] == []
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.disassociate_lambda_function(InstanceId=instance.id, FunctionArn=FUNCTION)


def test_a_function_is_named_by_its_arn(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="ARN of a function"):
        connect.associate_lambda_function(InstanceId=instance.id, FunctionArn="AddAgent")


def test_an_integration_is_made_listed_and_removed(connect: Any, instance: StoredInstance) -> None:
    event = {"IntegrationType": "EVENT", "IntegrationArn": "arn:aws:events:eu-west-2:1:event-bus/b"}
    made = connect.create_integration_association(
        InstanceId=instance.id, SourceApplicationName="Payments", **event
    )
    (listed,) = connect.list_integration_associations(
        InstanceId=instance.id, IntegrationType="EVENT"
    )["IntegrationAssociationSummaryList"]
    assert listed["IntegrationAssociationId"] == made["IntegrationAssociationId"]
    assert (listed["IntegrationArn"], listed["SourceApplicationName"]) == (
        event["IntegrationArn"],
        "Payments",
    )
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.create_integration_association(InstanceId=instance.id, **event)
    connect.delete_integration_association(
        InstanceId=instance.id, IntegrationAssociationId=made["IntegrationAssociationId"]
    )
    after = connect.list_integration_associations(InstanceId=instance.id)
    assert after["IntegrationAssociationSummaryList"] == []
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.delete_integration_association(
            InstanceId=instance.id, IntegrationAssociationId=made["IntegrationAssociationId"]
        )


def test_integrations_of_other_types_are_not_listed(connect: Any, instance: StoredInstance) -> None:
    connect.create_integration_association(
        InstanceId=instance.id, IntegrationType="EVENT", IntegrationArn="arn:aws:events:::b"
    )
    listed = connect.list_integration_associations(
        InstanceId=instance.id, IntegrationType="APPLICATION"
    )
    assert listed["IntegrationAssociationSummaryList"] == []
