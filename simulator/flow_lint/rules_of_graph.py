"""Rules of the ways through a flow."""

from simulator.flow_actions import CONTINUE_LOOPING
from simulator.flow_language import MOST_SECONDS_OF_LAMBDAS, Source
from simulator.flow_lint.facts_on_the_way import before_each_block
from simulator.flow_lint.flow import Block, Edge, Fault, Faults, Flow

_INPUT, _LAMBDA, _MESSAGE = "GetParticipantInput", "InvokeLambdaFunction", "MessageParticipant"


def unreachable_block(flow: Flow) -> Faults:
    if flow.start is None or len(flow.blocks) < len(flow.actions):
        return  # a block that is no block leads nowhere, and that is said elsewhere
    reached = {flow.start} | flow.after(flow.start)
    for block in flow.blocks:
        if block.identifier not in reached:
            yield Fault(
                block.identifier,
                f"no way leads here from {flow.start!r}: wire it, or remove it",
                Source.INFERRED,
            )


def endless_loop(flow: Flow) -> Faults:
    """Only what a caller keys, or a Loop that counts, may close a circle.

    A Loop that is done counts anew, so that only its ContinueLooping way is bounded.
    """
    after = {name: flow.after(name, keep=_unbounded) for name in flow.by_identifier}
    told: set[str] = set()
    for name, following in after.items():
        if name not in following or name in told:
            continue
        circle = [other for other in after if other in following and name in after[other]]
        told.update(circle)
        yield Fault(
            name,
            f"goes round without end: {', '.join(circle)}; put a Loop block into the circle",
            Source.INFERRED,
        )


def lambda_seconds(flow: Flow) -> Faults:
    """Warn: the limits may add up to more than the functions ever take."""
    before = before_each_block(flow, 0, _seconds_then)
    for block in flow.blocks:
        if block.type != _LAMBDA:
            continue
        longest = max((_seconds_then(block, _STRAIGHT, one)
                       for one in before.get(block.identifier, ())), default=0)  # fmt: skip
        if longest > MOST_SECONDS_OF_LAMBDAS:
            yield Fault(
                block.identifier,
                f"warning: the Lambda blocks up to here may take more than "
                f"{MOST_SECONDS_OF_LAMBDAS} s in all: lower InvocationTimeLimitSeconds, or say "
                "something in between",
                Source.DOCS,
            )


def late_input(flow: Flow) -> Faults:
    """Digits that are keyed while another block runs are lost."""
    if flow.start is None:
        return
    reached = {flow.start} | flow.after(flow.start)
    before = {
        block.identifier: flow.after(block.identifier, keep=_not_from_input)
        for block in flow.blocks
        if block.type in {_MESSAGE, _LAMBDA} and block.identifier in reached
    }
    for block in flow.blocks:
        if block.type != _INPUT:
            continue
        reaching = [name for name, following in before.items() if block.identifier in following]
        if reaching:
            yield Fault(
                block.identifier,
                f"digits keyed during {', '.join(reaching)} are lost: put the prompt into this "
                "block, and no Lambda before it",
                Source.INFERRED,
            )


_STRAIGHT = Edge("NextAction", "NextAction", "")


def _unbounded(block: Block, edge: Edge) -> bool:
    counted = block.type == "Loop" and edge.by == CONTINUE_LOOPING
    return block.type != _INPUT and not counted


def _not_from_input(block: Block, _: Edge) -> bool:
    return block.type != _INPUT


def _seconds_then(block: Block, _: Edge, seconds: int) -> int:
    """Seconds of Lambdas in a row; something heard or keyed ends the row. More is not counted."""
    if block.type in {_MESSAGE, _INPUT}:
        return 0
    limit = block.parameters.get("InvocationTimeLimitSeconds")
    if block.type != _LAMBDA or not isinstance(limit, str) or not limit.isdecimal():
        return seconds
    return min(seconds + int(limit[:9]), MOST_SECONDS_OF_LAMBDAS + 1)
