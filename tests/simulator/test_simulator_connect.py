import json
from pathlib import Path

import pytest

from simulator.aws import LocalAws
from simulator.connect.aws_functions import AwsFunctions
from simulator.connect.contact import Contact, event
from simulator.connect.lambda_block import LIMIT_SECONDS, Outcome, Reply, invoke
from simulator.errors import SimulatorError
from simulator.lambda_service import Function, Permission
from tests.simulator.functions import Functions

_OK = "def handler(event, context):\n    return {'Result': 'OK'}\n"


INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"


class Flow:
    """A flow whose Lambda block invokes a function that was written just now."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self._functions = Functions(folder, aws.functions)
        self._aws = aws
        self.contact = Contact.inbound("+441632960100", "+441632960001")

    def function(self, source: str, reserved_concurrency: int | None = None) -> Function:
        function = self._functions.create(source, reserved_concurrency=reserved_concurrency)
        function.permissions.append(
            Permission("connect.amazonaws.com", INSTANCE, self._aws.account)
        )
        return function

    def invoke(self, function: Function) -> Outcome:
        payload = json.dumps(event(self.contact, {"AgentName": "alice"}, INSTANCE))
        return invoke(AwsFunctions(self._aws, INSTANCE), function.arn, payload)


@pytest.fixture
def flow(aws: LocalAws, tmp_path: Path) -> Flow:
    return Flow(aws, tmp_path)


def _failing(times: int, folder: Path) -> str:
    """A handler that raises so many times, whichever its sandbox, and counts its invocations."""
    return (
        "from pathlib import Path\n"
        f"count = Path({str(folder / 'invocations')!r})\n"
        "def handler(event, context):\n"
        "    tries = len(count.read_text()) + 1 if count.exists() else 1\n"
        "    count.write_text('.' * tries)\n"
        f"    if tries <= {times}:\n        raise RuntimeError('not yet')\n"
        "    return {'Result': 'OK'}\n"
    )


def test_a_function_gets_connects_event(flow: Flow) -> None:
    source = (
        "def handler(event, context):\n"
        "    data = event['Details']['ContactData']\n"
        "    return {'Name': event['Name'], 'Id': data['ContactId'],\n"
        "            'Initial': data['InitialContactId'], 'Instance': data['InstanceARN'],\n"
        "            'Dialled': data['SystemEndpoint']['Address'],\n"
        "            'Agent': event['Details']['Parameters']['AgentName']}\n"
    )
    assert flow.invoke(flow.function(source)).answer == {
        "Name": "ContactFlowEvent",
        "Id": flow.contact.contact_id,
        "Initial": flow.contact.initial_contact_id,
        "Instance": INSTANCE,
        "Dialled": "+441632960001",
        "Agent": "alice",
    }


def test_a_click_makes_a_new_contact_of_the_same_conversation() -> None:
    contact = Contact.inbound("+441632960100", "+441632960001")
    click = contact.transferred()
    assert click.contact_id != contact.contact_id
    assert click.initial_contact_id == contact.contact_id
    assert click.previous_contact_id == contact.contact_id


def test_a_function_that_does_not_let_the_instance_in_is_named(flow: Flow) -> None:
    function = flow.function(_OK)
    other = "arn:aws:connect:eu-west-2:123456789012:instance/another"
    function.permissions[:] = [
        Permission("connect.amazonaws.com", other, "123456789012"),
        Permission("events.amazonaws.com", INSTANCE, "123456789012"),
        Permission("connect.amazonaws.com", INSTANCE, "another account"),
    ]
    with pytest.raises(SimulatorError, match=function.name):
        flow.invoke(function)


def test_a_function_that_fails_is_invoked_again(flow: Flow, tmp_path: Path) -> None:
    function = flow.function(_failing(3, tmp_path))
    assert flow.invoke(function).answer == {"Result": "OK"}
    assert (tmp_path / "invocations").read_text() == "...."


def test_after_three_repeats_the_block_fails_and_says_why(flow: Flow, tmp_path: Path) -> None:
    function = flow.function(_failing(9, tmp_path))
    assert "not yet" in flow.invoke(function).failure
    assert (tmp_path / "invocations").read_text() == "...."


def test_a_throttled_function_makes_the_block_fail(flow: Flow) -> None:
    """After the repeats, as any fault: the flow leaves by its Error branch."""
    function = flow.function(_OK, reserved_concurrency=0)
    assert "TooManyRequestsException" in flow.invoke(function).failure


class Slow:
    """Functions that take their time, and then answer, or fail."""

    def __init__(self, *seconds: float, error: str | None = None) -> None:
        self._seconds = list(seconds)
        self._error = error

    def invoke(self, _: str, __: str) -> Reply:
        return Reply(b'{"Result": "OK"}', self._error, self._seconds.pop(0))


def test_an_answer_within_the_limit_is_taken_with_its_time() -> None:
    assert invoke(Slow(7.9), "arn", "{}") == Outcome({"Result": "OK"}, 7.9)


@pytest.mark.parametrize("slow", [Slow(9.0), Slow(3.0, 3.0, 3.0, error="no")])
def test_an_answer_after_the_limit_comes_too_late(slow: Slow) -> None:
    """The limit is for all tries together, and after it the flow goes on."""
    outcome = invoke(slow, "arn", "{}")
    assert outcome.seconds == LIMIT_SECONDS
    assert "longer than 8 s" in outcome.failure


def test_the_limit_is_the_blocks_own() -> None:
    assert "longer than 2 s" in invoke(Slow(3.0), "arn", "{}", limit_seconds=2).failure


@pytest.mark.parametrize("answer", ["[]", "'OK'", "None", "{'a': 1}", "{'a': None}", "{'a': {}}"])
def test_an_answer_that_is_no_flat_map_of_strings_makes_the_block_fail(
    flow: Flow, answer: str
) -> None:
    function = flow.function(f"def handler(event, context):\n    return {answer}\n")
    outcome = flow.invoke(function)
    assert "STRING_MAP" in outcome.failure
    assert outcome.answer == {}


def test_an_answer_of_more_than_32_kb_makes_the_block_fail(flow: Flow) -> None:
    function = flow.function("def handler(event, context):\n    return {'a': 'x' * 32768}\n")
    assert "bytes" in flow.invoke(function).failure
