"""What the security scan lets pass, and what it does not.

That every exception is still needed is judged by the scan itself, in `make lint`: checkov is in an
environment of its own. Here a stand-in takes its place.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from operations.scan import to_do
from operations.scan_exceptions import EXCEPTIONS, Accepted
from simulator.errors import SimulatorError
from tests.template.expanded import Template

EXPECTED = [(one.check, name) for one in EXCEPTIONS for name in one.resources]
OF_A_TABLE = Accepted(
    "CKV_AWS_119", "a key of one's own", ("PinTable",), "Costs more than it gives."
)


def test_every_exception_has_a_reason_of_its_own() -> None:
    reasons = [one.why.strip() for one in EXCEPTIONS]
    assert all(len(reason.split()) > 5 for reason in reasons), "a few words are no reason"
    assert len(set(reasons)) == len(reasons)


def test_no_exception_is_made_twice() -> None:
    assert len(set(EXPECTED)) == len(EXPECTED)
    assert len({one.check for one in EXCEPTIONS}) == len(EXCEPTIONS)


def test_every_exception_is_for_a_resource_that_there_is() -> None:
    assert {name for _, name in EXPECTED} <= set(Template().raw["Resources"])


def test_reasons_hold_but_two_functions_are_invoked_by_those_who_wait_for_the_answer() -> None:
    """No event source; of asynchronous invocations, those of two functions only.

    What Connect tells ContactChanged, a wait's own time-out finds out too; ExecutionClosed has an
    alarm.
    """
    resources = Template().raw["Resources"].values()
    asynchronous = ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
    assert not [one for one in resources if one["Type"] in asynchronous]
    invoked_by = {
        (one["Properties"]["Principal"], "Connect" in name)
        for name, one in Template().raw["Resources"].items()
        if one["Type"] == "AWS::Lambda::Permission"
    }
    assert invoked_by == {("connect.amazonaws.com", True), ("events.amazonaws.com", False)}


def test_reasons_hold_one_function_has_one_secret_in_its_environment() -> None:
    functions = Template(PciPalCallerIds="+441632960009").of_type("AWS::Lambda::Function")
    assert [
        (name, variable)
        for name, function in functions.items()
        for variable, value in function["Environment"]["Variables"].items()
        if "{{resolve:" in str(value)
    ] == [("GetAgentFunction", "CALLER_HASH_KEY")]


def test_what_is_found_and_excepted_is_left_alone() -> None:
    assert list(to_do({("CKV_AWS_119", "PinTable"): "Encrypt it"}, [OF_A_TABLE])) == []


def test_what_is_found_on_another_resource_is_told_of() -> None:
    found = {("CKV_AWS_119", name): "Encrypt it" for name in ("PinTable", "NewTable")}
    (line,) = to_do(found, [OF_A_TABLE])
    assert line.startswith("NewTable: CKV_AWS_119: Encrypt it. Mend template.yaml")


def test_what_another_check_finds_is_told_of() -> None:
    found = {(check, "PinTable"): check for check in ("CKV_AWS_119", "CKV_AWS_28")}
    (line,) = to_do(found, [OF_A_TABLE])
    assert line.startswith("PinTable: CKV_AWS_28: ")


def test_exception_that_is_no_longer_found_is_told_of() -> None:
    (line,) = to_do({}, [OF_A_TABLE])
    assert line.startswith("PinTable: CKV_AWS_119 (a key of one's own) is no longer found. ")


def test_scan_that_finds_what_is_excepted_exits_0(tmp_path: Path) -> None:
    result = _scan(_checkov(tmp_path, _report(EXPECTED)))
    assert result.exit_code == 0
    count = len(EXPECTED)
    assert result.stdout == f"checkov 3.0.0: 50 passed, {count} found, {count} excepted\n"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([*EXPECTED, ("CKV_AWS_28", "PinTable")], "PinTable: CKV_AWS_28: name of CKV_AWS_28. Mend"),
        (EXPECTED[1:], f"{EXPECTED[0][1]}: {EXPECTED[0][0]} ("),
    ],
    ids=["one too many", "one too few"],
)
def test_scan_that_finds_something_else_exits_1_and_says_what(
    tmp_path: Path, found: list[tuple[str, str]], told: str
) -> None:
    result = _scan(_checkov(tmp_path, _report(found)))
    assert result.exit_code == 1
    assert result.stdout.startswith(told)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        json.dumps({"summary": {"passed": 0, "parsing_errors": 0}}),
        json.dumps({"summary": {"passed": 50, "parsing_errors": 1}}),
    ],
)
def test_scan_that_did_not_judge_the_whole_is_no_clean_one(tmp_path: Path, printed: str) -> None:
    result = _scan(_checkov(tmp_path, printed))
    assert isinstance(result.exception, SimulatorError)
    assert "did not judge" in str(result.exception)


def test_checkov_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = _scan(tmp_path / "checkov")
    assert isinstance(result.exception, SimulatorError)
    assert str(tmp_path / "checkov") in str(result.exception)


def test_checkov_gets_the_expansion_and_nobodys_settings_or_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of its platform would make it send the template there; a setting, skip a check."""
    monkeypatch.setenv("BC_API_KEY", "of somebody")
    monkeypatch.setenv("CKV_SKIP_CHECK", "CKV_AWS_28")
    _scan(_checkov(tmp_path, _report(EXPECTED)))
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert set(seen["environment"]) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {
        "HOME", "PATH", "CKV_SKIP_PACKAGE_UPDATE_CHECK",
    }  # fmt: skip
    assert Path(seen["environment"]["HOME"]).resolve() == Path(seen["folder"]).resolve()
    assert seen["files"] == ["template.json"]
    assert "--skip-download" in seen["arguments"]
    assert "AWS::Lambda::Function" in seen["types"]
    assert "AWS::Serverless::Function" not in seen["types"]


def _scan(checkov: Path) -> Result:
    return CliRunner().invoke(cli, ["scan", str(checkov)])


def _report(failed: list[tuple[str, str]]) -> str:
    kinds = {name: one["Type"] for name, one in Template().raw["Resources"].items()}
    report: dict[str, Any] = {
        "summary": {"passed": 50, "parsing_errors": 0, "checkov_version": "3.0.0"},
        "results": {
            "failed_checks": [
                {
                    "check_id": check,
                    "resource": f"{kinds[name]}.{name}",
                    "check_name": f"name of {check}",
                }
                for check, name in failed
            ]
        },
    }
    return json.dumps(report)


def _checkov(folder: Path, printed: str) -> Path:
    """Put a stand-in there. It notes what it sees, and prints that."""
    stand_in = folder / "checkov"
    stand_in.write_text(
        f"""#!{sys.executable}
import json, os, sys
from pathlib import Path

resources = json.loads(Path("template.json").read_text())["Resources"]
seen = {{
    "arguments": sys.argv[1:],
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "files": os.listdir(),
    "types": [one["Type"] for one in resources.values()],
}}
Path({str(folder / "seen.json")!r}).write_text(json.dumps(seen))
print({printed!r})
"""
    )
    stand_in.chmod(0o755)
    return stand_in
