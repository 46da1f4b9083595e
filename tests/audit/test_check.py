"""`operations audit check`: every kind of hole is named, and a clean run has none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result
from werkzeug.wrappers import Response

from operations.audit.check import compare as comparing
from operations.stage import until
from tests.audit.conftest import register
from tests.audit.site import Site, ago, detail, is_operator, new_id
from tests.workflow.driver import ABANDONED, NEVER_STARTED, SECURED, TIMED_OUT, Click, Driver
from tests.workflow.faults import ALWAYS, Fault, by_state, fault, refused

Run = Callable[..., Result]
Hole = dict[str, str]


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _holes(audit: Run, since: str = "1d", *more: object) -> list[Hole]:
    result = audit("check", "--since", since, "--json", *more)
    holes: list[Hole] = json.loads(result.stdout)
    assert result.exit_code == (1 if holes else 0), result.output
    return holes


def _about(holes: list[Hole], transfer_id: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["missing"]) for one in holes if one["transfer_id"] == transfer_id]


# --------------------------------------------------------------------- a clean run


def _secured(driver: Driver) -> Click:
    click = driver.clicks("alice", driver.cardholder_calls())
    driver.secures(click)
    driver.end_of(click)
    return click


def test_a_clean_run_of_every_kind_of_transfer_has_no_hole(
    audit: Run, site: Site, driver: Driver
) -> None:
    since = _now()
    told: list[tuple[Click, tuple[str, ...]]] = [(_secured(driver), SECURED)]
    timed_out = driver.start(loop_seconds=1)
    late = driver.loop_returns(driver.pin(timed_out))  # answered: and then nobody joins
    assert late.answer["Result"] == "OK"
    late_one = timed_out
    timed_out = driver.start(loop_seconds=1)
    abandoned = driver.start(join_seconds=1)
    driver.answers(abandoned)
    joined_late = driver.start(join_seconds=1)
    looped = driver.answers(joined_late)
    with fault(driver.aws, by_state("ClaimPin"), refused("ValidationException"), ALWAYS):
        failed = driver.start()
        driver.end_of(failed)
    for click in (timed_out, abandoned, joined_late):
        driver.end_of(click)
    assert driver.picks_up("alice", looped)["Result"] == "OK"
    rejected = driver.loop_returns("no digits")
    driver.loop_returns(driver.pin(timed_out))  # expired
    driver.picks_up("bob", looped)
    told += [
        (timed_out, TIMED_OUT),
        (abandoned, ABANDONED),
        (joined_late, (*ABANDONED, "TransferSecured")),
        (failed, NEVER_STARTED),
    ]
    for click, types in told:
        until(lambda c=click, t=types: _ids(site, c) == {f"{c.transfer_id}-{one}" for one in t},
              f"the events of {types}")  # fmt: skip
    assert any(rejected.contact.contact_id in one for one in site.ids_logged())

    open_one = late_one  # still waits for its agent
    result = audit("check", "--since", since)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("6 executions, 6 records, ")
    assert result.stdout.endswith("events: no holes.\n")
    driver.picks_up("alice", late)
    driver.end_of(open_one)


def _ids(site: Site, click: Click) -> set[str]:
    return {one for one in site.ids_logged() if one.startswith(click.transfer_id)} - {
        f"{click.transfer_id}-WrongAgent-JoinRejected"
    }


def test_a_transfer_that_goes_on_or_has_just_ended_has_no_hole(
    audit: Run, site: Site, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "GRACE", comparing.timedelta(minutes=2))
    since = _now()
    waiting = driver.start()
    driver.pin(waiting)
    ended = _secured(driver)
    site.until_logged(ended.transfer_id, *SECURED)
    site.clear()
    assert _holes(audit, since) == []
    monkeypatch.setattr(comparing, "GRACE", comparing.timedelta(0))
    holes = _holes(audit, since)
    assert _about(holes, waiting.transfer_id) == []
    assert [what for _, what in _about(holes, ended.transfer_id)] == [
        f"no {one}" for one in SECURED
    ]
    driver.secures(waiting)
    driver.end_of(waiting)


# ---------------------------------------------- holes of transfers that were played


@pytest.fixture
def secured(site: Site, driver: Driver) -> tuple[str, str]:
    """A transfer that was secured and told; and when, to look at nothing before it."""
    since = _now()
    click = _secured(driver)
    site.until_logged(click.transfer_id, *SECURED)
    return click.transfer_id, since


def test_an_execution_without_a_record(audit: Run, site: Site, secured: tuple[str, str]) -> None:
    transfer, since = secured
    _delete(site, transfer)
    missing = "no record of an execution that ended as SUCCEEDED"
    assert _about(_holes(audit, since), transfer) == [("RecordMissing", missing)]


def test_a_record_that_waits_although_its_execution_has_ended(
    audit: Run, site: Site, secured: tuple[str, str]
) -> None:
    transfer, since = secured
    site.change(transfer, Status="ANSWERED")
    missing = "the record says ANSWERED, and the execution ended as SUCCEEDED"
    assert ("StatusDiffers", missing) in _about(_holes(audit, since), transfer)


def test_a_faulted_execution_leaves_the_record_as_it_was(
    audit: Run, site: Site, driver: Driver
) -> None:
    since = _now()
    broken = refused("ResourceNotFoundException")
    with fault(driver.aws, by_state("ExpireLoop"), broken, ALWAYS):
        click = driver.start(loop_seconds=1)
        driver.end_of(click)
    types = ("TransferRequested", "PinAllocated", "TransferFailed")
    site.until_logged(click.transfer_id, *types)
    assert _holes(audit, since) == []
    site.clear()
    holes = _about(_holes(audit, since), click.transfer_id)
    assert holes == [("EventMissing", f"no {one}") for one in types]


def test_an_event_that_contradicts_the_record(
    audit: Run, site: Site, secured: tuple[str, str]
) -> None:
    transfer, since = secured
    site.change(transfer, AgentName="bob", LoopContactId="another")
    kinds = {kind for kind, _ in _about(_holes(audit, since), transfer)}
    told = " ".join(what for _, what in _about(_holes(audit, since), transfer))
    assert kinds == {"EventContradicts"}
    assert "TransferRequested says agentName 'alice', the record has 'bob'" in told
    assert "the record has 'another'" in told


def test_a_call_that_ended_and_was_not_told(
    audit: Run, site: Site, secured: tuple[str, str]
) -> None:
    transfer, since = secured
    site.change(transfer, EndedAt=ago(minutes=1))
    assert _about(_holes(audit, since), transfer) == [("EventMissing", "no SecureCallEnded")]
    item = _item(site, transfer)
    metadata = {
        "initialContactId": item["InitialContactId"],
        "loopContactId": item["LoopContactId"],
    }
    site.tell(detail("SecureCallEnded", transfer, **metadata))
    assert _about(_holes(audit, since), transfer) == []


def _item(site: Site, transfer: str) -> dict[str, str]:
    answer = site.aws.client("dynamodb").get_item(
        TableName=site.outputs["TransferTableName"], Key={"TransferId": {"S": transfer}}
    )
    return {name: next(iter(value.values())) for name, value in answer["Item"].items()}


def _delete(site: Site, transfer: str) -> None:
    site.aws.client("dynamodb").delete_item(
        TableName=site.outputs["TransferTableName"], Key={"TransferId": {"S": transfer}}
    )


# ---------------------------------------------------------- holes that are made up

AN_HOUR = "2h"


def _tell(*types: str, **changed: Any) -> Callable[[Site, str], None]:
    return lambda site, transfer: site.tell(*(detail(one, transfer, **changed) for one in types))


def _recorded(status: str, *types: str, **attributes: str) -> Callable[[Site, str], None]:
    def put(site: Site, transfer: str) -> None:
        loop = {"LoopContactId": f"{transfer}-loop"} if "LoopAnswered" in types else {}
        site.record(transfer, status, **loop, **attributes)
        site.tell(*(detail(one, transfer) for one in types))

    return put


def _twice(site: Site, transfer: str) -> None:
    _recorded("FAILED", "TransferRequested", "TransferFailed")(site, transfer)
    site.tell(detail("TransferRequested", transfer, attempt=2))


_AT = "2026-11-24T10:00:00.000Z"
_ALL = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
_NO_EXECUTION = ("ExecutionMissing", "no execution of a transfer")

SEEDED: dict[str, tuple[Callable[[Site, str], None], list[tuple[str, str]]]] = {
    "no execution": (
        _recorded("FAILED", "TransferRequested", "TransferFailed"),
        [_NO_EXECUTION],
    ),
    "no execution, and it waits": (
        _recorded("AWAITING_LOOP", "TransferRequested", "PinAllocated"),
        [_NO_EXECUTION, ("StatusDiffers", "the record still says AWAITING_LOOP, and there is no")],
    ),
    "no TransferRequested": (
        _recorded("FAILED", "TransferFailed"),
        [_NO_EXECUTION, ("EventMissing", "no TransferRequested")],
    ),
    "no TransferFailed": (
        _recorded("FAILED", "TransferRequested"),
        [_NO_EXECUTION, ("EventMissing", "no TransferFailed")],
    ),
    "no PinAllocated": (
        _recorded("TIMED_OUT", "TransferRequested", "TransferTimedOut"),
        [_NO_EXECUTION, ("EventMissing", "no PinAllocated")],
    ),
    "no TransferTimedOut": (
        _recorded("TIMED_OUT", "TransferRequested", "PinAllocated"),
        [_NO_EXECUTION, ("EventMissing", "no TransferTimedOut")],
    ),
    "no LoopAnswered": (
        _recorded("JOINED", *_ALL[:2], AnsweredAt=_AT, LoopContactId="none"),
        [
            _NO_EXECUTION,
            ("EventMissing", "no LoopAnswered"),
        ],
    ),
    "no TransferSecured": (
        _recorded("JOINED", *_ALL[:3], AnsweredAt=_AT, JoinedAt=_AT),
        [_NO_EXECUTION, ("EventMissing", "no TransferSecured")],
    ),
    "no late TransferSecured": (
        _recorded("ABANDONED", *_ALL[:3], "TransferAbandoned", AnsweredAt=_AT, JoinedAt=_AT),
        [_NO_EXECUTION, ("EventMissing", "no TransferSecured")],
    ),
    "no TransferAbandoned": (
        _recorded("ABANDONED", *_ALL[:3], AnsweredAt=_AT),
        [_NO_EXECUTION, ("EventMissing", "no TransferAbandoned")],
    ),
    "nobody's events": (
        _tell("TransferRequested", "PinAllocated"),
        [("TransferUnknown", "neither record nor execution, and events: TransferRequested, Pin")],
    ),
    "two outcomes": (
        _recorded("TIMED_OUT", *_ALL[:2], "TransferTimedOut", "TransferSecured",
                  LoopContactId="{}-loop"),
        [("OutcomesExclude", "TransferTimedOut and TransferSecured"), _NO_EXECUTION],
    ),
    "told twice": (
        _twice,
        [("EventDiffers", "was told twice, with different contents"), _NO_EXECUTION],
    ),
    "a PIN of a failed one": (
        _recorded("FAILED", "TransferRequested", "PinAllocated", "TransferFailed"),
        [("EventContradicts", "PinAllocated, and the record failed without"), _NO_EXECUTION],
    ),
    "no metadata": (
        _tell("TransferRequested", occurredAt=None),
        [("EventMalformed", "TransferRequested: metadata without occurredAt"),
         ("TransferUnknown", "")],
    ),
    "wrong sequence": (
        _tell("TransferRequested", sequence=7),
        [("EventMalformed", "sequence 7 instead of 1"), ("TransferUnknown", "")],
    ),
}  # fmt: skip


@pytest.mark.usefixtures("events_may_break_the_contract")
@pytest.mark.parametrize("kind", SEEDED)
def test_a_hole_that_was_made_is_named(audit: Run, site: Site, kind: str) -> None:
    put, expected = SEEDED[kind]
    transfer = f"{new_id()}"
    put(site, transfer)
    if kind == "two outcomes":
        site.change(transfer, LoopContactId=f"{transfer}-loop")
    try:
        found = _about(_holes(audit, AN_HOUR), transfer)
        assert [one for one, _ in found] == [one for one, _ in expected], found
        for (_, what), (_, told) in zip(found, expected, strict=True):
            assert told in what
    finally:
        _delete(site, transfer)


def test_a_line_that_is_no_event_of_ours(audit: Run, site: Site) -> None:
    since = _now()
    site.write("nonsense")
    (hole,) = _holes(audit, since)
    assert (hole["kind"], hole["transfer_id"]) == ("EventMalformed", "")
    assert hole["missing"] == "a line of the log: the detail-type '' is none of ours"


def test_messages_that_wait_are_counted(audit: Run, site: Site) -> None:
    since = _now()
    site.keep(detail("TransferRequested", new_id()))
    url = site.outputs["AuditDeadLetterQueueUrl"]
    for _ in range(2):
        site.aws.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    assert [one["missing"] for one in _holes(audit, since)] == [
        "1 messages wait in FallbackQueue: their events may be what is missing",
        "2 messages wait in AuditDeadLetterQueue: their events may be what is missing",
    ]


def test_an_event_that_came_twice_alike_is_no_hole(audit: Run, site: Site) -> None:
    """EventBridge delivers at least once."""
    call, since = new_id(), _now()
    metadata = {
        "eventId": f"{call}-PinUnknown-PinRejected",
        "schemaVersion": "1",
        "occurredAt": ago(seconds=0),
        "contactId": call,
        "initialContactId": call,
    }
    for _ in range(2):
        site.tell({"metadata": metadata, "data": {"reason": "PinUnknown"}})
    assert _holes(audit, since) == []


def test_a_refused_request_has_neither_record_nor_execution(audit: Run, site: Site) -> None:
    transfer = new_id()
    site.tell(detail("TransferFailed", transfer, reason="NotOurCall", executionArn=None))
    assert _about(_holes(audit, AN_HOUR), transfer) == []


# --------------------------------------------------------- which time, and how it is said


def test_only_transfers_of_that_time_are_looked_at(audit: Run, site: Site) -> None:
    transfer, requested_at = new_id(), ago(hours=3)
    site.record(transfer, "FAILED", RequestedAt=requested_at)
    site.tell(detail("TransferFailed", transfer, occurredAt=requested_at))
    try:
        assert _about(_holes(audit, AN_HOUR), transfer) == []
        assert _about(_holes(audit, "4h", "--until", "2h"), transfer) != []
        assert _about(_holes(audit, "4h", "--until", ago(hours=3, minutes=10)), transfer) == []
    finally:
        _delete(site, transfer)


def test_a_hole_is_a_line_with_the_transfer_what_is_missing_and_what_to_do(
    audit: Run, site: Site
) -> None:
    transfer = new_id()
    site.tell(detail("TransferRequested", transfer))
    result = audit("check", "--since", AN_HOUR)
    assert result.exit_code == 1
    (line,) = (one for one in result.stdout.splitlines() if transfer in one)
    assert line.startswith(f"{transfer}  TransferUnknown: neither record nor execution, and events")
    assert line.endswith("look in CloudTrail for PutEvents on the bus.")
    assert result.stdout.splitlines()[-1].endswith(("1 hole.", " holes."))


def test_neither_pin_nor_token_is_asked_for(audit: Run, site: Site, driver: Driver) -> None:
    click = _secured(driver)
    before = len(site.aws.wire.calls)
    audit("check", "--since", "1h")
    asked = [call for call in site.aws.wire.calls[before:] if call.operation == "BatchGetItem"]
    assert click.transfer_id in asked[0].body
    for call in asked:
        (table,) = json.loads(call.body)["RequestItems"].values()
        assert {"PIN", "LoopToken", "JoinToken"}.isdisjoint(
            table["ExpressionAttributeNames"].values()
        )


def test_executions_are_asked_for_only_where_it_matters(
    audit: Run, site: Site, secured: tuple[str, str]
) -> None:
    before = len(site.aws.wire.calls)
    _holes(audit, secured[1])
    assert not [one for one in site.aws.wire.calls[before:] if one.operation == "DescribeExecution"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "is neither a duration back from now"),
        (("--since", "2026-11-24T09:30:00"), "a time with its zone"),
        (("--since", "1h", "--until", "2h"), "--until is not after --since"),
        ((), "Missing option '--since'"),
    ],
)
def test_a_wrong_time_is_said(audit: Run, arguments: tuple[str, ...], said: str) -> None:
    result = audit("check", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


# ------------------------------------------------------------------- stack and role


def test_an_unknown_stack_is_said(audit: Run) -> None:
    result = audit("check", "--since", "1h", stack="nothing")
    assert result.exit_code == 2
    assert "There is no stack 'nothing' in this account and region" in result.stderr


def test_a_stack_without_an_output_is_said(audit: Run, site: Site) -> None:
    name = register(site.stage, without="AuditLogGroupName", name="half")
    result = audit("check", "--since", "1h", stack=name)
    assert result.exit_code == 2
    assert "The stack half has no output AuditLogGroupName" in result.stderr


def test_a_role_that_is_refused_is_said(audit: Run, site: Site) -> None:
    def denied(_: Fault, __: Callable[[], Response]) -> Response:
        error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        return Response(f"<ErrorResponse>{error}</ErrorResponse>", 403, content_type="text/xml")

    with fault(site.aws, lambda call: call.operation == "AssumeRole", denied, ALWAYS):
        result = audit("check", "--since", "1h")
    assert result.exit_code == 2
    assert "You may not take the role arn:aws:iam::" in result.stderr
    assert "Ask whoever gives out permissions" in result.stderr
    assert "Traceback" not in result.output


def test_all_is_asked_as_the_role_but_for_the_stack(audit: Run, site: Site) -> None:
    before = len(site.aws.wire.calls)
    audit("check", "--since", "1m")
    calls = site.aws.wire.calls[before:]
    by_hand = {call.operation for call in calls if not is_operator(call.caller)}
    assert by_hand == {"DescribeStacks", "AssumeRole"}


def test_a_stack_of_a_release_without_the_role_is_asked_as_oneself(audit: Run, site: Site) -> None:
    name = register(site.stage, without="AuditOperatorRoleArn", name="before-the-role")
    before = len(site.aws.wire.calls)
    result = audit("check", "--since", _now(), stack=name)
    assert result.exit_code == 0, result.output
    assert {call.caller for call in site.aws.wire.calls[before:]} == {"operator"}
