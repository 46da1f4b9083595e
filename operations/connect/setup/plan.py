"""What set-up has to change: of what was found and what is wanted. Asks nobody, changes nothing."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operations.connect.setup.changes import Change
from operations.connect.setup.found import (
    ANSWER,
    DEFAULT_WHISPERS,
    SAVES_NAME,
    TRANSFER,
    Flow,
    Found,
    Queue,
    QuickConnect,
    flow_called,
    is_transfer,
    whispers,
)
from operations.connect.setup.whisper import (
    ATTRIBUTE,
    USER_NAME,
    keeps_name,
    other_names,
    with_name_kept,
)

ATTRIBUTES = {
    "INBOUND_CALLS": "inbound calls",
    "OUTBOUND_CALLS": "outbound calls",
    "EARLY_MEDIA": "early media",
    "CONTACTFLOW_LOGS": "flow logs",
}
"""What set-up can turn on, and what it is called."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What set-up was told. `attributes`: AWS's names of those to turn on.

    No `quick_connects`: those whose flow is ours. `number` is in E.164 form.
    """

    number: str = ""
    queues: tuple[str, ...] = ()
    quick_connects: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    whispers: bool = False
    after_call_work: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something that is wanted cannot be set up, and what to do."""

    text: str


def plan(found: Found, wanted: Wanted) -> tuple[list[Change], list[Problem]]:
    """Return the changes in their order, and the problems. With problems, change nothing.

    Agents see the button last, when all that it needs is there; flows come first, since Connect
    checks them and may refuse.
    """
    steps = [
        *(_whispers(found) if wanted.whispers else ()),
        *_attributes(found, wanted),
        *(_after_call_work(found, wanted) if wanted.after_call_work else ()),
        *(_number(found, wanted.number) if wanted.number else ()),
        *(_quick_connects(found, wanted) if wanted.queues else ()),
    ]
    changes = [step for step in steps if isinstance(step, Change)]
    return changes, [step for step in steps if isinstance(step, Problem)]


# ------------------------------------------------------------------------ whispers


def _whispers(found: Found) -> Iterator[Change | Problem]:
    for kind, name in DEFAULT_WHISPERS.items():
        if flow_called(found.flows, name, kind) is None:
            yield Problem(
                f"There is no flow {name!r} of type {kind}: the instance's default has another "
                f"name. Put the first block of {SAVES_NAME[kind]!r} into it by hand."
            )
    for flow in whispers(found.flows, found.queues):
        yield from _whisper(found, flow)


def _whisper(found: Found, flow: Flow) -> Iterator[Change | Problem]:
    content = found.contents[flow.id]
    theirs = json.loads(content.published)
    if keeps_name(theirs):
        return
    keeping = flow_called(found.flows, SAVES_NAME[flow.type], flow.type)
    if keeping is None or not keeping.is_published:
        yield Problem(_no_flow(SAVES_NAME[flow.type], flow.type))
        return
    ours = json.loads(found.contents[keeping.id].published)
    if content.draft:
        yield Problem(
            f"The flow {flow.name!r} has changes that are saved and not published, and would be "
            "lost: publish or discard them first."
        )
    elif others := other_names(theirs):
        yield Problem(
            f"The flow {flow.name!r} keeps {others[0]!r} as {ATTRIBUTE}: change that block to "
            f"{USER_NAME} by hand."
        )
    elif not keeps_name(ours):
        yield Problem(
            f"The flow {keeping.name!r} no longer keeps the agent's name: publish ours again."
        )
    else:
        yield Change(
            kind="flow",
            target={"ContactFlowId": flow.id},
            before=content.published,
            after=json.dumps(with_name_kept(theirs, ours), ensure_ascii=False),
            what=f"flow {flow.name}",
            shown_before="does not keep the agent's name",
            shown_after="keeps it first",
        )


# ---------------------------------------------------------------------- attributes


def _attributes(found: Found, wanted: Wanted) -> Iterator[Change]:
    for name in wanted.attributes:
        if found.attributes[name] != "true":
            yield Change(
                kind="instance attribute",
                target={"AttributeType": name},
                before=found.attributes[name],
                after="true",
                what=ATTRIBUTES[name],
                shown_before="off",
                shown_after="on",
            )


# ----------------------------------------------------------------- after-call work


def _after_call_work(found: Found, wanted: Wanted) -> Iterator[Change]:
    wanted_ids = {queue.id for queue in found.queues if queue.name in wanted.queues}
    for agent in found.agents:
        if agent.after_call_seconds == 0 and agent.queue_ids & wanted_ids:
            yield Change(
                kind="after-call work",
                target={"UserId": agent.id},
                before=0,
                after=1,
                what=f"after-call work of {agent.name}",
                shown_before="until the agent closes the contact",
                shown_after="1 s",
            )


# -------------------------------------------------------------------------- number


def _number(found: Found, number: str) -> Iterator[Change | Problem]:
    name, there = f"The number ending in {number[-4:]}", found.number
    answer = flow_called(found.flows, ANSWER, "CONTACT_FLOW")
    if answer is None or not answer.is_published:
        yield Problem(_no_flow(ANSWER, "CONTACT_FLOW"))
    if there is None:
        yield Problem(
            f"{name} is not claimed in this account and region: claim it for the instance first, "
            "or check --number and --region."
        )
    elif there.instance_id != found.instance_id:
        yield Problem(
            f"{name} belongs to another instance or group ({there.instance_id}): check --number "
            "and --instance."
        )
    elif answer and answer.is_published and there.flow_id != answer.id:
        yield Change(
            kind="flow of a number",
            target={"PhoneNumberId": there.id},
            before=there.flow_id,
            after=answer.id,
            what=f"flow of the number ending in {number[-4:]}",
            shown_before=found.flow_name(there.flow_id) if there.flow_id else "none",
            shown_after=ANSWER,
        )


# ------------------------------------------------------------------ quick connects


def _quick_connects(found: Found, wanted: Wanted) -> Iterator[Change | Problem]:
    queues = {queue.name: queue for queue in found.queues}
    for name in wanted.queues:
        if name not in queues:
            yield Problem(f"There is no queue {name!r}. There are: {_names(queues)}.")
    chosen: list[QuickConnect] = []
    for step in _chosen(found, wanted):
        if isinstance(step, Problem):
            yield step
        else:
            chosen.append(step)
    for queue in (queues[name] for name in wanted.queues if name in queues):
        for one in chosen:
            if one.id not in queue.quick_connect_ids:
                yield _attached(queue, one)


def _chosen(found: Found, wanted: Wanted) -> Iterator[QuickConnect | Problem]:
    ours = {flow.id for flow in found.flows if is_transfer(flow)}
    by_name = {one.name: one for one in found.quick_connects}
    for name in wanted.quick_connects:
        if name not in by_name:
            yield Problem(f"There is no quick connect {name!r}. There are: {_names(by_name)}.")
        elif by_name[name].flow_id not in ours:
            yield Problem(
                f"The quick connect {name!r} runs {found.flow_name(by_name[name].flow_id)!r}, not "
                f"{TRANSFER!r}."
            )
        else:
            yield by_name[name]
    if wanted.quick_connects:
        return
    usual = [one for one in found.quick_connects if one.flow_id in ours]
    if not ours:
        yield Problem(_no_flow(TRANSFER, "QUEUE_TRANSFER"))
    elif not usual:
        yield Problem(
            f"No quick connect runs {TRANSFER!r}: deploy the stack with QuickConnectQueueArn, or "
            "make one of type queue."
        )
    yield from usual


def _attached(queue: Queue, quick_connect: QuickConnect) -> Change:
    return Change(
        kind="quick connect on a queue",
        target={"QueueId": queue.id, "QuickConnectId": quick_connect.id},
        before=False,
        after=True,
        what=f"quick connect {quick_connect.name} on the queue {queue.name}",
        shown_before="not there",
        shown_after="there",
    )


def _no_flow(name: str, flow_type: str) -> str:
    return (
        f"There is no published flow {name!r} of type {flow_type}: deploy the stack with "
        "ConnectInstanceArn, or import the flow, give it this name and publish it (docs/flows.md)."
    )


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known)) or "none"
