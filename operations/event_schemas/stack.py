"""Make events/stack.yaml of the published schemas: a CloudFormation stack with their registry.

`make events` writes it; a test holds it against the published schemas.
"""

import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from operations.event_schemas.draft4 import draft4
from operations.event_schemas.files import EVENTS, TYPES, newest_version, published

STACK = EVENTS / "stack.yaml"
_HEADER = "# Made of events/published/ by `make events`: change the schemas in events/v… instead.\n"
_MOST_OF_A_DESCRIPTION = 256  # characters, says the registry


def build() -> dict[str, Any]:
    """Return the stack's template."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Secure transfer: the audit events' schemas. Part of template.yaml's stack.",
        "Parameters": {
            "RegistryName": {
                "Type": "String",
                "AllowedPattern": "[0-9A-Za-z_.@-]+",
                "Description": "What the registry is called.",
            }
        },
        "Resources": {
            "Registry": {
                "Type": "AWS::EventSchemas::Registry",
                "Properties": {
                    "RegistryName": {"Ref": "RegistryName"},
                    "Description": "The audit events of secure transfer.",
                },
            },
            **_schemas(),
        },
    }


def text() -> str:
    dumped = yaml.safe_dump(build(), sort_keys=False, allow_unicode=True, width=100_000)
    return f"{_HEADER}{dumped}"


def _schemas() -> dict[str, Any]:
    schemas = published(newest_version())
    return {f"{name}Schema": _schema(name, schemas[name]) for name in TYPES}


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    first_sentence = schema["description"].partition(". ")[0].removesuffix(".") + "."
    return {
        "Type": "AWS::EventSchemas::Schema",
        "Properties": {
            "RegistryName": {"Fn::GetAtt": ["Registry", "RegistryName"]},
            # As EventBridge names the schemas that it discovers: by source and detail-type.
            "SchemaName": f"secure-transfer@{name}",
            "Description": first_sentence[:_MOST_OF_A_DESCRIPTION],
            "Type": "JSONSchemaDraft4",
            # A change is a new version of the schema there; those before stay.
            "Content": json.dumps(draft4(schema), separators=(",", ":"), ensure_ascii=False),
        },
    }


if __name__ == "__main__":
    STACK.write_text(text(), encoding="utf-8")
