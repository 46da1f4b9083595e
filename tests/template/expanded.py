from collections.abc import Mapping
from functools import cached_property
from typing import Any

from simulator import template as simulated
from simulator.intrinsics import Resolver

INSTANCE_ARN = (
    "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"
)

FORMS: dict[str, dict[str, str]] = {
    "template": {"ConnectInstanceArn": INSTANCE_ARN},
    "bare_template": {},
    "local_template": {"LocalEmulator": "true", "ConnectInstanceArn": INSTANCE_ARN},
    "released_template": {"ConnectInstanceArn": INSTANCE_ARN, "Release": "a-release"},
    "shared_template": {
        "ConnectInstanceArn": INSTANCE_ARN,
        "AuditConsumerAccounts": "111122223333,444455556666",
        "LockedCopyDays": "30",
    },
}
"""The fixtures, by name: what is given beside the defaults."""


class Template:
    """template.yaml as CloudFormation gets it, with every reference replaced by its own name.

    `!Ref AuditBus` becomes `<AuditBus>`, `!GetAtt AuditBus.Arn` `<AuditBus.Arn>`; a parameter
    becomes its value.
    """

    def __init__(self, **parameters: str) -> None:
        self.raw = simulated.expand()
        self._values = simulated.parameter_values(self.raw, parameters)
        self._resolver = Resolver(self._lookup, self.raw["Conditions"])
        self._properties: dict[str, dict[str, Any]] = {}

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                **{key: part for key, part in resource.items() if key != "UpdatePolicy"},
                "Properties": self.properties(name),
                **self._update_policy(resource),
            }
            for name, resource in self.raw["Resources"].items()
            if self._is_made(resource)
        }

    @cached_property
    def outputs(self) -> dict[str, Any]:
        return {
            name: self._resolver.value(output["Value"])
            for name, output in self.raw["Outputs"].items()
            if self._is_made(output)
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of a type, by logical name."""
        return {
            name: self.properties(name)
            for name, resource in self.raw["Resources"].items()
            if resource["Type"] == kind and self._is_made(resource)
        }

    def properties(self, name: str) -> dict[str, Any]:
        resource = self.raw["Resources"][name]
        if not self._is_made(resource):
            raise KeyError(name)
        if name not in self._properties:
            self._properties[name] = self._resolver.value(resource.get("Properties", {}))
        return self._properties[name]

    def _update_policy(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return it under its name; nothing if it resolves to `AWS::NoValue`."""
        policy: dict[str, Any] = self._resolver.value(
            {key: part for key, part in resource.items() if key == "UpdatePolicy"}
        )
        return policy

    def _is_made(self, part: Mapping[str, Any]) -> bool:
        return "Condition" not in part or self._resolver.condition(part["Condition"])

    def _lookup(self, path: str) -> str:
        if path == "AWS::StackId":
            return "arn:aws:cloudformation:eu-west-2:123456789012:stack/name/stack-id"
        return self._values.get(path, f"<{path}>")
