"""The record of what set-up changes, with the values before: `operations connect undo` reads it.

It is written before each change: what it has and what did not happen is seen by the value.
"""

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from operations.connect.setup.changes import KINDS, Change

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """Where set-up was, and its changes in the order in which they were made."""

    instance_id: str
    region: str
    changes: tuple[Change, ...]


def write(file: Path, record: Record) -> None:
    """Write a record over the one before: all of it or nothing. Only you can read it.

    Raises `click.ClickException` if the file cannot be written.
    """
    content = {"version": _VERSION, **asdict(record)}
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=".connect-", delete=False
        ) as passing:
            json.dump(content, passing, indent=2, ensure_ascii=False)
            passing.write("\n")
        Path(passing.name).replace(file)
    except OSError as error:
        raise click.ClickException(
            f"The record {file} cannot be written ({error.strerror or error}): nothing more is "
            "changed."
        ) from error


def read(file: Path) -> Record:
    """Return a record. Raises `click.ClickException` for what is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        version = found["version"]
        changes = tuple(Change(**one) for one in found["changes"])
        record = Record(found["instance_id"], found["region"], changes)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror or error}.") from error
    except (ValueError, TypeError, LookupError) as error:
        raise _no_record(file) from error
    if version != _VERSION or not all(map(_is_sound, changes)):
        raise _no_record(file)
    return record


def _is_sound(change: Change) -> bool:
    kind = KINDS.get(change.kind)
    return kind is not None and kind.ids == set(change.target) and change.before != change.after


def _no_record(file: Path) -> click.ClickException:
    return click.ClickException(f"{file} is no record of `operations connect setup`.")
