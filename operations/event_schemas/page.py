"""Print the published schemas as a page: `make events` writes docs/events.md."""

import json
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from operations.event_schemas.files import (
    EVENTS,
    LIFE,
    REFUSALS,
    TYPES,
    example,
    newest_version,
    published,
)
from simulator import template
from simulator.template import ROOT

FILE = ROOT / "docs/events.md"
_MACHINE = ROOT / "statemachines/secure_transfer.asl.json"

_INTRODUCTION = EVENTS / "introduction.md"
"""What no schema says. The names in it that follow a `$` are filled in here."""

Json = Mapping[str, Any]


def text() -> str:
    version = newest_version()
    schemas = published(version)
    stack = template.expand()["Parameters"]
    machine = json.loads(_MACHINE.read_text(encoding="utf-8"))
    introduction = Template(_INTRODUCTION.read_text(encoding="utf-8")).substitute(
        version=version,
        rows="\n".join(_row(name, schemas[name]) for name in TYPES),
        metadata="\n".join(_fields(_all_metadata(schemas), _always(schemas))),
        loop=stack["LoopTimeoutSeconds"]["Default"],
        join=stack["JoinTimeoutSeconds"]["Default"],
        retention=stack["RecordRetentionDays"]["Default"],
        machine=machine["TimeoutSeconds"],
    )
    sections = [_section(name, schemas[name], version, _always(schemas)) for name in TYPES]
    return "\n".join([introduction, *sections])


def _row(name: str, schema: Json) -> str:
    happened = schema["description"].partition(". ")[0]
    return f"| {_sequence(schema)} | [{name}](#{name.lower()}) | {happened}. |"


def _sequence(schema: Json) -> str:
    rule = _metadata(schema)["properties"].get("sequence")
    if rule is None:
        return "none"
    return str(rule["const"]) if "const" in rule else " or ".join(map(str, rule["enum"]))


def _metadata(schema: Json) -> Json:
    metadata: Json = schema["properties"]["detail"]["properties"]["metadata"]
    return metadata


def _always(schemas: Mapping[str, Json]) -> set[str]:
    """Return the metadata that every event has."""
    return set.intersection(*(set(_metadata(one)["required"]) for one in schemas.values()))


def _all_metadata(schemas: Mapping[str, Json]) -> dict[str, Json]:
    """Return the schemas of all metadata, without what differs from type to type."""
    ordered = {
        **_metadata(schemas[LIFE[0]])["properties"],
        **_metadata(schemas[REFUSALS[0]])["properties"],
    }
    own = {
        "eventId": "text: `<transferId>-<detail-type>`; of a refusal "
        "`<contactId>-<reason>-<detail-type>`",
        "sequence": "a whole number",
    }
    return {
        name: {**schema, "x-form": own[name]} if name in own else schema
        for name, schema in ordered.items()
    }


def _section(name: str, schema: Json, version: str, always: set[str]) -> str:
    data = schema["properties"]["detail"]["properties"]["data"]
    also = [one for one in _metadata(schema)["required"] if one not in always]
    event = json.dumps(example(name, version), indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"## {name}",
            "",
            schema["description"],
            "",
            f"- Sequence: {_sequence(schema)}",
            f"- Sent by: {', '.join(schema['x-sent-by'])}",
            f"- What to do: {schema['x-consumer']}",
            *([f"- Metadata that it always has, too: {_code(also)}"] if also else []),
            "",
            *_fields(data["properties"], set(data["required"])),
            "",
            "```json",
            event,
            "```",
            "",
        ]
    )


def _fields(properties: Mapping[str, Json], always: set[str]) -> Iterator[str]:
    yield "| field | form | always | meaning |"
    yield "|---|---|---|---|"
    for name, schema in properties.items():
        meaning = schema["description"]
        if "examples" in schema:
            meaning += f" So far: {_code(schema['examples'])}."
        yield f"| `{name}` | {_form(schema)} | {'yes' if name in always else 'no'} | {meaning} |"


def _form(schema: Json) -> str:
    if "x-form" in schema:
        return str(schema["x-form"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kinds = {"string": "text", "integer": "a whole number", "number": "a number"}
    form = kinds.get(schema["type"], "`true` or `false`")
    if "minimum" in schema:
        form += f", {schema['minimum']} or more"
    if "pattern" in schema and schema.get("format") == "date-time":
        return "time"
    return form


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
