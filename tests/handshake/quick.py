"""No waiting, no log lines, no path parsed twice: what AWS does once is done very often here."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from secure_transfer.observability import logger
from tests.handshake.machine import quick_paths
from tests.handshake.transport import no_waiting


@contextmanager
def quick_and_quiet() -> Iterator[None]:
    # Each wake-up that is lost would be a line, and each Choice that finds a field missing.
    noisy = [logging.getLogger(name) for name in (logger.name, "moto.stepfunctions")]
    before = [each.level for each in noisy]
    for each in noisy:
        each.setLevel(logging.CRITICAL)
    with no_waiting(), quick_paths():
        yield
    for each, level in zip(noisy, before, strict=True):
        each.setLevel(level)
