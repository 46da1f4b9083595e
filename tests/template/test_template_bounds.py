"""Which values a parameter takes: what people would type, and nothing that cannot be."""

import pytest

from simulator import template as simulated
from simulator.errors import SimulatorError
from tests.template.expanded import INSTANCE_ARN, Template

TAKEN = [
    ("ConnectInstanceArn", INSTANCE_ARN),
    ("PciPalNumber", "+441632960001"),
    ("PciPalNumber", "+1234567"),
    ("PciPalCallerIds", "+441632960001"),
    ("PciPalCallerIds", "+441632960001,+441632960003"),
    ("ReturnNumber", "+441632960002"),
    ("ReturnNumber", "+123456789012345"),
    ("LocalEmulator", "true"),
    ("AuditConsumerAccounts", ""),
    ("AuditConsumerAccounts", "111122223333"),
    ("AuditConsumerAccounts", "111122223333,444455556666"),
    ("LockedCopyDays", "0"),
    ("LockedCopyDays", "3650"),
]

REFUSED = [
    ("ConnectInstanceArn", INSTANCE_ARN[:-1]),
    ("ConnectInstanceArn", INSTANCE_ARN.rpartition("/")[2]),
    *(
        (name, number)
        for name in ("PciPalNumber", "ReturnNumber")
        for number in ("441632960001", "+041632960001", "+123456", "+1234567890123456", "+44 1632")
    ),
    ("LocalEmulator", "maybe"),
    ("LocalEmulator", ""),
    *(
        ("AuditConsumerAccounts", accounts)
        for accounts in ("11112222333", "1111222233334", "111122223333,", "111122223333, 4444", "*")
    ),
    ("AuditConsumerAccounts", "arn:aws:iam::111122223333:root"),
    ("LockedCopyDays", "3651"),
]


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_the_parameter_takes_it(template: Template, name: str, value: str) -> None:
    assert simulated.parameter_values(template.raw, {name: value})[name] == value


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_the_parameter_refuses_it(template: Template, name: str, value: str) -> None:
    with pytest.raises(SimulatorError, match=name):
        simulated.parameter_values(template.raw, {name: value})


def test_a_stack_is_on_an_emulator_or_it_is_not(template: Template) -> None:
    assert template.raw["Parameters"]["LocalEmulator"]["AllowedValues"] == ["true", "false"]
