"""One more transfer on what the others left: it must find nothing to stumble over."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.fakes import NOW
from tests.handshake import ends, invariants
from tests.handshake.functions import Invocation
from tests.handshake.scenarios import told_ok
from tests.handshake.steps import Rules, Site, play
from tests.handshake.tables import Items
from tests.handshake.wire import read
from tests.handshake.world import Run, World

_LATER = NOW + timedelta(days=1)


def stumbles(items: Items, site: Site, now: datetime = _LATER) -> Iterator[str]:
    """Play it: the same agent in the same conversation, with a PIN that was used before."""
    pin = next((place.removeprefix("pins/") for place, _ in items if "pins/" in place), "0027")
    click = Invocation("AddAgent", "transfer-later", agent="jane.doe", draws=(pin, "9999"))
    call = Invocation("GetAgent", "loop-later", pin=pin, transfer="transfer-later")
    join = Invocation("AgentJoined", "loop-later", agent="jane.doe", transfer="transfer-later")
    rules = Rules(begins=(lambda _: True, told_ok(click), told_ok(call)), wakes_may_fail=False)
    ended = play(World(now, items, runs=(Run(click), Run(call), Run(join))), site, rules)
    for run in ended.runs:
        if run.outcome is None or run.outcome.result != "OK":
            yield f"A later transfer's {run.invocation.function} came to {run.outcome}."
    for execution in ended.executions:
        if execution.end != "SUCCEEDED":
            yield f"A later transfer's execution ended as {execution.told or 'nothing'}."
    for finding in (*invariants.at_any_time(ended), *ends.at_the_end(ended)):
        yield f"In a later transfer: {finding}"
    yield from _miscounted(ended)


def _miscounted(ended: World) -> Iterator[str]:
    conversation = dict(ended.items)["transfers/conversation/conversation-1"]
    clicks = len(read(conversation)["Transfers"]["SS"])
    attempts = {event.attempt for event in ended.audit}
    if attempts != {clicks}:
        yield f"After {clicks} clicks the attempt was counted as {sorted(attempts)}."
