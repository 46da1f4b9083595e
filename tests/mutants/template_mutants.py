"""Every small defect of the template: one thing changed that a person could change by mistake.

What is written for people is left alone: descriptions, labels. So are the types of resources and of
parameters: another type has other properties.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.mutants.template_mutants_of_values import Found, drop, put, value_mutants

_POLICIES = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
FOR_PEOPLE = {"Description", "AlarmDescription", "ConstraintDescription", "Label"}
_PARTS_OF_A_PARAMETER = {"Default", "MinValue", "MaxValue", "AllowedPattern", "AllowedValues"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    change: Callable[[Json], None]
    is_expanded: bool = False
    """Whether SAM makes something else of what is changed."""

    def of(self, text: str) -> Json:
        """Return the template that the JSON is of, with the defect."""
        changed: Json = json.loads(text)
        self.change(changed)
        return changed


def mutants_of(template: Json) -> Iterator[Mutant]:
    for what, change in _beside_the_resources(template):
        yield Mutant(what, change)
    globals_ = template["Globals"]["Function"]
    for what, change in _changed(template, ("Globals", "Function"), globals_):
        yield Mutant(what, change, is_expanded=True)
    for name, resource in template["Resources"].items():
        is_expanded = resource["Type"].startswith("AWS::Serverless")
        for what, change in _of_a_resource(template, name):
            yield Mutant(f"{name}: {what}", change, is_expanded)


def _beside_the_resources(template: Json) -> Found:
    for name in template["Parameters"]:
        for key, value in template["Parameters"][name].items():
            if key in _PARTS_OF_A_PARAMETER:
                yield from _changed(template, ("Parameters", name, key), value)
    for name, condition in template["Conditions"].items():
        yield from _changed(template, ("Conditions", name), condition)
    for name, output in template["Outputs"].items():
        yield from _changed(template, ("Outputs", name), output)
    groups = ("Metadata", "AWS::CloudFormation::Interface", "ParameterGroups")
    for number, group in enumerate(template[groups[0]][groups[1]][groups[2]]):
        where = (*groups, number, "Parameters")
        yield from _changed(template, where, group["Parameters"])


def _of_a_resource(template: Json, name: str) -> Found:
    resource, place = template["Resources"][name], ("Resources", name)
    yield "is not there", drop(*place)
    yield from _of_its_policies(resource, place)
    if "Condition" in resource:
        yield "has no Condition", drop(*place, "Condition")
    for other in template["Conditions"]:
        if other != resource.get("Condition"):
            yield f"has the Condition {other}", put(other, *place, "Condition")
    for section in ("DependsOn", "UpdatePolicy"):
        if section in resource:
            for what, change in _changed(template, (*place, section), resource[section]):
                yield what.partition(f"{name}.")[2], change
    for key, value in resource["Properties"].items():
        if key not in FOR_PEOPLE:
            for what, change in _changed(template, (*place, "Properties", key), value):
                yield what.partition(".Properties.")[2], change


def _of_its_policies(resource: Json, place: tuple[str, ...]) -> Found:
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if policy in resource:
            yield f"has no {policy}", drop(*place, policy)
        for other in _POLICIES:
            if other != resource.get(policy):
                yield f"has the {policy} {other}", put(other, *place, policy)


def _changed(template: Json, place: tuple[Any, ...], value: Any) -> Found:
    called = ".".join(map(str, place))
    if place[0] != "Conditions" and place[-1] != "Function":
        yield f"{called} is not there", drop(*place)
    for where, what, change in value_mutants(template, place, value):
        if not FOR_PEOPLE & set(where):
            yield what, change
