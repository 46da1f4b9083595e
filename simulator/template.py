"""Read template.yaml as AWS would: SAM expanded, parameters checked, conditions applied."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from simulator.errors import SimulatorError

ROOT = Path(__file__).parents[1]
REGION = "eu-west-2"

# `sam package` uploads what CodeUri and DefinitionUri name and puts S3 addresses in their place.
# Here the address keeps the path, in a bucket that stands for the project's folder.
_BUCKET = "project-folder"


def expand(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """Return the template as CloudFormation gets it. Raises `SimulatorError` for invalid SAM."""
    source: dict[str, Any] = yaml_parse(path.read_text())
    _name_local_files(source)
    try:
        expanded: dict[str, Any] = Translator(
            {}, Parser(), boto_session=boto3.Session(region_name=REGION)
        ).translate(source, dict(_defaults(source)))
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        raise SimulatorError(f"{path.name}: {error.message} {causes}") from error
    return expanded


def local_file(bucket: str, key: str) -> Path:
    """Return the file or folder that an expanded template's S3 address stands for."""
    if bucket != _BUCKET:
        raise SimulatorError(f"s3://{bucket}/{key} is not a file of this project.")
    return ROOT / key


def parameter_values(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Return every parameter's value, as CloudFormation would accept it.

    Raises `SimulatorError` for an unknown parameter, a missing one or a value out of bounds.
    """
    declared: Mapping[str, Any] = template.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise SimulatorError(f"The template has no parameter {name}.")
    values = {**_defaults(template), **{name: str(value) for name, value in given.items()}}
    for name, rules in declared.items():
        if name not in values:
            raise SimulatorError(f"The parameter {name} needs a value.")
        _check(name, values[name], rules)
    return values


def _check(name: str, value: str, rules: Mapping[str, Any]) -> None:
    if "AllowedValues" in rules and value not in [str(one) for one in rules["AllowedValues"]]:
        raise SimulatorError(f"{name}={value}: must be one of {rules['AllowedValues']}.")
    if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
        raise SimulatorError(f"{name}={value}: {rules.get('ConstraintDescription', 'malformed')}")
    if rules["Type"] == "Number":
        if not value.isdecimal():
            raise SimulatorError(f"{name}={value}: must be a number.")
        if not rules.get("MinValue", 0) <= int(value) <= rules.get("MaxValue", int(value)):
            raise SimulatorError(
                f"{name}={value}: must be {rules.get('MinValue')} to {rules.get('MaxValue')}."
            )


def _defaults(template: Mapping[str, Any]) -> dict[str, str]:
    declared: Mapping[str, Any] = template.get("Parameters", {})
    return {name: str(p["Default"]) for name, p in declared.items() if "Default" in p}


def _name_local_files(template: dict[str, Any]) -> None:
    function = template.get("Globals", {}).get("Function", {})
    places = [function, *(r.get("Properties", {}) for r in template["Resources"].values())]
    for place in places:
        for name in ("CodeUri", "DefinitionUri"):
            if name in place:
                place[name] = f"s3://{_BUCKET}/{place[name]}"
