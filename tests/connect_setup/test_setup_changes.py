"""Each change that set-up makes, and that it makes nothing else."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from operations.call import SECURE_CALL
from operations.site import RETURN
from simulator.connect_api import ConnectApi, StoredInstance, snapshot
from tests.connect_api.of_the_shop import (
    create_flow,
    create_quick_connect,
    flow_id,
    user_id,
)
from tests.connect_setup.conftest import Run
from tests.connect_setup.published_flows import EVERYTHING, name_of, number, queue


def operations(api: ConnectApi) -> list[str]:
    return [request.operation for request in api.writes]


def test_the_number_gets_the_answer_flow(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    told = setup("--number", RETURN)
    assert told.exit_code == 0, told.output
    assert number(instance).flow_id == flow_id(instance, name_of("answer_from_pci_pal"))
    assert operations(api) == ["AssociatePhoneNumberContactFlow"]
    assert "flow of the number ending in 0002" in told.output


def test_a_number_is_told_by_its_last_digits_alone(setup: Run, record: Path) -> None:
    told = setup("--number", RETURN)
    assert RETURN not in told.output + record.read_text(encoding="utf-8")


def test_a_number_that_another_flow_answers_is_shown_with_that_flow(
    setup: Run, instance: StoredInstance
) -> None:
    number(instance).flow_id = flow_id(instance, "Shop")
    told = setup("--number", RETURN)
    assert "flow of the number ending in 0002: Shop → " in told.output
    assert number(instance).flow_id == flow_id(instance, name_of("answer_from_pci_pal"))


def test_the_queues_get_the_quick_connects_that_run_our_transfer_flow(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    connect = api.client()
    others = create_flow(connect, instance, "To the bank", "QUEUE_TRANSFER")
    bank = create_quick_connect(connect, instance, others, "Bank")
    queue(instance).quick_connect_ids.append(bank)
    told = setup("--queue", "Payments")
    assert told.exit_code == 0, told.output
    names = [instance.quick_connects[one].name for one in queue(instance).quick_connect_ids]
    assert names == ["Bank", SECURE_CALL]
    assert queue(instance, "Questions").quick_connect_ids == []


def test_each_route_has_a_transfer_flow_and_a_quick_connect(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    connect = api.client()
    second = create_flow(
        connect, instance, f"{name_of('transfer_to_pci_pal')} (Ireland)", "QUEUE_TRANSFER"
    )
    ireland = create_quick_connect(connect, instance, second, "Ireland")
    assert setup("--queue", "Questions", "--quick-connect", "Ireland").exit_code == 0
    assert queue(instance, "Questions").quick_connect_ids == [ireland]
    assert queue(instance).quick_connect_ids == []


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--inbound-calls", "INBOUND_CALLS"),
        ("--outbound-calls", "OUTBOUND_CALLS"),
        ("--early-media", "EARLY_MEDIA"),
        ("--flow-logs", "CONTACTFLOW_LOGS"),
    ],
)
def test_an_attribute_is_turned_on_if_it_is_asked_for(
    option: str, name: str, setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    instance.attributes = dict.fromkeys(instance.attributes, False)
    assert setup(option).exit_code == 0
    assert [one for one, is_on in instance.attributes.items() if is_on] == [name]
    assert operations(api) == ["UpdateInstanceAttribute"]


def test_whispers_keep_the_agents_name_and_then_do_what_they_did(
    setup: Run, instance: StoredInstance
) -> None:
    whispers = [
        instance.flows[flow_id(instance, name)]
        for name in ("Default agent whisper", "Default outbound")
    ]
    before = [json.loads(one.published) for one in whispers]
    told = setup("--whispers")
    assert told.exit_code == 0, told.output
    for was, whisper in zip(before, whispers, strict=True):
        now = json.loads(whisper.published)
        first = next(one for one in now["Actions"] if one["Identifier"] == now["StartAction"])
        assert first["Parameters"]["Attributes"] == {"QueueAgentName": "$.Agent.UserName"}
        assert first["Transitions"]["NextAction"] == was["StartAction"]
        assert now["Actions"][-len(was["Actions"]) :] == was["Actions"]
    assert '+      "Identifier": "Save agent name",' in told.output
    assert "--- flow Default outbound" in told.output


def test_a_queues_own_outbound_whisper_keeps_the_name_too(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    own = create_flow(api.client(), instance, "Payments calls out", "OUTBOUND_WHISPER")
    queue(instance).outbound["OutboundFlowId"] = own
    assert setup("--whispers", "--queue", "Payments").exit_code == 0
    assert "$.Agent.UserName" in instance.flows[own].published


def test_after_call_work_of_agents_of_the_queues_is_a_second(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    alice, bob = (instance.users[user_id(instance, name)] for name in ("alice", "bob"))
    alice.phone["AutoAccept"] = True
    bob.phone["AfterContactWorkTimeLimit"] = 30
    told = setup("--queue", "Questions", "--after-call-work")
    assert told.exit_code == 0, told.output
    assert alice.phone == {
        "PhoneType": "SOFT_PHONE",
        "AutoAccept": True,
        "AfterContactWorkTimeLimit": 1,
    }
    assert bob.phone["AfterContactWorkTimeLimit"] == 30
    assert operations(api).count("UpdateUserPhoneConfig") == 1


def test_agents_who_serve_other_queues_are_left_alone(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    profile = next(iter(instance.routing_profiles.values()))
    profile.queues = [one for one in profile.queues if one.queue_id == queue(instance).id]
    assert setup("--queue", "Questions", "--after-call-work").exit_code == 0
    assert "UpdateUserPhoneConfig" not in operations(api)


def test_agents_who_only_chat_in_the_queue_are_left_alone(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    for one in next(iter(instance.routing_profiles.values())).queues:
        one.channel = "CHAT"
    assert setup("--queue", "Payments", "--after-call-work").exit_code == 0
    assert "UpdateUserPhoneConfig" not in operations(api)


def test_what_is_not_asked_for_is_left_alone(setup: Run, instance: StoredInstance) -> None:
    before = snapshot(instance)
    assert setup("--number", RETURN).exit_code == 0
    after = snapshot(instance)
    assert {key for key in before if before[key] != after[key]} == {"numbers"}


def test_a_second_run_writes_nothing(setup: Run, api: ConnectApi, tmp_path: Path) -> None:
    assert setup(*EVERYTHING).exit_code == 0
    assert len(api.writes) == 8
    again = setup(*EVERYTHING, to=tmp_path / "second.json")
    assert (again.exit_code, again.output) == (0, "All is as asked for: nothing to change.\n")
    assert len(api.writes) == 8
    assert not (tmp_path / "second.json").exists()


def test_everything_can_be_undone(setup: Run, undo: Run, instance: StoredInstance) -> None:
    before = snapshot(instance)
    assert setup(*EVERYTHING).exit_code == 0
    assert snapshot(instance) != before
    told = undo()
    assert told.exit_code == 0, told.output
    assert snapshot(instance) == before


def test_the_button_is_the_last_to_come_and_the_first_to_go(
    setup: Run, undo: Run, api: ConnectApi
) -> None:
    setup(*EVERYTHING)
    undo()
    done = operations(api)
    assert len(done) == 16
    assert done[6:10] == [
        *["AssociateQueueQuickConnects"] * 2,
        *["DisassociateQueueQuickConnects"] * 2,
    ]
    assert done[0] == done[-1] == "UpdateContactFlowContent"


def test_a_flow_that_connect_gives_back_laid_out_otherwise_is_the_same(
    setup: Run, undo: Run, instance: StoredInstance
) -> None:
    before = snapshot(instance)
    assert setup("--whispers").exit_code == 0
    for name in ("Default agent whisper", "Default outbound"):
        flow = instance.flows[flow_id(instance, name)]
        flow.published = json.dumps(json.loads(flow.published), indent=1, sort_keys=True)
    assert undo().exit_code == 0
    assert snapshot(instance) == before


def test_undone_twice_nothing_is_written(setup: Run, undo: Run, api: ConnectApi) -> None:
    setup(*EVERYTHING)
    undo()
    count = len(api.writes)
    again = undo()
    assert (again.exit_code, again.output) == (0, "All is as it was: nothing to undo.\n")
    assert len(api.writes) == count


def test_the_plan_is_shown_and_nothing_is_changed_without_a_yes(
    connect_cli: Run, api: ConnectApi, instance: StoredInstance, record: Path
) -> None:
    told = connect_cli(
        *("setup", "--instance", instance.id, "--region", "eu-west-2"),
        *("--number", RETURN, "--record", record),
        answer="n\n",
    )
    assert told.exit_code == 1
    assert "flow of the number ending in 0002" in told.output
    assert "Change this? [y/N]: n" in told.output
    assert api.writes == []
    assert not record.exists()


def test_a_yes_is_taken_at_the_keyboard(
    connect_cli: Run, api: ConnectApi, instance: StoredInstance, record: Path
) -> None:
    told = connect_cli(
        *("setup", "--instance", instance.arn, "--number", RETURN, "--record", record),
        answer="y\n",
    )
    assert told.exit_code == 0, told.output
    assert len(api.writes) == 1


def test_the_record_is_for_its_owner_alone(setup: Run, record: Path) -> None:
    setup("--number", RETURN)
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_without_a_name_the_record_is_a_new_file_here(
    connect_cli: Run, instance: StoredInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = snapshot(instance)
    told = connect_cli("setup", "--instance", instance.arn, "--number", RETURN, "--yes")
    assert told.exit_code == 0, told.output
    (made,) = tmp_path.iterdir()
    assert f"is {made.name}" in told.output
    assert connect_cli("undo", made, "--yes").exit_code == 0
    assert snapshot(instance) == before


def test_more_than_a_page_of_everything_is_read(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    connect: Any = api.client()
    transfer = flow_id(instance, "Default queue transfer")
    for count in range(120):
        create_quick_connect(connect, instance, transfer, f"Aside {count}")
    ours = instance.quick_connects.pop(next(iter(instance.quick_connects)))
    instance.quick_connects[ours.id] = ours  # the last of all
    assert setup("--queue", "Payments").exit_code == 0
    assert queue(instance).quick_connect_ids == [ours.id]
