"""A handler's module under test: imported and invoked as Lambda does, with what it printed."""

import importlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.fakes import FakeAuditTrail, FakeInvocation

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "unit-tests",
    "AWS_SECRET_ACCESS_KEY": "none",
    "POWERTOOLS_METRICS_NAMESPACE": "SecureTransfer/unit-tests",
    "TRANSFER_TABLE_NAME": "transfers",
    "PIN_TABLE_NAME": "pins",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-2:123456789012:stateMachine:secure-transfer",
    "AUDIT_BUS_NAME": "audit",
    "FALLBACK_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/fallback",
    "CONNECT_INSTANCE_ARN": "",
    "RETURN_NUMBER": "",
    "PCI_PAL_CALLER_IDS": "",
    "CALLER_HASH_KEY": "a key of the unit tests",
    "PIN_LENGTH": "4",
    "LOOP_TIMEOUT_SECONDS": "90",
    "JOIN_TIMEOUT_SECONDS": "300",
    "PIN_QUARANTINE_SECONDS": "180",
    "RECORD_RETENTION_DAYS": "400",
}
"""What the template gives to any of the functions, in sum."""

LIVE_PIN = re.compile(r"(?<!\d)0027(?!\d)")
TELEPHONE_NUMBER = re.compile(r"\+44\d+")


def import_function(name: str, environment: Mapping[str, str] = ENVIRONMENT) -> ModuleType:
    """Import a handler's module as a cold start does: what it shares with others, anew.

    The domain is kept: its exceptions are the tests' too.
    """
    kept = {name: module for name, module in sys.modules.items() if _is_read_at_start(name)}
    service = "".join(word.capitalize() for word in name.split("_"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        for variable in ENVIRONMENT:
            patch.delenv(variable, raising=False)
        for variable, value in {**environment, "POWERTOOLS_SERVICE_NAME": service}.items():
            patch.setenv(variable, value)
        _forget(kept)
        try:
            return importlib.import_module(f"secure_transfer.{name}")
        finally:
            _forget([name for name in sys.modules if _is_read_at_start(name)])
            sys.modules.update(kept)
            for path, module in kept.items():
                package, _, attribute = path.rpartition(".")
                setattr(sys.modules[package], attribute, module)


def _is_read_at_start(name: str) -> bool:
    return name.startswith("secure_transfer.") and not name.startswith("secure_transfer.domain")


def _forget(names: Iterable[str]) -> None:
    for name in names:
        sys.modules.pop(name, None)


class _StandardOutput:
    """The present one. Powertools' logger keeps the one of the moment in which it was made."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


class Function:
    """Its clients are real and the network is off: a call to AWS would be a PlatformFault."""

    def __init__(
        self,
        module: ModuleType,
        patch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self._module = module
        self._patch = patch
        self._capsys = capsys
        self.audit = FakeAuditTrail()
        patch.setattr(module.logger.registered_handler, "stream", _StandardOutput())
        if hasattr(module, "AUDIT"):
            self.replace(AUDIT=self.audit)

    def __call__(self, event: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._module.handler(event, FakeInvocation())
        return answer

    def replace(self, **parts: Any) -> None:
        """Put something else in the place of what the module made at its start."""
        for name, part in parts.items():
            self._patch.setattr(self._module, name, part)

    def printed(self) -> list[dict[str, Any]]:
        """Return the log entries and metrics so far, in order. Each is returned once."""
        return [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]


def counted(printed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the metrics among what was printed, by name; and the dimension `service`."""
    metrics = [entry for entry in printed if "_aws" in entry]
    names = {
        definition["Name"]
        for entry in metrics
        for directive in entry["_aws"]["CloudWatchMetrics"]
        for definition in directive["Metrics"]
    }
    wanted = [*names, "service"]
    return {name: entry[name] for entry in metrics for name in wanted if name in entry}


def is_flat_map_of_text(answer: Any) -> bool:
    """Whether Connect takes the answer as a STRING_MAP, with a `Result` to branch on."""
    texts = [*answer.keys(), *answer.values()]
    return all(type(json.loads(json.dumps(text))) is str for text in texts) and "Result" in answer
