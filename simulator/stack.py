"""Put template.yaml onto the local AWS, as CloudFormation would."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from simulator import resources, template
from simulator.aws import LocalAws
from simulator.errors import SimulatorError
from simulator.intrinsics import Resolver

_ATTRIBUTES_OF_A_RESOURCE = {
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",  # a deployment makes, and updates nothing
    "Metadata",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed template. `resources` holds each resource's `Ref`, by logical name."""

    name: str
    outputs: dict[str, str]
    resources: dict[str, str]


def deploy(aws: LocalAws, name: str = "secure-transfer", **parameters: str) -> Stack:
    """Make the template's resources, in the order of their references.

    Several stacks fit on one AWS if their names differ. `LocalEmulator` is `true` unless given.
    Raises `SimulatorError` for anything in the template that the simulator does not know.
    """
    expanded = template.expand()
    values = template.parameter_values(expanded, {"LocalEmulator": "true", **parameters})
    deployment = _Deployment(aws, name, expanded, values)
    for logical_name in expanded["Resources"]:
        deployment.make(logical_name)
    return Stack(
        name,
        outputs=deployment.outputs(expanded.get("Outputs", {})),
        resources={logical: made["Ref"] for logical, made in deployment.made.items()},
    )


class _Deployment:
    def __init__(
        self, aws: LocalAws, name: str, expanded: Mapping[str, Any], values: Mapping[str, str]
    ) -> None:
        self._aws = aws
        self._name = name
        self._resources: Mapping[str, Any] = expanded["Resources"]
        self._resolver = Resolver(self._lookup, expanded.get("Conditions"))
        self._under_way: list[str] = []
        self._suffix = uuid.uuid4().hex[:8]
        self.made: dict[str, dict[str, str]] = {}
        self._values = {
            **values,
            "AWS::AccountId": aws.account,
            "AWS::Partition": "aws",
            "AWS::Region": template.REGION,
            "AWS::StackName": name,
            "AWS::StackId": f"arn:aws:cloudformation:{template.REGION}:{aws.account}:"
            f"stack/{name}/{uuid.uuid4()}",
        }

    def make(self, logical_name: str) -> None:
        """Make a resource, and first what it refers to."""
        if logical_name in self.made:
            return
        if logical_name in self._under_way:
            circle = " → ".join([*self._under_way, logical_name])
            raise SimulatorError(
                f"The template's resources refer to each other in a circle: {circle}"
            )
        resource = self._resources[logical_name]
        unknown = set(resource) - _ATTRIBUTES_OF_A_RESOURCE
        if unknown:
            raise SimulatorError(f"{logical_name}: the simulator does not know {sorted(unknown)}.")
        if "Condition" in resource and not self._resolver.condition(resource["Condition"]):
            return
        self._under_way.append(logical_name)
        depends_on = resource.get("DependsOn", [])
        for other in [depends_on] if isinstance(depends_on, str) else depends_on:
            self.make(other)
        properties = self._resolver.value(resource.get("Properties", {}))
        try:
            self.made[logical_name] = resources.make(
                self._aws,
                f"{self._name}-{logical_name}-{self._suffix}",
                logical_name,
                resource["Type"],
                properties,
            )
        except (ClientError, ParamValidationError) as error:
            raise SimulatorError(f"{logical_name} ({resource['Type']}): {error}") from error
        self._under_way.pop()

    def outputs(self, declared: Mapping[str, Any]) -> dict[str, str]:
        for name, output in declared.items():
            unknown = set(output) - {"Description", "Value", "Condition"}
            if unknown:
                raise SimulatorError(
                    f"Output {name}: the simulator does not know {sorted(unknown)}."
                )
        return {
            name: str(self._resolver.value(output["Value"]))
            for name, output in declared.items()
            if "Condition" not in output or self._resolver.condition(output["Condition"])
        }

    def _lookup(self, path: str) -> str:
        if path in self._values:
            return self._values[path]
        logical_name, _, attribute = path.partition(".")
        if logical_name not in self._resources:
            raise SimulatorError(f"The template refers to {path}, which it does not have.")
        self.make(logical_name)
        if logical_name not in self.made:
            raise SimulatorError(f"The template refers to {path}, which its condition leaves out.")
        attributes = self.made[logical_name]
        if (attribute or "Ref") not in attributes:
            raise SimulatorError(f"The simulator does not know {path}.")
        return attributes[attribute or "Ref"]
