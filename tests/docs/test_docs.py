"""The documents name what there is: every state, reason, parameter and alarm."""

import json
import re
from pathlib import Path

import pytest

from secure_transfer.domain import errors
from simulator import template

DOCS = template.ROOT / "docs"
MACHINE = json.loads((template.ROOT / "statemachines/secure_transfer.asl.json").read_text())


def _text(name: str) -> str:
    return (DOCS / name).read_text()


def _reasons() -> set[str]:
    """Every Reason: the refusals' names, and those that the machine records."""
    states = MACHINE["States"].values()
    recorded = {state["Result"]["reason"] for state in states if state.get("Result")}
    refusals = {refusal.__name__ for refusal in errors.Refused.__subclasses__()}
    return (refusals | recorded | {"PinTooLate"}) - {"TransferNotStarted"}


def test_every_state_is_explained() -> None:
    explained = set(re.findall(r"\w+", _text("state-machine.md")))
    assert set(MACHINE["States"]) - explained == set()


def test_no_state_is_explained_that_there_is_not() -> None:
    rows = re.findall(r"^\| ([A-Z][\w, ]+?) \|", _text("state-machine.md"), re.MULTILINE)
    named = {name for row in rows for name in row.split(", ")}
    assert named - set(MACHINE["States"]) == set()


def test_every_reason_is_in_the_list() -> None:
    listed = set(re.findall(r"\w+", _text("functions.md").split("## Reasons")[1]))
    assert _reasons() - listed == set()


def test_every_way_an_execution_can_end_is_in_the_runbook() -> None:
    runbook = set(re.findall(r"\w+", _text("runbook.md").split("## An alarm rang")[0]))
    fails = {s["Error"] for s in MACHINE["States"].values() if "Error" in s}
    recorded = {s["Result"]["reason"] for s in MACHINE["States"].values() if s.get("Result")}
    assert (fails | recorded | {"PinTooLate"}) - runbook == set()


def test_every_alarm_is_in_the_runbook() -> None:
    resources = template.expand()["Resources"]
    alarms = {name for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    assert alarms == set(re.findall(r"\w+Alarm\b", _text("runbook.md")))


@pytest.mark.parametrize("name", template.expand()["Parameters"])
def test_parameter_is_listed_with_its_default_and_bounds(name: str) -> None:
    rules = template.expand()["Parameters"][name]
    (row,) = re.findall(rf"^\| {name} \| (.+?) \| (.+?) \|", _text("parameters.md"), re.MULTILINE)
    assert row[0] == (str(rules["Default"]) or "*empty*")
    if "MinValue" in rules:
        assert row[1] == f"{rules['MinValue']} to {rules['MaxValue']}"


@pytest.mark.parametrize("page", [template.ROOT / "README.md", *DOCS.rglob("*.md")], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_decision_is_listed() -> None:
    pages = {page.name for page in (DOCS / "decisions").glob("0*.md")}
    assert pages == set(re.findall(r"\((0[\w-]+\.md)\)", _text("decisions/README.md")))


@pytest.mark.parametrize("command", ["make demo", "make test", "make lint", "make ci"])
def test_readme_names_commands_that_there_are(command: str) -> None:
    makefile = (template.ROOT / "Makefile").read_text()
    assert command in (template.ROOT / "README.md").read_text()
    assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


def test_every_flow_and_every_token_is_in_the_flow_page() -> None:
    page = _text("flows.md")
    for path in (template.ROOT / "flows").glob("*.json"):
        assert f"`{path.name}`" in page
        for token in re.findall(r"\$\{\w+\}", path.read_text()):
            assert token in page
