from typing import Any

from simulator import template as simulated
from simulator.intrinsics import Resolver

INSTANCE_ARN = (
    "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"
)


class Template:
    """template.yaml as CloudFormation gets it, with every reference replaced by its own name.

    `!Ref AuditBus` becomes `<AuditBus>`, `!GetAtt AuditBus.Arn` `<AuditBus.Arn>`; a parameter
    becomes its value.
    """

    def __init__(self, **parameters: str) -> None:
        self.raw = simulated.expand()
        self._values = simulated.parameter_values(self.raw, parameters)
        self._resolver = Resolver(self._lookup, self.raw["Conditions"])
        self.resources: dict[str, dict[str, Any]] = {
            name: {**resource, "Properties": self._resolver.value(resource.get("Properties", {}))}
            for name, resource in self.raw["Resources"].items()
            if "Condition" not in resource or self._resolver.condition(resource["Condition"])
        }
        self.outputs: dict[str, Any] = {
            name: self._resolver.value(output["Value"])
            for name, output in self.raw["Outputs"].items()
            if "Condition" not in output or self._resolver.condition(output["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of a type, by logical name."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def properties(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[name]["Properties"]
        return found

    def _lookup(self, path: str) -> str:
        if path == "AWS::StackId":
            return "arn:aws:cloudformation:eu-west-2:123456789012:stack/name/stack-id"
        return self._values.get(path, f"<{path}>")
