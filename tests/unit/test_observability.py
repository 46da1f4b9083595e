import pytest

from secure_transfer.domain.errors import OutOfTime, PinExpired, PlatformFault, TransferNotStarted
from secure_transfer.observability import answer, metrics


def test_what_the_work_returns_is_answered_as_ok() -> None:
    assert answer(lambda: {"PIN": "0027"}) == {"Result": "OK", "PIN": "0027"}
    assert counted() == ["Answered"]


def test_refusal_is_answered_and_counted_under_its_reason() -> None:
    def refuse() -> dict[str, str]:
        raise PinExpired("Too late.")

    assert answer(refuse) == {"Result": "ERROR", "Reason": "PinExpired"}
    assert counted() == ["PinExpired"]


def test_transfer_that_was_not_started_is_answered_with_the_reason_on_record() -> None:
    def refuse() -> dict[str, str]:
        raise TransferNotStarted("The pool is full.", "PinPoolExhausted")

    assert answer(refuse) == {"Result": "ERROR", "Reason": "PinPoolExhausted"}
    assert counted() == ["PinPoolExhausted"]


@pytest.mark.parametrize("kind", [PlatformFault, OutOfTime])
def test_fault_is_counted_and_raised(kind: type[PlatformFault]) -> None:
    def fail() -> dict[str, str]:
        raise kind("AWS is down.")

    with pytest.raises(kind):
        answer(fail)

    assert counted() == ["PlatformFault"]


def counted() -> list[str]:
    return list(metrics.provider.metric_set)
