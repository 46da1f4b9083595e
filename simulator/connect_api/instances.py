"""Instances, their telephony attributes, and what is integrated with them."""

from simulator.connect_api.errors import ApiError, duplicate, invalid
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.store import Account, StoredInstance, StoredIntegration, found, new_id


def list_instances(account: Account, _: Given) -> Answer:
    return {"InstanceSummaryList": [_described(one) for one in account.instances.values()]}


def describe_instance(account: Account, given: Given) -> Answer:
    return {"Instance": _described(account.instance(given["InstanceId"]))}


def _described(instance: StoredInstance) -> Answer:
    account = instance.arn.split(":")[4]
    return {
        "Id": instance.id,
        "Arn": instance.arn,
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": instance.alias,
        "CreatedTime": instance.created,
        "ServiceRole": f"arn:aws:iam::{account}:role/aws-service-role/connect.amazonaws.com/"
        "AWSServiceRoleForAmazonConnect",
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": instance.attributes["INBOUND_CALLS"],
        "OutboundCallsEnabled": instance.attributes["OUTBOUND_CALLS"],
        "InstanceAccessUrl": f"https://{instance.alias}.my.connect.aws",
    }


# --------------------------------------------------------------------- attributes


def list_instance_attributes(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    return {"Attributes": [_attribute(instance, name) for name in instance.attributes]}


def describe_instance_attribute(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    return {"Attribute": _attribute(instance, given["AttributeType"])}


def update_instance_attribute(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    if given["Value"] not in ("true", "false"):
        raise invalid(f"Value is {given['Value']!r}: it must be 'true' or 'false'.")
    instance.attributes[given["AttributeType"]] = given["Value"] == "true"
    return {}


def _attribute(instance: StoredInstance, name: str) -> Answer:
    return {"AttributeType": name, "Value": str(instance.attributes.get(name, False)).lower()}


# ------------------------------------------------------------------- integrations


def list_lambda_functions(account: Account, given: Given) -> Answer:
    return {"LambdaFunctions": list(account.instance(given["InstanceId"]).functions)}


def associate_lambda_function(account: Account, given: Given) -> Answer:
    instance, arn = account.instance(given["InstanceId"]), given["FunctionArn"]
    if not arn.startswith("arn:") or ":function:" not in arn:
        raise invalid(f"FunctionArn is {arn!r}: it must be the ARN of a function.")
    if arn in instance.functions:
        raise ApiError("ResourceConflictException", f"{arn} is associated already.")
    instance.functions.append(arn)
    return {}


def disassociate_lambda_function(account: Account, given: Given) -> Answer:
    instance, arn = account.instance(given["InstanceId"]), given["FunctionArn"]
    if arn not in instance.functions:
        raise ApiError("ResourceNotFoundException", f"{arn} is not associated.")
    instance.functions.remove(arn)
    return {}


def list_integration_associations(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    return {
        "IntegrationAssociationSummaryList": [
            {
                "IntegrationAssociationId": one.id,
                "IntegrationAssociationArn": one.arn,
                "InstanceId": instance.id,
                "IntegrationType": one.type,
                "IntegrationArn": one.integration_arn,
                **one.source,
            }
            for one in instance.integrations.values()
            if given.get("IntegrationType", one.type) == one.type
            and given.get("IntegrationArn", one.integration_arn) == one.integration_arn
        ]
    }


def create_integration_association(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    kind, arn, identifier = given["IntegrationType"], given["IntegrationArn"], new_id()
    if any((one.type, one.integration_arn) == (kind, arn) for one in _all(instance)):
        raise duplicate(f"{kind} integration", arn)
    made = instance.integrations[identifier] = StoredIntegration(
        id=identifier,
        arn=f"{instance.arn}/integration-association/{identifier}",
        type=kind,
        integration_arn=arn,
        source={key: value for key, value in given.items() if key.startswith("Source")},
    )
    return {"IntegrationAssociationId": made.id, "IntegrationAssociationArn": made.arn}


def delete_integration_association(account: Account, given: Given) -> Answer:
    instance, identifier = account.instance(given["InstanceId"]), given["IntegrationAssociationId"]
    found(instance.integrations, "integration association", identifier)
    del instance.integrations[identifier]
    return {}


def _all(instance: StoredInstance) -> list[StoredIntegration]:
    return list(instance.integrations.values())
