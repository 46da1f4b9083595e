"""Ways to misconfigure a shop that is set up: what the doctor says, and what a call shows of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from operations.call import SECURE_CALL, NotAsExpected
from operations.call_parts import CALL_SECURE, NOT_SECURED, conversation, reunite, secure
from operations.flows_render import render
from simulator.connect_api.fresh import fresh_instance
from simulator.connect_api.store import Account
from simulator.errors import SimulatorError
from simulator.phones import PhoneCall
from simulator.sound import Digit
from tests.calls.memory_site import ARNS
from tests.connect_api.of_the_shop import content, end, number_id, queue_id, user_id
from tests.connect_api.published_call import PublishedCall
from tests.connect_doctor.doctored_shop import NAMES, Json, Shop, policy

NO_PIN = "The call could not be secured."
OTHER_INSTANCE = (
    "arn:aws:connect:eu-west-2:123456789012:instance/0ther000-0000-4000-8000-000000000002"
)


@dataclass(frozen=True)
class Misconfigured:
    """`wrong`, `unknown`: the lines that say so; all others are ok.

    `says`: words of the first wrong line. `shown`: plays a call that fails for it; or, as a text,
    why no call shows it.
    """

    name: str
    spoil: Callable[[Shop], object]
    wrong: tuple[str, ...]
    says: str
    shown: Callable[[PublishedCall], None] | str
    unknown: tuple[str, ...] = ()


# -------------------------------------------------------------------- what calls show


def nobody_answers(call: PublishedCall) -> None:
    carol = call.cardholder()
    carol.dials()
    carol.is_cut_off()


def no_pin_is_given(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.hears(NO_PIN)


def no_pin_is_given_outbound(call: PublishedCall) -> None:
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    alice.clicks()
    alice.hears(NO_PIN)


def it_is_not_secured(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(NOT_SECURED)


def nobody_answers_the_loop(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.joins()
    with pytest.raises(NotAsExpected):
        alice.hears(CALL_SECURE)
    assert not call.pci_pal.bridges


def the_shop_answers_the_loop(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears("Welcome to the shop.")


def pci_pal_is_not_waited_for(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.hears("PCI Pal did not answer.")


def a_pin_is_too_old(call: PublishedCall) -> None:
    """PCI Pal's number rings for 29 of the 30 s that the flow allows."""
    loops = call.pci_pal.takes

    def late(line: PhoneCall) -> None:
        def ring() -> Any:
            yield call.world.env.timeout(27)
            loops(line)

        call.world.env.process(ring())

    call.pci_pal.takes = late
    it_is_not_secured(call)


def it_cannot_be_recorded(call: PublishedCall) -> None:
    _, alice = conversation(call)
    secure(alice)
    alice.accepts()
    alice.hears("It could not be recorded")


def bob_is_rung(call: PublishedCall) -> None:
    bob = call.agent("bob", status="Offline")
    _, alice = conversation(call)
    bob.goes("Available")
    secure(alice)
    bob.is_rung()
    assert not alice.ccp.rings


def there_is_nothing_to_click(call: PublishedCall) -> None:
    _, alice = conversation(call)
    with pytest.raises(SimulatorError, match=f"sees no quick connect '{SECURE_CALL}'"):
        alice.clicks()


def the_click_goes_elsewhere(call: PublishedCall) -> None:
    _, alice = conversation(call)
    alice.clicks()
    alice.hears("This transfer is not set up.")


def alice_is_not_rung(call: PublishedCall) -> None:
    carol, alice = call.cardholder(), call.agent()
    carol.dials()
    with pytest.raises(NotAsExpected):
        alice.is_rung()


def it_rings_only_after_close_contact(call: PublishedCall) -> None:
    carol, alice = conversation(call)
    secure(alice)
    with pytest.raises(NotAsExpected):
        alice.is_rung()
    alice.closes_the_contact()
    reunite(call, alice, carol)


def the_first_call_stays_recorded(call: PublishedCall) -> None:
    carol, alice = conversation(call)
    alice.clicks()
    alice.joins()
    alice.hears(CALL_SECURE)
    carol.keys_card()
    recorded = [sound for contact in call.connect.contacts for sound in contact.room.recording]
    assert any(isinstance(sound, Digit) and sound.of_card for sound in recorded)


def the_whisper_is_the_default(call: PublishedCall) -> None:
    _, alice = conversation(call)
    secure(alice)
    alice.accepts()
    with pytest.raises(NotAsExpected):
        alice.hears("Secured call.")


def the_cardholder_is_given_up_soon(call: PublishedCall) -> None:
    carol, alice = conversation(call)
    secure(alice)
    alice.is_rung()
    carol.hears("We could not reach your agent.")


def the_wait_is_the_shops(call: PublishedCall) -> None:
    carol, alice = conversation(call)
    secure(alice)
    with pytest.raises(NotAsExpected):
        carol.hears("Your line is now secure.")


def who_takes_over_is_refused(call: PublishedCall) -> None:
    _, alice = conversation(call)
    secure(alice)
    alice.misses()
    bob = call.agent("bob")
    bob.accepts(within=600)
    bob.hears("It could not be recorded")


# ------------------------------------------------------------------ how to misconfigure


def turn_off(attribute: str) -> Callable[[Shop], object]:
    return lambda shop: shop.connect.update_instance_attribute(
        **shop.one, AttributeType=attribute, Value="false"
    )


def disassociate(function: str) -> Callable[[Shop], object]:
    return lambda shop: shop.connect.disassociate_lambda_function(
        **shop.one, FunctionArn=ARNS[function]
    )


def edit(name: str, block: str, *path: str, value: Any) -> Callable[[Shop], object]:
    """Put another value at a path of a block; None takes it away."""

    def change(blocks: dict[str, Json]) -> None:
        place = blocks[block]
        for key in path[:-1]:
            place = place[key]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return lambda shop: shop.edit(name, change)


def fall_back_with_the_waiting_flow_alone(shop: Shop) -> None:
    payments = next(one.arn for one in shop.instance.queues.values() if one.name == "Payments")
    name = "secure_call_waiting"
    shop.publish(name, render({"FallbackQueueArn": payments}, [name])[name])


def permit_another_instance(shop: Shop) -> None:
    arn = ARNS["GetAgent"]
    shop.functions.policies[arn] = policy(arn, OTHER_INSTANCE)


def permit_another_service(shop: Shop) -> None:
    (statement,) = shop.functions.policies[ARNS["AddAgent"]]["Statement"]
    statement["Principal"] = {"Service": "events.amazonaws.com"}


def original(shop: Shop, name: str) -> Json:
    """Return a flow as Connect had it."""
    fresh = fresh_instance(Account(), instance_id=shop.instance.id)
    published: str = next(one.published for one in fresh.flows.values() if one.name == name)
    flow: Json = json.loads(published)
    return flow


def put_back(name: str) -> Callable[[Shop], object]:
    return lambda shop: shop.publish(name, original(shop, name))


def a_whisper_of_the_shops(shop: Shop, flow_type: str) -> Json:
    made: Json = shop.connect.create_contact_flow(
        **shop.one, Name="Ours", Type=flow_type, Content=content(end("EndFlowExecution"))
    )
    return made


def hook_in_the_inbound_flow(shop: Shop) -> None:
    arn = a_whisper_of_the_shops(shop, "AGENT_WHISPER")["ContactFlowArn"]
    flow = shop.published("Shop")
    flow["Actions"].append(
        {
            "Identifier": "Hook",
            "Type": "UpdateContactEventHooks",
            "Parameters": {"EventHooks": {"AgentWhisper": arn}},
            "Transitions": {
                "NextAction": flow["StartAction"],
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": flow["StartAction"]}],
            },
        }
    )
    flow["StartAction"] = "Hook"
    shop.publish("Shop", flow)


def outbound_flow_of_the_queue(shop: Shop) -> None:
    made = a_whisper_of_the_shops(shop, "OUTBOUND_WHISPER")
    queue = shop.instance.queue(queue_id(shop.instance))
    queue.outbound["OutboundFlowId"] = made["ContactFlowId"]  # no operation here sets it


def stop_no_recording(shop: Shop) -> None:
    flow = shop.published("transfer_to_pci_pal")
    flow["Actions"] = [one for one in flow["Actions"] if one["Identifier"] != "Stop recording"]
    flow["Actions"][0]["Transitions"]["NextAction"] = "AddAgent"
    shop.publish("transfer_to_pci_pal", flow)


def only_save_the_answer_flow(shop: Shop) -> None:
    flow = shop.published("answer_from_pci_pal")
    number = number_id(shop.instance, "Return call from PCI Pal")
    shop.connect.disassociate_phone_number_contact_flow(**shop.one, PhoneNumberId=number)
    shop.connect.delete_contact_flow(**shop.one, ContactFlowId=shop.flow_id("answer_from_pci_pal"))
    made = shop.connect.create_contact_flow(
        **shop.one,
        Name=NAMES["answer_from_pci_pal"],
        Type="CONTACT_FLOW",
        Content=json.dumps(flow),
        Status="SAVED",
    )
    shop.connect.associate_phone_number_contact_flow(
        **shop.one, PhoneNumberId=number, ContactFlowId=made["ContactFlowId"]
    )


def archive_the_answer_flow(shop: Shop) -> None:
    shop.connect.update_contact_flow_metadata(
        **shop.one,
        ContactFlowId=shop.flow_id("answer_from_pci_pal"),
        ContactFlowState="ARCHIVED",
    )


def unbind_the_number(shop: Shop) -> None:
    number = number_id(shop.instance, "Return call from PCI Pal")
    shop.connect.disassociate_phone_number_contact_flow(**shop.one, PhoneNumberId=number)


def bind_the_number_to_the_shop(shop: Shop) -> None:
    shop.connect.associate_phone_number_contact_flow(
        **shop.one,
        PhoneNumberId=number_id(shop.instance, "Return call from PCI Pal"),
        ContactFlowId=shop.flow_id("Shop"),
    )


def release_the_number(shop: Shop) -> None:
    shop.connect.release_phone_number(
        PhoneNumberId=number_id(shop.instance, "Return call from PCI Pal")
    )


def quick_connect_of(shop: Shop) -> str:
    return next(iter(shop.instance.quick_connects))


def point_the_quick_connect_elsewhere(shop: Shop) -> None:
    queue = {
        "QueueId": queue_id(shop.instance),
        "ContactFlowId": shop.flow_id("Default queue transfer"),
    }
    shop.connect.update_quick_connect_config(
        **shop.one,
        QuickConnectId=quick_connect_of(shop),
        QuickConnectConfig={"QuickConnectType": "QUEUE", "QueueConfig": queue},
    )


def take_the_quick_connect_off(shop: Shop) -> None:
    shop.connect.disassociate_queue_quick_connects(
        **shop.one, QueueId=queue_id(shop.instance), QuickConnectIds=[quick_connect_of(shop)]
    )


def profile_id(shop: Shop) -> str:
    return next(iter(shop.instance.routing_profiles))


def take_the_queue_out_of_the_profile(shop: Shop) -> None:
    queue = {"QueueId": queue_id(shop.instance), "Channel": "VOICE"}
    shop.connect.disassociate_routing_profile_queues(
        **shop.one, RoutingProfileId=profile_id(shop), QueueReferences=[queue]
    )


def serve_the_queue_by_chat(shop: Shop) -> None:
    take_the_queue_out_of_the_profile(shop)
    queue = {"QueueId": queue_id(shop.instance), "Channel": "CHAT"}
    shop.connect.associate_routing_profile_queues(
        **shop.one,
        RoutingProfileId=profile_id(shop),
        QueueConfigs=[{"QueueReference": queue, "Priority": 1, "Delay": 0}],
    )


def give_alice_another_profile(shop: Shop) -> None:
    other = queue_id(shop.instance, "Questions")
    made = shop.connect.create_routing_profile(
        **shop.one,
        Name="Questions only",
        Description="No payments.",
        DefaultOutboundQueueId=other,
        MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
        QueueConfigs=[
            {
                "QueueReference": {"QueueId": other, "Channel": "VOICE"},
                "Priority": 1,
                "Delay": 0,
            }
        ],
    )
    shop.connect.update_user_routing_profile(
        **shop.one,
        UserId=user_id(shop.instance),
        RoutingProfileId=made["RoutingProfileId"],
    )


def no_end_of_after_call_work(shop: Shop) -> None:
    shop.connect.update_user_phone_config(
        **shop.one,
        UserId=user_id(shop.instance),
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 0},
    )


_PIN = ("Parameters", "Attributes", "delay_and_PIN")
_LIMIT = ("Parameters", "InputTimeLimitSeconds")
_LENGTH = ("Parameters", "InputValidation", "CustomValidation", "MaximumLength")
_OF_LIMITS = ("keyed_characters", "pin_length", "pin_life", "pin_quarantine")
_OF_FUNCTIONS = ("functions_associated", "functions_allowed", "functions_in_place")

MISCONFIGURED = [
    Misconfigured(
        "calls in are off", turn_off("INBOUND_CALLS"), ("inbound_calls",), "off", nobody_answers
    ),
    Misconfigured(
        "calls out are off",
        turn_off("OUTBOUND_CALLS"),
        ("outbound_calls",),
        "off",
        "the simulated instance dials all the same",
    ),
    Misconfigured(
        "early media is off",
        turn_off("EARLY_MEDIA"),
        ("early_media",),
        "off",
        "what is heard before a call is answered is not simulated",
    ),
    Misconfigured(
        "flow logs are off",
        turn_off("CONTACTFLOW_LOGS"),
        ("flow_logs",),
        "off",
        "nobody on a call notices",
    ),
    Misconfigured(
        "AddAgent is not associated",
        disassociate("AddAgent"),
        ("functions_associated",),
        "Not associated: AddAgent.",
        no_pin_is_given,
    ),
    Misconfigured(
        "GetAgent is not associated",
        disassociate("GetAgent"),
        ("functions_associated",),
        "Not associated: GetAgent.",
        it_is_not_secured,
    ),
    Misconfigured(
        "AgentJoined is not associated",
        disassociate("AgentJoined"),
        ("functions_associated",),
        "Not associated: AgentJoined.",
        it_cannot_be_recorded,
    ),
    Misconfigured(
        "AddAgent has no policy",
        lambda shop: shop.functions.policies.pop(ARNS["AddAgent"]),
        ("functions_allowed",),
        "AddAgent",
        no_pin_is_given,
    ),
    Misconfigured(
        "GetAgent lets another instance in",
        permit_another_instance,
        ("functions_allowed",),
        "GetAgent",
        it_is_not_secured,
    ),
    Misconfigured(
        "AddAgent lets another service in",
        permit_another_service,
        ("functions_allowed",),
        "AddAgent",
        "who the service is, Lambda looks at, and no Lambda is simulated here",
    ),
    Misconfigured(
        "the transfer flow invokes GetAgent",
        edit(
            "transfer_to_pci_pal",
            "AddAgent",
            "Parameters",
            "LambdaFunctionARN",
            value=ARNS["GetAgent"],
        ),
        ("functions_in_place",),
        "AddAgent",
        no_pin_is_given,
        unknown=_OF_LIMITS,
    ),
    Misconfigured(
        "the default agent whisper is Connect's",
        put_back("Default agent whisper"),
        ("inbound_whisper",),
        "“Default agent whisper”",
        no_pin_is_given,
    ),
    Misconfigured(
        "the default outbound whisper is Connect's",
        put_back("Default outbound"),
        ("outbound_whisper",),
        "“Default outbound”",
        no_pin_is_given_outbound,
    ),
    Misconfigured(
        "the inbound flow has a whisper of its own",
        hook_in_the_inbound_flow,
        ("inbound_whisper",),
        "“Ours”",
        no_pin_is_given,
    ),
    Misconfigured(
        "the queue has an outbound whisper of its own",
        outbound_flow_of_the_queue,
        ("outbound_whisper",),
        "“Ours”",
        "the simulator plays no queue with an outbound flow of its own, and says so",
    ),
    Misconfigured(
        "the whisper keeps another name",
        edit(
            "Default agent whisper",
            "Save agent name",
            "Parameters",
            "Attributes",
            value={"QueueAgentName": "bob"},
        ),
        ("inbound_whisper",),
        "“Default agent whisper”",
        bob_is_rung,
    ),
    Misconfigured(
        "PCI Pal is given a second to answer",
        edit(
            "transfer_to_pci_pal",
            "Call PCI Pal",
            "Parameters",
            "ThirdPartyConnectionTimeLimitSeconds",
            value="1",
        ),
        ("transfer_flow",),
        "block “Call PCI Pal”: ThirdPartyConnectionTimeLimitSeconds is '1', not '30'",
        pci_pal_is_not_waited_for,
    ),
    Misconfigured(
        "no digits are keyed",
        edit(
            "transfer_to_pci_pal", "Call PCI Pal", "Parameters", "ThirdPartyDTMFDigits", value=None
        ),
        ("transfer_flow",),
        "block “Call PCI Pal”: ThirdPartyDTMFDigits is not there",
        it_is_not_secured,
    ),
    Misconfigured(
        "the PIN is not among what is keyed",
        edit("transfer_to_pci_pal", "Delay and PIN", *_PIN, value=",,,,,,,"),
        ("transfer_flow",),
        "block “Delay and PIN”",
        it_is_not_secured,
    ),
    Misconfigured(
        "the agent's name is asked for under another name",
        edit(
            "transfer_to_pci_pal",
            "AddAgent",
            "Parameters",
            "LambdaInvocationAttributes",
            value={"Agent": "$.Attributes.QueueAgentName"},
        ),
        ("transfer_flow",),
        "block “AddAgent”: LambdaInvocationAttributes.Agent",
        no_pin_is_given,
    ),
    Misconfigured(
        "the answer flow reads another answer",
        edit(
            "answer_from_pci_pal", "Same agent", "Parameters", "AgentId", value="$.External.Agent"
        ),
        ("answer_flow",),
        "block “Same agent”: AgentId is '$.External.Agent', not '$.External.AgentName'",
        it_is_not_secured,
    ),
    Misconfigured(
        "the answer flow goes another way",
        edit(
            "answer_from_pci_pal",
            "Is answered",
            "Transitions",
            "Conditions",
            value=[
                {
                    "NextAction": "Say not secured",
                    "Condition": {"Operator": "Equals", "Operands": ["OK"]},
                },
                {
                    "NextAction": "Keep transfer",
                    "Condition": {"Operator": "Equals", "Operands": ["YES"]},
                },
            ],
        ),
        ("answer_flow",),
        "block “Is answered”: Equals OK leads to “Say not secured”, not “Keep transfer”",
        it_is_not_secured,
    ),
    Misconfigured(
        "the answer flow was never published",
        only_save_the_answer_flow,
        ("answer_flow",),
        "never published",
        "the simulator needs a published flow behind each number, and says so",
        unknown=(*_OF_FUNCTIONS, *_OF_LIMITS, "pin_delay", "pins_in_logs"),
    ),
    Misconfigured(
        "the answer flow is archived",
        archive_the_answer_flow,
        ("answer_flow",),
        "archived",
        "the simulator plays archived flows",
    ),
    Misconfigured(
        "the answer flow has the default whisper run",
        lambda shop: edit(
            "answer_from_pci_pal",
            "Whisper",
            "Parameters",
            "EventHooks",
            value={"AgentWhisper": shop.arn_of_flow("Default agent whisper")},
        )(shop),
        ("joined_flow",),
        "“Default agent whisper” run in its place",
        the_whisper_is_the_default,
    ),
    Misconfigured(
        "AgentJoined is not told the transfer",
        edit(
            "secure_call_joined",
            "AgentJoined",
            "Parameters",
            "LambdaInvocationAttributes",
            value={"AgentName": "$.Agent.UserName"},
        ),
        ("joined_flow",),
        "block “AgentJoined”: LambdaInvocationAttributes.TransferId is not there",
        it_cannot_be_recorded,
    ),
    Misconfigured(
        "the whisper does not know of the queue to fall back on",
        fall_back_with_the_waiting_flow_alone,
        ("joined_flow",),
        "could not be recorded",
        who_takes_over_is_refused,
    ),
    Misconfigured(
        "the cardholder waits but once",
        edit("secure_call_waiting", "Wait", "Parameters", "LoopCount", value="1"),
        ("waiting_flow",),
        "block “Wait”: LoopCount is '1', not '30'",
        the_cardholder_is_given_up_soon,
    ),
    Misconfigured(
        "the answer flow has the shop's queue flow run",
        lambda shop: edit(
            "answer_from_pci_pal",
            "Waiting",
            "Parameters",
            "EventHooks",
            value={"CustomerQueue": shop.arn_of_flow("Default customer queue")},
        )(shop),
        ("waiting_flow",),
        "“Default customer queue” run in its place",
        the_wait_is_the_shops,
    ),
    Misconfigured(
        "the first call stays recorded",
        stop_no_recording,
        ("first_call_recording",),
        "leaves the recording on",
        the_first_call_stays_recorded,
    ),
    Misconfigured(
        "the transfer flow is logged",
        edit(
            "transfer_to_pci_pal",
            "Logging off",
            "Parameters",
            "FlowLoggingBehavior",
            value="Enabled",
        ),
        ("pins_in_logs",),
        "logs live PINs",
        "nobody on a call notices",
    ),
    Misconfigured(
        "the answer flow is logged",
        edit(
            "answer_from_pci_pal",
            "Logging off",
            "Parameters",
            "FlowLoggingBehavior",
            value="Enabled",
        ),
        ("pins_in_logs",),
        "logs live PINs",
        "nobody on a call notices",
    ),
    Misconfigured(
        "more commas than can be keyed",
        edit("transfer_to_pci_pal", "Delay and PIN", *_PIN, value="," * 47 + "$.External.PIN"),
        ("transfer_flow", "keyed_characters", "pin_delay"),
        "block “Delay and PIN”",
        "the simulated Connect keys more than 50 characters too",
    ),
    Misconfigured(
        "no comma at all",
        edit("transfer_to_pci_pal", "Delay and PIN", *_PIN, value="$.External.PIN"),
        ("transfer_flow", "pin_delay"),
        "block “Delay and PIN”",
        it_is_not_secured,
    ),
    Misconfigured(
        "too few commas",
        edit("transfer_to_pci_pal", "Delay and PIN", *_PIN, value=",$.External.PIN"),
        ("pin_delay",),
        "after 0.75 to 1 s, listened for 40 s: it is keyed before anything listens",
        it_is_not_secured,
    ),
    Misconfigured(
        "the looped call listens for less than the delay",
        edit("answer_from_pci_pal", "Read PIN", *_LIMIT, value="1"),
        ("pin_delay",),
        "after 5.25 to 7 s, listened for 1 s",
        it_is_not_secured,
    ),
    Misconfigured(
        "fewer digits are read than a PIN has",
        lambda shop: shop.deploy(pin_length=5),
        ("pin_length",),
        "reads 4 digits, a PIN has 5",
        it_is_not_secured,
    ),
    Misconfigured(
        "three digits are read",
        edit("answer_from_pci_pal", "Read PIN", *_LENGTH, value="3"),
        ("answer_flow", "pin_length"),
        "block “Read PIN”",
        it_is_not_secured,
    ),
    Misconfigured(
        "more digits are read than a PIN has",
        edit("answer_from_pci_pal", "Read PIN", *_LENGTH, value="6"),
        ("pin_length",),
        "reads 6 digits, a PIN has 4",
        "the PIN is taken all the same, after the pause that ends an input",
    ),
    Misconfigured(
        "a PIN lives for 30 s",
        lambda shop: shop.deploy(loop_timeout_seconds=30),
        ("pin_life",),
        "keyed within 47 s, lives 30 s",
        a_pin_is_too_old,
    ),
    Misconfigured(
        "a PIN is given out again at once",
        lambda shop: shop.deploy(pin_quarantine_seconds=60),
        ("pin_quarantine",),
        "after 110 s, quarantine 60 s",
        "it takes two calls that draw the same PIN by chance",
    ),
    Misconfigured(
        "nothing answers the return number",
        unbind_the_number,
        ("return_number",),
        "Nothing answers it.",
        nobody_answers_the_loop,
    ),
    Misconfigured(
        "the shop answers the return number",
        bind_the_number_to_the_shop,
        ("return_number",),
        "answered by “Shop”",
        the_shop_answers_the_loop,
    ),
    Misconfigured(
        "the return number was released",
        release_the_number,
        ("return_number",),
        "has no such number",
        nobody_answers_the_loop,
    ),
    Misconfigured(
        "the quick connect leads elsewhere",
        point_the_quick_connect_elsewhere,
        ("quick_connect",),
        "None leads to the transfer flow.",
        the_click_goes_elsewhere,
        unknown=("queues",),
    ),
    Misconfigured(
        "the quick connect is on no queue",
        take_the_quick_connect_off,
        ("queues",),
        "“Payments” lacks it.",
        there_is_nothing_to_click,
    ),
    Misconfigured(
        "the queue is in no routing profile",
        take_the_queue_out_of_the_profile,
        ("routing_profiles", "agents"),
        "“Payments” is in no agent's routing profile",
        alice_is_not_rung,
        unknown=("after_call_work",),
    ),
    Misconfigured(
        "the queue is served by chat",
        serve_the_queue_by_chat,
        ("routing_profiles", "agents"),
        "“Payments” is in no agent's routing profile",
        alice_is_not_rung,
        unknown=("after_call_work",),
    ),
    Misconfigured(
        "alice serves other queues",
        give_alice_another_profile,
        ("agents",),
        "1 of 2 serve no payment queue: “alice”",
        alice_is_not_rung,
    ),
    Misconfigured(
        "after-call work waits for a click",
        no_end_of_after_call_work,
        ("after_call_work",),
        "0 for 1 of 2: “alice”",
        it_rings_only_after_close_contact,
    ),
]
