"""Phone numbers: those to be had, those that an instance has, and the flow that answers each."""

from collections.abc import Iterator

from simulator.connect_api.errors import ApiError, invalid
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.store import Account, StoredInstance, StoredNumber, new_id

# Numbers that regulators keep for drama, as if they could be claimed: they ring nowhere.
_TO_BE_HAD = {
    ("GB", "DID"): [f"+441632960{last:03}" for last in range(1000)],
    ("GB", "TOLL_FREE"): [f"+448081570{last:03}" for last in range(1000)],
    ("US", "DID"): [f"+120255501{last:02}" for last in range(100)],
}
_VOICE = "VOICE_PHONE_NUMBER"


def search_available_phone_numbers(account: Account, given: Given) -> Answer:
    _target(account, given)
    country, kind = given["PhoneNumberCountryCode"], given["PhoneNumberType"]
    claimed = {number.number for _, number in _claimed(account)}
    return {
        "AvailableNumbersList": [
            {"PhoneNumber": one, "PhoneNumberCountryCode": country, "PhoneNumberType": kind}
            for one in _TO_BE_HAD.get((country, kind), [])
            if one not in claimed and one.startswith(given.get("PhoneNumberPrefix", ""))
        ]
    }


def claim_phone_number(account: Account, given: Given) -> Answer:
    instance, wanted = _target(account, given), given["PhoneNumber"]
    if any(number.number == wanted for _, number in _claimed(account)):
        raise invalid("The phone number is claimed already.")
    for (country, kind), numbers in _TO_BE_HAD.items():
        if wanted in numbers:
            identifier = new_id()
            number = instance.numbers[identifier] = StoredNumber(
                id=identifier,
                arn=account.arn_of_number(identifier),
                number=wanted,
                country=country,
                type=kind,
                description=given.get("PhoneNumberDescription"),
                tags=given.get("Tags", {}),
            )
            return {"PhoneNumberId": number.id, "PhoneNumberArn": number.arn}
    raise invalid("The phone number cannot be had: SearchAvailablePhoneNumbers tells which can.")


def release_phone_number(account: Account, given: Given) -> Answer:
    instance, number = account.number(given["PhoneNumberId"])
    del instance.numbers[number.id]
    return {}


def describe_phone_number(account: Account, given: Given) -> Answer:
    instance, number = account.number(given["PhoneNumberId"])
    status = {"PhoneNumberStatus": {"Status": "CLAIMED"}, "Tags": number.tags}
    return {"ClaimedPhoneNumberSummary": _described(instance, number) | status}


def list_phone_numbers_v2(account: Account, given: Given) -> Answer:
    if "TargetArn" in given or "InstanceId" in given:
        target = _target(account, given)
        numbers = [(target, number) for number in target.numbers.values()]
    else:
        numbers = list(_claimed(account))
    prefix = given.get("PhoneNumberPrefix", "")
    return {
        "ListPhoneNumbersSummaryList": [
            _described(instance, number)
            for instance, number in numbers
            if _is_asked_for(number, given) and number.number.startswith(prefix)
        ]
    }


def list_phone_numbers(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    return {
        "PhoneNumberSummaryList": [
            {
                "Id": number.id,
                "Arn": f"{instance.arn}/phone-numbers/{number.id}",
                "PhoneNumber": number.number,
                "PhoneNumberType": number.type,
                "PhoneNumberCountryCode": number.country,
            }
            for number in instance.numbers.values()
            if _is_asked_for(number, given)
        ]
    }


# ------------------------------------------------------------ the flow that answers


def associate_phone_number_contact_flow(account: Account, given: Given) -> Answer:
    instance, number = _of_instance(account, given)
    flow = instance.flow(given["ContactFlowId"])
    if flow.type != "CONTACT_FLOW":
        raise invalid(f"The flow {flow.name} is a {flow.type}: it must be a CONTACT_FLOW.")
    number.flow_id = flow.id
    return {}


def disassociate_phone_number_contact_flow(account: Account, given: Given) -> Answer:
    _, number = _of_instance(account, given)
    number.flow_id = ""
    return {}


def list_flow_associations(account: Account, given: Given) -> Answer:
    """List which flow answers which number: no other operation tells."""
    instance = account.instance(given["InstanceId"])
    wanted = given.get("ResourceType", _VOICE) == _VOICE
    return {
        "FlowAssociationSummaryList": [
            _association(number)
            for number in instance.numbers.values()
            if wanted and number.flow_id
        ]
    }


def batch_get_flow_association(account: Account, given: Given) -> Answer:
    asked = {one.rpartition("/")[2] for one in given["ResourceIds"]}
    every = list_flow_associations(account, given)["FlowAssociationSummaryList"]
    return {
        "FlowAssociationSummaryList": [
            one for one in every if one["ResourceId"].rpartition("/")[2] in asked
        ]
    }


def _association(number: StoredNumber) -> Answer:
    return {"ResourceId": number.arn, "FlowId": number.flow_id, "ResourceType": _VOICE}


def _claimed(account: Account) -> Iterator[tuple[StoredInstance, StoredNumber]]:
    for instance in account.instances.values():
        for number in instance.numbers.values():
            yield instance, number


def _target(account: Account, given: Given) -> StoredInstance:
    """Return the instance that `TargetArn` or `InstanceId` names: one of the two must."""
    if ("TargetArn" in given) == ("InstanceId" in given):
        raise invalid("Give either TargetArn or InstanceId.")
    return account.instance(given.get("InstanceId") or given["TargetArn"].rpartition("/")[2])


def _of_instance(account: Account, given: Given) -> tuple[StoredInstance, StoredNumber]:
    instance, number = account.number(given["PhoneNumberId"])
    if instance is not account.instance(given["InstanceId"]):
        raise ApiError(
            "ResourceNotFoundException", f"{instance.id} has the number, not {given['InstanceId']}."
        )
    return instance, number


def _is_asked_for(number: StoredNumber, given: Given) -> bool:
    types, countries = given.get("PhoneNumberTypes"), given.get("PhoneNumberCountryCodes")
    return (not types or number.type in types) and (not countries or number.country in countries)


def _described(instance: StoredInstance, number: StoredNumber) -> Answer:
    return {
        "PhoneNumberId": number.id,
        "PhoneNumberArn": number.arn,
        "PhoneNumber": number.number,
        "PhoneNumberCountryCode": number.country,
        "PhoneNumberType": number.type,
        "PhoneNumberDescription": number.description,
        "TargetArn": instance.arn,
        "InstanceId": instance.id,
    }
