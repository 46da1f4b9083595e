"""`operations audit replay`: to the named rules only, and never into the log again."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from werkzeug.wrappers import Response

from operations.audit import replay
from tests.audit.conftest import register
from tests.audit.interrupt import interrupt
from tests.audit.site import Site, detail, new_id
from tests.workflow.driver import SECURED, Driver
from tests.workflow.faults import ALWAYS, Fault, fault, refused

Run = Callable[..., Result]
# The archive has what other tests have told, broken events among it: the local AWS replays all.
pytestmark = pytest.mark.usefixtures("events_may_break_the_contract")

NOW = ("--from", "1h", "--to", "0s")


@pytest.fixture
def late_consumer(site: Site) -> Iterator[tuple[str, str]]:
    """A consumer that came after the events: its rule's name and its inbox.

    It asks for replayed events only: the local AWS hands a replay to every rule, whatever the
    replay says (see docs/audit.md).
    """
    events, bus = site.aws.client("events"), site.outputs["AuditBusName"]
    inbox = site.stage.subscribe(bus, "secure-transfer")
    name = inbox.rpartition("/")[2]
    pattern = {"source": ["secure-transfer"], "replay-name": [{"exists": True}]}
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    yield name, inbox
    events.remove_targets(Rule=name, EventBusName=bus, Ids=[name])
    events.delete_rule(Name=name, EventBusName=bus)


def _started(site: Site, before: int) -> dict[str, Any]:
    (call,) = (one for one in site.aws.wire.calls[before:] if one.operation == "StartReplay")
    given: dict[str, Any] = json.loads(call.body)
    return given


def _ids(site: Site, inbox: str) -> list[str]:
    return [event["detail"]["metadata"]["eventId"] for event in site.stage.receive(inbox)]


def test_a_late_consumer_gets_what_was_told_before_it_came(
    audit: Run, site: Site, late_consumer: tuple[str, str]
) -> None:
    rule, inbox = late_consumer
    event = detail("TransferRequested", new_id())
    site.tell(event)
    assert _ids(site, inbox) == []
    before = len(site.aws.wire.calls)

    result = audit("replay", *NOW, "--to-rule", rule)

    assert result.exit_code == 0, result.output
    assert f"Completed: {rule} got the events." in result.stdout
    assert event["metadata"]["eventId"] in _ids(site, inbox)
    started = _started(site, before)
    account, bus = site.aws.account, site.outputs["AuditBusName"]
    assert started["Destination"] == {
        "Arn": f"arn:aws:events:eu-west-2:{account}:event-bus/{bus}",
        "FilterArns": [f"arn:aws:events:eu-west-2:{account}:rule/{bus}/{rule}"],
    }
    assert started["EventSourceArn"] == site.outputs["AuditArchiveArn"]
    assert started["EventEndTime"] - started["EventStartTime"] == pytest.approx(3600, abs=1)
    assert len(started["ReplayName"]) == 36 + 24  # the stack's own id: the role allows no other
    assert f"The replay is called {started['ReplayName']}." in result.stdout
    assert "What was sent in the last ten minutes may not be in the archive yet" in result.stderr


def test_what_is_replayed_is_not_logged_again(
    audit: Run, site: Site, late_consumer: tuple[str, str]
) -> None:
    told = [detail(one, new_id()) for one in ("TransferRequested", "PinAllocated")]
    site.tell(*told)
    logged = site.ids_logged()
    audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert {one["metadata"]["eventId"] for one in told} <= set(_ids(site, late_consumer[1]))
    assert site.ids_logged() == logged


def test_a_replay_while_calls_go_on_loses_and_doubles_nothing(
    audit: Run, site: Site, driver: Driver, late_consumer: tuple[str, str]
) -> None:
    """The replay is held up in the middle, and a whole transfer goes by."""
    before = driver.clicks("alice", driver.cardholder_calls())
    driver.secures(before)
    driver.end_of(before)
    site.until_logged(before.transfer_id, *SECURED)
    logged_before = site.ids_logged()
    meanwhile = []

    def held(_: Fault, pass_on: Callable[[], Response]) -> Response:
        click = driver.clicks("bob", driver.cardholder_calls())
        driver.until_waiting(click, "LoopToken")
        answer = pass_on()
        looped = driver.loop_returns(driver.pin(click))
        driver.until_waiting(click, "JoinToken")
        driver.picks_up("bob", looped)
        driver.end_of(click)
        meanwhile.append(click)
        return answer

    with fault(site.aws, lambda call: call.operation == "StartReplay", held, 1):
        assert audit("replay", *NOW, "--to-rule", late_consumer[0]).exit_code == 0
    (click,) = meanwhile
    site.until_logged(click.transfer_id, *SECURED)
    ids = site.ids_logged()
    new = [one for one in ids if one.startswith(click.transfer_id)]
    assert sorted(new) == sorted(f"{click.transfer_id}-{one}" for one in SECURED)
    assert [one for one in ids if one not in new] == logged_before
    replayed = _ids(site, late_consumer[1])
    assert {f"{before.transfer_id}-{one}" for one in SECURED} <= set(replayed)


def test_progress_is_waited_for(
    audit: Run, site: Site, late_consumer: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "POLL_SECONDS", 0)
    with fault(site.aws, _describes, _state("RUNNING"), 3) as looks:
        result = audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert looks.hits == 3
    assert result.exit_code == 0
    assert "Completed" in result.stdout


def test_a_replay_that_fails_is_said(
    audit: Run, site: Site, late_consumer: tuple[str, str]
) -> None:
    with fault(site.aws, _describes, _state("FAILED", StateReason="Too many."), 1):
        result = audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert result.exit_code == 1
    assert "The replay ended as FAILED: Too many." in result.stderr


def test_ctrl_c_cancels_it(audit: Run, site: Site, late_consumer: tuple[str, str]) -> None:
    def strike(_: Fault, pass_on: Callable[[], Response]) -> Response:
        interrupt()
        return pass_on()

    before = len(site.aws.wire.calls)
    with fault(site.aws, _describes, strike, 1):
        result = audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert result.exit_code == 130
    assert "Cancelled. `aws events describe-replay --replay-name" in result.stderr
    cancelled = [one for one in site.aws.wire.calls[before:] if one.operation == "CancelReplay"]
    name = _started(site, before)["ReplayName"]
    assert [json.loads(one.body)["ReplayName"] for one in cancelled] == [name]


def _describes(call: Any) -> bool:
    return bool(call.operation == "DescribeReplay")


def _state(state: str, **more: str) -> Callable[..., Response]:
    def act(_: Fault, __: Callable[[], Response]) -> Response:
        body = json.dumps({"State": state, **more})
        return Response(body, 200, content_type="application/x-amz-json-1.1")

    return act


# -------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "1h", "--to", "2h", "--to-rule", "x"), "--from is not before --to."),
        (("--from", "1h", "--to", "2999-01-01T00:00:00Z", "--to-rule", "x"), "is in the future"),
        (("--from", "1h", "--to", "soon", "--to-rule", "x"), "is neither a duration"),
        (("--from", "1h", "--to", "0s"), "Missing option '--to-rule'"),
        ((*NOW, "--to-rule", "nobody"), "There is no rule 'nobody' on the bus audited-audit-"),
    ],
)
def test_what_makes_no_sense_is_said(
    audit: Run, site: Site, arguments: tuple[str, ...], said: str
) -> None:
    before = len(site.aws.wire.calls)
    result = audit("replay", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "StartReplay" not in {one.operation for one in site.aws.wire.calls[before:]}


def test_the_logs_own_rule_gets_nothing_and_that_is_said(audit: Run, site: Site) -> None:
    rule = site.stage.stack.resources["AuditLogRule"].rpartition("|")[2]
    result = audit("replay", *NOW, "--to-rule", rule)
    assert result.exit_code == 2
    assert f"The rule {rule} takes no replayed events" in result.stderr


def test_a_disabled_rule_gets_nothing_and_that_is_said(
    audit: Run, site: Site, late_consumer: tuple[str, str]
) -> None:
    bus = site.outputs["AuditBusName"]
    site.aws.client("events").disable_rule(Name=late_consumer[0], EventBusName=bus)
    result = audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert result.exit_code == 2
    assert "is disabled: enable it first" in result.stderr


def test_an_emulator_has_no_archive_and_that_is_said(audit: Run, site: Site) -> None:
    name = register(site.stage, without="AuditArchiveArn", name="an-emulator")
    result = audit("replay", *NOW, "--to-rule", "x", stack=name)
    assert result.exit_code == 2
    assert "The stack has no archive: it was deployed with LocalEmulator=true" in result.stderr


def test_what_aws_refuses_is_said(audit: Run, site: Site, late_consumer: tuple[str, str]) -> None:
    limit = refused("LimitExceededException")
    with fault(site.aws, lambda call: call.operation == "StartReplay", limit, ALWAYS):
        result = audit("replay", *NOW, "--to-rule", late_consumer[0])
    assert result.exit_code == 2
    assert "StartReplay was refused (LimitExceededException)" in result.stderr
