"""Set-up that cannot begin: a sentence says why and what to do, and nothing is changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from operations.call import SECURE_CALL
from operations.site import RETURN
from simulator.connect_api import Account, ConnectApi, StoredInstance
from tests.connect_api.of_the_shop import (
    another_instance,
    content,
    create_flow,
    create_quick_connect,
    end,
    flow_id,
)
from tests.connect_setup.conftest import Run
from tests.connect_setup.published_flows import EVERYTHING, name_of, number

NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _nothing_is_changed(api: ConnectApi, instance: StoredInstance) -> Iterator[None]:
    api.wire.requests.clear()
    yield
    assert api.writes == []
    assert not any(one.quick_connect_ids for one in instance.queues.values())


def refused(told: Result, status: int = 1) -> str:
    """Return what was said, on one line: click wraps it."""
    assert told.exit_code == status, told.output
    assert isinstance(told.exception, SystemExit)
    assert "Traceback" not in told.output
    return " ".join(told.output.split())


def refused_plan(told: Result) -> list[str]:
    output = refused(told)
    assert output.startswith("Error: Nothing was changed: - ")
    return output.removeprefix("Error: Nothing was changed: - ").split(" - There")


# --------------------------------------------------------------------- the instance


def test_an_instance_that_does_not_exist(connect_cli: Run) -> None:
    told = connect_cli(
        "setup", "--instance", NOBODYS, "--region", "eu-west-2", "--number", RETURN, "--yes"
    )
    assert f"There is no Connect instance {NOBODYS} in eu-west-2: check" in refused(told)


@pytest.mark.parametrize(
    "name", ["shop", "arn:aws:connect:eu-west-2:123456789012:instance/shop", ""]
)
def test_what_names_no_instance(name: str, connect_cli: Run) -> None:
    told = connect_cli("setup", "--instance", name, "--number", RETURN)
    assert f"{name!r} is neither the ARN nor the id" in refused(told, 2)


def test_the_wrong_region(instance: StoredInstance) -> None:
    with ConnectApi(Account(region="us-east-1")) as elsewhere:
        told = CliRunner().invoke(
            cli,
            [
                *("connect", "setup", "--instance", instance.id, "--region", "us-east-1"),
                *("--number", RETURN, "--endpoint-url", elsewhere.endpoint),
            ],
        )
    assert f"There is no Connect instance {instance.id} in us-east-1: check" in refused(told)


def test_a_region_that_is_not_the_arns(setup: Run, api: ConnectApi) -> None:
    told = setup("--number", RETURN, "--region", "us-east-1")
    assert "--region is us-east-1, and the instance is in eu-west-2" in refused(told, 2)
    assert api.requests == []


def test_no_region(connect_cli: Run, instance: StoredInstance) -> None:
    told = connect_cli("setup", "--instance", instance.id, "--number", RETURN)
    assert "Say in which region: with --region, or by giving the instance's ARN." in refused(told)


# -------------------------------------------------------------------------- AWS


def test_no_credentials(setup: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    output = refused(setup("--number", RETURN))
    assert "There are no AWS credentials that can be used" in output
    assert "aws sso login" in output


def test_half_of_the_credentials(setup: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "There are no AWS credentials that can be used" in refused(setup("--number", RETURN))


def test_a_profile_that_there_is_not(setup: Run) -> None:
    output = refused(setup("--number", RETURN, "--profile", "nobody"))
    assert "(nobody) could not be found" in output
    assert "aws configure list-profiles" in output


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nowhere"])
def test_an_endpoint_that_is_not_there(url: str, instance: StoredInstance) -> None:
    told = CliRunner().invoke(
        cli,
        [
            *("connect", "setup", "--instance", instance.arn, "--number", RETURN),
            *("--endpoint-url", url),
        ],
    )
    output = refused(told)
    assert url in output
    assert "--endpoint-url" in output


def test_a_connect_that_throttles_for_good(setup: Run, api: ConnectApi) -> None:
    api.refuse("ListContactFlows", "TooManyRequestsException")
    output = refused(setup("--number", RETURN))
    assert "AWS throttled ListContactFlows, and still did after several attempts" in output


# ---------------------------------------------------------------- what is asked for


def test_nothing_is_asked_for(setup: Run) -> None:
    assert "Say what to set up" in refused(setup(), 2)
    assert "Say what to set up" in refused(setup("--quick-connect", SECURE_CALL), 2)


def test_a_quick_connect_without_a_queue(setup: Run) -> None:
    told = setup("--number", RETURN, "--quick-connect", SECURE_CALL)
    assert "need --queue" in refused(told, 2)


@pytest.mark.parametrize("written", ["01632 960777", "+44 1632 960777", "441632960777"])
def test_a_number_that_is_none(written: str, setup: Run) -> None:
    output = refused(setup("--number", written), 2)
    assert "--number must have the country's code" in output
    assert written not in output


def test_a_record_that_is_there_already(setup: Run, record: Path) -> None:
    record.write_text("of an earlier run", encoding="utf-8")
    assert "is there already" in refused(setup("--number", RETURN), 2)
    assert record.read_text(encoding="utf-8") == "of an earlier run"


def test_a_number_that_nobody_has(setup: Run) -> None:
    (problem,) = refused_plan(setup("--number", "+441632960777"))
    assert problem.startswith("The number ending in 0777 is not claimed in this account")


def test_a_number_of_another_instance(setup: Run, api: ConnectApi) -> None:
    other = another_instance(api.account)
    (problem,) = refused_plan(setup("--number", "+441632960010"))
    assert problem.startswith(
        f"The number ending in 0010 belongs to another instance or group ({other.id})"
    )


def test_a_number_that_begins_with_the_one_asked_for_is_another(setup: Run) -> None:
    (problem,) = refused_plan(setup("--number", RETURN[:-1]))
    assert "is not claimed" in problem


def test_queues_and_quick_connects_that_are_not_there_are_named_all_at_once(setup: Run) -> None:
    problems = refused_plan(
        setup("--queue", "Payment", "--queue", "Refunds", "--quick-connect", "Secure")
    )
    assert problems == [
        "There is no queue 'Payment'. There are: Payments, Questions.",
        " is no queue 'Refunds'. There are: Payments, Questions.",
        f" is no quick connect 'Secure'. There are: {SECURE_CALL}.",
    ]


def test_a_quick_connect_that_runs_another_flow(
    setup: Run, api: ConnectApi, instance: StoredInstance
) -> None:
    bank = create_flow(api.client(), instance, "To the bank", "QUEUE_TRANSFER")
    create_quick_connect(api.client(), instance, bank, "Bank")
    api.wire.requests.clear()
    (problem,) = refused_plan(setup("--queue", "Payments", "--quick-connect", "Bank"))
    assert problem.startswith("The quick connect 'Bank' runs 'To the bank', not")


# ------------------------------------------------------------------------- our flows


@pytest.mark.parametrize(
    ("flow", "asked"),
    [
        ("answer_from_pci_pal", ("--number", RETURN)),
        ("transfer_to_pci_pal", ("--queue", "Payments")),
        ("save_agent_name", ("--whispers",)),
        ("save_agent_name_outbound", ("--whispers",)),
    ],
)
def test_a_flow_of_ours_that_somebody_renamed(
    flow: str, asked: tuple[str, ...], setup: Run, instance: StoredInstance
) -> None:
    instance.flows[flow_id(instance, name_of(flow))].name = "Mine now"
    output = refused(setup(*asked))
    assert f"There is no published flow {name_of(flow)!r} of type" in output
    assert "ConnectInstanceArn" in output


def test_an_answer_flow_that_is_saved_and_not_published(
    setup: Run, instance: StoredInstance
) -> None:
    answer = instance.flows[flow_id(instance, name_of("answer_from_pci_pal"))]
    answer.saved, answer.published = answer.published, ""
    assert "There is no published flow" in refused(setup("--number", RETURN))
    assert number(instance).flow_id == ""


def test_no_quick_connect_runs_our_flow(setup: Run, instance: StoredInstance) -> None:
    instance.quick_connects.clear()
    (problem,) = refused_plan(setup("--queue", "Payments"))
    assert problem.startswith("No quick connect runs 'Secure transfer - transfer to PCI Pal'")


def test_a_flow_of_ours_that_keeps_no_name_any_more(setup: Run, instance: StoredInstance) -> None:
    ours = instance.flows[flow_id(instance, name_of("save_agent_name"))]
    ours.published = content(end("EndFlowExecution"))
    (problem,) = refused_plan(setup("--whispers"))
    assert problem.endswith("no longer keeps the agent's name: publish ours again.")


# -------------------------------------------------------------------------- whispers


def test_a_default_whisper_that_was_renamed(setup: Run, instance: StoredInstance) -> None:
    instance.flows[flow_id(instance, "Default outbound")].name = "Original default outbound"
    (problem,) = refused_plan(setup("--whispers"))
    assert problem.startswith("There is no flow 'Default outbound' of type OUTBOUND_WHISPER")


def test_a_whisper_with_a_draft(setup: Run, instance: StoredInstance) -> None:
    whisper = instance.flows[flow_id(instance, "Default agent whisper")]
    whisper.saved = content(end("EndFlowExecution"))
    (problem,) = refused_plan(setup("--whispers"))
    assert "saved and not published, and would be lost" in problem


def test_a_whisper_that_keeps_something_else_under_our_name(
    setup: Run, instance: StoredInstance
) -> None:
    keeps: dict[str, Any] = {
        "Identifier": "Keep",
        "Type": "UpdateContactAttributes",
        "Parameters": {"Attributes": {"QueueAgentName": "$.Agent.FirstName"}},
        "Transitions": {
            "NextAction": "End",
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}],
        },
    }
    whisper = instance.flows[flow_id(instance, "Default agent whisper")]
    whisper.published = content(keeps, end("EndFlowExecution"))
    (problem,) = refused_plan(setup("--whispers"))
    assert "keeps '$.Agent.FirstName' as QueueAgentName" in problem


def test_one_problem_stops_everything(setup: Run, instance: StoredInstance) -> None:
    instance.flows[flow_id(instance, "Default outbound")].name = "Renamed"
    told = setup(*EVERYTHING)
    assert len(refused_plan(told)) == 1


# --------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    "written",
    [
        "no JSON",
        "[]",
        "{}",
        json.dumps({"version": 2, "instance_id": NOBODYS, "region": "eu-west-2", "changes": []}),
        json.dumps({"version": 1, "instance_id": NOBODYS, "region": "eu-west-2", "changes": [{}]}),
        json.dumps(
            {
                "version": 1,
                "instance_id": NOBODYS,
                "region": "eu-west-2",
                "changes": [
                    {
                        "kind": "flow of a number",
                        "target": {"UserId": "1"},
                        "before": "",
                        "after": "1",
                        "what": "-",
                        "shown_before": "-",
                        "shown_after": "-",
                    }
                ],
            }
        ),
    ],
)
def test_undo_of_what_is_no_record(written: str, undo: Run, record: Path) -> None:
    record.write_text(written, encoding="utf-8")
    assert f"{record.name} is no record of" in refused(undo())


def test_undo_of_a_file_that_is_not_there(undo: Run) -> None:
    assert "No such file" in refused(undo())


def test_undo_in_another_account(undo: Run, record: Path) -> None:
    kept = {"version": 1, "instance_id": NOBODYS, "region": "eu-west-2", "changes": []}
    record.write_text(json.dumps(kept), encoding="utf-8")
    assert f"There is no Connect instance {NOBODYS} in eu-west-2" in refused(undo())
    assert "and the instance is in eu-west-2" in refused(undo("--region", "us-east-1"), 2)
