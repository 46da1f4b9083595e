"""Which agent whispers run for the calls that come to a flow: those it sets, or the default."""

from collections.abc import Iterator, Mapping
from typing import Any

DEFAULT = ""
"""The instance's default agent whisper, where no block has set another."""


def whispers_after(arn: str, contents: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return what is set as the agent whisper wherever a call can be put into a queue.

    That is the ARN of a flow, a path if it is chosen while the call runs, or `DEFAULT`.
    `contents`: published flows by ARN; flows that the call is transferred to are followed. A block
    that sets the whisper counts as having done so: that it fails is Connect's affair.
    """
    found: set[str] = set()
    waiting = [(arn, "", DEFAULT)]
    seen: set[tuple[str, str, str]] = set()
    while waiting:
        place = waiting.pop()
        flow_arn, identifier, whisper = place
        flow = contents.get(flow_arn, {})
        blocks = {one["Identifier"]: one for one in flow.get("Actions", [])}
        block = blocks.get(identifier or flow.get("StartAction", ""))
        if place in seen or block is None:
            continue
        seen.add(place)
        parameters = block.get("Parameters", {})
        match block["Type"]:
            case "UpdateContactEventHooks":
                whisper = parameters.get("EventHooks", {}).get("AgentWhisper", whisper)
            case "TransferContactToQueue":
                found.add(whisper)
            case "TransferToFlow":
                waiting.append((parameters.get("ContactFlowId", ""), "", whisper))
        waiting += [(flow_arn, one, whisper) for one in _targets(block.get("Transitions", {}))]
    return found


def _targets(transitions: Mapping[str, Any]) -> Iterator[str]:
    ways = [transitions, *transitions.get("Errors", []), *transitions.get("Conditions", [])]
    return (way["NextAction"] for way in ways if "NextAction" in way)
