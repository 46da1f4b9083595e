"""The figures and words of the flows, and where each comes from."""

import re

from operations import flow_fallback
from simulator import template
from simulator.sound import plain
from tests.flows.flow_files import Flows, actions_of, edges, of_type, spoken

COMMAS = 7
"""The configuration guide's value of delay_and_PIN: seven times the length of a comma."""

# What flows keep on a contact, by attribute: whoever reads it finds nothing else there.
KEPT = {
    "QueueAgentName": {"$.Agent.UserName"},
    "TransferId": {"$.External.TransferId"},
    "delay_and_PIN": {"," * COMMAS + "$.External.PIN", "used", "not used"},
}


def test_functions_have_eight_seconds_and_are_waited_for(flows: Flows) -> None:
    """A function that wakes up takes 3 to 4 s, says the guide; 8 s are the most that there are."""
    blocks = [block for flow in flows.values() for block in of_type(flow, "InvokeLambdaFunction")]
    assert len(blocks) == 3
    for block in blocks:
        assert block["Parameters"]["InvocationTimeLimitSeconds"] == "8"
        assert block["Parameters"]["InvocationType"] == "SYNCHRONOUS"


def test_pci_pals_phone_rings_30_seconds_for_the_cardholders_number(flows: Flows) -> None:
    """Without a caller ID of its own the call shows the cardholder's number, as the guide's does.

    The guide has no limit for the ringing: 30 s are our own choice.
    """
    call = actions_of(flows["transfer_to_pci_pal"])["Call PCI Pal"]["Parameters"]
    assert call["ThirdPartyConnectionTimeLimitSeconds"] == "30"
    assert "CallerId" not in call


def test_prompt_listens_as_long_as_the_guide_says_and_takes_no_star(flows: Flows) -> None:
    """The guide: 30 to 50 s to the first key, by how long the network takes to connect.

    Within 5 s comes the next one. A star that is keyed would take the input back.
    """
    read = actions_of(flows["answer_from_pci_pal"])["Read PIN"]["Parameters"]
    assert read["InputTimeLimitSeconds"] == "40"
    assert read["DTMFConfiguration"] == {
        "DisableCancelKey": "True",
        "InputTerminationSequence": "#",
        "InterdigitTimeLimitSeconds": "5",
    }


def test_cardholder_is_told_30_times_to_wait_10_seconds(flows: Flows) -> None:
    """Five minutes, as long as the transfer waits, and the words as often once more."""
    actions = actions_of(flows["secure_call_waiting"])
    assert actions["Wait"]["Parameters"] == {"LoopCount": "30"}
    assert re.findall(r"<.*?>", spoken(actions["Say please wait"])) == [
        "<speak>",
        '<break time="10s"/>',
        "</speak>",
    ]


def test_flows_keep_on_a_contact_what_is_read_and_nothing_else(flows: Flows) -> None:
    kept: dict[str, set[str]] = {}
    for flow in flows.values():
        for block in of_type(flow, "UpdateContactAttributes"):
            for name, value in block["Parameters"]["Attributes"].items():
                kept.setdefault(name, set()).add(value)
    assert kept == KEPT


def test_speech_markup_is_said_as_such_and_plain_words_are_not(flows: Flows) -> None:
    """Markup that is given as text is read out; a text that is given as markup is an error."""
    for name, flow in flows.items():
        for block in of_type(flow, "MessageParticipant") + of_type(flow, "GetParticipantInput"):
            is_markup = spoken(block).startswith("<speak>")
            given = block["Parameters"]
            assert ("SSML" in given, "Text" in given) == (is_markup, not is_markup), name


def test_flows_say_what_the_flow_page_says(flows: Flows) -> None:
    page = (template.ROOT / "docs/flows.md").read_text()
    said = {
        plain(spoken(block))
        for flow in flows.values()
        for kind in ("MessageParticipant", "GetParticipantInput")
        for block in of_type(flow, kind)
    }
    of_settings = [block for blocks in flow_fallback.BLOCKS.values() for block in blocks]
    said |= {plain(spoken(block)) for block in of_settings if spoken(block)}
    assert said == set(re.findall(r"^\| “(.+?)” \|", page, re.MULTILINE))


def test_what_connect_never_runs_on_to_is_the_end(flows: Flows) -> None:
    """A call in a queue has left the flow, and a Loop has a condition for each of its ways.

    The language wants a next block all the same, which nobody must hear.
    """
    answer = actions_of(flows["answer_from_pci_pal"])
    following = answer["Ring agent"]["Transitions"]["NextAction"]
    assert answer[following]["Type"] == "DisconnectParticipant"
    for flow in flows.values():
        for loop in of_type(flow, "Loop"):
            ways = dict(edges(loop))
            assert ways["next"] == ways["DoneLooping"]
