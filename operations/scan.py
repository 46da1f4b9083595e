"""Scan template.yaml's expansion with checkov, and compare what it finds with what is accepted."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from operations.scan_exceptions import EXCEPTIONS, Accepted
from simulator import template
from simulator.errors import SimulatorError

_ARGUMENTS = (
    "--framework=cloudformation",
    "--file=template.json",
    "--output=json",
    "--quiet",
    "--skip-download",  # asks no platform for its guidelines
)

Found = dict[tuple[str, str], str]
"""What the failed check asks for, by check and resource."""


def run(checkov: Path) -> tuple[list[str], str]:
    """Return what is to be done, a line each, and a line about the whole.

    Raises `SimulatorError` if checkov did not judge the template.
    """
    report = _report(checkov, template.expand())
    found = {
        (one["check_id"], one["resource"].rpartition(".")[2]): one["check_name"]
        for one in report["results"]["failed_checks"]
    }
    summary = report["summary"]
    return list(to_do(found, EXCEPTIONS)), (
        f"checkov {summary['checkov_version']}: {summary['passed']} passed, {len(found)} found, "
        f"{sum(len(one.resources) for one in EXCEPTIONS)} excepted"
    )


def to_do(found: Found, exceptions: Iterable[Accepted]) -> Iterator[str]:
    """Yield a line for each finding that is not accepted, and each exception that is not found."""
    accepted = {(one.check, name): one.asks_for for one in exceptions for name in one.resources}
    for check, name in sorted(set(found) - set(accepted)):
        yield (
            f"{name}: {check}: {found[check, name]}. Mend template.yaml, or say in "
            "operations/scan_exceptions.py why not."
        )
    for check, name in sorted(set(accepted) - set(found)):
        yield (
            f"{name}: {check} ({accepted[check, name]}) is no longer found. Take the exception "
            "out of operations/scan_exceptions.py."
        )


def _report(checkov: Path, expanded: dict[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "template.json").write_text(json.dumps(expanded, indent=2))
        try:
            ended = subprocess.run(  # noqa: S603 - nothing from outside is in it
                [checkov.absolute(), *_ARGUMENTS],
                cwd=folder,
                env=_environment(folder),
                capture_output=True,
                text=True,
                check=False,  # it ends with 1 if it found something, and with 0 if it read nothing
            )
        except OSError as error:
            raise SimulatorError(
                f"{checkov} cannot be run: {error.strerror}. make lint sets it up."
            ) from error
    try:
        report: dict[str, Any] = json.loads(ended.stdout)
        judged = report["summary"]["passed"] > 0 and report["summary"]["parsing_errors"] == 0
    except (ValueError, LookupError, TypeError):
        judged = False
    if not judged:
        raise SimulatorError(f"checkov did not judge the template: {ended.stderr or ended.stdout}")
    return report


def _environment(home: str) -> dict[str, str]:
    """Leave out anybody's settings and keys: it is the same everywhere, and nothing is sent."""
    return {
        "HOME": home,
        "PATH": os.environ["PATH"],
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    }
