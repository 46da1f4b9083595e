"""The demo's calls, as the demo plays them: whole calls on real executions."""

import json
import re

import pytest

from operations.call import Call
from operations.calls import CALLS
from operations.stage import Stage
from simulator import template
from simulator.journal import Column
from tests.end_to_end.printed import Printed, played

GUIDE = template.ROOT / "docs/agent-guide.md"
BY_NAME = {one.name: one for one in CALLS}


@pytest.fixture(scope="module")
def printed(stage: Stage) -> dict[str, Printed]:
    """Every call, played once."""
    return {one.name: played(one, stage) for one in CALLS}


@pytest.mark.parametrize("name", BY_NAME)
def test_call_ends_as_it_should(printed: dict[str, Printed], name: str) -> None:
    assert printed[name].failure == ""
    for column in Column:
        if column is not Column.PCI_PAL:
            assert printed[name].lines_of(column), column


@pytest.mark.parametrize("name", ["works", "agent-never-picks-up", "two-agents-crossed"])
def test_the_same_seed_prints_the_same_time_line(
    printed: dict[str, Printed], stage: Stage, name: str
) -> None:
    assert played(BY_NAME[name], stage).text == printed[name].text
    assert played(BY_NAME[name], stage, seed=2).text != printed[name].text


def test_only_the_agent_who_stays_hears_the_card(printed: dict[str, Printed]) -> None:
    alarming = {name for name, one in printed.items() if any(note.alarming for note in one.notes)}
    assert alarming == {"stays-joined"}


def test_time_line_holds_no_number_and_no_pin(printed: dict[str, Printed]) -> None:
    """Nothing that looks like a telephone number, and no group of four digits or more."""
    for name, one in printed.items():
        assert not re.search(r"\+44|\d{4,}", one.text), name


def test_what_is_repeated_is_printed_once(printed: dict[str, Printed]) -> None:
    never = printed["agent-never-picks-up"]
    heard = [line for line in never.lines_of(Column.CARDHOLDER) if "Your line is now" in line]
    assert len(heard) == 30
    assert never.text.count("Your line is now") == 1
    assert never.text.count("the same again") == 1


def _sections() -> dict[str, list[str]]:
    """Return the guide's lines by heading, marks removed; before the first heading: the title."""
    sections: dict[str, list[str]] = {}
    lines = sections.setdefault("", [])
    for line in filter(None, map(str.strip, GUIDE.read_text().splitlines())):
        if line.startswith("## "):
            lines = sections.setdefault(line.removeprefix("## "), [])
        else:
            lines.append(line.removeprefix("- "))
    return sections


def test_every_line_of_the_agent_guide_is_one_that_a_call_prints(
    printed: dict[str, Printed],
) -> None:
    title, *rest = _sections()[""]
    assert title.startswith("# ")
    assert rest == []
    sections = {title: lines for title, lines in _sections().items() if title}
    assert set(sections) == {one.title for one in CALLS}
    for one in CALLS:
        advice, *steps = sections[one.title]
        assert advice == one.advice
        assert steps, one.name
        told = iter(printed[one.name].lines_of(Column.AGENT))
        for step in steps:  # in the order in which the call prints them
            assert step in told, f"{one.name}: {step}"


def test_connect_tells_of_each_contact_on_the_default_bus(stage: Stage) -> None:
    inbox = stage.subscribe("default", "aws.connect")
    with stage.aws.clock.held():
        call = Call(stage.site)
        carol, alice = call.cardholder(), call.agent()
        carol.dials()
        alice.accepts()
        alice.is_connected()
        carol.hangs_up()
        call.wait(5)
    events = stage.receive(inbox)
    contact_id = call.connect.contacts[0].identity.contact_id
    assert {event["detail"]["contactId"] for event in events} == {contact_id}
    assert {event["detail-type"] for event in events} == {"Amazon Connect Contact Event"}
    assert [event["detail"]["eventType"] for event in events] == [
        "INITIATED",
        "QUEUED",
        "CONNECTED_TO_AGENT",
        "DISCONNECTED",
    ]
    assert "+44" not in json.dumps(events)
