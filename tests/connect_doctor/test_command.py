"""`operations connect doctor` as people and programs run it."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from operations.connect.commands import connect
from operations.connect.doctor.examine import CONDITIONS
from operations.site import PCI_PAL, RETURN, SHOP
from tests.connect_api.of_the_shop import queue_id
from tests.connect_doctor.doctored_shop import REGION, Shop
from tests.connect_doctor.misconfigured import edit, turn_off

KEYS = ["check", "status", "expected", "found", "mend", "guide"]
Run = Callable[..., Result]
NOT_THERE = f"arn:aws:connect:{REGION}:123456789012:instance/00000000-0000-4000-8000-000000000000"


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    def doctor(*arguments: str, instance: str = shop.instance.arn, url: str = "") -> Result:
        result = CliRunner().invoke(
            connect,
            [
                "doctor",
                f"--instance={instance}",
                f"--endpoint-url={url or shop.endpoint}",
                *arguments,
            ],
        )
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert "Traceback" not in result.output
        return result

    return doctor


def test_all_is_well(run: Run) -> None:
    result = run("--number", RETURN, "--queue", "Payments")
    assert result.exit_code == 0
    assert result.stdout.rstrip().splitlines()[-1] == f"{len(CONDITIONS)} checks: 26 ok."
    assert result.stderr == ""


def test_something_is_wrong(shop: Shop, run: Run) -> None:
    turn_off("INBOUND_CALLS")(shop)
    result = run()
    assert result.exit_code == 1
    assert "WRONG" in result.stdout
    assert result.stdout.rstrip().endswith("26 checks: 25 ok, 1 wrong.")


def test_something_cannot_be_looked_at(shop: Shop, run: Run) -> None:
    shop.functions.denied.add("GetPolicy")
    result = run()
    assert result.exit_code == 2
    assert result.stdout.rstrip().endswith("26 checks: 25 ok, 1 unknown.")


def test_json_is_a_list_of_objects_with_the_same_keys(shop: Shop, run: Run) -> None:
    turn_off("EARLY_MEDIA")(shop)
    result = run("--json")
    assert result.exit_code == 1
    findings = json.loads(result.stdout)
    assert [list(one) for one in findings] == [KEYS] * len(CONDITIONS)
    assert {one["status"] for one in findings} == {"ok", "wrong"}
    (wrong,) = [one for one in findings if one["status"] == "wrong"]
    assert wrong == {
        "check": "early_media",
        "status": "wrong",
        "expected": "agents hear why nobody answers",
        "found": "off",
        "mend": "operations connect setup … --early-media",
        "guide": "4.2 iii",
    }


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_telephone_number_is_printed(shop: Shop, run: Run, form: tuple[str, ...]) -> None:
    all_is_well = run(*form).output
    call = ("transfer_to_pci_pal", "Call PCI Pal", "Parameters")
    edit(*call, "ThirdPartyPhoneNumber", value="$.Attributes.Number")(shop)
    edit(*call, "CallerId", value={"Number": SHOP, "Name": "Shop"})(shop)
    something_is_wrong = run(*form).output
    assert "ends in 002" in json.dumps(json.loads(run("--json").output))
    for output in (all_is_well, something_is_wrong):
        assert not any(number[1:] in output for number in (RETURN, PCI_PAL, SHOP))


def test_a_name_that_looks_like_markup_is_shown_as_it_is(shop: Shop, run: Run) -> None:
    shop.instance.queue(queue_id(shop.instance)).name = "[red]Pay[/]"
    assert "[red]Pay[/]" in run("--json", "--queue", "[red]Pay[/]").stdout
    assert "[red]Pay[/]" in run("--queue", "[red]Pay[/]").stdout


def test_a_queue_that_is_not_there_is_named(run: Run) -> None:
    findings = {one["check"]: one for one in json.loads(run("--json", "--queue", "Payment").stdout)}
    assert findings["queues"]["status"] == "wrong"
    assert findings["queues"]["found"] == "There is no queue “Payment”."
    assert findings["agents"]["status"] == "unknown"


# --------------------------------------------------------- what could not be looked at


def test_an_instance_that_is_not_there(run: Run) -> None:
    result = run(instance=NOT_THERE)
    assert result.exit_code == 2
    assert "DescribeInstance found nothing by that name" in result.stderr
    assert result.stdout == ""


def test_an_instance_of_another_region(run: Run) -> None:
    result = run("--region=eu-central-1")
    assert result.exit_code == 2
    assert "--region is eu-central-1" in result.stderr
    assert "eu-west-2" in result.stderr


def test_something_that_is_no_instance(run: Run) -> None:
    result = run(instance="shop")
    assert result.exit_code == 2
    assert "'shop' is neither the ARN nor the id of a Connect instance" in result.stderr


def test_no_region(shop: Shop, run: Run) -> None:
    result = run(instance=shop.instance.id)
    assert result.exit_code == 2
    assert "Say in which region" in result.stderr


def test_no_credentials(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    result = run()
    assert result.exit_code == 2
    assert "There are no AWS credentials that can be used" in result.stderr


def test_no_permission_for_the_first_call(shop: Shop, run: Run) -> None:
    shop.api.refuse("DescribeInstance", "AccessDeniedException")
    result = run("--json")
    assert result.exit_code == 2
    assert "You may not call DescribeInstance (AccessDenied)" in result.stderr
    assert result.stdout == ""


def test_an_endpoint_that_does_not_answer(run: Run) -> None:
    result = run(url="http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "AWS could not be reached" in result.stderr
