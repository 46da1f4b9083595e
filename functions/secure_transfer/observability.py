"""The functions' log and metrics, and the answer that every Connect-facing function gives.

Nothing here may see a PIN, a task token or a phone number: events are never logged whole.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from secure_transfer.domain.errors import PlatformFault, Refused

logger = Logger()
metrics = Metrics()


def count(name: str) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)


@contextmanager
def faults_counted() -> Iterator[None]:
    """Count and log a fault of the platform on its way out: the caller's repeat is wanted."""
    try:
        yield
    except PlatformFault as fault:
        count("PlatformFault")
        logger.error(str(fault))
        raise


def answer(work: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """Answer Connect with a flat map of strings (STRING_MAP), always with a `Result`.

    A refusal is answered and counted under its reason. A fault is raised.
    """
    try:
        with faults_counted():
            result = work()
    except Refused as refusal:
        count(refusal.reason)
        logger.warning(str(refusal), reason=refusal.reason)
        return {"Result": "ERROR", "Reason": refusal.reason}
    count("Answered")
    return {"Result": "OK", **result}
