"""Lockout is on where PCI Pal's caller IDs are given, and then its hashes have a secret key."""

import pytest

from simulator import template as simulated
from simulator.errors import SimulatorError
from tests.template.expanded import Template

CALLERS = "+441632960001, +441632960003"


def test_get_agent_is_told_pci_pals_caller_ids_and_a_key_that_nobody_chose() -> None:
    template = Template(PciPalCallerIds=CALLERS)

    variables = template.properties("GetAgentFunction")["Environment"]["Variables"]
    assert variables["PCI_PAL_CALLER_IDS"] == CALLERS
    assert variables["CALLER_HASH_KEY"] == "{{resolve:secretsmanager:<CallerHashKey>}}"
    key = template.properties("CallerHashKey")["GenerateSecretString"]
    assert key["PasswordLength"] >= 32


def test_no_other_function_has_the_key() -> None:
    functions = Template(PciPalCallerIds=CALLERS).of_type("AWS::Lambda::Function")

    assert [name for name, one in functions.items() if "CallerHashKey" in str(one)] == [
        "GetAgentFunction"
    ]


def test_without_caller_ids_there_is_no_secret_to_pay_for(template: Template) -> None:
    assert template.of_type("AWS::SecretsManager::Secret") == {}
    variables = template.properties("GetAgentFunction")["Environment"]["Variables"]
    assert (variables["PCI_PAL_CALLER_IDS"], variables["CALLER_HASH_KEY"]) == ("", "")


@pytest.mark.parametrize(
    "given", ["01632960001", "anonymous", "+441632960001;+441632960003", "+441632960001,", ","]
)
def test_what_is_no_list_of_numbers_is_not_accepted(template: Template, given: str) -> None:
    with pytest.raises(SimulatorError, match="commas"):
        simulated.parameter_values(template.raw, {"PciPalCallerIds": given})
