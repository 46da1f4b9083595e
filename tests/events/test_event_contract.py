"""What passes by is judged, wherever it passes by; what is not ours is left alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from operations.event_schemas.files import TYPES, example
from simulator.aws import LocalAws
from tests.event_contract import PASSING, Passing, violations
from tests.events.contract import VERSION

Json = dict[str, Any]


@pytest.fixture
def broken() -> Json:
    event = example("PinAllocated", VERSION)
    event["detail"]["data"]["collisions"] = "none"
    return event


def entry(event: Json, *, as_text: bool = True) -> Json:
    detail = json.dumps(event["detail"]) if as_text else event["detail"]
    return {"Source": event["source"], "DetailType": event["detail-type"], "Detail": detail}


@pytest.fixture
def bus(aws: LocalAws) -> Iterator[Any]:
    """The events client of a local AWS. What these tests break on purpose is taken away after."""
    yield aws.client("events")
    PASSING.take_violations()


SAID = ["PinAllocated: detail.data.collisions: 'none' is not of type 'integer'"]


@pytest.mark.parametrize("name", TYPES)
def test_what_keeps_the_contract_breaks_no_rule(name: str) -> None:
    assert violations(name, example(name, VERSION)) == []


def test_what_breaks_it_is_said_with_its_place(broken: Json) -> None:
    assert violations("PinAllocated", broken) == SAID


def test_an_event_that_is_not_declared_breaks_it(broken: Json) -> None:
    passing = Passing()
    passing.event({**broken, "detail-type": "PinLent"})
    assert passing.take_violations() == [
        "PinLent is no event of the contract: events/ has no schema for it."
    ]


@pytest.mark.parametrize(
    "wrapped",
    [
        json.dumps,
        lambda event: json.dumps({"Entries": [entry(event)]}),
        lambda event: json.dumps({"Entries": [entry(event, as_text=False)]}),
        lambda event: json.dumps({"MessageBody": json.dumps({"Entries": [entry(event)]})}),
        lambda event: json.dumps({"MessageBody": {"Entries": [entry(event, as_text=False)]}}),
    ],
    ids=["delivered", "put", "kept", "sent to the queue", "about to be sent to the queue"],
)
def test_it_is_judged_in_every_wrapping(wrapped: Any, broken: Json) -> None:
    passing = Passing()
    passing.text(wrapped(broken))
    assert passing.take_violations() == SAID
    assert passing.take_violations() == []
    assert (passing.told, passing.count) == (set(), 1)


def test_what_keeps_it_is_noted_with_its_reason() -> None:
    passing = Passing()
    event = example("JoinRejected", VERSION)
    passing.text(json.dumps(event))
    assert passing.take_violations() == []
    assert passing.told == {("JoinRejected", event["detail"]["metadata"]["eventId"])}
    assert passing.reasons == {("JoinRejected", "WrongAgent")}


@pytest.mark.parametrize("text", ["", "{", '["secure-transfer"]', '{"source": "aws.states"}'])
def test_what_is_not_ours_is_left_alone(text: str) -> None:
    passing = Passing()
    passing.text(text)
    assert (passing.take_violations(), passing.count) == ([], 0)


def test_calls_over_the_wire_pass_by(bus: Any, broken: Json) -> None:
    bus.put_events(Entries=[entry(broken)])
    assert PASSING.take_violations() == SAID


def test_the_function_that_sends_is_noted() -> None:
    passing = Passing()
    event = example("JoinRejected", VERSION)
    passing.text(json.dumps({"Entries": [entry(event)]}), sender="AgentJoined")
    assert passing.senders == {("JoinRejected", "AgentJoined")}


@pytest.mark.usefixtures("bus")
def test_received_messages_pass_by(aws: LocalAws, broken: Json) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="passing")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"Entries": [entry(broken)]}))
    assert PASSING.take_violations() == SAID
    sqs.receive_message(QueueUrl=queue)
    assert PASSING.take_violations() == SAID
