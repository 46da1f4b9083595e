"""Publish the schemas of events/v…, if no consumer is hurt by it; or begin a new version."""

import shutil
from pathlib import Path

from operations.event_schemas.compatibility import breaks
from operations.event_schemas.files import (
    EVENTS,
    folder_of_published,
    newest_version,
    published,
    read,
    schemas,
    written,
)
from simulator.errors import SimulatorError


def publish(events: Path = EVENTS) -> list[str]:
    """Write the newest version's schemas into events/published; return the changed types.

    Raises `SimulatorError`, and writes nothing, if the change breaks a consumer.
    """
    version = newest_version(events)
    old, new = published(version, events), schemas(version, events)
    broken = breaks(old, new)
    if broken:
        what_to_do = (
            f"Nothing was published: version {version} may only get new words, and new fields that "
            "may be absent. For other changes begin a new version: `operations events "
            "new-version`, after taking these out of this one."
        )
        raise SimulatorError("\n".join([*broken, what_to_do]))
    folder = folder_of_published(version, events)
    folder.mkdir(parents=True, exist_ok=True)
    changed = [name for name, schema in new.items() if old.get(name) != schema]
    for name in changed:
        (folder / f"{name}.json").write_text(written(new[name]), encoding="utf-8")
    return changed


def begin_version(events: Path = EVENTS) -> str:
    """Copy the newest version to the next number, to be changed there; return that number.

    Raises `SimulatorError` if the newest version holds changes that were not published.
    """
    old = newest_version(events)
    if published(old, events) != schemas(old, events):
        raise SimulatorError(
            f"events/v{old} has changes that were not published. Publish them (`operations events "
            "publish`) or take them out first: a new version begins as a copy of it."
        )
    new = str(int(old) + 1)
    folder = events / f"v{new}"
    shutil.copytree(events / f"v{old}", folder)
    shared = read(folder / "shared.schema.json")
    shared["$defs"]["metadata"]["properties"]["schemaVersion"]["const"] = new
    (folder / "shared.schema.json").write_text(written(shared), encoding="utf-8")
    for path in folder.glob("*.example.json"):
        example = read(path)
        example["detail"]["metadata"]["schemaVersion"] = new
        path.write_text(written(example), encoding="utf-8")
    return new
