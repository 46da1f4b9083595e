"""The schemas say what they mean, in every form, and name who sends the events."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from operations.event_schemas.compatibility import unknown_keywords
from operations.event_schemas.files import (
    EVENTS,
    LIFE,
    TYPES,
    example,
    newest_version,
    published,
    read,
    schemas,
)
from operations.event_schemas.flatten import flatten
from secure_transfer.domain import audit
from simulator import template
from simulator.errors import SimulatorError
from simulator.template import ROOT
from tests.events.contract import (
    VERSION,
    Judge,
    by_files,
    by_publication,
    by_registry,
    mutations,
    registered,
)

FORMS: dict[str, Callable[[str], Judge]] = {
    "its file": by_files,
    "its publication": by_publication,
    "the registry": by_registry,
}


def test_the_version_is_the_one_that_is_sent() -> None:
    assert newest_version() == audit.SCHEMA_VERSION


def test_every_type_has_a_schema_and_an_example_and_no_other_has() -> None:
    assert set(schemas(VERSION)) == set(TYPES)
    names = {path.name for path in (EVENTS / f"v{VERSION}").iterdir()}
    assert names == {
        "shared.schema.json",
        *(f"{name}.{kind}.json" for name in TYPES for kind in ("schema", "example")),
    }


def test_schemas_are_schemas_of_their_drafts() -> None:
    for path in (EVENTS / f"v{VERSION}").glob("*.schema.json"):
        Draft202012Validator.check_schema(read(path))
    for name, schema in published(VERSION).items():
        Draft202012Validator.check_schema(schema)
        Draft4Validator.check_schema(registered(name))


@pytest.mark.parametrize("name", TYPES)
def test_schema_is_open_and_uses_no_keyword_that_is_not_known(name: str) -> None:
    assert list(unknown_keywords(published(VERSION)[name], "")) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TYPES)
def test_example_is_valid_for_its_type_only(name: str, form: str) -> None:
    event = example(name, VERSION)
    assert [other for other in TYPES if FORMS[form](other)(event)] == [name]


@pytest.mark.parametrize("name", TYPES)
def test_every_form_accepts_and_rejects_alike(name: str) -> None:
    verdicts: dict[bool, list[str]] = defaultdict(list)
    for change, event in mutations(name):
        first, *others = (judge(name)(event) for judge in FORMS.values())
        assert others == [first, first], change
        verdicts[first].append(change)
    assert len(verdicts[False]) > 100
    assert {change for change in verdicts[True] if change.endswith("has more")} == {
        " has more", "detail has more", "detail.metadata has more", "detail.data has more",
    }  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_what_is_required_cannot_be_gone(name: str) -> None:
    detail = published(VERSION)[name]["properties"]["detail"]["properties"]
    required = {
        f"detail.{part}.{field} gone" for part in detail for field in detail[part]["required"]
    }
    refused = {change for change, event in mutations(name) if not by_files(name)(event)}
    gone = {change for change in refused if change.endswith(" gone")}
    assert gone == {
        *required, "detail.metadata gone", "detail.data gone",
        "detail gone", "source gone", "detail-type gone",
    }  # fmt: skip


def test_draft_4_has_no_whole_number_with_a_fraction() -> None:
    """The one difference between the forms. Nothing of ours writes 1.0."""
    event = example("PinAllocated", VERSION)
    event["detail"]["data"]["collisions"] = 1.0
    assert by_files("PinAllocated")(event)
    assert not by_registry("PinAllocated")(event)


@pytest.mark.parametrize("name", TYPES)
def test_every_field_is_explained_with_its_unit_and_its_absence(name: str) -> None:
    schema = published(VERSION)[name]
    assert min(len(schema[word]) for word in ("description", "x-consumer")) > 20
    for part in ("metadata", "data"):
        section = schema["properties"]["detail"]["properties"][part]
        for field, rules in section["properties"].items():
            explained = rules["description"]
            assert len(explained) > 20, field
            if field.endswith("Seconds"):
                assert "econds" in explained, field
            if part == "data" and field not in section["required"]:
                assert "Absent where" in explained, field
    data = schema["properties"]["detail"]["properties"]["data"]["properties"]
    if "reason" in data:
        assert "open list" in data["reason"]["description"]
        assert len(data["reason"]["examples"]) >= 2


# ------------------------------------------------------------------------- who sends them


def _sent_by_states() -> dict[str, set[str]]:
    machine = json.loads((ROOT / "statemachines/secure_transfer.asl.json").read_text())
    sent: dict[str, set[str]] = defaultdict(set)
    for name, state in machine["States"].items():
        if state.get("Resource") == "arn:aws:states:::events:putEvents":
            for entry in state["Parameters"]["Entries"]:
                sent[entry["DetailType"]].add(name)
    return sent


def _functions() -> set[str]:
    resources = template.expand()["Resources"].items()
    return {
        name.removesuffix("Function")
        for name, resource in resources
        if resource["Type"] == "AWS::Lambda::Function"
    }


@pytest.mark.parametrize("name", TYPES)
def test_schema_names_the_states_that_send_the_event(name: str) -> None:
    named = set(published(VERSION)[name]["x-sent-by"]) - _functions()
    assert named == _sent_by_states()[name]


def test_sequences_are_the_functions() -> None:
    sequences = {
        name: published(VERSION)[name]["properties"]["detail"]["properties"]["metadata"][
            "properties"
        ]["sequence"]
        for name in LIFE
    }
    assert sequences["LoopAnswered"]["const"] == audit.LOOP_ANSWERED
    assert sequences["TransferFailed"]["const"] == audit.TRANSFER_FAILED
    assert sequences["TransferSecured"]["enum"] == [
        audit.TRANSFER_SECURED,
        audit.TRANSFER_SECURED_LATE,
    ]


# --------------------------------------------------------------------------- the files


SHARED = {"$defs": {"name": {"type": "string", "description": "A name."}}}


def test_words_beside_a_reference_win() -> None:
    flat = flatten({"$ref": "shared#/$defs/name", "description": "Yours."}, "shared", SHARED)
    assert flat == {"type": "string", "description": "Yours."}


def test_rules_beside_a_reference_may_not_disagree() -> None:
    with pytest.raises(ValueError, match="type is integer beside a \\$ref, and string behind it"):
        flatten({"$ref": "shared#/$defs/name", "type": "integer"}, "shared", SHARED)


@pytest.mark.parametrize("reference", ["shared#/$defs/other", "elsewhere#/$defs/name", "name"])
def test_a_reference_leads_somewhere(reference: str) -> None:
    with pytest.raises(ValueError, match="leads nowhere"):
        flatten({"properties": {"a": {"$ref": reference}}}, "shared", SHARED)


def test_a_file_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"none\.json is missing"):
        read(tmp_path / "none.json")
    (tmp_path / "some.json").write_text("{")
    with pytest.raises(SimulatorError, match=r"some\.json is no JSON"):
        read(tmp_path / "some.json")
