"""The nested stack with the registry of the audit events' schemas."""

from tests.events import contract
from tests.template.expanded import Template


def test_the_registry_is_named_after_the_stack(template: Template) -> None:
    given = template.properties("AuditSchemas")
    assert given == {
        "TemplateURL": "events/stack.yaml",
        "Parameters": {"RegistryName": "<AWS::StackName>-audit"},
    }
    assert set(contract.stack()["Parameters"]) == set(given["Parameters"])
    registry = contract.stack()["Resources"]["Registry"]
    assert registry["Properties"]["RegistryName"] == {"Ref": "RegistryName"}


def test_it_is_made_on_aws_only_with_or_without_connect(
    template: Template, bare_template: Template, local_template: Template
) -> None:
    assert "AuditSchemas" in template.resources
    assert "AuditSchemas" in bare_template.resources
    assert "AuditSchemas" not in local_template.resources
