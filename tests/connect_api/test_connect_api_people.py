from typing import Any

import pytest

from simulator.connect_api import ConnectApi, StoredInstance
from tests.connect_api.of_the_shop import (
    another_instance,
    create_flow,
    create_quick_connect,
    number_id,
    queue_id,
    user_id,
)

# ------------------------------------------------------------------------- queues


def test_queues_of_agents_are_listed_too_and_have_no_name(
    connect: Any, instance: StoredInstance
) -> None:
    listed = connect.list_queues(InstanceId=instance.id)["QueueSummaryList"]
    assert [queue.get("Name") for queue in listed] == ["Payments", "Questions", None, None]
    standard = connect.list_queues(InstanceId=instance.id, QueueTypes=["STANDARD"])
    assert len(standard["QueueSummaryList"]) == 2


def test_a_queue_is_made_and_described(connect: Any, instance: StoredInstance) -> None:
    (hours,) = connect.list_hours_of_operations(InstanceId=instance.id)[
        "HoursOfOperationSummaryList"
    ]
    made = connect.create_queue(
        InstanceId=instance.id,
        Name="Complaints",
        HoursOfOperationId=hours["Id"],
        MaxContacts=3,
        OutboundCallerConfig={"OutboundCallerIdNumberId": number_id(instance, "Shop")},
    )
    queue = connect.describe_queue(InstanceId=instance.id, QueueId=made["QueueId"])["Queue"]
    assert queue["QueueArn"] == f"{instance.arn}/queue/{queue['QueueId']}"
    assert (queue["Name"], queue["MaxContacts"], queue["Status"]) == ("Complaints", 3, "ENABLED")
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.create_queue(
            InstanceId=instance.id, Name="Complaints", HoursOfOperationId=hours["Id"]
        )


def test_quick_connects_are_added_to_a_queue_and_taken_off(
    connect: Any, instance: StoredInstance
) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    one, two = (create_quick_connect(connect, instance, flow, name) for name in ("One", "Two"))
    queue = {"InstanceId": instance.id, "QueueId": queue_id(instance)}

    def on_the_queue() -> list[str]:
        listed = connect.list_queue_quick_connects(**queue)["QuickConnectSummaryList"]
        return [quick_connect["Name"] for quick_connect in listed]

    connect.associate_queue_quick_connects(**queue, QuickConnectIds=[one])
    connect.associate_queue_quick_connects(**queue, QuickConnectIds=[one, two])
    assert on_the_queue() == ["One", "Two"]
    connect.disassociate_queue_quick_connects(**queue, QuickConnectIds=[one])
    assert on_the_queue() == ["Two"]
    connect.delete_quick_connect(InstanceId=instance.id, QuickConnectId=two)
    assert on_the_queue() == []


def test_a_quick_connect_that_is_not_there_is_not_added(
    connect: Any, instance: StoredInstance
) -> None:
    with pytest.raises(connect.exceptions.ResourceNotFoundException, match="quick connect"):
        connect.associate_queue_quick_connects(
            InstanceId=instance.id, QueueId=queue_id(instance), QuickConnectIds=["none"]
        )


# --------------------------------------------------------------- routing profiles


def test_a_routing_profile_gets_queues_and_loses_them(
    connect: Any, instance: StoredInstance
) -> None:
    made = connect.create_routing_profile(
        InstanceId=instance.id,
        Name="Payments only",
        Description="Takes payments.",
        DefaultOutboundQueueId=queue_id(instance),
        MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
    )["RoutingProfileId"]
    profile = {"InstanceId": instance.id, "RoutingProfileId": made}
    reference = {"QueueId": queue_id(instance), "Channel": "VOICE"}

    def queues() -> list[tuple[str, int]]:
        listed = connect.list_routing_profile_queues(**profile)
        return [
            (queue["QueueName"], queue["Priority"])
            for queue in listed["RoutingProfileQueueConfigSummaryList"]
        ]

    for priority in (1, 2):
        connect.associate_routing_profile_queues(
            **profile,
            QueueConfigs=[{"QueueReference": reference, "Priority": priority, "Delay": 0}],
        )
        assert queues() == [("Payments", priority)]
    connect.disassociate_routing_profile_queues(**profile, QueueReferences=[reference])
    assert queues() == []
    described = connect.describe_routing_profile(**profile)["RoutingProfile"]
    assert described["DefaultOutboundQueueId"] == queue_id(instance)
    assert (described["NumberOfAssociatedQueues"], described["NumberOfAssociatedUsers"]) == (0, 0)
    listed = connect.list_routing_profiles(InstanceId=instance.id)["RoutingProfileSummaryList"]
    assert [one["Name"] for one in listed] == ["Shop agents", "Payments only"]


def test_more_than_ten_queues_are_not_taken_off_at_once(
    connect: Any, instance: StoredInstance
) -> None:
    (profile,) = instance.routing_profiles
    reference = {"QueueId": queue_id(instance), "Channel": "VOICE"}
    with pytest.raises(connect.exceptions.InvalidParameterException, match="11 queues"):
        connect.disassociate_routing_profile_queues(
            InstanceId=instance.id, RoutingProfileId=profile, QueueReferences=[reference] * 11
        )


# -------------------------------------------------------------------------- users


def test_a_user_is_made_described_and_found(connect: Any, instance: StoredInstance) -> None:
    (profile,) = instance.routing_profiles
    (security,) = connect.list_security_profiles(InstanceId=instance.id)[
        "SecurityProfileSummaryList"
    ]
    made = connect.create_user(
        InstanceId=instance.id,
        Username="dave",
        RoutingProfileId=profile,
        SecurityProfileIds=[security["Id"]],
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30},
    )
    user = connect.describe_user(InstanceId=instance.id, UserId=made["UserId"])["User"]
    assert user["Arn"] == made["UserArn"] == f"{instance.arn}/agent/{made['UserId']}"
    assert user["PhoneConfig"] == {
        "PhoneType": "SOFT_PHONE",
        "AutoAccept": False,
        "AfterContactWorkTimeLimit": 30,
    }
    condition = {"FieldName": "Username", "Value": "dave", "ComparisonType": "EXACT"}
    found = connect.search_users(
        InstanceId=instance.id, SearchCriteria={"StringCondition": condition}
    )["Users"]
    assert [one["Id"] for one in found] == [made["UserId"]]
    with pytest.raises(connect.exceptions.DuplicateResourceException, match="dave"):
        connect.create_user(
            InstanceId=instance.id,
            Username="dave",
            RoutingProfileId=profile,
            SecurityProfileIds=[security["Id"]],
        )


def test_a_search_that_is_not_known_is_refused(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.ClientError, match="not by HierarchyGroupCondition"):
        connect.search_users(
            InstanceId=instance.id, SearchCriteria={"HierarchyGroupCondition": {"Value": "x"}}
        )
    condition = {"FieldName": "Shoe size", "Value": "9", "ComparisonType": "EXACT"}
    with pytest.raises(connect.exceptions.InvalidParameterException, match="shoe size"):
        connect.search_users(InstanceId=instance.id, SearchCriteria={"StringCondition": condition})


def test_a_phone_config_replaces_the_whole_of_the_last(
    connect: Any, instance: StoredInstance
) -> None:
    user = {"InstanceId": instance.id, "UserId": user_id(instance)}
    desk = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+441632960100"}
    connect.update_user_phone_config(**user, PhoneConfig=desk)
    connect.update_user_phone_config(**user, PhoneConfig={"AfterContactWorkTimeLimit": 1})
    assert connect.describe_user(**user)["User"]["PhoneConfig"] == {
        "PhoneType": "SOFT_PHONE",
        "AutoAccept": False,
        "AfterContactWorkTimeLimit": 1,
    }


def test_a_user_changes_the_routing_profile(connect: Any, instance: StoredInstance) -> None:
    other = connect.create_routing_profile(
        InstanceId=instance.id,
        Name="Nothing",
        Description="Serves no queue.",
        DefaultOutboundQueueId=queue_id(instance),
        MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
    )["RoutingProfileId"]
    user = {"InstanceId": instance.id, "UserId": user_id(instance)}
    connect.update_user_routing_profile(**user, RoutingProfileId=other)
    assert connect.describe_user(**user)["User"]["RoutingProfileId"] == other
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.update_user_routing_profile(**user, RoutingProfileId="none")


# ------------------------------------------------------------------ phone numbers


def test_a_number_is_found_claimed_and_released(connect: Any, instance: StoredInstance) -> None:
    of_the_instance = {"TargetArn": instance.arn}
    kind = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID"}
    available = connect.search_available_phone_numbers(**of_the_instance, **kind, MaxResults=1)
    (offered,) = available["AvailableNumbersList"]
    claimed = connect.claim_phone_number(
        **of_the_instance, PhoneNumber=offered["PhoneNumber"], PhoneNumberDescription="Loop 2"
    )
    number = connect.describe_phone_number(PhoneNumberId=claimed["PhoneNumberId"])[
        "ClaimedPhoneNumberSummary"
    ]
    assert (number["PhoneNumber"], number["InstanceId"]) == (offered["PhoneNumber"], instance.id)
    assert number["PhoneNumberStatus"]["Status"] == "CLAIMED"
    with pytest.raises(connect.exceptions.InvalidParameterException, match="claimed already"):
        connect.claim_phone_number(**of_the_instance, PhoneNumber=offered["PhoneNumber"])
    again = connect.search_available_phone_numbers(**of_the_instance, **kind, MaxResults=1)
    assert again["AvailableNumbersList"] != available["AvailableNumbersList"]
    connect.release_phone_number(PhoneNumberId=claimed["PhoneNumberId"])
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_phone_number(PhoneNumberId=claimed["PhoneNumberId"])


def test_not_every_number_can_be_had(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.InvalidParameterException, match="cannot be had"):
        connect.claim_phone_number(TargetArn=instance.arn, PhoneNumber="+442079460000")


def test_numbers_are_listed_in_both_ways(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    another_instance(api.account)
    by_target = connect.list_phone_numbers_v2(TargetArn=instance.arn)
    numbers = [one["PhoneNumber"] for one in by_target["ListPhoneNumbersSummaryList"]]
    listed = connect.list_phone_numbers(InstanceId=instance.id)["PhoneNumberSummaryList"]
    assert [one["PhoneNumber"] for one in listed] == numbers == ["+441632960000", "+441632960002"]
    everybodys = connect.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"]
    assert len(everybodys) == 4
    one = connect.list_phone_numbers_v2(
        InstanceId=instance.id, PhoneNumberPrefix="+441632960002", PhoneNumberTypes=["DID"]
    )
    assert len(one["ListPhoneNumbersSummaryList"]) == 1
    free = connect.list_phone_numbers_v2(
        InstanceId=instance.id, PhoneNumberTypes=["TOLL_FREE"], PhoneNumberCountryCodes=["GB"]
    )
    assert free["ListPhoneNumbersSummaryList"] == []


def test_anothers_number_cannot_be_bound(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    other = another_instance(api.account)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.disassociate_phone_number_contact_flow(
            PhoneNumberId=number_id(other, "Shop"), InstanceId=instance.id
        )
