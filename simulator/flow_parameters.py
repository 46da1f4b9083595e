"""A block's parameters, as the simulator takes them: nothing is guessed, and nothing left over."""

from collections.abc import Callable, Collection
from typing import Any

from simulator.errors import SimulatorError
from simulator.flow_language import Group, Shape
from simulator.flow_paths import PATH, is_malformed


class Parameters:
    """Those of a block, or of an object among them. Each is to be taken once.

    `where` names the block, `shape` is what the language knows, `read` resolves a path.
    """

    def __init__(
        self, where: str, values: Any, shape: Shape, read: Callable[[str], str], place: str = ""
    ) -> None:
        self._where, self._shape, self._read, self._place = where, shape, read, place
        if not isinstance(values, dict):
            raise self.error(f"{place or 'Parameters'} must be an object")
        self._values: dict[str, Any] = dict(values)
        self._sections: list[Parameters] = []
        if isinstance(shape, Group):
            unknown = set(values) - set(shape.fields)
            if unknown:
                raise self.error(f"there is no parameter {self._names(unknown)}")

    def has(self, name: str) -> bool:
        return name in self._values

    def take(self, name: str) -> str:
        return self._resolved(name, self._raw(name))

    def number(self, name: str) -> int:
        text = self.take(name)
        if not (text.isascii() and text.isdecimal()):
            raise self.error(f"{self._names([name])} must be a whole number")
        return int(text)

    def flag(self, name: str, yes: str, no: str) -> bool:
        text = self.take(name)
        if text not in (yes, no):
            raise self.error(f"{self._names([name])} must be {yes!r} or {no!r}")
        return text == yes

    def only(self, name: str, value: str) -> None:
        if self.take(name) != value:
            raise self.error(f"the simulator knows only {self._names([name])}={value!r}")

    def section(self, name: str) -> "Parameters":
        values = self._raw(name)
        shape = self._shape.fields[name] if isinstance(self._shape, Group) else self._shape
        section = Parameters(self._where, values, shape, self._read, self._names([name]))
        self._sections.append(section)
        return section

    def all(self) -> dict[str, str]:
        return {name: self.take(name) for name in list(self._values)}

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._raw(name)
        if not isinstance(values, list):
            raise self.error(f"{self._names([name])} must be a list")
        return tuple(self._resolved(name, one) for one in values)

    def one_of(self) -> str:
        """Return which one the flow gives, of those that exclude each other."""
        names = self._shape.one_of if isinstance(self._shape, Group) else frozenset()
        given = [name for name in names if self.has(name)]
        if not given:
            raise self.error(f"the parameter {self._names(names, ' or ')} is missing")
        if len(given) > 1:
            raise self.error(f"takes one of {self._names(names)}, not {self._names(given)}")
        return given[0]

    def nothing_left(self) -> None:
        if self._values:
            names = self._names(self._values)
            raise self.error(f"the simulator does not know the parameter {names}")
        for section in self._sections:
            section.nothing_left()

    def error(self, text: str) -> SimulatorError:
        """Return an error that names the block. Never put a resolved value in: it may be a PIN."""
        return SimulatorError(f"{self._where}: {text}.")

    def _names(self, names: Collection[str], between: str = ", ") -> str:
        prefix = f"{self._place}." if self._place else ""
        return between.join(f"{prefix}{name}" for name in sorted(names))

    def _raw(self, name: str) -> Any:
        if name not in self._values:
            raise self.error(f"the parameter {self._names([name])} is missing")
        return self._values.pop(name)

    def _resolved(self, name: str, text: object) -> str:
        if not isinstance(text, str):
            raise self.error(f"{self._names([name])} is {text!r}, and must be a string")
        if is_malformed(text):
            raise self.error(f"{self._names([name])} is {text!r}: that is no path")
        return PATH.sub(lambda match: self._read_path(match[0]), text)

    def _read_path(self, path: str) -> str:
        try:
            return self._read(path)
        except SimulatorError as error:
            raise SimulatorError(f"{self._where}: {error}") from None
