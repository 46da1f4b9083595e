"""Rules of the local AWS that invoke functions, and what its executions tell them."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.async_invocations import REPEATS
from simulator.aws import LocalAws
from simulator.lambda_service import Function, Permission
from simulator.moto_rules import PRINCIPAL
from tests.simulator.functions import Functions
from tests.simulator.gate import Gate

_KEEPS = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"
_FAILS = f"{_KEEPS}    raise RuntimeError('on fire')\n"


class Shop:
    """A bus, a source of events, and rules that invoke functions."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws = aws
        self.source = f"shop-{uuid.uuid4().hex[:8]}"
        self.functions = Functions(folder, aws.functions)
        self.events = aws.client("events")
        self.rules: list[tuple[str, str]] = []
        self.known = len(aws.invocations.dropped)

    def rule(
        self,
        function: Function,
        bus: str = "default",
        *,
        permission: Permission | None = None,
        state: str = "ENABLED",
        pattern: Any = None,
        **target: Any,
    ) -> str:
        """Make a rule that invokes the function; permit it that, unless it is said how."""
        name = f"rule-{uuid.uuid4().hex[:8]}"
        self.rules.append((name, bus))
        pattern = pattern or {"source": [self.source]}
        arn: str = self.events.put_rule(
            Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), State=state
        )["RuleArn"]
        self.events.put_targets(
            Rule=name, EventBusName=bus, Targets=[{"Id": "it", "Arn": function.arn, **target}]
        )
        function.permissions.append(permission or Permission(PRINCIPAL, arn, ""))
        return arn

    def put(self, detail: Any, detail_type: str = "Order", bus: str = "default") -> None:
        entry = {"Source": self.source, "DetailType": detail_type, "Detail": json.dumps(detail)}
        self.events.put_events(Entries=[{**entry, "EventBusName": bus}])

    def got(self, function: Function) -> list[Any]:
        """Return the events that a function has got, when nothing is on its way any more."""
        self.aws.clock.settle()
        return [json.loads(line) for line in self.aws.functions.log_of(function.arn).splitlines()]

    @property
    def dropped(self) -> list[tuple[str, str]]:
        self.aws.clock.settle()
        new = self.aws.invocations.dropped[self.known :]
        return [(dropped.function, dropped.reason) for dropped in new]

    def close(self) -> None:
        for name, bus in self.rules:
            self.events.remove_targets(Rule=name, EventBusName=bus, Ids=["it"])
            self.events.delete_rule(Name=name, EventBusName=bus)


@pytest.fixture
def shop(aws: LocalAws, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(aws, tmp_path)
    yield shop
    shop.close()


def test_a_rules_function_gets_the_event_as_eventbridge_sends_it(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    shop.rule(function)

    shop.put({"count": 2})

    (event,) = shop.got(function)
    assert set(event) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources",
        "detail",
    }  # fmt: skip
    assert (event["source"], event["detail-type"]) == (shop.source, "Order")
    assert event["detail"] == {"count": 2}
    assert len(event["time"]) == len("2026-01-01T00:00:00Z")
    assert shop.dropped == []


def test_a_rule_of_any_bus_invokes_what_its_pattern_matches_and_nothing_else(shop: Shop) -> None:
    bus = shop.events.create_event_bus(Name=shop.source)["EventBusArn"].rpartition("/")[2]
    function, other = shop.functions.create(_KEEPS), shop.functions.create(_KEEPS)
    shop.rule(function, bus, pattern={"source": [shop.source], "detail": {"size": ["L"]}})
    shop.rule(other)

    shop.put({"size": "S"}, bus=bus)
    shop.put({"size": "L"}, bus=bus)

    assert [event["detail"] for event in shop.got(function)] == [{"size": "L"}]
    assert shop.got(other) == []


def test_a_target_gets_of_the_event_what_its_transformer_makes(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    transformer = {
        "InputPathsMap": {"size": "$.detail.size"},
        "InputTemplate": '{"it": "<size>"}',
    }
    shop.rule(function, InputTransformer=transformer)
    shop.put({"size": "L", "card": "never passed on"})
    assert shop.got(function) == [{"it": "L"}]


def test_an_event_that_makes_no_input_is_dropped_and_its_text_is_not_told(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    transformer = {"InputPathsMap": {"size": "$.detail.size"}, "InputTemplate": '{"it": "<size>"}'}
    shop.rule(function, InputTransformer=transformer)

    shop.put({"size": 'a "secret" thing'})

    assert shop.got(function) == []
    ((dropped, reason),) = shop.dropped
    assert dropped == function.arn
    assert "makes no JSON" in reason
    assert "secret" not in reason


def test_a_disabled_rule_invokes_nothing(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    shop.rule(function, state="DISABLED")
    shop.put({})
    assert (shop.got(function), shop.dropped) == ([], [])


def test_a_queue_and_a_function_of_one_rule_both_get_the_event(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    shop.rule(function)
    sqs = shop.aws.client("sqs")
    url = sqs.create_queue(QueueName=shop.source)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    name, bus = shop.rules[0]
    target = {"Id": "queue", "Arn": arn["QueueArn"]}
    shop.events.put_targets(Rule=name, EventBusName=bus, Targets=[target])

    shop.put({"count": 3})
    shop.events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])

    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert [json.loads(message["Body"])["detail"]] == [{"count": 3}]
    assert [event["detail"] for event in shop.got(function)] == [{"count": 3}]


def test_whoever_puts_an_event_does_not_wait_for_the_function(shop: Shop, gate: Gate) -> None:
    source = f"{gate.source}\n{_KEEPS}    wait_at_gate()\n"
    function = shop.functions.create(source)
    shop.rule(function)

    shop.put({"count": 4})  # comes back

    gate.until_arrived(1)
    gate.let_on(1)
    assert [event["detail"] for event in shop.got(function)] == [{"count": 4}]


def test_time_stands_still_while_an_event_is_on_its_way(shop: Shop, gate: Gate) -> None:
    function = shop.functions.create(f"{gate.source}\n{_KEEPS}    wait_at_gate()\n")
    shop.rule(function)
    clock = shop.aws.clock
    with clock.held():
        shop.put({})
        gate.until_arrived(1)
        gate.let_on(1)
        clock.move_to(clock.now() + 1)
        assert len(shop.aws.functions.log_of(function.arn).splitlines()) == 1


def test_an_event_that_fails_is_repeated_twice_and_then_dropped(shop: Shop) -> None:
    function = shop.functions.create(_FAILS)
    shop.rule(function)

    shop.put({"count": 5})

    events = shop.got(function)
    assert len(events) == 1 + REPEATS == 3
    assert len({event["id"] for event in events}) == 1
    ((dropped, reason),) = shop.dropped
    assert dropped == function.arn
    assert "on fire" in reason


def test_an_event_that_fails_once_is_not_repeated_again_after_it_went_well(shop: Shop) -> None:
    source = (
        "import json\nseen = []\n"
        "def handler(event, context):\n"
        "    print(json.dumps(event))\n    seen.append(1)\n"
        "    if len(seen) == 1:\n        raise RuntimeError('once')\n"
    )
    function = shop.functions.create(source)
    shop.rule(function)
    shop.put({})
    assert len(shop.got(function)) == 2
    assert shop.dropped == []


@pytest.mark.parametrize(
    "permission",
    [
        Permission("connect.amazonaws.com", "", ""),
        Permission(PRINCIPAL, "arn:aws:events:eu-west-2:123456789012:rule/another", ""),
        Permission(PRINCIPAL, "", "999999999999"),
    ],
    ids=["another service", "another rule", "another account"],
)
def test_a_rule_invokes_no_function_that_does_not_permit_it(
    shop: Shop, permission: Permission
) -> None:
    function = shop.functions.create(_KEEPS)
    shop.rule(function, permission=permission)

    shop.put({})

    assert shop.got(function) == []
    ((dropped, reason),) = shop.dropped
    assert dropped == function.arn
    assert reason.startswith("AccessDenied")


def test_a_rule_whose_function_is_gone_is_seen(shop: Shop) -> None:
    function = shop.functions.create(_KEEPS)
    target = {"Arn": f"{function.arn}-gone"}
    shop.rule(function, **target)
    shop.put({})
    ((dropped, reason),) = shop.dropped
    assert dropped == target["Arn"]
    assert "There is no function" in reason


# ------------------------------------------------------------ what executions tell


_DETAIL = {
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input",
    "inputDetails", "output", "outputDetails", "error", "cause",
}  # fmt: skip


def play(shop: Shop, **state: Any) -> list[dict[str, Any]]:
    """Run a machine of one state; return what is told of its execution."""
    function = shop.functions.create(_KEEPS)
    client = shop.aws.client("stepfunctions")
    machine = client.create_state_machine(
        name=shop.source,
        definition=json.dumps({"StartAt": "It", "States": {"It": state}}),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]
    shop.rule(
        function, pattern={"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    )
    execution = client.start_execution(stateMachineArn=machine, name="one", input='{"given": 1}')[
        "executionArn"
    ]
    events = shop.got(function)
    for event in events:
        assert event["detail-type"] == "Step Functions Execution Status Change"
        assert event["resources"] == [execution]
        detail = event["detail"]
        assert set(detail) == _DETAIL
        assert (detail["executionArn"], detail["stateMachineArn"]) == (execution, machine)
        assert (detail["name"], detail["input"]) == ("one", '{"given": 1}')
        assert detail["inputDetails"] == {"included": True}
    return sorted((event["detail"] for event in events), key=lambda it: it["status"] != "RUNNING")


def test_an_execution_tells_that_it_runs_and_that_it_succeeded(shop: Shop) -> None:
    running, succeeded = play(shop, Type="Pass", Result={"made": 2}, End=True)
    assert running["status"] == "RUNNING"
    assert running["stopDate"] is running["output"] is running["outputDetails"] is None
    assert succeeded["status"] == "SUCCEEDED"
    assert json.loads(succeeded["output"]) == {"made": 2}
    assert succeeded["outputDetails"] == {"included": True}
    assert running["startDate"] == succeeded["startDate"] <= succeeded["stopDate"]
    assert succeeded["error"] is succeeded["cause"] is None


def test_an_execution_that_failed_tells_its_error_and_cause_and_no_output(shop: Shop) -> None:
    _, failed = play(shop, Type="Fail", Error="Named", Cause="why")
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "Named", "why")
    assert failed["output"] is failed["outputDetails"] is None


def test_an_execution_that_is_stopped_ends_at_once_and_its_history_says_so(shop: Shop) -> None:
    deadline = 3600
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "TimeoutSeconds": deadline,
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "End": True,
    }
    function, sqs = shop.functions.create(_KEEPS), shop.aws.client("sqs")
    url = sqs.create_queue(QueueName=shop.source)["QueueUrl"]
    waits["Parameters"] = {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}}
    client = shop.aws.client("stepfunctions")
    machine = client.create_state_machine(
        name=shop.source,
        definition=json.dumps(
            {"StartAt": "It", "States": {"It": waits, "Caught": {"Type": "Succeed"}}}
        ),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]
    shop.rule(
        function,
        pattern={
            "source": ["aws.states"],
            "detail": {"stateMachineArn": [machine], "status": ["ABORTED"]},
        },
    )
    execution = client.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    shop.aws.clock.settle()  # it waits

    client.stop_execution(executionArn=execution)

    ((event,), detail) = (shop.got(function), client.describe_execution(executionArn=execution))
    assert event["detail"]["status"] == detail["status"] == "ABORTED"
    assert event["detail"]["output"] is None
    history = client.get_execution_history(executionArn=execution, maxResults=100)["events"]
    assert [event["type"] for event in history][-2:] == ["TaskSubmitted", "ExecutionAborted"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    token = json.loads(message["Body"])["token"]
    with pytest.raises(client.exceptions.InvalidToken):
        client.send_task_failure(taskToken=token, error="Late")
