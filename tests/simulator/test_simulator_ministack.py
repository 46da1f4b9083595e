"""The MiniStack server: where it listens, what it says, and that nothing of it stays behind."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.stage import until
from simulator import ministack
from simulator.connect.aws_functions import AwsFunctions
from simulator.errors import SimulatorError
from simulator.ministack import MiniStack
from simulator.stack import Stack
from simulator.template import ROOT

_STARTS_IT_AND_WAITS = """
import time
from simulator.ministack import MiniStack
with MiniStack() as aws:
    print(aws.endpoint, aws.process_group, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[MiniStack]:
    with MiniStack() as one:
        yield one
    until(lambda: _is_gone(one.process_group), "the server and its functions to end")


@pytest.fixture(scope="module")
def stack(aws: MiniStack) -> Stack:
    return ministack.deploy(aws)


def test_nothing_of_it_runs_when_its_starter_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _STARTS_IT_AND_WAITS]
    with subprocess.Popen(  # noqa: S603 - nothing from outside is in it
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout
        endpoint, group = starter.stdout.readline().split()
        os.killpg(int(group), 0)  # there it is
        starter.kill()
    until(lambda: _is_gone(int(group)), "the server to end")
    assert not _answers(endpoint.removeprefix("http://"))


def test_it_listens_on_its_own_address_only(aws: MiniStack) -> None:
    address = aws.endpoint.removeprefix("http://")
    assert _answers(address)
    # Where a server that listens on every address answers too.
    assert not _answers(address.replace("127.0.0.1", "127.0.0.2"))


def test_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_free_port", lambda: 100_000)
    with pytest.raises(SimulatorError, match="port must be 0-65535"), MiniStack():
        pass


def test_stack_has_the_outputs_and_resources_of_the_template(stack: Stack) -> None:
    assert stack.resources["PinTable"] == stack.outputs["PinTableName"]
    assert re.fullmatch(r"arn:aws:lambda:.*AddAgent.*", stack.outputs["AddAgentFunctionArn"])


def test_function_runs_and_its_output_is_its_log(aws: MiniStack, stack: Stack) -> None:
    function = stack.outputs["AddAgentFunctionArn"]
    answer = aws.client("lambda").invoke(FunctionName=function, Payload="{}")
    assert json.load(answer["Payload"]) == {"Result": "ERROR", "Reason": "EventMalformed"}
    assert "EventMalformed" in aws.functions.log_of(function)
    assert aws.functions.function(function).timeout_seconds == 7


def test_parameter_that_the_template_does_not_have_is_named(aws: MiniStack) -> None:
    with pytest.raises(SimulatorError, match="no parameter Nonsense"):
        ministack.deploy(aws, "nonsense", Nonsense="1")


def test_stack_that_there_is_already_is_refused(aws: MiniStack, stack: Stack) -> None:
    with pytest.raises(SimulatorError, match="already"):
        ministack.deploy(aws, stack.name)


def test_function_does_not_let_in_an_instance_that_the_stack_does_not_know(
    aws: MiniStack, stack: Stack
) -> None:
    instance = f"arn:aws:connect:eu-west-2:{aws.account}:instance/unknown"
    with pytest.raises(SimulatorError, match="does not permit"):
        AwsFunctions(aws, instance).invoke(stack.outputs["AddAgentFunctionArn"], "{}")


def _is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def _answers(address: str) -> bool:
    host, port = address.split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except OSError:
        return False
