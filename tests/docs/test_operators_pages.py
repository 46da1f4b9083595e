"""The pages for those who deploy: what can be compared with template and commands is."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from operations.__main__ import cli
from operations.connect.doctor.examine import CONDITIONS
from secure_transfer.domain import errors
from simulator.template import ROOT, expand
from tests.template.expanded import INSTANCE_ARN, Template

DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *(DOCS / f"{name}.md" for name in ("setup", "first-deploy", "security", "audit")),
]

# Names that are not the template's: of Connect's flows, of Amazon, of the audit contract.
_FLOW_NAMES = {
    "QueueAgentName", "TransferId", "CallFailed", "ConnectionTimeLimitExceeded",
    "DequeueContactAndTransferToQueue",
}  # fmt: skip
_OTHER_NAMES = {
    "Query", "Scan", "ExportTableToPointInTime",  # of dynamodb
    "TransferSecured", "JoinRejected", "PinRejected",  # audit events
    "AgentNeverJoined", "LoopTimedOut", "PinTooLate",  # ends of an execution
    "WakeUpLost", "Reason", "TimeoutSeconds", "Timeout",
    "ExecutionStopped", "ExecutionFailed",  # reasons that ExecutionClosed tells
    "TriggeredRules", "FailedInvocations",  # metrics of EventBridge's
}  # fmt: skip


_OPERATOR = "AuditOperatorRole"


def _text(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


# ------------------------------------------------------------------------ security


def _documented_rights() -> dict[tuple[str, str], set[str]]:
    rows = re.findall(
        r"^\| (\w+Role) \| (\w+|\*|users of \w+) \| (.+) \|$", _text("security"), re.MULTILINE
    )
    rights = {(role, on): set(re.findall(r"`([\w:]+)`", may)) for role, on, may in rows}
    assert len(rights) == len(rows), "a role and a resource have one row"
    return rights


def _granted_rights() -> dict[tuple[str, str], set[str]]:
    granted: dict[tuple[str, str], set[str]] = {}
    template = Template(ConnectInstanceArn=INSTANCE_ARN, LockedCopyDays="1")
    for role, properties in template.of_type("AWS::IAM::Role").items():
        for policy in properties["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                for resource in _as_list(statement["Resource"]):
                    on = _on(resource)
                    granted.setdefault((role, on), set()).update(_as_list(statement["Action"]))
    return granted


def _on(resource: str) -> str:
    """Return what a right is on, in the table's words."""
    if resource == f"{INSTANCE_ARN}/agent/*":
        return "users of ConnectInstanceArn"
    for ours, word in ((":replay/", "replays"), (":rule/", "rules"), (":execution:", "executions")):
        if ours in resource:
            return word
    return re.sub(r"[<>]|\.Arn|/index/|/\*$", "", resource)


def test_the_roles_table_is_the_templates() -> None:
    assert _documented_rights() == _granted_rights()


def test_no_part_deletes_a_row_or_an_event_and_none_reads_events() -> None:
    services = (
        "dynamodb:Delete",
        "events:Delete",
        "sqs:Delete",
        "sqs:Receive",
        "logs:Get",
        "logs:F",
    )
    actions = set().union(
        *(rights for (role, _), rights in _granted_rights().items() if role != _OPERATOR)
    )
    # A delivery of logs is no event.
    assert {a for a in actions if a.startswith(services)} == {"logs:GetLogDelivery"}
    assert "dynamodb:BatchWriteItem" not in actions


def test_the_operator_deletes_only_what_waited_and_writes_no_record() -> None:
    rights = {on: may for (role, on), may in _granted_rights().items() if role == _OPERATOR}
    deleting = {(on, action) for on, may in rights.items() for action in may if "Delete" in action}
    assert deleting == {("FallbackQueue", "sqs:DeleteMessage")}
    of_tables = {action for on, may in rights.items() if "Table" in on for action in may}
    assert of_tables == {"dynamodb:BatchGetItem", "dynamodb:Query"}


@pytest.mark.parametrize("table", ["PinTable", "TransferTable"])
def test_a_tables_readers_are_those_whose_roles_may_read_it(table: str) -> None:
    (row,) = re.findall(rf"^\| {table} \| .+? \| (.+?) \|", _text("security"), re.MULTILINE)
    named = {name.strip().replace("the state machine", "SecureTransfer") for name in row.split(",")}
    reads = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"}
    readers = {
        role.removesuffix("Role")
        for (role, on), actions in _granted_rights().items()
        if on == table and actions & reads
    }
    assert named == readers


def test_log_retention_is_as_the_table_says() -> None:
    groups = Template().of_type("AWS::Logs::LogGroup")
    days = {name: group["RetentionInDays"] for name, group in groups.items()}
    page = _text("security")
    assert f"log group {days.pop('AuditLogGroup')} days" in page
    assert set(days.values()) == {30}
    for row in ("log of the state machine", "logs of the functions"):
        assert re.search(rf"^\| {row} \| .+ \| 30 days \|$", page, re.MULTILINE)


# ---------------------------------------------------------------------- deployment


def test_what_make_destroy_keeps_is_named() -> None:
    kept = [
        name
        for name, resource in expand()["Resources"].items()
        if resource.get("DeletionPolicy", "").startswith("Retain")
    ]
    (sentence,) = re.findall(r"Records stay: (.+?)\.", _text("setup"), re.DOTALL)
    assert set(re.findall(r"\w+", sentence)) - {"and"} == set(kept)


def test_the_functions_python_is_the_one_that_setup_names() -> None:
    (runtime,) = {
        function["Runtime"] for function in Template().of_type("AWS::Lambda::Function").values()
    }
    assert f"Python ({runtime.removeprefix('python')})" in _text("setup")


def test_every_chapter_that_the_doctor_judges_is_in_the_table() -> None:
    rows = re.findall(r"^\| ([45][\d., ivx]*) \|", _text("setup"), re.MULTILINE)
    in_table = {part for row in rows for part in row.split(", ")}
    judged = {chapter for one in CONDITIONS for chapter in one.guide.split(", ")}
    assert judged <= in_table


# ------------------------------------------------------------- names and commands


def _known_names() -> set[str]:
    raw = Template().raw
    reasons = {refusal.__name__ for refusal in errors.Refused.__subclasses__()}
    return {*raw["Parameters"], *raw["Resources"], *raw["Outputs"], *reasons}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_in_code_type_is_one_that_there_is(page: Path) -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z]\w*)?)`", page.read_text()))
    assert named - _known_names() <= _FLOW_NAMES | _OTHER_NAMES


def _commands(text: str) -> Iterator[list[str]]:
    """Yield every `operations …` of a page: of a block, its lines joined, or of a sentence."""
    for block in re.findall(r"```sh\n(.+?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if "operations " in line:
                yield shlex.split(line.partition("operations ")[2], comments=True)
    for line in re.findall(r"`operations ([^`]+)`", text):
        yield shlex.split(line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_is_one_that_there_is(page: Path) -> None:
    commands = list(_commands(page.read_text()))
    assert commands, "a page for those who deploy names a command"
    for words in commands:
        command: click.Command = cli
        for word in words:
            if isinstance(command, click.Group):
                assert word in command.commands, words
                command = command.commands[word]
            elif word.startswith("--"):
                options = {name for one in command.params for name in one.opts}
                assert word in options, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_is_one_that_there_is(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = page.read_text()
    blocks = "\n".join(re.findall(r"```sh\n(.+?)```", text, re.DOTALL))
    targets = re.findall(r"`make ([a-z-]+)", text) + re.findall(
        r"^make ([a-z-]+)", blocks, re.MULTILINE
    )
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_alarm_is_one_that_there_is(page: Path) -> None:
    assert set(re.findall(r"\w+Alarm\b", page.read_text())) <= _known_names()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_a_heading_find_it(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]*\.md)?#([\w-]+)\)", page.read_text()):
        there = page.parent / target if target else page
        headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
        assert anchor in {_anchor(heading) for heading in headings}, f"{target}#{anchor}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
