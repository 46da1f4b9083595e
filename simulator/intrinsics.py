"""CloudFormation's intrinsic functions, as far as template.yaml and its expansion use them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from simulator.errors import SimulatorError

NO_VALUE = object()
"""What `AWS::NoValue` resolves to: the property is left out."""

_NAME_IN_SUB = re.compile(r"\$\{(!?)([^}]+)\}")


class Resolver:
    """Resolves a template's values.

    `lookup` gets a logical name, or `Name.Attribute`, and returns its value.
    """

    def __init__(
        self,
        lookup: Callable[[str], Any],
        conditions: Mapping[str, Any] | None = None,
        mappings: Mapping[str, Any] | None = None,
    ) -> None:
        self._lookup = lookup
        self._conditions = conditions or {}
        self._mappings = mappings or {}
        self._under_way: list[str] = []

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            raise SimulatorError(f"The template has no condition {name}.")
        if name in self._under_way:
            circle = " → ".join([*self._under_way, name])
            raise SimulatorError(
                f"The template's conditions refer to each other in a circle: {circle}"
            )
        self._under_way.append(name)
        try:
            return bool(self.value(self._conditions[name]))
        finally:
            self._under_way.pop()

    def value(self, node: Any) -> Any:
        """Return `node` with every intrinsic function in it replaced by its result."""
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            named_condition = name == "Condition" and isinstance(argument, str)
            if name == "Ref" or named_condition or name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def _call(self, name: str, argument: Any) -> Any:  # noqa: C901, PLR0911 - one line a function
        match name:
            case "Ref":
                return NO_VALUE if argument == "AWS::NoValue" else self._lookup(argument)
            case "Condition":
                return self.condition(argument)
            case "Fn::GetAtt":
                path = argument if isinstance(argument, str) else ".".join(argument)
                return self._lookup(path)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                return self.value(argument[1] if self.condition(argument[0]) else argument[2])
            case "Fn::Equals":
                return str(self.value(argument[0])) == str(self.value(argument[1]))
            case "Fn::Not":
                return not self.value(argument[0])
            case "Fn::And":
                return all(self.value(one) for one in argument)
            case "Fn::FindInMap":
                return self._in_mappings(*(str(self.value(one)) for one in argument))
            case "Fn::Join":
                return str(argument[0]).join(map(str, self.value(argument[1])))
            case "Fn::Select":
                return self.value(argument[1])[int(argument[0])]
            case "Fn::Split":
                return str(self.value(argument[1])).split(argument[0])
        raise SimulatorError(f"The simulator does not know the intrinsic function {name}.")

    def _in_mappings(self, table: str, first: str, second: str) -> Any:
        try:
            return self._mappings[table][first][second]
        except KeyError:
            where = f"{table}.{first}.{second}"
            raise SimulatorError(f"The template's mappings have no {where}.") from None

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument
        names = {name: self.value(node) for name, node in own.items()}

        def replace(match: re.Match[str]) -> str:
            name = match[2]
            if match[1]:
                return f"${{{name}}}"  # ${!Name} is how CloudFormation is told to write ${Name}
            return str(names[name] if name in names else self._lookup(name))

        return _NAME_IN_SUB.sub(replace, text)
