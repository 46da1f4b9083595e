import pytest

from secure_transfer.adapters import settings
from secure_transfer.domain.transfer import Limits

LIMITS = {
    "PIN_LENGTH": "4",
    "LOOP_TIMEOUT_SECONDS": "90",
    "JOIN_TIMEOUT_SECONDS": "300",
    "PIN_QUARANTINE_SECONDS": "180",
    "RECORD_RETENTION_DAYS": "400",
}


def test_text_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_BUS_NAME", "audit")

    assert settings.text("AUDIT_BUS_NAME") == "audit"


def test_text_that_is_set_stands_before_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURN_NUMBER", "")

    assert settings.text("RETURN_NUMBER", default="+441632960002") == ""


def test_text_that_is_not_set_is_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETURN_NUMBER", raising=False)

    assert settings.text("RETURN_NUMBER", default="") == ""


def test_error_names_the_variable_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIT_BUS_NAME", raising=False)

    with pytest.raises(RuntimeError, match="AUDIT_BUS_NAME is not set"):
        settings.text("AUDIT_BUS_NAME")


@pytest.mark.parametrize("value", ["", " ", "four", "4.0", "-4", "+4", "4 ", "0x4", "4_0"])
def test_error_names_the_variable_that_is_no_whole_number(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("PIN_LENGTH", value)

    with pytest.raises(RuntimeError, match="PIN_LENGTH must be a whole number"):
        settings.number("PIN_LENGTH")


def test_limits_are_read_each_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LIMITS.items():
        monkeypatch.setenv(name, value)

    assert settings.limits() == Limits(
        pin_length=4,
        loop_timeout_seconds=90,
        join_timeout_seconds=300,
        pin_quarantine_seconds=180,
        record_retention_days=400,
    )


@pytest.mark.parametrize("missing", LIMITS)
def test_limits_need_every_one_of_their_variables(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in LIMITS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)

    with pytest.raises(RuntimeError, match=missing):
        settings.limits()
