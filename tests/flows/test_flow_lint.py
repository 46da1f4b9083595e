"""The linter passes good flows, and finds each fault by the one rule that is about it."""

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from simulator import template
from simulator.flow_actions import ACTIONS
from simulator.flow_language import FLOW_TYPES, FlowType, Source
from simulator.flow_lint import (
    RULES,
    Unreadable,
    lint,
    lint_flow,
    lint_together,
    set_by,
)
from simulator.flow_lint.answers import ANSWERS, ASKED
from simulator.flow_lint.flow import Flow, read
from tests.flows.flow_changes import put
from tests.flows.flow_defects import DEFECTS, Defect
from tests.flows.flow_samples import SAMPLES, sample

FUNCTIONS = template.ROOT / "functions/secure_transfer"
ATTRIBUTES = set_by(Flow(content) for content in SAMPLES.values())
# Only the text of a file can break it: what was parsed says a key once.
RULES_OF_THE_TEXT = {"repeated-key"}


def _write(path: Path, content: object) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def _run(*files: str) -> Result:
    return CliRunner().invoke(cli, ["flows", "lint", *files])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_good_flow_passes(name: str) -> None:
    assert lint_flow(name, Flow(sample(name)), ATTRIBUTES) == []


def test_there_is_a_good_flow_of_every_type() -> None:
    assert {Flow(content).type for content in SAMPLES.values()} == set(FlowType)
    assert set(FLOW_TYPES.values()) == set(FlowType)


def test_the_good_flows_use_every_action() -> None:
    used = {block["Type"] for content in SAMPLES.values() for block in content["Actions"]}
    assert used == set(ACTIONS)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("Actions/Call/Parameters/ThirdPartyDTMFDigits", ",,,${Pin}"),
        ("Actions/Call/Parameters/ThirdPartyDTMFDigits", "," * 46 + "0027"),
        ("Actions/Call/Parameters/ThirdPartyPhoneNumber", "${PciPalNumber}"),
        ("Actions/Call/Parameters/ThirdPartyConnectionTimeLimitSeconds", "${RingSeconds}"),
        ("Actions/Call/Parameters/ThirdPartyConnectionTimeLimitSeconds", "600"),
        ("Actions/Call/Parameters/ContinueFlowExecution", "${No}"),
        ("Actions/Failed/Parameters/Text", "It costs $5, or 5 $ now. Press * or #."),
        ("Actions/Failed/Parameters/Text", "${Words} from $.SystemEndpoint.Address."),
    ],
)
def test_what_connect_takes_passes(place: str, value: str) -> None:
    """Tokens where a value may stand, limits themselves, and a `$` that begins nothing."""
    content = sample("transfer" if "${No}" in value else "transfer and end")
    put(place, value)(content)

    assert lint_flow("fine", Flow(content), ATTRIBUTES) == []


def test_the_way_that_exports_write_things_passes() -> None:
    content = sample("answer")
    del content["Actions"][1]["Parameters"]["InvocationType"]
    content["Metadata"].update({"Annotations": [], "status": "PUBLISHED", "hash": {}})
    subject = "$.SegmentAttributes['connect:Subtype']"
    put("Actions/Known/Parameters/ComparisonValue", subject)(content)
    put("Actions/Hook/Parameters/EventHooks", {"DefaultAgentUI": "${ViewArn}"})(content)

    assert lint_flow("export", Flow(content), ATTRIBUTES) == []


def test_the_designers_own_names_for_operators_pass() -> None:
    content = sample("answer")
    put("Actions/Known/Transitions/Conditions/0/Condition/Operator", "TextContains")(content)
    shown = "Metadata/ActionMetadata/Known/conditionMetadata/0/operator/value"
    put(shown, "Contains")(content)

    assert lint_flow("fine", Flow(content), ATTRIBUTES) == []


def test_our_flows_pass() -> None:
    files = sorted((template.ROOT / "flows").glob("*.json"))

    assert files
    assert lint_together(files) == []


@pytest.mark.parametrize(
    "defect", DEFECTS, ids=lambda one: f"{one.rule} {one.sample} {one.block[:20]} {one.text}"
)
def test_the_one_rule_notices(defect: Defect) -> None:
    content = sample(defect.sample)
    defect.change(content)

    findings = lint_flow("broken.json", Flow(content), ATTRIBUTES)

    assert {finding.rule for finding in findings} == {defect.rule}, findings
    assert any(one.block == defect.block and defect.text in one.text for one in findings), findings
    assert all(finding.file == "broken.json" and finding.source for finding in findings)


def test_every_rule_has_a_flow_that_breaks_it() -> None:
    assert {defect.rule for defect in DEFECTS} | RULES_OF_THE_TEXT == set(RULES)


def test_a_key_that_stands_twice_is_found(tmp_path: Path) -> None:
    file = tmp_path / "twice.json"
    file.write_text(json.dumps(SAMPLES["waiting"]).replace("{", '{"Version": "2019-10-30", ', 1))

    assert [(one.rule, one.block) for one in lint(file)] == [("repeated-key", "-")]


def test_what_is_no_object_is_one_finding() -> None:
    assert [one.rule for one in lint_flow("x", Flow([]), ATTRIBUTES)] == ["envelope"]


def test_an_attribute_may_be_set_by_a_flow_that_is_given_too(tmp_path: Path) -> None:
    transfer = _write(tmp_path / "transfer.json", SAMPLES["transfer"])
    whisper = _write(tmp_path / "outbound.json", SAMPLES["outbound"])

    assert {one.rule for one in lint(transfer)} == {"attribute-never-set"}
    assert lint_together([transfer, whisper]) == []


@pytest.mark.parametrize("junk", [None, True, 7, "text", [], [None], {}, {"": None}, {"type": {}}])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_junk_in_any_place_breaks_the_linter(name: str, junk: object) -> None:
    """Whatever stands where: findings, never an exception."""
    for place in _places(SAMPLES[name]):
        content = sample(name)
        put(place, junk)(content)
        assert isinstance(lint_flow("junk", Flow(content), ATTRIBUTES), list), place


def _places(node: object, at: str = "") -> list[str]:
    pairs = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    places = []
    for key, value in pairs:
        here = f"{at}/{key}" if at else str(key)
        places += [here, *_places(value, here)]
    return places


@pytest.mark.parametrize(
    ("token", "file"),
    [
        ("${AddAgentFunctionArn}", "add_agent.py"),
        ("${GetAgentFunctionArn}", "get_agent.py"),
        ("${AgentJoinedFunctionArn}", "agent_joined.py"),
    ],
)
def test_the_answers_are_those_of_the_functions_code(token: str, file: str) -> None:
    assert ANSWERS[token] == _keys_returned(file) | _keys_returned("observability.py")


@pytest.mark.parametrize(
    ("token", "file"),
    [
        ("${AddAgentFunctionArn}", "add_agent.py"),
        ("${GetAgentFunctionArn}", "get_agent.py"),
        ("${AgentJoinedFunctionArn}", "agent_joined.py"),
    ],
)
def test_the_functions_are_asked_for_what_their_code_reads(token: str, file: str) -> None:
    read_there = {
        node.args[0].value
        for node in ast.walk(ast.parse((FUNCTIONS / file).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and isinstance(node.args[0], ast.Constant)
    }
    assert ASKED[token] == read_there


def test_the_functions_answer_something() -> None:
    assert _keys_returned("observability.py") == {"Result", "Reason"}
    assert "PIN" in _keys_returned("add_agent.py")


def _keys_returned(file: str) -> set[str]:
    """Read the keys of every object that a function in the file returns."""
    returned = [
        node.value
        for node in ast.walk(ast.parse((FUNCTIONS / file).read_text()))
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
    ]
    return {
        key.value
        for answer in returned
        for key in answer.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def test_every_action_says_where_its_rules_come_from() -> None:
    for action in ACTIONS.values():
        assert isinstance(action.source, Source)
        assert action.terminal or isinstance(action.outcomes.source, Source)


def test_the_command_says_nothing_was_found_and_exits_0(tmp_path: Path) -> None:
    files = [_write(tmp_path / f"{name}.json", content) for name, content in SAMPLES.items()]

    result = _run(*files)

    assert (result.exit_code, result.output) == (0, "0 findings in 7 flows\n")


def test_the_command_prints_a_line_a_finding_and_exits_1(tmp_path: Path) -> None:
    content = sample("waiting")
    content["Actions"][0]["Parameters"]["LoopCount"] = "101"
    file = _write(tmp_path / "waiting.json", content)

    result = _run(file)

    assert result.exit_code == 1
    assert result.output == (
        f"{file}: Count: LoopCount is '101': write a whole number from 0 to 100 "
        "[value-out-of-range; AWS docs]\n"
        "1 finding in 1 flow\n"
    )


def test_a_line_stays_one_line_whatever_the_block_is_called(tmp_path: Path) -> None:
    content = sample("waiting")
    content["Actions"][3]["Identifier"] = "two\nlines \ud800"
    file = _write(tmp_path / "lines.json", content)

    result = _run(file)

    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[-1] == f"{len(lines) - 1} findings in 1 flow"
    assert any(r"two\nlines \ud800: " in line for line in lines)


def test_a_line_does_not_repeat_a_value_without_end(tmp_path: Path) -> None:
    content = sample("waiting")
    content["Actions"][0]["Parameters"]["LoopCount"] = "9" * 10_000
    file = _write(tmp_path / "long.json", content)

    line = _run(file).output.splitlines()[0]

    assert len(line) < len(file) + 500
    assert line.endswith(" … [value-out-of-range; AWS docs]")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "is no JSON: "),
        (b"", "is no JSON: "),
        (b'{"x": NaN}', "is no JSON: NaN"),
        (b"\xff\xfe{}", "is no JSON: it is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5_000, "is no JSON: "),
    ],
)
def test_what_is_no_json_is_named_and_exits_2(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "no.json"
    file.write_bytes(content)

    result = _run(str(file))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"operations: {file} ")
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_named_and_the_others_are_linted(tmp_path: Path) -> None:
    content = sample("waiting")
    content["Version"] = "1"
    file = _write(tmp_path / "flow.json", content)

    result = _run(str(tmp_path / "none.json"), str(tmp_path), file)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert all("cannot be read" in line for line in result.stderr.splitlines())
    assert "[version; AWS docs]" in result.stdout
    assert "1 finding in 1 flow" in result.stdout


def test_the_function_raises_what_the_command_says(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"none\.json cannot be read: No such file"):
        read(tmp_path / "none.json")


def test_the_command_needs_a_file() -> None:
    assert _run().exit_code == 2
