"""What may not be read is unknown, by the operation's name; all the rest is looked at."""

import pytest

from operations.connect.aws import AwsRefused
from operations.connect.doctor.finding import Finding, Status
from tests.connect_doctor.doctored_shop import Shop

_FLOWS = (
    "functions_associated",
    "functions_allowed",
    "functions_in_place",
    "inbound_whisper",
    "outbound_whisper",
    "transfer_flow",
    "answer_flow",
    "joined_flow",
    "waiting_flow",
    "first_call_recording",
    "pins_in_logs",
    "keyed_characters",
    "pin_delay",
    "pin_length",
    "pin_life",
    "pin_quarantine",
)
_AGENTS = ("outbound_whisper", "routing_profiles", "agents", "after_call_work")

UNKNOWN_WITHOUT = {
    "ListInstanceAttributes": ("inbound_calls", "outbound_calls", "early_media", "flow_logs"),
    "ListLambdaFunctions": ("functions_associated",),
    "ListContactFlows": (*_FLOWS, "return_number", "quick_connect", "queues"),
    "DescribeContactFlow": _FLOWS,
    "ListPhoneNumbersV2": ("return_number",),
    "ListFlowAssociations": ("return_number", "inbound_whisper"),
    "SearchQuickConnects": ("quick_connect", "queues"),
    "ListQueues": ("queues", *_AGENTS),
    "ListQueueQuickConnects": ("queues",),
    "DescribeQueue": ("outbound_whisper",),
    "SearchUsers": _AGENTS,
    "DescribeRoutingProfile": ("outbound_whisper",),
    "ListRoutingProfileQueues": _AGENTS,
    "GetPolicy": ("functions_allowed",),
    "GetFunctionConfiguration": ("keyed_characters", "pin_length", "pin_life", "pin_quarantine"),
}


def refuse(shop: Shop, operation: str, code: str) -> None:
    if operation in ("GetPolicy", "GetFunctionConfiguration"):
        shop.functions.denied.add(operation)
    else:
        shop.api.refuse(operation, code)


def unknown_of(findings: list[Finding]) -> dict[str, Finding]:
    return {one.check: one for one in findings if one.status is Status.UNKNOWN}


@pytest.mark.parametrize("operation", UNKNOWN_WITHOUT)
def test_what_may_not_be_read_is_unknown_and_names_the_operation(
    shop: Shop, operation: str
) -> None:
    refuse(shop, operation, "AccessDeniedException")
    findings = shop.examine()
    unknown = unknown_of(findings)
    assert set(unknown) == set(UNKNOWN_WITHOUT[operation])
    assert all(one.status is Status.OK for one in findings if one.check not in unknown)
    for one in unknown.values():
        assert one.found == f"{operation} could not be asked."
        assert f"You may not call {operation} (AccessDenied)" in one.mend


def test_every_operation_that_is_asked_has_been_refused(shop: Shop) -> None:
    shop.examine()
    asked = {request.operation for request in shop.api.requests} | {*shop.functions.requests}
    assert asked == {"DescribeInstance", *UNKNOWN_WITHOUT}


def test_without_the_instance_itself_there_is_nothing_to_say(shop: Shop) -> None:
    shop.api.refuse("DescribeInstance", "AccessDeniedException")
    with pytest.raises(AwsRefused, match="You may not call DescribeInstance"):
        shop.examine()


def test_what_is_refused_once_is_not_asked_for_each_queue(shop: Shop) -> None:
    shop.api.refuse("ListQueueQuickConnects", "AccessDeniedException")
    shop.examine()
    asked = [one.operation for one in shop.api.requests]
    assert len(shop.instance.queues) == 2
    assert asked.count("ListQueueQuickConnects") == 1


def test_a_throttled_request_is_repeated(shop: Shop) -> None:
    shop.api.refuse("ListQueues", "TooManyRequestsException", times=1)
    assert unknown_of(shop.examine()) == {}


def test_an_api_that_stays_throttled_makes_its_lines_unknown(shop: Shop) -> None:
    shop.api.refuse("SearchQuickConnects", "TooManyRequestsException")
    unknown = unknown_of(shop.examine())
    assert set(unknown) == {"quick_connect", "queues"}
    assert "throttled SearchQuickConnects" in unknown["queues"].mend


def test_a_flow_that_was_deleted_meanwhile_hides_no_other(shop: Shop) -> None:
    for name in ("save_agent_name", "save_agent_name_outbound"):  # no line hangs on these two
        shop.connect.delete_contact_flow(**shop.one, ContactFlowId=shop.flow_id(name))
    shop.api.refuse("DescribeContactFlow", "ResourceNotFoundException", times=1)
    described = [
        one for one in shop.examine() if one.found == "DescribeContactFlow could not be asked."
    ]
    asked = [one.operation for one in shop.api.requests].count("DescribeContactFlow")
    assert 0 < len(described) < len(UNKNOWN_WITHOUT["DescribeContactFlow"])
    assert asked > 1
