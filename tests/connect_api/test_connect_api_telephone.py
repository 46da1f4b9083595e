from typing import Any

import pytest

from operations.call_parts import conversation, pay, reunite, secure
from operations.site import RETURN
from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance
from simulator.connect_api.telephone import instance_on
from simulator.errors import SimulatorError
from simulator.phones import Network
from simulator.world import World
from tests.calls.memory_site import INSTANCE
from tests.connect_api.of_the_shop import (
    content,
    create_flow,
    create_quick_connect,
    end,
    flow_id,
    number_id,
    queue_id,
    user_id,
)
from tests.connect_api.published_call import PublishedCall, set_up

NO_FUNCTIONS: Any = None
"""Nothing is invoked while an instance is built."""


@pytest.fixture
def instance(api: ConnectApi) -> StoredInstance:
    """The instance that the functions know."""
    return fresh_instance(api.account, instance_id=INSTANCE.rpartition("/")[2])


def test_a_call_is_secured_on_what_was_published(api: ConnectApi, instance: StoredInstance) -> None:
    set_up(api, instance)
    call = PublishedCall(instance)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    assert call.card_is_safe
    assert [run.flow for run in call.connect.runs] == [
        "Shop",
        "Default customer queue",
        "Default agent whisper",
        "transfer_to_pci_pal",
        "answer_from_pci_pal",
        "secure_call_waiting",
        "secure_call_joined",
    ]


def test_an_outbound_call_is_secured_too(api: ConnectApi, instance: StoredInstance) -> None:
    set_up(api, instance)
    call = PublishedCall(instance)
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    secure(alice)
    reunite(call, alice, carol)
    assert call.connect.runs[0].flow == "Default outbound"


def test_before_set_up_calls_come_in_and_nothing_can_be_secured(instance: StoredInstance) -> None:
    call = PublishedCall(instance)
    carol, alice = conversation(call)
    with pytest.raises(SimulatorError, match="sees no quick connect 'Secure call'"):
        alice.clicks()
    carol.hangs_up()
    carol.dials(RETURN)
    carol.is_cut_off()  # nothing answers that number yet


def test_content_that_is_published_later_is_heard_in_later_calls(
    connect: Any, instance: StoredInstance
) -> None:
    words = {
        "Identifier": "Say",
        "Type": "MessageParticipant",
        "Parameters": {"Text": "A call about a card."},
        "Transitions": {
            "NextAction": "End",
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}],
        },
    }
    connect.update_contact_flow_content(
        InstanceId=instance.id,
        ContactFlowId=flow_id(instance, "Default agent whisper"),
        Content=content(words, end("EndFlowExecution")),
    )
    _, alice = conversation(PublishedCall(instance))
    assert "A call about a card." in alice.heard


def test_a_number_is_answered_by_the_flow_that_it_is_bound_to(
    connect: Any, instance: StoredInstance
) -> None:
    connect.associate_phone_number_contact_flow(
        InstanceId=instance.id,
        PhoneNumberId=number_id(instance, "Return call from PCI Pal"),
        ContactFlowId=flow_id(instance, "Shop"),
    )
    call = PublishedCall(instance)
    carol = call.cardholder()
    carol.dials(RETURN)
    carol.hears("Welcome to the shop.")


def test_no_number_is_answered_while_inbound_calls_are_off(
    connect: Any, instance: StoredInstance
) -> None:
    connect.update_instance_attribute(
        InstanceId=instance.id, AttributeType="INBOUND_CALLS", Value="false"
    )
    call = PublishedCall(instance)
    carol = call.cardholder()
    carol.dials()
    carol.is_cut_off()
    assert call.connect.contacts == []


def test_agents_see_the_quick_connects_of_the_queues_in_their_profile(
    connect: Any, instance: StoredInstance
) -> None:
    flow = create_flow(connect, instance, "Transfer", "QUEUE_TRANSFER")
    on_payments = create_quick_connect(connect, instance, flow)
    create_quick_connect(connect, instance, flow, "On no queue")
    connect.associate_queue_quick_connects(
        InstanceId=instance.id, QueueId=queue_id(instance), QuickConnectIds=[on_payments]
    )
    (profile,) = instance.routing_profiles
    call = PublishedCall(instance)
    assert list(call.connect.agents["alice"].quick_connects) == ["Secure call"]
    connect.disassociate_routing_profile_queues(
        InstanceId=instance.id,
        RoutingProfileId=profile,
        QueueReferences=[{"QueueId": queue_id(instance), "Channel": "VOICE"}],
    )
    assert list(PublishedCall(instance).connect.agents["alice"].quick_connects) == []


def test_after_call_work_and_the_queues_most_are_the_stored_ones(
    connect: Any, instance: StoredInstance
) -> None:
    connect.update_user_phone_config(
        InstanceId=instance.id,
        UserId=user_id(instance),
        PhoneConfig={"AfterContactWorkTimeLimit": 7},
    )
    (profile,) = instance.routing_profiles
    (hours,) = instance.hours
    urgent = connect.create_queue(
        InstanceId=instance.id, Name="Urgent", HoursOfOperationId=hours, MaxContacts=2
    )["QueueId"]
    connect.associate_routing_profile_queues(
        InstanceId=instance.id,
        RoutingProfileId=profile,
        QueueConfigs=[
            {
                "QueueReference": {"QueueId": queue, "Channel": "VOICE"},
                "Priority": priority,
                "Delay": 0,
            }
            for queue, priority in ((queue_id(instance), 2), (urgent, 1))
        ],
    )
    connected = PublishedCall(instance).connect
    alice, bob = connected.agents["alice"], connected.agents["bob"]
    assert (alice.after_call_seconds, bob.after_call_seconds) == (7, 0)
    queues = [(queue.name, queue.most) for queue in alice.profile.queues]
    assert set(queues) == {("Urgent", 2), ("Questions", None), ("Payments", None)}
    assert queues[-1] == ("Payments", None)  # the least urgent


def test_what_the_telephone_cannot_play_is_named(connect: Any, instance: StoredInstance) -> None:
    (hours,) = instance.hours
    connect.create_queue(
        InstanceId=instance.id,
        Name="Abroad",
        HoursOfOperationId=hours,
        OutboundCallerConfig={"OutboundFlowId": flow_id(instance, "Default outbound")},
    )
    world = World(seed=1)
    with pytest.raises(SimulatorError, match="Abroad has an outbound flow of its own"):
        instance_on(instance, world, Network(world), functions=NO_FUNCTIONS)


def test_a_quick_connect_to_a_number_is_named_as_one_that_is_not_played(
    connect: Any, instance: StoredInstance
) -> None:
    quick_connect = connect.create_quick_connect(
        InstanceId=instance.id,
        Name="Taxi",
        QuickConnectConfig={
            "QuickConnectType": "PHONE_NUMBER",
            "PhoneConfig": {"PhoneNumber": "+441632960111"},
        },
    )["QuickConnectId"]
    connect.associate_queue_quick_connects(
        InstanceId=instance.id, QueueId=queue_id(instance), QuickConnectIds=[quick_connect]
    )
    world = World(seed=1)
    with pytest.raises(SimulatorError, match="Taxi is of type PHONE_NUMBER"):
        instance_on(instance, world, Network(world), functions=NO_FUNCTIONS)
