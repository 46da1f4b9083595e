"""Each misconfiguration turns its lines of the doctor red, and no other; calls fail as they say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from operations.call_parts import conversation, pay, reunite, secure
from operations.connect.commands import connect
from operations.connect.doctor.examine import CONDITIONS
from operations.connect.doctor.finding import Finding, Status
from operations.connect.doctor.seen import Wanted
from operations.site import RETURN
from tests.connect_api.published_call import PublishedCall
from tests.connect_doctor.doctored_shop import Shop
from tests.connect_doctor.misconfigured import MISCONFIGURED, Misconfigured

CHECKS = [condition.look.__name__ for condition in CONDITIONS]
SET_UP = "operations connect setup … "
SET_UP_MENDS = {
    "inbound_calls",
    "outbound_calls",
    "early_media",
    "flow_logs",
    "inbound_whisper",
    "outbound_whisper",
    "return_number",
    "queues",
    "after_call_work",
}
NOT_SO = (AssertionError, pytest.fail.Exception)
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "operator", "AWS_SECRET_ACCESS_KEY": "local"}
BY_NAME = pytest.mark.parametrize("one", MISCONFIGURED, ids=lambda one: one.name)


def by_status(findings: list[Finding], status: Status) -> set[str]:
    return {finding.check for finding in findings if finding.status is status}


def test_all_is_well_where_the_guide_was_followed(shop: Shop) -> None:
    findings = shop.examine()
    assert [finding.check for finding in findings] == CHECKS
    assert {finding.check: finding.found for finding in findings if finding.status != "ok"} == {}
    assert not any(finding.mend for finding in findings)
    assert shop.api.writes == []


def test_all_is_well_too_where_the_operator_names_nothing(shop: Shop) -> None:
    assert by_status(shop.examine(Wanted()), Status.OK) == set(CHECKS)


def test_a_call_is_secured_where_all_is_well(shop: Shop) -> None:
    with shop.call() as call:
        carol, alice = conversation(call)
        secure(alice)
        reunite(call, alice, carol)
        pay(call, alice, carol)
        assert call.card_is_safe


@BY_NAME
def test_the_right_lines_are_red_and_no_other(shop: Shop, one: Misconfigured) -> None:
    one.spoil(shop)
    shop.api.wire.requests.clear()
    findings = shop.examine()
    assert by_status(findings, Status.WRONG) == set(one.wrong)
    assert by_status(findings, Status.UNKNOWN) == set(one.unknown)
    red = {finding.check: finding for finding in findings if finding.status is Status.WRONG}
    assert one.says in red[one.wrong[0]].found
    assert all(finding.mend for finding in findings if finding.status is not Status.OK)
    by_command = {finding.check for finding in findings if finding.mend.startswith(SET_UP)}
    assert by_command <= SET_UP_MENDS
    assert shop.api.writes == []


@pytest.mark.parametrize(
    "one", [one for one in MISCONFIGURED if callable(one.shown)], ids=lambda one: one.name
)
def test_a_call_fails_as_the_line_says(shop: Shop, one: Misconfigured) -> None:
    one.spoil(shop)
    assert callable(one.shown)
    with shop.call() as call:
        one.shown(call)


@pytest.mark.parametrize(
    "one", [one for one in MISCONFIGURED if set(one.wrong) & SET_UP_MENDS], ids=lambda one: one.name
)
def test_where_a_command_is_named_it_mends_the_line(
    shop: Shop, one: Misconfigured, tmp_path: Path
) -> None:
    one.spoil(shop)
    red = {finding.check: finding.mend for finding in shop.examine() if finding.status == "wrong"}
    commands = {
        check: mend.removeprefix(SET_UP) for check, mend in red.items() if mend.startswith(SET_UP)
    }
    for number, command in enumerate(commands.values()):
        told = command.replace("NUMBER", RETURN).replace("NAME", "Payments").split()
        where = [f"--instance={shop.instance.arn}", f"--endpoint-url={shop.endpoint}"]
        record = f"--record={tmp_path / str(number)}"
        result = CliRunner().invoke(
            connect, ["setup", *where, *told, "--yes", record], env=CREDENTIALS
        )
        assert result.exit_code == 0, result.output
    still_red = {finding.check for finding in shop.examine() if finding.status == "wrong"}
    assert still_red == red.keys() - commands.keys()


@pytest.mark.parametrize(
    "shown",
    {one.shown.__name__: one.shown for one in MISCONFIGURED if callable(one.shown)}.values(),
    ids=lambda shown: shown.__name__,
)
def test_no_call_fails_so_where_all_is_well(
    shop: Shop, shown: Callable[[PublishedCall], None]
) -> None:
    """Else it would show nothing about what was misconfigured."""
    with shop.call() as call, pytest.raises(NOT_SO):
        shown(call)


def test_every_line_has_been_red() -> None:
    assert {check for one in MISCONFIGURED for check in one.wrong} == set(CHECKS)
