"""The names that others use, and where the template can be deployed."""

import yaml
from yaml.tokens import AliasToken, AnchorToken

from simulator.resources import MAKERS
from simulator.template import ROOT
from tests.template.expanded import Template

PARAMETERS = {
    "ConnectInstanceArn": "",
    "PciPalNumber": "",
    "PciPalCallerIds": "",
    "ReturnNumber": "",
    "PinLength": 4,
    "LoopTimeoutSeconds": 90,
    "JoinTimeoutSeconds": 300,
    "PinQuarantineSeconds": 180,
    "RecordRetentionDays": 400,
    "AuditConsumerAccounts": "",
    "LockedCopyDays": 0,
    "FindFreePinConcurrency": 10,
    "LocalEmulator": "false",
    "Release": "",
    "RollOutMinutes": 10,
    "RouteName": "PCI Pal secure payment",
    "PciPalNumber2": "",
    "RouteName2": "PCI Pal secure payment 2",
    "PciPalNumber3": "",
    "RouteName3": "PCI Pal secure payment 3",
    "PciPalNumber4": "",
    "RouteName4": "PCI Pal secure payment 4",
    "QuickConnectQueueArn": "",
    "FallbackQueueArn": "",
    "CallerIdNumber": "",
    "DelayCommas": 7,
    "FirstDigitSeconds": 40,
    "RecordFirstLeg": "false",
    "LogFlows": "false",
    "BranchOnCallFailure": "true",
    "SayNameNotSaved": "Your name was not saved. Secure payments will not work on this call.",
    "SayReadingPin": "Reading agent locator.",
    "SayCallSecure": "Call secure.",
    "SayNotSecured": "Call not secured.",
    "SayNoPin": "The call could not be secured. Go back to the caller and try again.",
    "SayNoLine": (
        "PCI Pal did not answer. The call is not secured. Go back to the caller and try again."
    ),
    "SaySecuredCall": "Secured call.",
    "SayWrongAgent": "This secured call belongs to another agent. End the call.",
    "SayNotRecorded": "Secured call. It could not be recorded: tell your supervisor.",
    "SayTakenOver": "Secured call. Its own agent did not come. For a payment, secure it again.",
    "SayPleaseWait": (
        "Your line is now secure. Please stay on the line while your agent comes back to you."
    ),
    "SayGoodbye": "We could not reach your agent. Please call again. Goodbye.",
}

OUTPUTS = {
    "AddAgentFunctionArn": "<AddAgentFunction.Arn>",
    "GetAgentFunctionArn": "<GetAgentFunction.Arn>",
    "AgentJoinedFunctionArn": "<AgentJoinedFunction.Arn>",
    "SecureTransferStateMachineArn": "<SecureTransferStateMachine>",
    "PinTableName": "<PinTable>",
    "TransferTableName": "<TransferTable>",
    "AuditBusName": "<AuditBus>",
    "FallbackQueueUrl": "<FallbackQueue>",
    "AuditDeadLetterQueueUrl": "<AuditDeadLetterQueue>",
    "AuditLogGroupName": "<AuditLogGroup>",
    "AuditArchiveArn": "<AuditArchive.Arn>",
    "AuditOperatorRoleArn": "<AuditOperatorRole.Arn>",
    "AuditBusArn": "<AuditBus.Arn>",
}


def test_every_parameter_has_its_name_its_default_and_a_description(template: Template) -> None:
    declared = template.raw["Parameters"]
    assert {name: rules.get("Default") for name, rules in declared.items()} == PARAMETERS
    assert all(rules.get("Description") for rules in declared.values())


def test_every_number_has_bounds_and_every_text_a_pattern_or_its_values(template: Template) -> None:
    for name, rules in template.raw["Parameters"].items():
        bounds = {"MinValue", "MaxValue"} if rules["Type"] == "Number" else {"AllowedPattern"}
        assert bounds <= set(rules) or "AllowedValues" in rules, name


def test_the_form_that_people_fill_in_shows_every_parameter(template: Template) -> None:
    groups = template.raw["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(PARAMETERS)


def test_the_outputs_have_their_names_and_lead_to_their_resources(bare_template: Template) -> None:
    assert {name: bare_template.outputs.get(name) for name in OUTPUTS} == OUTPUTS


def test_pci_pals_number_is_an_output_only_where_it_is_given(bare_template: Template) -> None:
    assert "PciPalNumber" not in bare_template.outputs
    assert Template(PciPalNumber="+441632960001").outputs["PciPalNumber"] == "+441632960001"


def test_an_emulator_is_spared_what_it_lacks(template: Template, local_template: Template) -> None:
    assert set(template.resources) - set(local_template.resources) == {
        "AuditArchive",
        "AuditBusSenders",
        "AuditLostAlarm",
        "AuditSchemas",
        "ConnectFlows",
    }
    assert set(local_template.resources) <= set(template.resources)


def test_the_simulator_can_make_every_resource_of_the_local_template(
    local_template: Template,
) -> None:
    unknown = {
        name: resource["Type"]
        for name, resource in local_template.resources.items()
        if resource["Type"] not in MAKERS
    }
    assert unknown == {}


def test_the_template_has_no_anchors_and_no_aliases() -> None:
    """YAML libraries know them, and so does SAM's; CloudFormation does not."""
    tokens = yaml.scan((ROOT / "template.yaml").read_text(), Loader=yaml.SafeLoader)
    assert [token for token in tokens if isinstance(token, (AnchorToken, AliasToken))] == []
