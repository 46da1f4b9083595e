"""What the doctor says about one condition."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Value = TypeVar("Value")


class Status(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check`: its name, which never changes. `guide`: the section of PCI Pal's guide.

    `mend`: the command that mends it, or what to do by hand; empty if all is well.
    """

    check: str
    status: Status
    expected: str
    found: str
    mend: str
    guide: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check comes to: a `Finding` without what is the same whatever it finds."""

    status: Status
    found: str
    mend: str = ""


def ok(found: str) -> Verdict:
    return Verdict(Status.OK, found)


def wrong(found: str, mend: str) -> Verdict:
    return Verdict(Status.WRONG, found, mend)


class CannotTell(Exception):
    """A check cannot be made. `found`: why not; `mend`: what would help."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(found)
        self.found = found
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Unread:
    """What stands where something could not be read.

    `operation` and `code` are AWS's names; `why` is a sentence for people.
    """

    operation: str
    code: str
    why: str


def known(value: Value | Unread) -> Value:
    """Return what was read. Raises `CannotTell` if it could not be."""
    if isinstance(value, Unread):
        raise CannotTell(f"{value.operation} could not be asked.", value.why)
    return value


def listed(names: list[str], most: int = 5) -> str:
    """Return names for a sentence: the first few, and how many more there are."""
    more = len(names) - most
    shown = ", ".join(f"“{name}”" for name in names[:most])
    return f"{shown} and {more} more" if more > 0 else shown
