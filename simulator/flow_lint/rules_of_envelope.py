"""Rules of the whole: the envelope, the identifiers, and which actions there may be."""

import json
from collections import Counter

from simulator import flow_language
from simulator.flow_language import FLOW_TYPES, Source
from simulator.flow_lint.flow import WHOLE_FLOW, Fault, Faults, Flow, is_block

_KEYS = {"Version", "StartAction", "Metadata", "Actions"}
_BLOCK_KEYS = {"Identifier", "Type", "Parameters", "Transitions"}


def envelope(flow: Flow) -> Faults:
    if not isinstance(flow.content, dict):
        yield Fault(WHOLE_FLOW, "is no JSON object: export the flow anew", Source.DOCS)
        return
    for key in sorted(_KEYS - set(flow.content)):
        yield Fault(WHOLE_FLOW, f"has no {key}: add it", Source.DOCS)
    for key in sorted(set(flow.content) - _KEYS):
        yield Fault(WHOLE_FLOW, f"{key!r} is no part of a flow: remove it", Source.DOCS)
    for key, kind in (("StartAction", str), ("Metadata", dict), ("Actions", list)):
        if key in flow.content and not isinstance(flow.content[key], kind):
            yield Fault(WHOLE_FLOW, f"{key} is {flow.content[key]!r}: wrong type", Source.DOCS)
    if flow.content.get("Actions") == []:
        yield Fault(WHOLE_FLOW, "Actions is empty: a flow needs a block", Source.DOCS)


def version(flow: Flow) -> Faults:
    found = flow.envelope.get("Version", flow_language.VERSION)
    if found != flow_language.VERSION:
        yield Fault(
            WHOLE_FLOW, f"Version is {found!r}: write {flow_language.VERSION!r}", Source.DOCS
        )


def start_action(flow: Flow) -> Faults:
    start = flow.envelope.get("StartAction")
    if isinstance(start, str) and flow.named and start not in flow.named:
        yield Fault(WHOLE_FLOW, f"StartAction {start!r} is no block: name one", Source.DOCS)


def flow_type(flow: Flow) -> Faults:
    found = flow.metadata.get("type")
    if flow.envelope and flow.type is None:
        known = ", ".join(sorted(FLOW_TYPES))
        yield Fault(WHOLE_FLOW, f"Metadata.type is {found!r}: write one of {known}", Source.LIVE)


def too_long(flow: Flow) -> Faults:
    """As it is published: without the white space between."""
    size = len(json.dumps(flow.content, separators=(",", ":"), ensure_ascii=False))
    if size > flow_language.MOST_CHARACTERS:
        yield Fault(
            WHOLE_FLOW,
            f"has {size} characters, {flow_language.MOST_CHARACTERS} are allowed: divide it",
            Source.DOCS,
        )


def too_many_actions(flow: Flow) -> Faults:
    if len(flow.actions) > flow_language.MOST_ACTIONS:
        yield Fault(
            WHOLE_FLOW,
            f"has {len(flow.actions)} actions, {flow_language.MOST_ACTIONS} are allowed: divide it",
            Source.DOCS,
        )


def repeated_key(flow: Flow) -> Faults:
    for key in flow.repeated_keys:
        yield Fault(
            WHOLE_FLOW,
            f"the key {key!r} stands twice in one object: only the last is read; remove one",
            Source.INFERRED,
        )


def block_shape(flow: Flow) -> Faults:
    for number, one in enumerate(flow.actions):
        if is_block(one):
            continue
        given = one if isinstance(one, dict) else {}
        name = given.get("Identifier")
        odd = ", ".join(sorted(_BLOCK_KEYS ^ set(given))) or "a value's type"
        yield Fault(
            name if isinstance(name, str) else WHOLE_FLOW,
            f"action {number} needs the strings Identifier and Type and the objects Parameters "
            f"and Transitions, and nothing else: look at {odd}",
            Source.DOCS,
        )


def identifier_length(flow: Flow) -> Faults:
    for block in flow.blocks:
        length = len(block.identifier)
        if not 1 <= length <= flow_language.LONGEST_IDENTIFIER:
            yield Fault(
                block.identifier,
                f"the identifier has {length} characters: use 1 to "
                f"{flow_language.LONGEST_IDENTIFIER}",
                Source.DOCS,
            )


def identifier_characters(flow: Flow) -> Faults:
    for block in flow.blocks:
        wrong = "".join(sorted(set(block.identifier) & flow_language.NOT_IN_IDENTIFIERS))
        if wrong:
            yield Fault(
                block.identifier, f"the identifier contains {wrong!r}: leave it out", Source.DOCS
            )


def identifier_reserved(flow: Flow) -> Faults:
    for block in flow.blocks:
        if block.identifier in flow_language.NOT_IDENTIFIERS:
            yield Fault(
                block.identifier,
                f"{block.identifier!r} is a name that JavaScript keeps: choose another",
                Source.DOCS,
            )


def identifier_repeated(flow: Flow) -> Faults:
    for name, times in Counter(block.identifier for block in flow.blocks).items():
        if times > 1:
            yield Fault(name, f"{times} blocks are called {name!r}: rename them", Source.DOCS)


def unknown_action(flow: Flow) -> Faults:
    for block in flow.blocks:
        if block.action is None:
            yield Fault(
                block.identifier,
                f"the action {block.type!r} is not known: correct it, or add it to "
                "simulator/flow_actions.py with its rules",
                Source.DOCS,
            )


def action_not_in_flow_type(flow: Flow) -> Faults:
    for block in flow.blocks:
        if flow.type and block.action and flow.type not in block.action.allowed_in:
            allowed = ", ".join(sorted(block.action.allowed_in))
            yield Fault(
                block.identifier,
                f"{block.type} is not allowed in {flow.type}, only in {allowed}: use another",
                block.action.source,
            )
