"""Set-up that stops half-way: what was done and what not is told, and all of it can be undone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from operations.connect.aws import AwsRefused
from operations.connect.setup import run as running
from operations.connect.setup.changes import Change
from operations.site import RETURN
from simulator.connect_api import ConnectApi, StoredInstance, snapshot
from tests.calls.memory_site import ARNS
from tests.connect_api.of_the_shop import content, end, flow_id, invoke, user_id
from tests.connect_setup.conftest import Run
from tests.connect_setup.published_flows import EVERYTHING, number, queue

WRITES = {
    "UpdateContactFlowContent": 0,
    "UpdateInstanceAttribute": 2,
    "UpdateUserPhoneConfig": 3,
    "AssociatePhoneNumberContactFlow": 5,
    "AssociateQueueQuickConnects": 6,
}
"""How many changes come before the first of each operation."""

ALL = 8
READS = (
    "ListContactFlows",
    "ListQueues",
    "ListQueueQuickConnects",
    "DescribeQueue",
    "SearchQuickConnects",
    "ListPhoneNumbersV2",
    "ListFlowAssociations",
    "DescribeInstanceAttribute",
    "ListRoutingProfiles",
    "ListRoutingProfileQueues",
    "SearchUsers",
    "DescribeContactFlow",
)


def stopped(told: Result) -> str:
    """Return what was said. Whatever stopped it came as a sentence, not as a traceback."""
    assert told.exit_code == 1, told.output
    assert isinstance(told.exception, SystemExit)
    assert "Traceback" not in told.output
    return told.output


def test_these_are_all_operations_there_are(setup: Run, api: ConnectApi) -> None:
    setup(*EVERYTHING)
    assert {one.operation for one in api.writes} == set(WRITES)
    reads = {one.operation for one in api.requests if not one.writes}
    assert reads == {*READS, "DescribeUser"}  # the last before the user is changed
    assert len(api.writes) == ALL


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "You may not call {}"),
        ("TooManyRequestsException", "AWS throttled {}"),
        ("InvalidRequestException", "{} was refused (InvalidRequestException)"),
    ],
)
def test_a_refused_write_is_told_and_what_was_done_can_be_undone(
    *,
    operation: str,
    code: str,
    said: str,
    setup: Run,
    undo: Run,
    api: ConnectApi,
    instance: StoredInstance,
) -> None:
    before = snapshot(instance)
    api.refuse(operation, code)
    output = stopped(setup(*EVERYTHING))
    assert said.format(operation) in output
    _, error = output.split("Error: ")
    assert error.count("\nDone: ") == WRITES[operation]
    assert error.count("\nNot done: ") == ALL - WRITES[operation]
    api.allow()
    told = undo()
    assert told.exit_code == 0, told.output
    assert snapshot(instance) == before


@pytest.mark.parametrize("operation", WRITES)
def test_after_a_fault_of_awss_the_change_is_perhaps_made(
    operation: str, setup: Run, undo: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    before = snapshot(instance)
    api.refuse(operation, "InternalServiceException")
    output = stopped(setup(*EVERYTHING))
    assert output.count("\nPerhaps done: ") == 1
    api.allow()
    assert undo().exit_code == 0
    assert snapshot(instance) == before


@pytest.mark.parametrize("operation", READS)
def test_what_cannot_be_read_changes_nothing(
    operation: str, setup: Run, api: ConnectApi, record: Path
) -> None:
    api.refuse(operation, "AccessDeniedException")
    output = stopped(setup(*EVERYTHING))
    assert f"You may not call {operation}" in output
    assert "ask whoever gives out permissions" in output
    assert api.writes == []
    assert not record.exists()


def test_a_user_who_cannot_be_read_again_is_not_changed(
    setup: Run, undo: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    before = snapshot(instance)
    api.refuse("DescribeUser", "AccessDeniedException")
    assert "Not done: after-call work of alice" in stopped(setup(*EVERYTHING))
    api.allow()
    assert undo().exit_code == 0
    assert snapshot(instance) == before


@pytest.mark.parametrize("is_made", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(ALL))
def test_whoever_is_killed_at_any_change_can_undo(
    *,
    at: int,
    is_made: bool,
    setup: Run,
    undo: Run,
    instance: StoredInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = snapshot(instance)
    apply = running.apply
    count = 0

    def killed(connect: Any, instance_id: str, change: Change) -> None:
        nonlocal count
        if count == at and not is_made:
            raise KeyboardInterrupt
        apply(connect, instance_id, change)
        if count == at:
            raise KeyboardInterrupt
        count += 1

    monkeypatch.setattr(running, "apply", killed)
    told = setup(*EVERYTHING)
    assert told.exit_code == 1
    assert told.output.count("Done: ") == at
    monkeypatch.setattr(running, "apply", apply)
    told = undo()
    assert told.exit_code == 0, told.output
    assert snapshot(instance) == before


def test_a_half_finished_run_is_finished_by_the_next_and_both_can_be_undone(
    setup: Run, undo: Run, api: ConnectApi, instance: StoredInstance, tmp_path: Path
) -> None:
    before = snapshot(instance)
    api.refuse("AssociatePhoneNumberContactFlow", "AccessDeniedException")
    stopped(setup(*EVERYTHING, to=tmp_path / "first.json"))
    api.allow()
    api.wire.requests.clear()
    assert setup(*EVERYTHING, to=tmp_path / "second.json").exit_code == 0
    assert len(api.writes) == ALL - WRITES["AssociatePhoneNumberContactFlow"]
    assert number(instance).flow_id
    assert undo(of=tmp_path / "second.json").exit_code == 0
    assert undo(of=tmp_path / "first.json").exit_code == 0
    assert snapshot(instance) == before


def test_what_is_throttled_for_a_moment_is_asked_again(
    setup: Run, api: ConnectApi, instance: StoredInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    refusal = api.refuse("AssociatePhoneNumberContactFlow", "TooManyRequestsException", times=1)
    assert setup("--number", RETURN).exit_code == 0
    assert refusal.times == 0
    assert number(instance).flow_id


def test_connects_problems_with_a_flow_are_printed(
    setup: Run, undo: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    gone = f"{ARNS['AddAgent']}Gone"
    theirs = instance.flows[flow_id(instance, "Default agent whisper")]
    theirs.published = content(invoke(gone), end("EndFlowExecution"))
    before = snapshot(instance)
    output = stopped(setup(*EVERYTHING))
    assert "Connect refuses the flow:" in output
    assert f"{gone} is not known to the instance" in output
    assert output.count("Not done: ") == ALL
    assert undo().exit_code == 0
    assert snapshot(instance) == before
    assert {one.error for one in api.writes} == {"InvalidContactFlowException"}


@pytest.mark.parametrize(
    "operation",
    [
        "DisassociateQueueQuickConnects",
        "DisassociatePhoneNumberContactFlow",
        "UpdateUserPhoneConfig",
        "UpdateInstanceAttribute",
        "UpdateContactFlowContent",
    ],
)
def test_an_undo_that_is_refused_tells_how_far_it_came_and_can_run_again(
    operation: str, setup: Run, undo: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    before = snapshot(instance)
    setup(*EVERYTHING)
    api.refuse(operation, "AccessDeniedException")
    output = stopped(undo())
    _, error = output.split("Error: ")
    assert f"You may not call {operation}" in error
    assert error.count("\nDone: ") + error.count("\nNot done: ") == ALL
    api.allow()
    assert undo().exit_code == 0
    assert snapshot(instance) == before


def test_what_undo_cannot_read_it_does_not_take_for_gone(
    setup: Run, undo: Run, api: ConnectApi
) -> None:
    setup(*EVERYTHING)
    api.wire.requests.clear()
    api.refuse("ListFlowAssociations", "AccessDeniedException")
    output = stopped(undo())
    assert "You may not call ListFlowAssociations" in output
    assert "Not undone" not in output
    assert api.writes == []


# ------------------------------------------------- what somebody else has changed


def _other_flow(instance: StoredInstance) -> None:
    number(instance).flow_id = flow_id(instance, "Shop")


def _other_time(instance: StoredInstance) -> None:
    instance.users[user_id(instance)].phone["AfterContactWorkTimeLimit"] = 30


def _other_whisper(instance: StoredInstance) -> None:
    flow = instance.flows[flow_id(instance, "Default agent whisper")]
    flow.published = json.dumps({**json.loads(flow.published), "Mine": True})


def _draft(instance: StoredInstance) -> None:
    flow = instance.flows[flow_id(instance, "Default agent whisper")]
    flow.saved = json.dumps({**json.loads(flow.published), "Mine": True})


@pytest.mark.parametrize(
    ("somebody_changes", "what"),
    [
        (_other_flow, "flow of the number ending in 0002"),
        (_other_time, "after-call work of alice"),
        (_other_whisper, "flow Default agent whisper"),
        (_draft, "flow Default agent whisper"),
    ],
)
def test_what_somebody_changed_since_is_named_and_stays(
    *,
    somebody_changes: Callable[[StoredInstance], None],
    what: str,
    setup: Run,
    undo: Run,
    api: ConnectApi,
    instance: StoredInstance,
) -> None:
    setup(*EVERYTHING)
    somebody_changes(instance)
    changed = snapshot(instance)
    api.wire.requests.clear()
    output = stopped(undo())
    assert f"Not undone: {what}: somebody changed it after set-up; it stays as it is." in output
    assert len(api.writes) == ALL - 1
    after = snapshot(instance)
    part = {"flow of": "numbers", "after-c": "users", "flow De": "flows"}[what[:7]]
    ours = {key for key in changed[part] if changed[part][key] != after[part][key]}
    kept = {
        "numbers": {number(instance).id},
        "users": {user_id(instance)},
        "flows": {flow_id(instance, "Default agent whisper")},
    }[part]
    assert not ours & kept


def test_what_is_no_longer_there_is_named_and_the_rest_undone(
    setup: Run, undo: Run, instance: StoredInstance
) -> None:
    setup(*EVERYTHING)
    del instance.users[user_id(instance, "bob")]
    output = stopped(undo())
    assert "Not undone: after-call work of bob: it is there no longer." in output
    assert queue(instance).quick_connect_ids == []


def test_what_is_changed_while_the_plan_is_looked_at_is_not_overwritten(
    setup: Run, instance: StoredInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = running.make

    def somebody_is_faster(*arguments: Any) -> None:
        _other_flow(instance)
        make(*arguments)

    monkeypatch.setattr("operations.connect.setup.commands.make", somebody_is_faster)
    output = stopped(setup("--number", RETURN))
    assert "has been changed by somebody else in the meantime. Run this again." in output
    assert number(instance).flow_id == flow_id(instance, "Shop")


def test_a_record_that_cannot_be_written_stops_before_the_change(
    setup: Run, api: ConnectApi, tmp_path: Path
) -> None:
    output = stopped(setup("--number", RETURN, to=tmp_path / "no folder" / "record.json"))
    assert "cannot be written" in output
    assert "Not done: flow of the number" in output
    assert api.writes == []


def test_an_answer_that_never_came_leaves_it_open_whether_the_change_is_made(
    setup: Run, undo: Run, instance: StoredInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(instance)
    apply = running.apply

    def lost(connect: Any, instance_id: str, change: Change) -> None:
        apply(connect, instance_id, change)
        raise AwsRefused("AWS could not be reached.")

    monkeypatch.setattr(running, "apply", lost)
    output = stopped(setup("--number", RETURN))
    assert "AWS could not be reached.\nPerhaps done: flow of the number ending in 0002" in output
    monkeypatch.setattr(running, "apply", apply)
    assert undo().exit_code == 0
    assert snapshot(instance) == before
