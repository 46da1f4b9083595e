"""Flows that are filled in for import by hand: whole and faultless, or not at all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from operations.__main__ import cli
from operations.flow_settings import FLOWS
from operations.flows_render import read_values, render, write
from simulator.errors import SimulatorError
from simulator.flow_engine import load
from simulator.template import ROOT
from tests.flows.set_flows import NEEDED


def _values(folder: Path, **values: object) -> Path:
    file = folder / "values.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    return file


def _run(values: Path, to: Path, *names: str) -> Result:
    return CliRunner().invoke(
        cli, ["flows", "render", "--values", str(values), "--to", str(to), *names]
    )


def _lint(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["flows", "lint", *map(str, sorted(folder.iterdir()))])


def test_every_flow_is_written_as_its_file_with_the_values_filled_in(tmp_path: Path) -> None:
    to = tmp_path / "not/there/yet"

    result = _run(_values(tmp_path, **NEEDED), to)

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [str(to / f"{name}.json") for name in FLOWS]
    for name in FLOWS:
        written = json.loads((to / f"{name}.json").read_text(encoding="utf-8"))
        assert written == load(name, {**NEEDED, "PinLength": "4"})
    assert sorted(path.name for path in to.iterdir()) == sorted(f"{name}.json" for name in FLOWS)
    assert _lint(to).exit_code == 0


def test_flows_that_are_written_can_be_read_by_people(tmp_path: Path) -> None:
    write(render({**NEEDED, "SayGoodbye": "Au revoir, à bientôt."}), tmp_path)
    text = (tmp_path / "secure_call_waiting.json").read_text(encoding="utf-8")
    assert "à bientôt" in text
    assert max(map(len, text.splitlines())) < 200
    assert text.endswith("}\n")


def test_values_of_a_file_may_be_whole_numbers(tmp_path: Path) -> None:
    values = _values(tmp_path, **NEEDED, PinLength=6, FirstDigitSeconds=50)
    assert _run(values, tmp_path / "to").exit_code == 0
    read = (tmp_path / "to/answer_from_pci_pal.json").read_text(encoding="utf-8")
    assert '"InputTimeLimitSeconds": "50"' in read
    assert '"MaximumLength": "6"' in read


def test_values_of_the_deployment_can_be_used_as_they_are() -> None:
    """The stack's parameters that no flow holds do no harm."""
    instance = NEEDED["SecureCallJoinedFlowArn"].partition("/contact-flow/")[0]
    assert render({**NEEDED, "ConnectInstanceArn": instance, "RouteName": "Pay"}) == render(NEEDED)


# ----------------------------------------------------------------------- some of them


def test_flows_that_name_no_other_can_be_rendered_before_the_others_are_published(
    tmp_path: Path,
) -> None:
    first = ["save_agent_name", "secure_call_joined", "secure_call_waiting"]
    values = {"AgentJoinedFunctionArn": NEEDED["AgentJoinedFunctionArn"]}

    result = _run(_values(tmp_path, **values), tmp_path / "to", *first)

    assert result.exit_code == 0, result.output
    assert sorted(path.stem for path in (tmp_path / "to").iterdir()) == first
    for name in first:
        written = json.loads((tmp_path / f"to/{name}.json").read_text(encoding="utf-8"))
        assert written == load(name, values)


def test_a_flow_that_is_named_twice_is_rendered_once(tmp_path: Path) -> None:
    result = _run(_values(tmp_path), tmp_path / "to", "save_agent_name", "save_agent_name")
    assert result.stdout.splitlines() == [str(tmp_path / "to/save_agent_name.json")]


def test_a_flow_that_there_is_not_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(SimulatorError, match=r"no flow transfer\. .*transfer_to_pci_pal"):
        render(NEEDED, ["save_agent_name", "transfer"])


# ------------------------------------------------------------------- what goes wrong


def test_every_value_that_is_missing_is_named_in_one_error() -> None:
    with pytest.raises(SimulatorError) as error:
        render({})
    assert all(str(error.value).count(name) == 1 for name in NEEDED)
    assert "PinLength" not in str(error.value)


@pytest.mark.parametrize("name", NEEDED)
def test_one_value_that_is_missing_is_named_alone(name: str) -> None:
    values = {other: value for other, value in NEEDED.items() if other != name}
    with pytest.raises(SimulatorError, match=rf"need values for: {name}\."):
        render(values)


def test_a_value_for_nothing_is_an_error_that_names_what_there_is() -> None:
    with pytest.raises(SimulatorError, match=r"called Commas, Prompt\. There are: .*DelayCommas"):
        render({**NEEDED, "Prompt": "Hello.", "Commas": "7"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AddAgentFunctionArn", "AddAgent"),
        ("SecureCallJoinedFlowArn", "secure_call_joined"),
        ("PciPalNumber", "01632 960001"),
        ("PinLength", "7"),
        ("PinLength", "four"),
        ("SayGoodbye", 'Say "goodbye".'),
        ("LogFlows", "maybe"),
    ],
)
def test_a_malformed_value_is_an_error_that_names_it(name: str, value: str) -> None:
    with pytest.raises(SimulatorError, match=f"{name}="):
        render({**NEEDED, name: value})


def test_a_flow_that_would_call_nobody_is_what_connect_would_refuse() -> None:
    """The stack takes an empty number: it has no such flow then."""
    with pytest.raises(SimulatorError, match=r"(?s)refuse:.*Call PCI Pal.*ThirdPartyPhoneNumber"):
        render({**NEEDED, "PciPalNumber": ""})


def test_on_an_error_nothing_is_written_and_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to/save_agent_name.json").write_text("mine")
    values = _values(tmp_path, **NEEDED, DelayCommas=99)

    result = _run(values, tmp_path / "to")

    assert isinstance(result.exception, SimulatorError)
    assert result.stdout == ""
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["save_agent_name.json"]
    assert (tmp_path / "to/save_agent_name.json").read_text() == "mine"


def test_a_flow_that_cannot_be_written_leaves_the_others_unwritten(tmp_path: Path) -> None:
    too_long = "x" * 300
    with pytest.raises(SimulatorError, match=r"(?i)name too long"):
        write({"good": {}, too_long: {}}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_flow_leaves_the_others_unwritten(tmp_path: Path) -> None:
    (tmp_path / "secure_call_waiting.json").mkdir()
    with pytest.raises(SimulatorError, match=r"secure_call_waiting\.json is a folder"):
        write(render(NEEDED), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secure_call_waiting.json"]


def test_a_folder_that_is_a_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = _values(tmp_path, **NEEDED)
    with pytest.raises(SimulatorError, match=r"values\.json: File exists"):
        write(render(NEEDED), file)


def test_the_flow_files_themselves_are_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (ROOT / "flows/save_agent_name.json").read_text()
    monkeypatch.chdir(ROOT)
    with pytest.raises(SimulatorError, match="choose another folder"):
        write(render(NEEDED), Path("flows"))
    assert (ROOT / "flows/save_agent_name.json").read_text() == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[]", "must be an object"),
        (b'{"PinLength": 4.5}', "PinLength must be a string or a whole number"),
        (b'{"LogFlows": true}', "LogFlows must be a string or a whole number"),
        (b'{"SayGoodbye": null}', "SayGoodbye must be a string or a whole number"),
        (b'{"SayGoodbye": ["Bye."]}', "SayGoodbye must be a string or a whole number"),
    ],
)
def test_a_file_that_holds_no_values_is_an_error_that_names_it(
    tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "values.json"
    file.write_bytes(content)
    with pytest.raises(SimulatorError, match=rf"values\.json.* {why}"):
        read_values(file)


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"none\.json: No such file"):
        read_values(tmp_path / "none.json")
