"""How the functions and the state machine run."""

import ast
from pathlib import Path
from typing import Any

import pytest

from simulator.template import ROOT
from tests.template.expanded import INSTANCE_ARN, Template

FUNCTIONS = [
    "AddAgentFunction", "GetAgentFunction", "AgentJoinedFunction", "ContactChangedFunction",
    "FindFreePinFunction", "ExecutionClosedFunction",
]  # fmt: skip
PERMISSION = "AWS::Lambda::Permission"
CONNECT_FACING = FUNCTIONS[:3]
_PACKAGE = ROOT / "functions" / "secure_transfer"
_SETTINGS = _PACKAGE / "adapters" / "settings.py"
_CONNECTS_LIMIT_SECONDS = 8


def test_these_are_the_functions(template: Template) -> None:
    assert sorted(template.of_type("AWS::Lambda::Function")) == sorted(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_runs_on_the_pinned_runtime_and_ends_before_connect_gives_up(
    template: Template, name: str
) -> None:
    function = template.properties(name)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Timeout"] < _CONNECTS_LIMIT_SECONDS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_exists_and_the_service_bears_its_name(template: Template, name: str) -> None:
    function = template.properties(name)
    source = _source_of(function["Handler"])
    defined = {node.name for node in ast.parse(source.read_text()).body if hasattr(node, "name")}
    assert function["Handler"].rpartition(".")[2] in defined
    service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert f"{service}Function" == name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_is_given_the_variables_that_it_reads_and_no_others(
    template: Template, name: str
) -> None:
    function = template.properties(name)
    given = {
        variable
        for variable in function["Environment"]["Variables"]
        # Nobody reads RELEASE: it is there to be another, for Lambda.
        if not variable.startswith("POWERTOOLS_") and variable != "RELEASE"
    }
    assert given == _variables_read_by(_source_of(function["Handler"]))


def test_only_the_settings_read_the_environment() -> None:
    """Otherwise the test above would overlook a variable."""
    readers = {
        path.relative_to(_PACKAGE).as_posix()
        for path in _PACKAGE.rglob("*.py")
        if "environ" in path.read_text() or "getenv" in path.read_text()
    }
    assert readers == {"adapters/settings.py"}


def test_only_handlers_read_settings() -> None:
    handlers = {
        "add_agent.py", "get_agent.py", "agent_joined.py", "contact_changed.py", "find_free_pin.py",
        "execution_closed.py",
    }  # fmt: skip
    users = {path.name for path in _PACKAGE.rglob("*.py") if "settings." in path.read_text()}
    assert users == handlers


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_writes_into_a_log_group_of_its_own(template: Template, name: str) -> None:
    group = name.replace("Function", "LogGroup")
    assert template.properties(name)["LoggingConfig"] == {"LogGroup": f"<{group}>"}
    assert group in template.of_type("AWS::Logs::LogGroup")


def test_a_full_pool_cannot_take_the_other_functions_share(template: Template) -> None:
    assert list(_reserved(template)) == ["FindFreePinFunction"]
    assert _reserved(template)["FindFreePinFunction"] >= 5  # the storm that must be answered


def test_an_account_with_little_concurrency_reserves_none() -> None:
    assert _reserved(Template(FindFreePinConcurrency="0")) == {}


def test_connect_may_invoke_its_functions_from_this_instance_and_account(
    template: Template,
) -> None:
    permissions = _permissions(template, "connect.amazonaws.com")
    assert sorted(permission["FunctionName"] for permission in permissions.values()) == sorted(
        f"<{name}.Arn>" for name in CONNECT_FACING
    )
    for permission in permissions.values():
        assert permission["Action"] == "lambda:InvokeFunction"
        assert permission["SourceArn"] == INSTANCE_ARN
        assert permission["SourceAccount"] == "<AWS::AccountId>"


def test_only_its_own_rule_may_invoke_contact_changed(template: Template) -> None:
    assert template.properties("ContactChangedPermission") == {
        "FunctionName": "<ContactChangedFunction.Arn>",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": "<ContactRule.Arn>",
        "SourceAccount": "<AWS::AccountId>",
    }


def test_without_an_instance_nobody_may_invoke_from_outside(bare_template: Template) -> None:
    assert _permissions(bare_template, "connect.amazonaws.com") == {}
    principals = {one["Principal"] for one in bare_template.of_type(PERMISSION).values()}
    assert principals == {"events.amazonaws.com"}


def test_the_machine_logs_every_step_and_no_data(template: Template) -> None:
    machine = template.properties("SecureTransferStateMachine")
    assert machine["StateMachineType"] == "STANDARD"
    logging = machine["LoggingConfiguration"]
    assert logging["Level"] == "ALL"
    assert logging["IncludeExecutionData"] is False
    (destination,) = logging["Destinations"]
    assert destination["CloudWatchLogsLogGroup"]["LogGroupArn"] == "<SecureTransferLogGroup.Arn>"
    group = template.properties("SecureTransferLogGroup")["LogGroupName"]
    assert group.startswith("/aws/vendedlogs/states/")


def test_the_machine_is_the_file_of_the_repository(template: Template) -> None:
    location = template.properties("SecureTransferStateMachine")["DefinitionS3Location"]
    assert (ROOT / location["Key"]).is_file()


def _permissions(template: Template, principal: str) -> dict[str, Any]:
    permissions = template.of_type(PERMISSION)
    return {name: one for name, one in permissions.items() if one["Principal"] == principal}


def _reserved(template: Template) -> dict[str, int]:
    return {
        name: int(function["ReservedConcurrentExecutions"])
        for name, function in template.of_type("AWS::Lambda::Function").items()
        if "ReservedConcurrentExecutions" in function
    }


def _source_of(handler: str) -> Path:
    module = handler.rpartition(".")[0]
    return ROOT / "functions" / f"{module.replace('.', '/')}.py"


def _variables_read_by(source: Path) -> set[str]:
    """Return what a module asks `settings` for; `settings.limits()` asks for several."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).removeprefix("settings.")
        if called in {"text", "number"} and isinstance(node.args[0], ast.Constant):
            found.add(str(node.args[0].value))
        if called == "limits":
            found |= _variables_read_by(_SETTINGS)
    return found
