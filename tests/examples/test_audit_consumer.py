"""The example consumer's pictures are what the records say, whatever comes how often and when.

On MiniStack, whose CloudFormation deploys the example's template as it is; its function runs as a
process of its own, and its queue is polled as Lambda does it.
"""

import copy
import json
import random
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from operations.stage import until
from secure_transfer.domain.transfer import Status, Transfer
from simulator.calls import AwsCall
from tests.event_contract import PASSING
from tests.examples.consumer import Consumer, Picture, message
from tests.workflow.driver import ABANDONED, NEVER_STARTED, SECURED, TIMED_OUT, Click, Driver
from tests.workflow.faults import fault, held

OUTCOMES = {
    Status.JOINED: "TransferSecured",
    Status.TIMED_OUT: "TransferTimedOut",
    Status.ABANDONED: "TransferAbandoned",
    Status.FAILED: "TransferFailed",
}


@dataclass(frozen=True)
class Told:
    """A transfer that is over, and what the bus told of it."""

    record: Transfer
    happened: tuple[str, ...]


@pytest.fixture(scope="module")
def transfers(consumer: Consumer, driver: Driver) -> dict[str, Told]:
    """Let transfers of each kind happen while the consumer listens."""
    assert consumer.pictures() == {}
    ways = {
        "secured": (_secured(driver), SECURED),
        "timed out": (_timed_out(driver), TIMED_OUT),
        "abandoned": (_abandoned(driver), ABANDONED),
        "secured late": (_secured_late(driver), (*ABANDONED, "TransferSecured")),
        "failed": (_failed(driver), NEVER_STARTED),
    }
    driver.loop_returns("0000")  # nobody's PIN: an event of no transfer
    for click, happened in ways.values():
        driver.stage.events_about(click.transfer_id, len(happened))
    return {way: Told(_record(driver, click), happened) for way, (click, happened) in ways.items()}


@pytest.fixture(scope="module")
def pictures(consumer: Consumer, transfers: dict[str, Told]) -> dict[str, Picture]:
    """Wait until the consumer has all; return what it made of it."""
    wanted = {told.record.transfer_id: told.happened for told in transfers.values()}
    _until_pictures(consumer, wanted)
    consumer.until_all_is_taken()
    return consumer.pictures()


@pytest.mark.parametrize("way", ["secured", "timed out", "abandoned", "secured late", "failed"])
def test_the_picture_is_what_the_record_says(
    way: str, transfers: dict[str, Told], pictures: dict[str, Picture]
) -> None:
    record = transfers[way].record
    picture = pictures[record.transfer_id]
    assert picture.happened == transfers[way].happened
    # An agent who came late has joined; the status, once it is an end, stays.
    assert picture.outcome == ("TransferSecured" if record.joined_at else OUTCOMES[record.status])
    assert picture.step("TransferRequested")["At"] == record.requested_at
    told = {step["What"]: step for step in picture.steps}
    assert told.get("LoopAnswered", {}).get("At") == record.answered_at
    assert told.get("TransferSecured", {}).get("At") == record.joined_at
    if record.status is Status.FAILED:
        assert told["TransferFailed"]["Data"]["reason"] == record.reason
    for step in picture.steps:
        assert step["Data"]["agentName"] == record.agent_name


def test_what_belongs_to_no_transfer_is_in_no_picture(
    transfers: dict[str, Told], pictures: dict[str, Picture]
) -> None:
    assert set(pictures) == {told.record.transfer_id for told in transfers.values()}


@pytest.mark.parametrize("seed", range(2))
def test_repeats_disorder_poison_and_a_kill_in_mid_batch_come_to_the_same_pictures(
    seed: int, consumer: Consumer, driver: Driver, pictures: dict[str, Picture]
) -> None:
    consumer.repeat_soon()
    events = driver.stage.events
    unknown = _of_a_new_type(events)
    poison = ["no JSON", "{}", message(_of_a_new_schema(events))]
    bodies = [*map(message, [*events, unknown] * 3), *poison]
    random.Random(seed).shuffle(bodies)  # noqa: S311 - nothing secret
    consumer.forget()

    with fault(consumer.aws, _fourth_write_of(consumer), held, times=1) as write:
        consumer.deliver(bodies)
        driver.until_held(write)
        assert consumer.kill() > 0
    consumer.until_all_is_taken()

    found = consumer.pictures()
    assert found.pop("of-a-new-type").happened == ("SomethingNew",)
    assert found == pictures
    assert sorted(consumer.dead_letters()) == sorted(poison)
    (broken,) = PASSING.take_violations()  # seen among the dead letters
    assert "schemaVersion" in broken


def test_events_that_come_backwards_come_to_the_same_pictures(
    consumer: Consumer, driver: Driver, pictures: dict[str, Picture]
) -> None:
    consumer.forget()
    by_sequence: dict[int, list[str]] = {}
    for event in driver.stage.events:
        sequence = event["detail"]["metadata"].get("sequence", 0)
        by_sequence.setdefault(sequence, []).append(message(event))
    for sequence in sorted(by_sequence, reverse=True):
        consumer.deliver(by_sequence[sequence])
        consumer.until_all_is_taken()
    assert consumer.pictures() == pictures


@pytest.mark.parametrize("failed_first", [True, False])
def test_secured_stays_secured_whatever_the_machine_says_of_itself(
    consumer: Consumer,
    driver: Driver,
    pictures: dict[str, Picture],
    failed_first: bool,  # noqa: FBT001 - pytest calls it by name
) -> None:
    assert pictures  # what was kept before, another test looks at
    secured, failed = (
        _first(driver.stage.events, kind) for kind in ("TransferSecured", "TransferFailed")
    )
    transfer_id = str(uuid.uuid4())
    for event in (secured, failed):
        name = f"{transfer_id}-{event['detail-type']}"
        event["detail"]["metadata"] |= {"transferId": transfer_id, "eventId": name}
    for event in (failed, secured) if failed_first else (secured, failed):
        consumer.deliver([message(event)])
        consumer.until_all_is_taken()
    until(lambda: len(consumer.pictures()[transfer_id].steps) == 2, "both events to be kept")
    assert consumer.pictures()[transfer_id].outcome == "TransferSecured"


def test_what_is_told_again_changes_nothing(
    consumer: Consumer, driver: Driver, pictures: dict[str, Picture]
) -> None:
    """As a replay and a redrive tell it: through the bus, under new ids of EventBridge's."""
    before = consumer.pictures()
    last = _of_another_transfer(driver.stage.events)
    last_id = last["detail"]["metadata"]["transferId"]
    for event in [*driver.stage.events, last]:
        driver.aws.client("events").put_events(
            Entries=[
                {
                    "EventBusName": driver.stage.stack.outputs["AuditBusName"],
                    "Source": event["source"],
                    "DetailType": event["detail-type"],
                    "Detail": json.dumps(event["detail"]),
                }
            ]
        )
    until(lambda: last_id in consumer.pictures(), "the last event to be kept")
    consumer.until_all_is_taken()
    after = consumer.pictures()
    del after[last_id]
    assert after == before
    assert before.items() >= pictures.items()


def test_a_bus_of_another_account_gets_the_events_as_they_are(
    forwarding_bus: str, driver: Driver
) -> None:
    """In one account here: whether the policy of the audit bus lets another in is not shown."""
    inbox = driver.stage.subscribe(forwarding_bus, "secure-transfer")
    click = _secured(driver)
    sent = driver.stage.events_about(click.transfer_id, len(SECURED))
    came: dict[str, dict[str, Any]] = {}

    def all_have_come() -> bool:
        for event in driver.stage.receive(inbox):
            came[event["detail"]["metadata"]["eventId"]] = event["detail"]
        return len(came) >= len(SECURED)

    until(all_have_come, "the events on the other bus")
    assert came == {one["detail"]["metadata"]["eventId"]: one["detail"] for one in sent}


# ------------------------------------------------------------------- the transfers


def _secured(driver: Driver) -> Click:
    click = driver.start()
    driver.until_waiting(click, "LoopToken")
    looped = driver.answers(click)
    driver.until_waiting(click, "JoinToken")
    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    driver.end_of(click)
    return click


def _timed_out(driver: Driver) -> Click:
    click = driver.start(loop_seconds=1)
    driver.end_of(click)
    return click


def _abandoned(driver: Driver) -> Click:
    click = driver.start(join_seconds=1)
    driver.until_waiting(click, "LoopToken")
    driver.answers(click)
    driver.end_of(click)
    return click


def _secured_late(driver: Driver) -> Click:
    click = driver.start(join_seconds=1)
    driver.until_waiting(click, "LoopToken")
    looped = driver.answers(click)
    driver.end_of(click)
    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    return click


def _failed(driver: Driver) -> Click:
    with driver.stage.pins_held(free=()):
        click = driver.start()
        driver.end_of(click)
    return click


def _record(driver: Driver, click: Click) -> Transfer:
    record = driver.record(click)
    assert record
    return record


# ---------------------------------------------------------------------- the events


def _of_a_new_type(events: list[dict[str, Any]]) -> dict[str, Any]:
    event = copy.deepcopy(next(one for one in events if one["detail-type"] == "PinAllocated"))
    event["detail-type"] = "SomethingNew"
    event["detail"]["metadata"] |= {
        "transferId": "of-a-new-type", "eventId": "of-a-new-type-SomethingNew", "sequence": 7,
    }  # fmt: skip
    event["detail"]["data"] = {"seconds": 1.25, "new": ["this", {"too": None}]}
    return event


def _of_another_transfer(events: list[dict[str, Any]]) -> dict[str, Any]:
    event = copy.deepcopy(next(one for one in events if one["detail-type"] == "TransferRequested"))
    transfer_id = str(uuid.uuid4())
    event["detail"]["metadata"] |= {
        "transferId": transfer_id, "eventId": f"{transfer_id}-TransferRequested",
    }  # fmt: skip
    return event


def _first(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return copy.deepcopy(next(one for one in events if one["detail-type"] == kind))


def _of_a_new_schema(events: list[dict[str, Any]]) -> dict[str, Any]:
    event = copy.deepcopy(events[0])
    event["detail"]["metadata"] |= {"schemaVersion": "2", "transferId": "of-a-new-schema"}
    return event


def _fourth_write_of(consumer: Consumer) -> Any:
    """The fourth write of the function: a batch is under way, and not over."""
    seen = 0

    def which(call: AwsCall) -> bool:
        nonlocal seen
        if call.caller != consumer.function or call.action != "dynamodb:UpdateItem":
            return False
        seen += 1
        return seen > 3

    return which


def _until_pictures(consumer: Consumer, wanted: dict[str, tuple[str, ...]]) -> None:
    until(
        lambda: {name: one.happened for name, one in consumer.pictures().items()} == wanted,
        "the pictures of all transfers",
    )
