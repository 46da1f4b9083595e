"""The mission's sentence: EventBridge can be down, and no transfer and no event is lost by it.

Each kind of transfer is played while EventBridge refuses everything. It ends as it should all the
same, and after one redrive the trail is complete, without doubles and in order.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from werkzeug.wrappers import Response

from operations.audit.contract import SEQUENCES
from simulator.calls import AwsCall
from tests.audit.site import Site, is_operator
from tests.workflow.driver import (
    ABANDONED,
    NEVER_STARTED,
    SECURED,
    TIMED_OUT,
    Driver,
    Execution,
)
from tests.workflow.faults import ALWAYS, by_state, entries_refused, fault, refused, response_lost

Run = Callable[..., Result]


def _of_ours(call: AwsCall) -> bool:
    """PutEvents of the machine and of the functions; not the operator's."""
    return call.action == "events:PutEvents" and not is_operator(call.caller)


OUTAGES: dict[str, Callable[..., Response]] = {
    "it refuses the entries": entries_refused,
    "it throttles": refused("ThrottlingException"),
    "it fails": refused("InternalException", 500),
    "it takes them, and its answers are lost": response_lost(),
}


def _play(driver: Driver) -> dict[str, tuple[Execution, str, tuple[str, ...]]]:
    """Play a transfer of each kind: how it ended, how it should, and what is to be told of it."""
    timed_out = driver.start(loop_seconds=1)
    abandoned = driver.start(join_seconds=1)
    driver.answers(abandoned)
    joined_late = driver.start(join_seconds=1)
    looped = driver.answers(joined_late)
    with fault(driver.aws, by_state("ClaimPin"), refused("ValidationException"), ALWAYS):
        failed = driver.start()
        driver.end_of(failed)
    secured = driver.clicks("alice", driver.cardholder_calls())
    driver.secures(secured)
    driver.loop_returns("no digits")
    ends = {
        secured.transfer_id: (driver.end_of(secured), "SUCCEEDED", SECURED),
        timed_out.transfer_id: (driver.end_of(timed_out), "LoopTimedOut", TIMED_OUT),
        abandoned.transfer_id: (driver.end_of(abandoned), "AgentNeverJoined", ABANDONED),
        joined_late.transfer_id: (
            driver.end_of(joined_late), "AgentNeverJoined", (*ABANDONED, "TransferSecured"),
        ),
        failed.transfer_id: (driver.end_of(failed), "PinClaimFailed", NEVER_STARTED),
    }  # fmt: skip
    assert driver.picks_up("alice", looped) == {"Result": "OK"}
    return ends


@pytest.mark.parametrize("outage", OUTAGES)
def test_after_an_outage_a_redrive_makes_the_trail_complete(
    audit: Run, site: Site, driver: Driver, outage: str
) -> None:
    since = datetime.now(UTC).isoformat()
    with fault(driver.aws, _of_ours, OUTAGES[outage], ALWAYS) as down:
        ends = _play(driver)
    assert down.hits >= sum(len(types) for _, _, types in ends.values()) / 2
    for execution, end, _ in ends.values():
        assert end in (execution.status, execution.error)
    lost = outage == "it takes them, and its answers are lost"
    assert bool(site.ids_logged()) is lost

    holes = audit("check", "--since", since)
    assert holes.exit_code == 1
    assert "messages wait in FallbackQueue" in holes.stdout
    before = len(site.aws.wire.calls)
    assert audit("redrive").exit_code == 0

    after = audit("check", "--since", since)
    assert after.exit_code == 0, after.stdout
    assert after.stdout.endswith("no holes.\n")
    ids, sent = site.ids_logged(), site.sent(before)
    for transfer, (_, _, types) in ends.items():
        told = [one for one in ids if one.startswith(f"{transfer}-")]
        assert set(told) == {f"{transfer}-{one}" for one in types}
        again = [one for one in sent if one.startswith(f"{transfer}-")]
        assert again == ([] if lost else [f"{transfer}-{one}" for one in types])
        assert again == sorted(again, key=_place)
    assert len(sent) == len(set(sent))
    assert any(one.endswith("-PinMalformed-PinRejected") for one in ids)
    if not lost:
        assert len(ids) == len(set(ids))
    assert site.waiting() == 0


def _place(event_id: str) -> int:
    return SEQUENCES[event_id.rpartition("-")[2]]
