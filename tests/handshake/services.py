"""What AWS does with a call: tables, executions, event bus and fallback queue of a world."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from secure_transfer.domain.transfer import CARDHOLDER_LEFT
from tests.fakes import execution_arn
from tests.handshake.functions import Invocation
from tests.handshake.wire import NOTHING, Answer, Call, read, remembered, written
from tests.handshake.world import Event, World

if TYPE_CHECKING:
    from tests.handshake.steps import Site


def do(world: World, called: Call, site: "Site") -> tuple[World, Answer]:
    service = _SERVICES.get(called.operation)
    if service:
        return service(world, called, site)
    items, answer = site.ask(world.items, called)
    return world._replace(items=items), answer


def _tell(world: World, called: Call, _: "Site") -> tuple[World, Answer]:
    told = world.audit | _events(called.body)
    return world._replace(audit=told), Answer('{"Entries": [], "FailedEntryCount": 0}')


def _keep(world: World, called: Call, _: "Site") -> tuple[World, Answer]:
    kept = world.audit | _events(called.body)
    return world._replace(audit=kept), Answer('{"MessageId": "kept"}')


def _start(world: World, called: Call, site: "Site") -> tuple[World, Answer]:
    asked = read(called.body)
    name = asked["name"]
    if any(execution.name == name for execution in world.executions):
        return world, Answer("{}", "ExecutionAlreadyExists")
    begun = site.machine.begin(name, asked["input"])
    answer = Answer(written({"executionArn": execution_arn(name), "startDate": 0}))
    return world._replace(executions=(*world.executions, begun)), answer


def _wake(world: World, called: Call, site: "Site") -> tuple[World, Answer]:
    asked = read(called.body)
    for number, execution in enumerate(world.executions):
        if execution.token == asked["taskToken"] and not execution.end:
            woken = site.machine.woken(execution, asked["output"])
            others = world.executions
            executions = (*others[:number], woken, *others[number + 1 :])
            return world._replace(executions=executions), NOTHING
    return world, Answer("{}", "TaskTimedOut")


def _interrupt(world: World, called: Call, site: "Site") -> tuple[World, Answer]:
    asked = read(called.body)
    for number, execution in enumerate(world.executions):
        if execution.token == asked["taskToken"] and not execution.end:
            failed = site.machine.failed(execution, asked["error"])
            others = world.executions
            executions = (*others[:number], failed, *others[number + 1 :])
            return world._replace(executions=executions), NOTHING
    return world, Answer("{}", "TaskTimedOut")


def _search(world: World, called: Call, site: "Site") -> tuple[World, Answer]:
    """Run FindFreePin as one step: nobody comes between its look and its claim."""
    payload = read(called.body)["Payload"]
    invocation = Invocation("FindFreePin", payload["transferId"], payload=written(payload))
    stand, items = site.functions.begin(invocation, world.now), world.items
    while stand.call:
        items, answer = site.ask(items, stand.call)
        stand = site.functions.go_on(stand, answer)
    assert stand.outcome
    found = read(stand.outcome.payload)
    return world._replace(items=items), Answer(written({"Payload": found}))


_TOLD_BY_FUNCTIONS = ("LoopAnswered", "TransferSecured", "SecureCallEnded")


@remembered
def _events(body: str) -> frozenset[Event]:
    sent = read(body)
    kept = _plain(sent.get("MessageBody", sent))
    return frozenset(_event(entry) for entry in kept["Entries"])


def _event(entry: dict[str, Any]) -> Event:
    detail = _plain(entry["Detail"])
    metadata, data = detail["metadata"], detail["data"]
    kind = entry["DetailType"]
    told_by_both = kind in _TOLD_BY_FUNCTIONS or data.get("reason") == CARDHOLDER_LEFT
    return Event(
        kind,
        metadata["eventId"],
        metadata["contactId"] if kind.endswith("Rejected") else metadata["transferId"],
        metadata.get("sequence", 0),
        metadata.get("attempt", 0),
        metadata["occurredAt"] if told_by_both else "",
        data.get("reason", ""),
        data.get("late", False),
    )


def _plain(value: Any) -> Any:
    """The state machine sends objects where the functions send their JSON."""
    return json.loads(value) if isinstance(value, str) else value


_SERVICES: dict[str, Callable[[World, Call, "Site"], tuple[World, Answer]]] = {
    "PutEvents": _tell,
    "SendMessage": _keep,
    "StartExecution": _start,
    "SendTaskSuccess": _wake,
    "SendTaskFailure": _interrupt,
    "Invoke": _search,
}
