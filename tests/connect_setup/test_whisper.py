"""The block that keeps the agent's name, in front of flows that somebody else wrote."""

import json
from typing import Any

import pytest

from operations.connect.setup.whisper import keeps_name, other_names, with_name_kept
from operations.flow_settings import read
from simulator.flow_lint import Flow, lint_flow

Json = dict[str, Any]


def block(identifier: str, kind: str = "MessageParticipant", **others: Any) -> Json:
    parameters = others.get("parameters", {"Text": "Hello."})
    following = others.get("then")
    transitions = (
        {"NextAction": following, "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}]}
        if following
        else {}
    )
    return {
        "Identifier": identifier,
        "Type": kind,
        "Parameters": parameters,
        "Transitions": transitions,
    }


def keep(identifier: str, then: str, value: str = "$.Agent.UserName") -> Json:
    attributes = {"Attributes": {"QueueAgentName": value}, "TargetContact": "Current"}
    return block(identifier, "UpdateContactAttributes", parameters=attributes, then=then)


def compare(identifier: str, if_equal: str, otherwise: str) -> Json:
    condition = {"Operator": "Equals", "Operands": ["VIP"]}
    return {
        "Identifier": identifier,
        "Type": "Compare",
        "Parameters": {"ComparisonValue": "$.Queue.Name"},
        "Transitions": {
            "NextAction": otherwise,
            "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": otherwise}],
            "Conditions": [{"NextAction": if_equal, "Condition": condition}],
        },
    }


def flow(*blocks: Json, **others: Any) -> Json:
    end = {"Identifier": "End", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}
    start = blocks[0]["Identifier"] if blocks else "End"
    return {
        "Version": "2019-10-30",
        "StartAction": start,
        "Metadata": {"type": "agentWhisper"},
        "Actions": [*blocks, end],
        **others,
    }


SAYS = flow(block("Say", then="End"))
THE_GUIDES = flow(keep("Save", "Say"), block("Say", then="End"))
ON_ONE_BRANCH = flow(compare("VIP?", "Save", "End"), keep("Save", "End"))
ON_BOTH = flow(compare("VIP?", "Save", "Save 2"), keep("Save", "End"), keep("Save 2", "End"))
ASIDE = flow(block("Say", then="End"), keep("Nobody comes here", "End"))
OTHER_NAME = flow(keep("Save", "End", "$.Agent.FirstName"))


@pytest.mark.parametrize(
    ("theirs", "keeps"),
    [
        (SAYS, False),
        (flow(), False),
        (THE_GUIDES, True),
        (ON_BOTH, True),
        (ON_ONE_BRANCH, False),
        (ASIDE, False),
        (OTHER_NAME, False),
        (read("save_agent_name"), True),
        (read("save_agent_name_outbound"), True),
        (read("secure_call_waiting"), False),
    ],
)
def test_the_name_is_kept_if_every_way_keeps_it(theirs: Json, keeps: bool) -> None:  # noqa: FBT001
    assert keeps_name(theirs) is keeps


def test_another_value_under_our_name_is_told() -> None:
    assert other_names(OTHER_NAME) == ["$.Agent.FirstName"]
    assert other_names(ON_BOTH) == []


@pytest.mark.parametrize("ours", ["save_agent_name", "save_agent_name_outbound"])
@pytest.mark.parametrize("theirs", [SAYS, flow(), ON_ONE_BRANCH, ASIDE])
def test_in_front_of_any_flow_the_name_is_kept_and_the_flow_is_whole(
    theirs: Json, ours: str
) -> None:
    before = json.dumps(theirs)
    changed = with_name_kept(theirs, read(ours))
    assert json.dumps(theirs) == before
    assert keeps_name(changed)
    assert changed["Actions"][-len(theirs["Actions"]) :] == theirs["Actions"]
    names = [one["Identifier"] for one in changed["Actions"]]
    assert len(names) == len(set(names))
    assert {name.partition(" 2")[0] for name in names[: -len(theirs["Actions"])]} <= {
        "Save agent name",
        "Say not saved",
    }


def test_the_linter_finds_nothing_in_what_is_made() -> None:
    laid_out = {
        **SAYS,
        "Metadata": {
            "entryPointPosition": {"x": 40, "y": 40},
            "ActionMetadata": {
                "Say": {"position": {"x": 160, "y": 40}, "isFriendlyName": True},
                "End": {"position": {"x": 420, "y": 40}, "isFriendlyName": True},
            },
            "name": "Theirs",
            "description": "Of the customer.",
            "type": "agentWhisper",
            "status": "PUBLISHED",
        },
    }
    assert lint_flow("theirs", Flow(laid_out), frozenset()) == []
    changed = with_name_kept(laid_out, read("save_agent_name"))
    assert lint_flow("theirs", Flow(changed), frozenset()) == []


def test_in_the_designer_no_block_lies_on_another() -> None:
    theirs = {
        **SAYS,
        "Metadata": {
            "entryPointPosition": {"x": 40, "y": 40},
            "ActionMetadata": {
                "Say": {"position": {"x": -300, "y": 40}},
                "End": {"position": {"x": 420, "y": 40}},
            },
        },
    }
    metadata = with_name_kept(theirs, read("save_agent_name"))["Metadata"]
    places = [one["position"] for one in metadata["ActionMetadata"].values()]
    places.append(metadata["entryPointPosition"])
    assert len({(place["x"], place["y"]) for place in places}) == len(places) == 5
    assert metadata["entryPointPosition"]["x"] == min(place["x"] for place in places)


def test_names_that_are_taken_are_not_taken_again() -> None:
    theirs = flow(block("Save agent name", then="Save agent name 2"), block("Save agent name 2"))
    changed = with_name_kept(theirs, read("save_agent_name"))
    assert changed["StartAction"] == "Save agent name 3"
    first = changed["Actions"][0]
    assert first["Transitions"]["NextAction"] == "Save agent name"
    assert first["Transitions"]["Errors"][0]["NextAction"] == "Say not saved"
