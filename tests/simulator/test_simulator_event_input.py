"""What a target is given of an event, as EventBridge documents it."""

from typing import Any

import pytest

from simulator.errors import SimulatorError
from simulator.event_input import input_of

_RULE = "arn:aws:events:eu-west-2:123456789012:rule/shop"
_EVENT = {
    "detail-type": "Order",
    "resources": ["arn:one", "arn:two"],
    "detail": {
        "name": "tea",
        "count": 2,
        "error": None,
        "of": {"size": "L"},
        "said": 'a "secret" c',
    },
}


def transformed(template: str, **paths: str) -> Any:
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    return input_of({"InputTransformer": transformer}, _RULE, _EVENT)


def test_a_target_is_given_the_event_itself_unless_it_says_otherwise() -> None:
    assert input_of({}, _RULE, _EVENT) == _EVENT


def test_a_target_is_given_its_own_constant() -> None:
    assert input_of({"Input": '{"a": [1]}'}, _RULE, _EVENT) == {"a": [1]}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("$", _EVENT),
        ("$.detail-type", "Order"),
        ("$.detail.of", {"size": "L"}),
        ("$.detail.error", None),
        ("$.resources[1]", "arn:two"),
    ],
)
def test_a_target_is_given_the_part_that_its_path_names(path: str, part: Any) -> None:
    assert input_of({"InputPath": path}, _RULE, _EVENT) == part


@pytest.mark.parametrize("path", ["$.detail.nothing", "$.resources[2]", "$.detail.name.more"])
def test_a_part_that_the_event_does_not_have_is_an_error(path: str) -> None:
    with pytest.raises(SimulatorError, match="The event has no"):
        input_of({"InputPath": path}, _RULE, _EVENT)


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ('{"it": <x>}', {"it": "tea"}),
        ('{"it": "<x>"}', {"it": "tea"}),
        ('{"it": "a <x>, <x>"}', {"it": "a tea, tea"}),
        ('"<x>"', "tea"),
        ('{"not": "x", "<x>": 1}', {"not": "x", "tea": 1}),
    ],
)
def test_a_text_stands_with_or_without_quotes(template: str, given: Any) -> None:
    assert transformed(template, x="$.detail.name") == given


def test_what_is_no_text_stands_as_it_is() -> None:
    template = '{"n": <n>, "quoted": "<n>", "of": <of>, "nothing": <e>}'
    assert transformed(template, n="$.detail.count", of="$.detail.of", e="$.detail.error") == {
        "n": 2,
        "quoted": "2",
        "of": {"size": "L"},
        "nothing": None,
    }


def test_what_the_event_does_not_have_leaves_nothing_behind() -> None:
    assert transformed('{"it": "<x>"}', x="$.detail.nothing") == {"it": ""}
    with pytest.raises(SimulatorError, match="makes no JSON"):
        transformed('{"it": <x>}', x="$.detail.nothing")


def test_nothing_is_escaped_in_a_text() -> None:
    with pytest.raises(SimulatorError, match="makes no JSON") as refused:
        transformed('{"it": "<x>"}', x="$.detail.said")
    assert "secret" not in str(refused.value)


def test_variables_of_eventbridges_own_need_no_path() -> None:
    template = (
        '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", '
        '"it": <aws.events.event.json>}'
    )
    assert transformed(template) == {"arn": _RULE, "name": "shop", "it": _EVENT}


def test_a_variable_that_nobody_set_is_an_error() -> None:
    with pytest.raises(SimulatorError, match="<other>"):
        transformed('{"it": <other>}', x="$.detail.name")
