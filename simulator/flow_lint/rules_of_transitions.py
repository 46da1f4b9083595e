"""Rules of where a block leads: the next block, the errors, the conditions."""

import re
from collections import Counter

from simulator import flow_paths
from simulator.flow_language import NUMERIC, Conditions, Source
from simulator.flow_lint.flow import Block, Fault, Faults, Flow, is_condition, is_error

_KEYS = {"NextAction", "Errors", "Conditions"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def transitions_shape(flow: Flow) -> Faults:
    for block in flow.blocks:
        given = block.transitions
        for key in sorted(set(given) - _KEYS):
            yield Fault(
                block.identifier, f"{key!r} is no part of Transitions: remove it", Source.DOCS
            )
        if not isinstance(given.get("NextAction", ""), str):
            yield Fault(
                block.identifier,
                f"NextAction is {given['NextAction']!r}: it must be a string",
                Source.DOCS,
            )
        for key, fits, form in (
            ("Errors", is_error, "the strings ErrorType and NextAction"),
            ("Conditions", is_condition,
             "NextAction and Condition, with Operator and a list of Operands"),
        ):  # fmt: skip
            entries = given.get(key, [])
            if not isinstance(entries, list):
                yield Fault(block.identifier, f"{key} must be a list", Source.DOCS)
                continue
            for one in entries:
                if not fits(one):
                    yield Fault(
                        block.identifier, f"{key} has {one!r}: an entry is {form}", Source.DOCS
                    )


def terminal_has_transitions(flow: Flow) -> Faults:
    for block in flow.blocks:
        if block.action and block.action.terminal and block.transitions:
            yield Fault(
                block.identifier,
                f"{block.type} ends the flow: its Transitions must be empty",
                block.action.source,
            )


def next_action_missing(flow: Flow) -> Faults:
    for block in flow.blocks:
        if block.outcomes and "NextAction" not in block.transitions:
            yield Fault(block.identifier, f"{block.type} needs a NextAction: add one", Source.DOCS)


def dangling_target(flow: Flow) -> Faults:
    for block in flow.blocks:
        for edge in block.edges:
            if edge.target not in flow.named:
                way = edge.kind if edge.kind == edge.by else f"{edge.kind} {edge.by}"
                yield Fault(
                    block.identifier,
                    f"{way} leads to {edge.target!r}, which is no block: name one",
                    Source.DOCS,
                )


def missing_error(flow: Flow) -> Faults:
    for block in flow.blocks:
        wired = {error["ErrorType"] for error in block.errors}
        if block.outcomes:
            for name in sorted(block.outcomes.errors - wired):
                yield Fault(
                    block.identifier,
                    f"{block.type} must wire the error {name}: add it",
                    block.outcomes.source,
                )


def forbidden_error(flow: Flow) -> Faults:
    for block in flow.blocks:
        wired = {error["ErrorType"] for error in block.errors}
        if block.outcomes:
            for name in sorted(wired - block.outcomes.errors):
                yield Fault(
                    block.identifier,
                    f"{block.type} as it is set knows no error {name!r}: remove it",
                    block.outcomes.source,
                )


def repeated_error(flow: Flow) -> Faults:
    for block in flow.blocks:
        for name, times in Counter(error["ErrorType"] for error in block.errors).items():
            if times > 1:
                yield Fault(
                    block.identifier,
                    f"the error {name} is wired {times} times: keep one",
                    Source.INFERRED,
                )


def default_differs(flow: Flow) -> Faults:
    for block in flow.blocks:
        following = block.transitions.get("NextAction")
        default = block.outcomes.default if block.outcomes else None
        for error in block.errors:
            if block.outcomes and error["ErrorType"] == default and following is not None:
                if error["NextAction"] == following:
                    continue
                yield Fault(
                    block.identifier,
                    f"{default} leads to {error['NextAction']!r} and NextAction to "
                    f"{following!r}: they must be the same",
                    block.outcomes.source,
                )


def forbidden_conditions(flow: Flow) -> Faults:
    for block in flow.blocks:
        if block.outcomes and not block.outcomes.conditions and block.conditions:
            yield Fault(
                block.identifier,
                f"{block.type} takes no Conditions: compare its result in a block of its own",
                block.outcomes.source,
            )


def missing_conditions(flow: Flow) -> Faults:
    for block in flow.blocks:
        allowed = _conditions(block)
        if not allowed:
            continue
        if not block.conditions:
            yield Fault(block.identifier, f"{block.type} needs Conditions", allowed.source)
            continue
        operands = {str(one) for each in block.conditions for one in each["Condition"]["Operands"]}
        for name in sorted(allowed.operands - operands):
            yield Fault(
                block.identifier, f"{block.type} needs a condition Equals {name}", allowed.source
            )


def unknown_operator(flow: Flow) -> Faults:
    for block in flow.blocks:
        allowed = _conditions(block)
        for one in block.conditions:
            operator = one["Condition"]["Operator"]
            if allowed and operator not in allowed.operators:
                yield Fault(
                    block.identifier,
                    f"the operator is {operator!r}: {block.type} takes "
                    f"{', '.join(sorted(allowed.operators))}",
                    allowed.source,
                )


def condition_operand(flow: Flow) -> Faults:
    for block in flow.blocks:
        allowed = _conditions(block)
        for one in block.conditions:
            text = _wrong_operand(one["Condition"], allowed) if allowed else None
            if allowed and text:
                yield Fault(block.identifier, text, allowed.source)


def _wrong_operand(condition: dict[str, object], allowed: Conditions) -> str | None:
    operands = condition["Operands"]
    match operands:
        case [str() as operand] if operand:
            pass
        case _:
            return f"Operands is {operands!r}: it takes one string"
    if flow_paths.MEANT.search(operand) and "${" not in operand:
        return f"the operand is {operand!r}: it may only be static"
    if allowed.operands and operand not in allowed.operands:
        return f"the operand is {operand!r}: write {' or '.join(sorted(allowed.operands))}"
    if condition["Operator"] in NUMERIC and not _NUMBER.fullmatch(operand) and "${" not in operand:
        return f"{condition['Operator']} compares with {operand!r}, which is no number"
    return None


def _conditions(block: Block) -> Conditions | None:
    return block.outcomes.conditions if block.outcomes else None
