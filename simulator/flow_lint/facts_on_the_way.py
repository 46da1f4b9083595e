"""What has happened by the time that a block runs, on each way to it."""

from collections.abc import Callable
from typing import TypeVar

from simulator.flow_lint.flow import Block, Edge, Flow

Fact = TypeVar("Fact")


def before_each_block(
    flow: Flow, at_the_start: Fact, then: Callable[[Block, Edge, Fact], Fact]
) -> dict[str, set[Fact]]:
    """Return for every block that can be reached the facts that can hold there.

    `then` says what holds after a block is left by an edge. There must be few different facts.
    """
    if flow.start is None:
        return {}
    facts: dict[str, set[Fact]] = {flow.start: {at_the_start}}
    waiting = [(flow.start, at_the_start)]
    while waiting:
        identifier, fact = waiting.pop()
        block = flow.by_identifier[identifier]
        for edge in block.edges:
            if edge.target not in flow.by_identifier:
                continue
            following = then(block, edge, fact)
            known = facts.setdefault(edge.target, set())
            if following not in known:
                known.add(following)
                waiting.append((edge.target, following))
    return facts
