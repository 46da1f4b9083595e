import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.errors import SimulatorError
from simulator.template import REGION
from tests.simulator.functions import Functions
from tests.simulator.gate import Gate

_PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"


def test_a_handler_gets_the_event_and_its_answer_comes_back(functions: Functions) -> None:
    function = functions.create("def handler(event, context):\n    return {'got': event}\n")
    reply = functions.invoke(function, {"a": [1, None, "é\n"]})
    assert (reply.status, reply.function_error) == (200, None)
    assert reply.payload == {"got": {"a": [1, None, "é\n"]}}


def test_a_function_goes_by_name_or_arn(functions: Functions) -> None:
    function = functions.create(_PID)
    by_name = functions.invoke(function.name).payload
    assert functions.invoke(function.arn).payload == by_name
    assert functions.invoke(function.arn.replace(":", "%3A")).payload == by_name
    assert functions.service.function(function.arn) is functions.service.function(function.name)


def test_a_handler_has_the_templates_environment_and_lambdas_own_and_none_of_the_hosts(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKER_OF_THE_HOST", "must not be seen")
    monkeypatch.setenv("HOME", "/home/of-the-host")
    source = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    function = functions.create(source, environment={"PIN_LENGTH": "4", "EMPTY": ""})

    seen = functions.invoke(function).payload

    lambdas = {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_ACCESS_KEY_ID": function.name,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": functions.service.endpoint,
    }
    assert lambdas.items() <= seen.items()
    # What a process on this machine needs besides; Python sets LC_CTYPE itself.
    local = {"SIMULATOR_FUNCTION_ARN", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PATH", "LC_CTYPE"}
    template = {name: value for name, value in seen.items() if name not in local | set(lambdas)}
    assert template == {"PIN_LENGTH": "4", "EMPTY": ""}


def test_the_context_tells_who_is_invoked(functions: Functions) -> None:
    source = (
        "def handler(event, context):\n"
        "    return [context.function_name, context.invoked_function_arn,\n"
        "            context.memory_limit_in_mb, context.aws_request_id,\n"
        "            context.get_remaining_time_in_millis() > 0]\n"
    )
    function = functions.create(source)
    name, arn, memory, first_id, has_time = functions.invoke(function).payload
    assert (name, arn, memory, has_time) == (function.name, function.arn, 256, True)
    assert functions.invoke(function).payload[3] != first_id


def test_events_one_after_the_other_run_in_one_warm_sandbox(functions: Functions) -> None:
    function = functions.create(_PID)
    first = functions.invoke(function).payload
    assert functions.invoke(function).payload == first
    assert first != os.getpid()


def test_two_events_at_once_run_in_two_sandboxes(functions: Functions, gate: Gate) -> None:
    function = functions.create(
        f"import os\n{gate.source}\n"
        "def handler(event, context):\n    wait_at_gate()\n    return os.getpid()\n"
    )
    with ThreadPoolExecutor() as threads:
        replies = [threads.submit(functions.invoke, function) for _ in range(2)]
        gate.until_arrived(2)
        gate.let_on(2)
        processes = {reply.result().payload for reply in replies}
    assert len(processes) == 2


def test_a_function_runs_no_more_events_at_once_than_it_has_reserved(
    functions: Functions, gate: Gate
) -> None:
    source = f"{gate.source}\ndef handler(event, context):\n    wait_at_gate()\n    return 'done'\n"
    function = functions.create(source, reserved_concurrency=1)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(functions.invoke, function)
        gate.until_arrived(1)
        refused = functions.invoke(function)
        gate.let_on(2)
        assert running.result().payload == "done"
    assert (refused.status, refused.api_error) == (429, "TooManyRequestsException")
    assert functions.invoke(function).payload == "done"


def test_a_function_that_does_not_exist_is_not_found(functions: Functions) -> None:
    reply = functions.invoke("arn:aws:lambda:eu-west-2:123456789012:function:nobody")
    assert (reply.status, reply.api_error) == (404, "ResourceNotFoundException")
    assert "nobody" in reply.payload["message"]
    with pytest.raises(SimulatorError, match="nobody"):
        functions.service.function("nobody")


def test_what_a_handler_raises_is_the_answer(functions: Functions) -> None:
    function = functions.create(
        "import os\nclass PinTableOnFire(Exception): ...\n"
        "def handler(event, context):\n"
        "    if event.get('raise'):\n        raise PinTableOnFire('very hot')\n"
        "    return os.getpid()\n"
    )
    before = functions.invoke(function).payload
    reply = functions.invoke(function, {"raise": True})
    assert (reply.status, reply.function_error) == (200, "Unhandled")
    assert reply.payload["errorType"] == "PinTableOnFire"
    assert reply.payload["errorMessage"] == "very hot"
    assert "in handler" in "".join(reply.payload["stackTrace"])
    assert functions.invoke(function).payload == before  # the sandbox lives on, as on AWS


def test_an_answer_that_is_not_json_is_an_error(functions: Functions) -> None:
    function = functions.create("def handler(event, context):\n    return {1, 2}\n")
    reply = functions.invoke(function)
    assert reply.function_error == "Unhandled"
    assert reply.payload["errorType"] == "TypeError"


def test_a_handler_that_overruns_its_time_loses_its_sandbox(
    functions: Functions, gate: Gate
) -> None:
    function = functions.create(
        f"import os\n{gate.source}\n"
        "def handler(event, context):\n"
        "    if event.get('hang'):\n        wait_at_gate()\n"
        "    return os.getpid()\n",
        timeout_seconds=1,
    )
    first = functions.invoke(function).payload

    reply = functions.invoke(function, {"hang": True})

    assert reply.function_error == "Unhandled"
    assert reply.payload["errorType"] == "Sandbox.Timedout"
    assert "timed out" in reply.payload["errorMessage"]
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)  # asks only; nobody is there any more
    assert functions.invoke(function).payload != first


def test_a_warm_handler_has_no_more_time_than_its_function_has(functions: Functions) -> None:
    """A cold start may take longer to import; an overrun must not look well for it."""
    function = functions.create(
        "import time\n"
        "def handler(event, context):\n"
        "    if event.get('overrun'):\n"
        "        while time.monotonic() < context.deadline + 2: pass\n"
        "    return 'as if nothing had happened'\n",
        timeout_seconds=1,
    )
    functions.invoke(function)
    assert functions.invoke(function, {"overrun": True}).function_error == "Unhandled"


@pytest.mark.parametrize("exits", ["os._exit(3)", "sys.exit(3)"])
def test_a_handler_that_exits_is_an_error_and_the_next_event_is_well(
    functions: Functions, exits: str
) -> None:
    function = functions.create(
        "import os, sys\n"
        "def handler(event, context):\n"
        f"    if event.get('exit'):\n        {exits}\n"
        "    return os.getpid()\n"
    )
    first = functions.invoke(function).payload
    reply = functions.invoke(function, {"exit": True})
    assert reply.function_error == "Unhandled"
    assert reply.payload["errorType"] == "Runtime.ExitError"
    assert functions.invoke(function).payload != first


def test_a_module_that_cannot_be_imported_is_an_error_and_its_log_says_why(
    functions: Functions,
) -> None:
    function = functions.create("raise RuntimeError('PIN_LENGTH is not set')\n")
    reply = functions.invoke(function)
    assert reply.payload["errorType"] == "Runtime.ExitError"
    assert "PIN_LENGTH is not set" in functions.service.log_of(function.name)


@pytest.mark.skipif(sys.platform != "linux", reason="waits for the process by Linux's waitid")
def test_a_sandbox_that_dies_between_two_events_is_an_error_and_the_service_still_stops(
    functions: Functions, gate: Gate
) -> None:
    function = functions.create(
        f"import os, threading\n{gate.source}\n"
        "def die():\n    wait_at_gate()\n    os._exit(3)\n"
        "def handler(event, context):\n"
        "    threading.Thread(target=die).start()\n    return os.getpid()\n"
    )
    process = functions.invoke(function).payload
    gate.until_arrived(1)
    gate.let_on(1)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)

    assert functions.invoke(function).payload["errorType"] == "Runtime.ExitError"
    functions.service.stop()


def test_what_a_handler_prints_is_its_log(functions: Functions) -> None:
    source = (
        "import sys\ndef handler(event, context):\n"
        "    print('to its output', flush=True)\n    print('to its errors', file=sys.stderr)\n"
    )
    function, other = functions.create(source), functions.create(_PID)
    assert functions.service.log_of(function.arn) == ""
    functions.invoke(function)
    functions.invoke(other)
    assert sorted(functions.service.log_of(function.arn).split("\n")) == [
        "", "to its errors", "to its output",
    ]  # fmt: skip
    assert functions.service.log_of(other.arn) == ""
