"""Where the schemas and examples are, and how to read them."""

import json
from pathlib import Path
from typing import Any

from operations.event_schemas.flatten import flatten
from simulator.errors import SimulatorError
from simulator.template import ROOT

EVENTS = ROOT / "events"
LIFE = (
    "TransferRequested", "PinAllocated", "LoopAnswered", "TransferTimedOut", "TransferSecured",
    "TransferAbandoned", "SecureCallEnded", "TransferFailed",
)  # fmt: skip
REFUSALS = ("PinRejected", "JoinRejected")
TYPES = (*LIFE, *REFUSALS)
"""Every detail-type, as pages list them: by their place in a transfer's life."""

_SHARED = "shared.schema.json"

Json = dict[str, Any]


def newest_version(events: Path = EVENTS) -> str:
    """Return the version that is sent: the folder `v<version>` with the highest number."""
    versions = [int(folder.name[1:]) for folder in events.glob("v*") if folder.name[1:].isdecimal()]
    if not versions:
        raise SimulatorError(f"{events} has no folder v1.")
    return str(max(versions))


def schemas(version: str, events: Path = EVENTS) -> dict[str, Json]:
    """Return the schemas of a version by detail-type, each without references.

    Raises `SimulatorError` naming the file that is no schema.
    """
    folder = events / f"v{version}"
    shared = read(folder / _SHARED)
    found = {}
    for path in sorted(folder.glob("*.schema.json")):
        if path.name == _SHARED:
            continue
        try:
            found[path.name.removesuffix(".schema.json")] = flatten(read(path), _SHARED, shared)
        except ValueError as error:
            raise SimulatorError(f"{path.name}: {error}") from error
    return found


def published(version: str, events: Path = EVENTS) -> dict[str, Json]:
    """Return the schemas as they were published last, by detail-type; none if none was."""
    return {
        path.stem: read(path) for path in sorted(folder_of_published(version, events).glob("*"))
    }


def folder_of_published(version: str, events: Path = EVENTS) -> Path:
    return events / "published" / f"v{version}"


def example(detail_type: str, version: str, events: Path = EVENTS) -> Json:
    """Return a whole event of a type, as a rule's target gets it."""
    return read(events / f"v{version}" / f"{detail_type}.example.json")


def read(path: Path) -> Json:
    try:
        value: Json = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SimulatorError(f"{path.name} is missing in {path.parent.name}.") from error
    except ValueError as error:
        raise SimulatorError(f"{path.name} is no JSON: {error}.") from error
    return value


def written(value: Json) -> str:
    """Return JSON as these files have it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
