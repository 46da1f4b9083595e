"""Paging, refusals, and what is told of requests: the same for every operation."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import boto3
import botocore.session
import pytest
import requests
from botocore.config import Config

from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance, snapshot
from simulator.connect_api.wire import OPERATIONS
from simulator.errors import SimulatorError
from tests.connect_api.of_the_shop import (
    create_flow,
    create_quick_connect,
    flow_id,
    number_id,
    queue_id,
    user_id,
)


def client(api: ConnectApi, **config: Any) -> Any:
    return boto3.client(
        "connect",
        endpoint_url=api.endpoint,
        region_name="eu-west-2",
        aws_access_key_id="operator",
        aws_secret_access_key="local",
        config=Config(**config),
    )


def page_of(connect: Any, instance: StoredInstance, **given: Any) -> tuple[list[str], str]:
    answer = connect.list_contact_flows(InstanceId=instance.id, **given)
    names = [flow["Name"] for flow in answer["ContactFlowSummaryList"]]
    return names, answer.get("NextToken", "")


# ------------------------------------------------------------------------- paging


def test_pages_have_the_size_that_is_asked_for(connect: Any, instance: StoredInstance) -> None:
    everything, no_more = page_of(connect, instance)
    assert (len(everything), no_more) == (9, "")
    first, token = page_of(connect, instance, MaxResults=4)
    second, token = page_of(connect, instance, MaxResults=4, NextToken=token)
    third, no_more = page_of(connect, instance, MaxResults=4, NextToken=token)
    assert [*first, *second, *third] == everything
    assert (len(first), len(second), len(third), no_more) == (4, 4, 1, "")


def test_boto3s_paginators_go_through_the_pages(api: ConnectApi, connect: Any) -> None:
    instance = fresh_instance(api.account, users=[f"agent{number:03}" for number in range(250)])
    pages = list(connect.get_paginator("list_users").paginate(InstanceId=instance.id))
    assert [len(page["UserSummaryList"]) for page in pages] == [100, 100, 50]
    names = [user["Username"] for page in pages for user in page["UserSummaryList"]]
    assert names == [f"agent{number:03}" for number in range(250)]
    one = connect.list_users(InstanceId=instance.id, MaxResults=1000)
    assert len(one["UserSummaryList"]) == 250
    attributes = connect.get_paginator("list_instance_attributes").paginate(InstanceId=instance.id)
    assert [len(page["Attributes"]) for page in attributes] == [7, 7]
    searched = connect.get_paginator("search_users").paginate(
        InstanceId=instance.id, PaginationConfig={"PageSize": 200}
    )
    assert [len(page["Users"]) for page in searched] == [200, 50]


@pytest.mark.parametrize("most", [0, 1001])
def test_no_page_is_larger_than_documented(
    api: ConnectApi, instance: StoredInstance, most: int
) -> None:
    connect = client(api, parameter_validation=False)
    with pytest.raises(connect.exceptions.InvalidParameterException, match="MaxResults"):
        connect.list_users(InstanceId=instance.id, MaxResults=most)


def test_a_token_is_good_for_its_own_listing_alone(connect: Any, instance: StoredInstance) -> None:
    _, token = page_of(connect, instance, MaxResults=4)
    for given in (
        {"NextToken": "made up"},
        {"NextToken": "W10="},
        {"NextToken": token, "ContactFlowTypes": ["AGENT_WHISPER"]},
    ):
        with pytest.raises(connect.exceptions.InvalidParameterException, match="NextToken"):
            page_of(connect, instance, **given)
    with pytest.raises(connect.exceptions.InvalidRequestException, match="NextToken"):
        connect.list_instances(NextToken=token)


# ------------------------------------------------------------------------ refusals


def test_botocore_repeats_what_is_throttled(
    api: ConnectApi, connect: Any, instance: StoredInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # between botocore's tries
    refusal = api.refuse("ListUsers", "TooManyRequestsException", times=2)
    answer = connect.list_users(InstanceId=instance.id)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert refusal.times == 0
    assert [request.error for request in api.requests] == ["TooManyRequestsException"] * 2 + [""]


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ThrottlingException"])
def test_botocore_gives_up_on_what_stays_throttled(
    api: ConnectApi, instance: StoredInstance, code: str
) -> None:
    api.refuse("ListUsers", code)
    connect = client(api, retries={"total_max_attempts": 1})
    with pytest.raises(connect.exceptions.ClientError) as error:
        connect.list_users(InstanceId=instance.id)
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_who_may_not_is_told_so_and_nothing_changes(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    before = snapshot(instance)
    api.refuse("UpdateUserPhoneConfig", "AccessDeniedException")
    user = {"InstanceId": instance.id, "UserId": user_id(instance)}
    with pytest.raises(connect.exceptions.AccessDeniedException) as error:
        connect.update_user_phone_config(**user, PhoneConfig={"AfterContactWorkTimeLimit": 1})
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert snapshot(instance) == before
    assert connect.describe_user(**user)["User"]["Username"] == "alice"  # others are let in
    api.allow()
    connect.update_user_phone_config(**user, PhoneConfig={"AfterContactWorkTimeLimit": 1})
    assert snapshot(instance) != before


def test_only_what_botocore_knows_can_be_ordered(api: ConnectApi) -> None:
    with pytest.raises(SimulatorError, match="no operation ListUser"):
        api.refuse("ListUser", "AccessDeniedException")
    with pytest.raises(SimulatorError, match="no error Oops"):
        api.refuse("ListUsers", "Oops")


def test_of_those_who_ask_at_once_one_gets_the_name(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    def ask(_: int) -> bool:
        try:
            create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
        except connect.exceptions.DuplicateResourceException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 1
    assert len(api.writes) == 24


@pytest.mark.parametrize(
    ("describe", "identifier"),
    [
        ("describe_contact_flow", "ContactFlowId"),
        ("describe_quick_connect", "QuickConnectId"),
        ("describe_queue", "QueueId"),
        ("describe_routing_profile", "RoutingProfileId"),
        ("describe_user", "UserId"),
    ],
)
def test_what_is_not_there_is_named(
    connect: Any, instance: StoredInstance, describe: str, identifier: str
) -> None:
    for given, what in (
        ({"InstanceId": instance.id, identifier: "none"}, "none"),
        ({"InstanceId": "nowhere", identifier: "none"}, "instance nowhere"),
    ):
        with pytest.raises(connect.exceptions.ResourceNotFoundException, match=what) as error:
            getattr(connect, describe)(**given)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_an_operation_that_is_not_here_is_named(connect: Any, instance: StoredInstance) -> None:
    with pytest.raises(connect.exceptions.ClientError, match="CreateHoursOfOperation yet") as error:
        connect.create_hours_of_operation(
            InstanceId=instance.id, Name="Nights", TimeZone="UTC", Config=[]
        )
    assert error.value.response["Error"]["Code"] == "NotImplementedException"


def test_an_address_that_connect_does_not_have_is_named(api: ConnectApi) -> None:
    answer = requests.get(f"{api.endpoint}/coffee", timeout=10)
    assert answer.status_code == 404
    assert "GET /coffee" in answer.json()["Message"]


def test_what_the_service_model_requires_is_asked_for(api: ConnectApi) -> None:
    """A client that does not validate, such as another language's."""
    instance = fresh_instance(api.account)
    connect = client(api, parameter_validation=False)
    with pytest.raises(connect.exceptions.InvalidParameterException, match="QuickConnectConfig"):
        connect.create_quick_connect(InstanceId=instance.id, Name="Secure call")
    with pytest.raises(connect.exceptions.InvalidParameterException, match="128 characters"):
        create_quick_connect(
            connect, instance, flow_id(instance, "Default queue transfer"), "x" * 128
        )
    with pytest.raises(connect.exceptions.InvalidParameterException, match="must be one of"):
        create_flow(connect, instance, "Odd", "ODD")


# ------------------------------------------------------------------ what is told of


def test_every_operation_here_is_one_of_connects() -> None:
    model = botocore.session.get_session().get_service_model("connect")
    known = {botocore.xform_name(name) for name in model.operation_names}
    helpers = {"add_flow", "flow_ids_in", "summary"}
    assert set(OPERATIONS) - known == helpers


def test_requests_are_told_in_order_with_what_they_were_given(
    api: ConnectApi, connect: Any, instance: StoredInstance
) -> None:
    connect.list_queues(InstanceId=instance.id, QueueTypes=["STANDARD"])
    create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    connect.search_users(InstanceId=instance.id)
    asked = [request.operation for request in api.requests]
    assert asked == ["ListQueues", "CreateContactFlow", "SearchUsers"]
    assert api.requests[0].given == {"InstanceId": instance.id, "QueueTypes": ["STANDARD"]}
    assert [request.operation for request in api.writes] == ["CreateContactFlow"]


def test_a_request_that_is_printed_holds_no_number(
    api: ConnectApi, instance: StoredInstance
) -> None:
    api.client().claim_phone_number(TargetArn=instance.arn, PhoneNumber="+441632960777")
    assert api.requests[0].given["PhoneNumber"] == "+441632960777"
    assert "960777" not in repr(api.requests)


def test_what_is_undone_leaves_the_instance_as_it_was(
    connect: Any, instance: StoredInstance
) -> None:
    before = deepcopy(snapshot(instance))
    one = {"InstanceId": instance.id}
    on_queue = {**one, "QueueId": queue_id(instance)}
    user = {**one, "UserId": user_id(instance)}
    number = {**one, "PhoneNumberId": number_id(instance, "Return call from PCI Pal")}
    whisper = flow_id(instance, "Default agent whisper")
    was = connect.describe_contact_flow(**one, ContactFlowId=whisper)["ContactFlow"]["Content"]

    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    answer = create_flow(connect, instance, "Answer", "CONTACT_FLOW")
    quick_connect = create_quick_connect(connect, instance, flow)
    connect.associate_queue_quick_connects(**on_queue, QuickConnectIds=[quick_connect])
    connect.update_user_phone_config(**user, PhoneConfig={"AfterContactWorkTimeLimit": 1})
    connect.associate_phone_number_contact_flow(**number, ContactFlowId=answer)
    connect.update_contact_flow_content(**one, ContactFlowId=whisper, Content=was + " ")
    changed = snapshot(instance)
    assert {key for key in before if before[key] != changed[key]} == {
        "flows",
        "numbers",
        "queues",
        "quick_connects",
        "users",
    }

    connect.update_contact_flow_content(**one, ContactFlowId=whisper, Content=was)
    connect.disassociate_phone_number_contact_flow(**number)
    connect.update_user_phone_config(**user, PhoneConfig={"AfterContactWorkTimeLimit": 0})
    connect.disassociate_queue_quick_connects(**on_queue, QuickConnectIds=[quick_connect])
    connect.delete_quick_connect(**one, QuickConnectId=quick_connect)
    connect.delete_contact_flow(**one, ContactFlowId=flow)
    connect.delete_contact_flow(**one, ContactFlowId=answer)
    assert snapshot(instance) == before
