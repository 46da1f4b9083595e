"""Rules of the doctor by themselves: policies, whispers, how flows differ, whose flows are ours."""

import copy
import json
from typing import Any

import pytest

from operations.connect.doctor.checks_of_instance import allows
from operations.connect.doctor.flow_compare import differences, settings_of
from operations.connect.doctor.inbound_whispers import DEFAULT, whispers_after
from operations.connect.doctor.seen import Wanted
from operations.flows_render import render
from operations.site import PCI_PAL
from simulator.connect_api import ConnectApi, fresh_instance
from tests.calls.memory_site import ARNS, INSTANCE
from tests.connect_doctor.doctored_shop import Json, LambdaOnTheWire, Shop, policy
from tests.connect_doctor.misconfigured import OTHER_INSTANCE

FLOW = f"{INSTANCE}/contact-flow/"
VALUES = {
    **{f"{name}FunctionArn": arn for name, arn in ARNS.items()},
    "PciPalNumber": PCI_PAL,
    "SecureCallJoinedFlowArn": f"{FLOW}joined",
    "SecureCallWaitingFlowArn": f"{FLOW}waiting",
}
SETTINGS = {
    "DelayCommas": "12",
    "FirstDigitSeconds": "33",
    "RecordFirstLeg": "true",
    "LogFlows": "true",
    "BranchOnCallFailure": "false",
    "CallerIdNumber": "+441632960000",
    "PinLength": "6",
    "SayReadingPin": "One moment.",
    "SayNoPin": "Sorry.",
    "SaySecuredCall": "Here you are.",
    "SayPleaseWait": "Wait.",
    "FallbackQueueArn": f"{INSTANCE}/queue/5ec0de00-0000-4000-8000-000000000003",
    "SayTakenOver": "Another agent's.",
}
COMPARED = (
    "transfer_to_pci_pal",
    "answer_from_pci_pal",
    "secure_call_joined",
    "secure_call_waiting",
)

# ---------------------------------------------------------------------------- policies

STATEMENT = policy(ARNS["AddAgent"], INSTANCE)["Statement"][0]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Principal": {"Service": ["events.amazonaws.com", "connect.amazonaws.com"]}},
        {"Action": "lambda:*"},
        {"Action": ["lambda:GetFunction", "lambda:InvokeFunction"]},
        {"Condition": {"ArnEquals": {"aws:SourceArn": INSTANCE}}},
        {"Condition": {"ArnLike": {"AWS:SourceArn": f"{INSTANCE[:40]}*"}}},
        {"Condition": {"ArnLike": {"AWS:SourceArn": [OTHER_INSTANCE, INSTANCE]}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}},
        {"Condition": None},
    ],
)
def test_a_policy_that_lets_the_instance_in(changed: Json) -> None:
    assert allows(STATEMENT | changed, INSTANCE)


@pytest.mark.parametrize(
    "changed",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "lex.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Action": "lambda:GetFunction"},
        {"Condition": {"ArnLike": {"AWS:SourceArn": OTHER_INSTANCE}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "210987654321"}}},
        {"Condition": {"StringNotEquals": {"AWS:SourceAccount": "123456789012"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_a_policy_that_does_not(changed: Json) -> None:
    assert not allows(STATEMENT | changed, INSTANCE)


# ---------------------------------------------------------------------------- whispers


def flow(*blocks: tuple[str, str, Json, list[str]]) -> Json:
    """Return a flow of blocks: name, type, parameters, and where to."""
    return {
        "StartAction": blocks[0][0],
        "Actions": [
            {
                "Identifier": name,
                "Type": kind,
                "Parameters": parameters,
                "Transitions": {
                    **({"NextAction": ways[0]} if ways else {}),
                    "Errors": [{"ErrorType": "E", "NextAction": way} for way in ways[1:]],
                },
            }
            for name, kind, parameters, ways in blocks
        ],
    }


def hook(name: str, whisper: str, *ways: str) -> tuple[str, str, Json, list[str]]:
    hooks = {"EventHooks": {"AgentWhisper": whisper}}
    return (name, "UpdateContactEventHooks", hooks, list(ways))


QUEUE = ("queue", "TransferContactToQueue", dict[str, Any](), list[str]())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (flow(QUEUE), {DEFAULT}),
        (flow(hook("h", "w", "queue"), QUEUE), {"w"}),
        (flow(hook("h", "w", "queue", "queue"), QUEUE), {"w"}),
        (flow(hook("h", "w", "i"), hook("i", "v", "queue"), QUEUE), {"v"}),
        (
            flow(("if", "Compare", {}, ["h", "queue"]), hook("h", "w", "queue"), QUEUE),
            {"w", DEFAULT},
        ),
        (flow(("say", "MessageParticipant", {}, ["say", "queue"]), QUEUE), {DEFAULT}),
        (flow(("end", "DisconnectParticipant", {}, [])), set()),
        (flow(hook("h", "$.Attributes.w", "queue"), QUEUE), {"$.Attributes.w"}),
        (flow(hook("h", "w", "go"), ("go", "TransferToFlow", {"ContactFlowId": "b"}, [])), {"w"}),
        ({}, set()),
    ],
)
def test_whispers_of_the_calls_that_come_to_a_flow(content: Json, expected: set[str]) -> None:
    assert whispers_after("a", {"a": content, "b": flow(QUEUE)}) == expected


def test_a_whisper_that_is_chosen_while_the_call_runs_cannot_be_judged(shop: Shop) -> None:
    published = shop.published("Shop")
    published["Actions"].append(
        flow(hook("Hook", "$.Attributes.Whisper", "Welcome", "Welcome"))["Actions"][0]
    )
    published["Actions"][-1]["Transitions"]["Errors"][0]["ErrorType"] = "NoMatchingError"
    published["StartAction"] = "Hook"
    # As it is: a path is something that the simulated Connect does not take here.
    shop.instance.flow(shop.flow_id("Shop")).published = json.dumps(published)
    (found,) = [one for one in shop.examine() if one.check == "inbound_whisper"]
    assert (found.status, "$.Attributes.Whisper" in found.found) == ("unknown", True)


# ---------------------------------------------------------------------- how flows differ


@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["defaults", "every setting"])
def test_a_flow_with_other_settings_is_still_ours(settings: dict[str, str]) -> None:
    flows = render(VALUES | settings)
    for name, flow in flows.items():
        if name in COMPARED:
            assert differences(name, flow) == []


def test_every_setting_is_read_from_the_flow_that_has_it() -> None:
    flows = render(VALUES | SETTINGS)
    found: dict[str, str] = {}
    for name in COMPARED:
        found |= settings_of(name, flows[name])
    assert {name: found[name] for name in VALUES | SETTINGS} == VALUES | SETTINGS


@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["defaults", "every setting"])
def test_every_block_that_is_changed_is_named(settings: dict[str, str]) -> None:
    """Whatever is changed in whichever block of the flows, the doctor names that block."""
    flows = render(VALUES | settings)
    for name in COMPARED:
        for number, block in enumerate(flows[name]["Actions"]):
            for change in (
                {"Type": "CheckMetricData"},
                {"Transitions": {"NextAction": "Nowhere"}},
                {"Parameters": {**block["Parameters"], "More": "1"}},
            ):
                changed = copy.deepcopy(flows[name])
                changed["Actions"][number] |= change
                told = differences(name, changed)
                assert any(f"block “{block['Identifier']}”" in one for one in told), (name, change)


def test_blocks_that_are_missing_or_more_and_another_start_are_told() -> None:
    flow = render(VALUES)["secure_call_waiting"]
    flow["StartAction"] = "Say goodbye"
    flow["Actions"][0]["Identifier"] = "Pause"
    assert differences("secure_call_waiting", flow) == [
        "it starts with block “Say goodbye”, not “Wait”",
        "block “Wait” is missing",
        "block “Pause” is not one of ours",
    ]


def test_the_order_of_blocks_and_errors_and_the_layout_make_no_difference() -> None:
    flow = render(VALUES)["answer_from_pci_pal"]
    flow["Actions"].reverse()
    for block in flow["Actions"]:
        block["Transitions"].get("Errors", []).reverse()
    flow["Metadata"] = {}
    assert differences("answer_from_pci_pal", flow) == []


def test_what_was_not_filled_in_is_told() -> None:
    flow = render(VALUES)["transfer_to_pci_pal"]
    blocks = {block["Identifier"]: block for block in flow["Actions"]}
    blocks["Call PCI Pal"]["Parameters"]["ThirdPartyPhoneNumber"] = "${PciPalNumber}"
    assert differences("transfer_to_pci_pal", flow) == [
        "block “Call PCI Pal”: ThirdPartyPhoneNumber is not filled in, or not as it should be"
    ]


def test_a_renamed_flow_is_known_by_its_blocks(shop: Shop) -> None:
    for name in ("transfer_to_pci_pal", "answer_from_pci_pal"):
        shop.connect.update_contact_flow_name(
            **shop.one, ContactFlowId=shop.flow_id(name), Name=f"Our {name}"
        )
    assert {one.status for one in shop.examine(Wanted())} == {"ok"}


def _flow_of(kind: str, parameters: object, transitions: object) -> str:
    block = {
        "Identifier": "A",
        "Type": kind,
        "Parameters": parameters,
        "Transitions": transitions,
    }
    return json.dumps({"StartAction": "A", "Actions": [block]})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"StartAction": "A", "Actions": [1]}',
        '{"StartAction": "A", "Actions": [{"Identifier": "A"}]}',
        _flow_of("UpdateContactAttributes", {"Attributes": []}, {}),
        _flow_of("UpdateContactEventHooks", {"EventHooks": "none"}, {}),
        _flow_of("Wait", [], {}),
        _flow_of("Wait", {}, {"Errors": [{"NextAction": 1}]}),
        _flow_of("Wait", {}, {"Conditions": {}}),
    ],
)
def test_whatever_stands_in_a_flow_there_is_no_traceback(shop: Shop, content: str) -> None:
    for stored in shop.instance.flows.values():
        stored.published = content
    statuses = {one.check: one.status for one in shop.examine()}
    assert statuses["transfer_flow"] == statuses["inbound_whisper"] == "wrong"
    assert statuses["inbound_calls"] == "ok"


def test_a_whisper_that_is_not_there_is_wrong(shop: Shop) -> None:
    published = shop.published("Shop")
    gone = f"{shop.instance.arn}/contact-flow/gone"
    published["Actions"].append(flow(hook("Hook", gone, "Welcome"))["Actions"][0])
    published["StartAction"] = "Hook"
    shop.instance.flow(shop.flow_id("Shop")).published = json.dumps(published)
    (found,) = [one for one in shop.examine() if one.check == "inbound_whisper"]
    assert (found.status, found.found.endswith(f"not there: {gone}.")) == ("wrong", True)


def test_an_instance_without_anything_of_ours_is_red_and_has_no_traceback() -> None:
    with ConnectApi() as api:
        instance = fresh_instance(api.account)
        shop = Shop(api, instance, LambdaOnTheWire(api), api.endpoint, api.client())
        statuses = {one.check: one.status for one in shop.examine(Wanted())}
    assert statuses["transfer_flow"] == statuses["answer_flow"] == "wrong"
    assert statuses["return_number"] == "unknown"
    assert "ok" in statuses.values()
