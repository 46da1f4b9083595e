"""Rules of what a flow reads: whether it exists there, and whether anybody has written it."""

from collections.abc import Iterator
from typing import Any

from simulator import flow_paths
from simulator.flow_language import TOKEN, Source
from simulator.flow_lint.answers import ANSWERS, ASKED
from simulator.flow_lint.facts_on_the_way import before_each_block
from simulator.flow_lint.flow import Block, Edge, Fault, Faults, Flow
from simulator.flow_paths import NAMESPACES, Namespace, Needs

_OUR_FUNCTIONS = "our functions' code"
_OUR_FLOWS = "the flows that were given"


def unknown_path(flow: Flow) -> Faults:
    for block, path, namespace, leaves in _reads(flow):
        if namespace is None:
            known = ", ".join(f"$.{name}" for name in NAMESPACES)
            yield Fault(block.identifier, f"{path} does not exist: known are {known}", Source.DOCS)
        elif namespace.leaves and leaves and leaves[0] not in namespace.leaves:
            known = ", ".join(sorted(namespace.leaves))
            yield Fault(
                block.identifier,
                f"{path} does not exist: there are only {known}",
                namespace.source,
            )


def path_without_leaf(flow: Flow) -> Faults:
    for block, path, namespace, _ in _reads(flow):
        if namespace and not flow_paths.is_leaf(path):
            yield Fault(
                block.identifier, f"{path} does not name one value: correct it", namespace.source
            )


def path_not_in_flow_type(flow: Flow) -> Faults:
    for block, path, namespace, _ in _reads(flow):
        if namespace and flow.type and flow.type not in namespace.exists_in:
            there = ", ".join(sorted(namespace.exists_in))
            yield Fault(
                block.identifier,
                f"{path} does not exist in {flow.type}, only in {there}: keep it in an attribute "
                "there",
                namespace.source,
            )


def external_before_lambda(flow: Flow) -> Faults:
    invoked = _invoked_before(flow)
    for block, path, namespace, _ in _reads(flow):
        unanswered = "" in invoked.get(block.identifier, ())
        if unanswered and namespace and namespace.needs is Needs.LAMBDA:
            yield Fault(
                block.identifier,
                f"{path} is read where on some way no Lambda has answered: it is empty there",
                namespace.source,
            )


def answer_never_given(flow: Flow) -> Faults:
    invoked = _invoked_before(flow)
    for block, path, namespace, leaves in _reads(flow):
        if not (namespace and namespace.needs is Needs.LAMBDA and leaves):
            continue
        for function in sorted(invoked.get(block.identifier, ())):
            if function in ANSWERS and leaves[0] not in ANSWERS[function]:
                yield Fault(
                    block.identifier,
                    f"{path} is never answered by {function}, only "
                    f"{', '.join(sorted(ANSWERS[function]))}",
                    _OUR_FUNCTIONS,
                )


def unknown_function(flow: Flow) -> Faults:
    for block in flow.blocks:
        function = block.parameters.get("LambdaFunctionARN")
        if isinstance(function, str) and TOKEN.search(function) and function not in ANSWERS:
            yield Fault(
                block.identifier,
                f"{function} stands for no function of ours: use one of "
                f"{', '.join(sorted(ANSWERS))}",
                _OUR_FUNCTIONS,
            )


def function_asked_otherwise(flow: Flow) -> Faults:
    for block in flow.blocks:
        asked = ASKED.get(str(block.parameters.get("LambdaFunctionARN")))
        given = block.parameters.get("LambdaInvocationAttributes", {})
        if asked is not None and isinstance(given, dict) and set(given) != asked:
            yield Fault(
                block.identifier,
                f"LambdaInvocationAttributes has {', '.join(sorted(given)) or 'nothing'}: the "
                f"function takes {', '.join(sorted(asked))}",
                _OUR_FUNCTIONS,
            )


def input_before_stored(flow: Flow) -> Faults:
    stored = before_each_block(flow, at_the_start=False, then=_stored_then)
    for block, path, namespace, _ in _reads(flow):
        nothing = False in stored.get(block.identifier, ())
        if nothing and namespace and namespace.needs is Needs.STORED_INPUT:
            yield Fault(
                block.identifier,
                f"{path} is read where on some way no input has been stored: store it before",
                namespace.source,
            )


def attribute_never_set(flow: Flow) -> Faults:
    known = flow.attributes_set
    for block, path, namespace, leaves in _reads(flow):
        if namespace is NAMESPACES["Attributes"] and leaves and leaves[0] not in known:
            yield Fault(
                block.identifier,
                f"{path} is set by no flow here: set it, or lint this together with the flow "
                "that does",
                _OUR_FLOWS,
            )


def flow_attribute_never_set(flow: Flow) -> Faults:
    """They live as long as the flow: no other can set them."""
    own = flow.sets("UpdateFlowAttributes", "FlowAttributes")
    for block, path, namespace, leaves in _reads(flow):
        if namespace is NAMESPACES["FlowAttributes"] and leaves and leaves[0] not in own:
            yield Fault(
                block.identifier, f"{path} is set nowhere in this flow: set it", namespace.source
            )


Read = tuple[Block, str, Namespace | None, tuple[str, ...]]


def _reads(flow: Flow) -> Iterator[Read]:
    """Every path that a block reads, once: the block, the path, what it is, its leaves."""
    for block in flow.blocks:
        for path in dict.fromkeys(_paths(block.parameters)):
            name, *leaves = flow_paths.names_of(path)
            yield block, path, NAMESPACES.get(name), tuple(leaves)


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from flow_paths.paths_in(value)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _paths(one)


def _invoked_before(flow: Flow) -> dict[str, set[str]]:
    """Return whose answer `$.External` can be, by block; "" stands for none."""
    return before_each_block(flow, "", _invoked_then)


def _invoked_then(block: Block, edge: Edge, function: str) -> str:
    if block.type == "InvokeLambdaFunction" and edge.kind != "Errors":
        return str(block.parameters.get("LambdaFunctionARN"))
    return function


def _stored_then(block: Block, edge: Edge, stored: bool) -> bool:  # noqa: FBT001 - a fact
    return stored or (block.type == "GetParticipantInput" and edge.kind != "Errors")
