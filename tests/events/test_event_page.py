"""The page and the registry's stack are what the published schemas make of them."""

import json
import re

import pytest

from operations.event_schemas import page, stack
from operations.event_schemas.draft4 import draft4
from operations.event_schemas.files import TYPES, example, published
from simulator.template import ROOT
from tests.events import contract
from tests.events.contract import VERSION
from tests.template.expanded import Template


def test_the_committed_page_is_the_generated_one() -> None:
    """If not: `make events`."""
    assert page.FILE.read_text(encoding="utf-8") == page.text()


def test_the_committed_stack_is_the_generated_one() -> None:
    """If not: `make events`."""
    assert stack.STACK.read_text(encoding="utf-8") == stack.text()


# ------------------------------------------------------------------------------- the page


@pytest.mark.parametrize("name", TYPES)
def test_the_page_has_a_section_with_every_field_and_the_example(name: str) -> None:
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", page.text(), re.MULTILINE | re.DOTALL)
    schema = published(VERSION)[name]
    for word in (schema["description"], schema["x-consumer"], *schema["x-sent-by"]):
        assert word in section
    fields = schema["properties"]["detail"]["properties"]["data"]
    for field, rules in fields["properties"].items():
        (row,) = re.findall(rf"^\| `{field}` \|.*$", section, re.MULTILINE)
        assert rules["description"] in row
        assert f"| {'yes' if field in fields['required'] else 'no'} |" in row
    shown = section.partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == example(name, VERSION)
    assert f"](#{name.lower()})" in page.text()


def test_the_page_explains_all_metadata_and_all_deadlines() -> None:
    whole = page.text()
    metadata = whole.partition("## Metadata\n")[2].partition("\n## ")[0]
    for name, schema in published(VERSION).items():
        fields = schema["properties"]["detail"]["properties"]["metadata"]
        for field in fields["properties"]:
            assert f"| `{field}` |" in metadata, name
    deadlines = whole.partition("## When nothing comes\n")[2].partition("\n## ")[0]
    limits = Template().raw["Parameters"]
    machine = json.loads((ROOT / "statemachines/secure_transfer.asl.json").read_text())
    for seconds in (
        limits["LoopTimeoutSeconds"]["Default"],
        limits["JoinTimeoutSeconds"]["Default"],
        machine["TimeoutSeconds"],
    ):
        assert f"{seconds} s" in deadlines
    assert "$" not in whole


def test_what_metadata_is_always_there_is_said_right() -> None:
    metadata = page.text().partition("## Metadata\n")[2].partition("\n## ")[0]
    for field, always in re.findall(r"^\| `(\w+)` \|.*?\| (yes|no) \|", metadata, re.MULTILINE):
        required = [
            field in schema["properties"]["detail"]["properties"]["metadata"]["required"]
            for schema in published(VERSION).values()
        ]
        assert all(required) == (always == "yes"), field


# --------------------------------------------------------------------------- the registry


def test_the_registry_has_every_schema_under_its_source_and_type() -> None:
    resources = contract.stack()["Resources"]
    assert set(resources) == {"Registry", *(f"{name}Schema" for name in TYPES)}
    for name in TYPES:
        resource = resources[f"{name}Schema"]
        properties = resource["Properties"]
        assert resource["Type"] == "AWS::EventSchemas::Schema"
        assert properties["Type"] == "JSONSchemaDraft4"
        assert properties["SchemaName"] == f"secure-transfer@{name}"
        assert properties["RegistryName"] == {"Fn::GetAtt": ["Registry", "RegistryName"]}
        assert 20 < len(properties["Description"]) <= 256
        assert len(properties["Content"]) <= 100_000
        assert contract.registered(name) == draft4(published(VERSION)[name])
        assert contract.registered(name)["$schema"] == "http://json-schema.org/draft-04/schema#"


def test_no_schema_goes_into_a_function() -> None:
    code = ROOT / "functions"
    assert [path for path in code.rglob("*") if "schema" in path.name.lower()] == []
    assert "jsonschema" not in (code / "requirements.txt").read_text()
