"""`operations audit redrive`: what waits is sent once, in order; what is no event of ours stays."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from werkzeug.wrappers import Response

from operations.audit.redrive import queue as holding
from operations.audit.redrive.messages import Kept, Left, read
from simulator.calls import AwsCall
from tests.audit.interrupt import interrupt
from tests.audit.site import Site, detail, is_operator, new_id
from tests.workflow.faults import ALWAYS, Fault, fault, refused, response_lost

Run = Callable[..., Result]


def _puts(call: AwsCall) -> bool:
    return call.action == "events:PutEvents" and is_operator(call.caller)


def _operation(name: str) -> Callable[[AwsCall], bool]:
    return lambda call: call.operation == name and is_operator(call.caller)


def _counts(result: Result) -> dict[str, int]:
    """Return the table's figures."""
    rows = [line.strip("│").split("│") for line in result.stdout.splitlines() if "│" in line]
    return {name.strip(): int(count) for name, count in rows}


def _table(sent: int, there: int, left: int) -> dict[str, int]:
    return {"events sent": sent, "events already there": there, "messages left": left}


# ----------------------------------------------------------------- what is sent


def test_what_waits_is_sent_in_the_order_of_each_life(audit: Run, site: Site) -> None:
    first, second = new_id(), new_id()
    # The second transfer began later; of the first, the messages came in a wrong order.
    later = "2026-11-24T11:00:00.000Z"
    site.keep(detail("TransferTimedOut", second, occurredAt="2026-11-24T11:01:30.000Z"))
    site.keep(detail("TransferSecured", first))
    site.keep(detail("LoopAnswered", first))
    site.keep(detail("TransferRequested", second, occurredAt=later),
              detail("PinAllocated", second, occurredAt=later))  # fmt: skip
    earlier = "2026-11-24T10:00:00.000Z"
    site.keep(detail("TransferRequested", first, occurredAt=earlier),
              detail("PinAllocated", first, occurredAt=earlier))  # fmt: skip
    before = len(site.aws.wire.calls)

    result = audit("redrive")

    assert result.exit_code == 0, result.output
    assert _counts(result) == _table(7, 0, 0)
    types = ("TransferRequested", "PinAllocated", "LoopAnswered", "TransferSecured")
    of_first = [f"{first}-{one}" for one in types]
    of_second = [f"{second}-{one}" for one in (*types[:2], "TransferTimedOut")]
    assert site.sent(before) == [*of_first, *of_second]
    assert sorted(site.ids_logged()) == sorted([*of_first, *of_second])
    assert site.waiting() == 0


def test_what_is_sent_is_what_was_kept(audit: Run, site: Site) -> None:
    kept = detail("TransferFailed", new_id())
    site.keep(kept)
    audit("redrive")
    (event,) = site.logged()
    assert (event["source"], event["detail-type"]) == ("secure-transfer", "TransferFailed")
    assert event["detail"] == kept


def test_more_than_one_request_brings_are_all_sent(audit: Run, site: Site) -> None:
    for _ in range(23):
        site.keep(detail("TransferRequested", new_id()))
    assert _counts(audit("redrive")) == _table(23, 0, 0)
    assert len(set(site.ids_logged())) == len(site.ids_logged()) == 23


def test_an_empty_queue_is_said_to_be_empty(audit: Run, site: Site) -> None:  # noqa: ARG001
    result = audit("redrive")
    assert (result.exit_code, result.stdout) == (0, "Nothing waits in the fallback queue.\n")


# -------------------------------------------------------------------- never doubled


def test_what_the_log_has_is_only_deleted(audit: Run, site: Site) -> None:
    """PutEvents had taken effect, and its answer was lost: so the state kept the event too."""
    transfer = new_id()
    told = [detail("TransferRequested", transfer), detail("PinAllocated", transfer)]
    site.tell(*told)
    site.keep(*told)
    before = len(site.aws.wire.calls)
    result = audit("redrive")
    assert result.exit_code == 0
    assert _counts(result) == _table(0, 2, 0)
    assert site.sent(before) == []
    assert site.waiting() == 0
    assert len(site.ids_logged()) == 2


def test_of_a_message_only_what_is_missing_is_sent(audit: Run, site: Site) -> None:
    transfer = new_id()
    told, missing = detail("TransferRequested", transfer), detail("PinAllocated", transfer)
    site.tell(told)
    site.keep(told, missing)
    before = len(site.aws.wire.calls)
    assert _counts(audit("redrive")) == _table(1, 1, 0)
    assert site.sent(before) == [missing["metadata"]["eventId"]]


def test_an_event_that_was_kept_twice_is_sent_once(audit: Run, site: Site) -> None:
    """GetAgent was invoked again, and told what it had told before."""
    event = detail("LoopAnswered", new_id())
    site.keep(event)
    site.keep(event)
    assert _counts(audit("redrive")) == _table(1, 1, 0)
    assert site.ids_logged() == [event["metadata"]["eventId"]]
    assert site.waiting() == 0


def test_an_event_that_was_told_otherwise_is_left(audit: Run, site: Site) -> None:
    event = detail("LoopAnswered", new_id())
    site.tell(event)
    message = site.keep({**event, "data": {"agentName": "bob"}})
    result = audit("redrive")
    assert result.exit_code == 1
    assert _counts(result) == _table(0, 0, 1)
    has = f"the audit log has {event['metadata']['eventId']} with other contents"
    assert f"Left: message {message}: {has}. Compare the two" in result.stdout
    assert site.waiting() == 1


def test_a_redrive_that_could_not_delete_deletes_the_next_time(audit: Run, site: Site) -> None:
    """Stopped half-way between sending and deleting."""
    event = detail("TransferRequested", new_id())
    site.keep(event)
    with fault(site.aws, _operation("DeleteMessage"), refused("InternalError", 500), ALWAYS):
        result = audit("redrive")
    assert result.exit_code == 2
    assert _counts(result) == _table(1, 0, 0)
    assert "DeleteMessage was refused (InternalError)" in result.stderr
    assert site.waiting() == 1
    assert _counts(audit("redrive")) == _table(0, 1, 0)
    assert site.ids_logged() == [event["metadata"]["eventId"]]
    assert site.waiting() == 0


def test_an_event_whose_answer_was_lost_is_not_sent_again(audit: Run, site: Site) -> None:
    event = detail("TransferRequested", new_id())
    site.keep(event)
    with fault(site.aws, _puts, response_lost(), 1) as lost:
        result = audit("redrive")
    assert lost.hits == 1
    assert result.exit_code == 1
    assert "Stopped: EventBridge did not take TransferRequested (no clear answer)" in result.stdout
    assert site.waiting() == 1
    assert _counts(audit("redrive")) == _table(0, 1, 0)
    assert site.ids_logged() == [event["metadata"]["eventId"]]


def test_two_at_once_do_not_double(audit: Run, site: Site) -> None:
    """The one is held up while it sends; the other finds nothing that is not held."""
    site.keep(detail("TransferRequested", new_id()))
    results = []

    def held(state: Fault, pass_on: Callable[[], Response]) -> Response:
        if state.hits == 1:
            results.append(audit("redrive"))
        return pass_on()

    with fault(site.aws, _puts, held, ALWAYS) as puts:
        first = audit("redrive")
    (second,) = results
    assert puts.hits == 1
    assert _counts(first) == _table(1, 0, 0)
    assert second.exit_code == 1
    assert "About 1 messages are held: another redrive is at work" in second.stdout
    assert len(site.ids_logged()) == 1


def test_a_message_that_may_be_anothers_by_now_is_not_sent(
    audit: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not be held on to: the clock says so, whatever SQS makes of an old receipt."""
    monkeypatch.setattr(holding, "HOLD_SECONDS", 0)
    site.keep(detail("TransferRequested", new_id()))
    # Received with no time to hold it, each message comes again and again: one is enough here.
    seen: list[int] = []

    def once(_: Fault, pass_on: Callable[[], Response]) -> Response:
        seen.append(1)
        empty = Response(json.dumps({}), 200, content_type="application/x-amz-json-1.0")
        return pass_on() if len(seen) == 1 else empty

    with fault(site.aws, _operation("ReceiveMessage"), once, ALWAYS):
        result = audit("redrive")
    assert result.exit_code == 1
    assert "another redrive may have it by now. Run this again." in result.stdout
    assert site.ids_logged() == []
    assert site.waiting() == 1


# ------------------------------------------------------------- refused, interrupted


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused("InternalFailure", 400), "InternalFailure"),
        (refused("ThrottlingException", 400), "ThrottlingException"),
        (refused("ServiceUnavailable", 503), "no clear answer"),
    ],
)
def test_where_eventbridge_still_refuses_it_stops_and_nothing_is_lost(
    audit: Run, site: Site, answer: Callable[..., Response], said: str
) -> None:
    transfers = [new_id() for _ in range(3)]
    for transfer in transfers:
        site.keep(detail("TransferRequested", transfer))
    with fault(site.aws, _puts, answer, ALWAYS) as puts:
        result = audit("redrive")
    assert result.exit_code == 1
    assert _counts(result) == _table(0, 0, 3)
    assert f"Stopped: EventBridge did not take TransferRequested ({said})" in result.stdout
    assert puts.hits == (3 if said == "ThrottlingException" else 1)
    assert result.stdout.count("Run this again when EventBridge takes it.") == 3
    assert _counts(audit("redrive")) == _table(3, 0, 0)
    assert sorted(site.ids_logged()) == sorted(f"{one}-TransferRequested" for one in transfers)


def test_a_throttled_entry_is_sent_again_at_once(audit: Run, site: Site) -> None:
    site.keep(detail("TransferRequested", new_id()))
    with fault(site.aws, _puts, _entry_refused("ThrottlingException"), 2) as puts:
        result = audit("redrive")
    assert puts.hits == 2
    assert _counts(result) == _table(1, 0, 0)


def test_an_entry_that_eventbridge_will_never_take_does_not_stop_the_others(
    audit: Run, site: Site
) -> None:
    never = detail("TransferRequested", new_id(), occurredAt="2026-11-24T01:00:00.000Z")
    message = site.keep(never)
    site.keep(detail("TransferRequested", new_id()))
    with fault(site.aws, _puts, _entry_refused("MalformedDetail"), 1):
        result = audit("redrive")
    assert result.exit_code == 1
    assert _counts(result) == _table(1, 0, 1)
    assert f"Left: message {message}: EventBridge refuses TransferRequested" in result.stdout


def _entry_refused(code: str) -> Callable[..., Response]:
    def act(_: Fault, __: Callable[[], Response]) -> Response:
        entry = {"ErrorCode": code, "ErrorMessage": "injected"}
        body = json.dumps({"FailedEntryCount": 1, "Entries": [entry]})
        return Response(body, 200, content_type="application/x-amz-json-1.1")

    return act


def test_interrupted_it_loses_nothing_and_goes_on_the_next_time(audit: Run, site: Site) -> None:
    """Ctrl-C while the second of three is on its way to EventBridge."""
    for _ in range(3):
        site.keep(detail("TransferRequested", new_id()))

    def strike(state: Fault, pass_on: Callable[[], Response]) -> Response:
        answer = pass_on()
        if state.hits == 2:
            interrupt()
        return answer

    with fault(site.aws, _puts, strike, ALWAYS):
        result = audit("redrive")
    assert result.exit_code == 130
    assert "Interrupted. Nothing is lost" in result.stderr
    assert "Traceback" not in result.output
    assert audit("redrive").exit_code == 0
    ids = site.ids_logged()
    assert len(ids) == len(set(ids)) == 3
    assert site.waiting() == 0


def test_killed_it_gives_its_messages_back_by_itself(
    audit: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is given back by hand: they come again when their time is over."""
    site.keep(detail("TransferRequested", new_id()))
    with monkeypatch.context() as killed:
        killed.setattr(holding.FallbackQueue, "give_back", lambda _: None)
        killed.setattr(holding, "HOLD_SECONDS", 3)
        with fault(site.aws, _operation("FilterLogEvents"), refused("Killed", 400), ALWAYS):
            assert audit("redrive").exit_code == 2
    assert audit("redrive").exit_code == 1  # held
    result = audit("redrive")
    while result.exit_code == 1 and "are held" in result.stdout:
        result = audit("redrive")
    assert _counts(result) == _table(1, 0, 0)


def test_nothing_is_sent_where_the_log_cannot_be_read(audit: Run, site: Site) -> None:
    site.keep(detail("TransferRequested", new_id()))
    before = len(site.aws.wire.calls)
    denied = refused("AccessDeniedException")
    with fault(site.aws, _operation("FilterLogEvents"), denied, ALWAYS):
        result = audit("redrive")
    assert result.exit_code == 2
    assert "You may not call FilterLogEvents" in result.stderr
    assert site.sent(before) == []
    assert _counts(audit("redrive")) == _table(1, 0, 0)


# ------------------------------------------------------------------------ poisoned


def _poisoned() -> dict[str, tuple[Callable[[Site], str], str]]:
    def keep(**changed: Any) -> Callable[[Site], str]:
        return lambda site: site.keep(detail("TransferRequested", new_id()), **changed)

    def without(**changed: Any) -> Callable[[Site], str]:
        return lambda site: site.keep(detail("TransferRequested", new_id(), **changed))

    return {
        "no JSON": (lambda site: site.keep_body("{"), "it is no JSON"),
        "no object": (lambda site: site.keep_body("[1]"), "it has no Entries"),
        "no entries": (lambda site: site.keep_body('{"Entries": []}'), "it has no Entries"),
        "no entry": (lambda site: site.keep_body('{"Entries": [7]}'), "it is no object"),
        "foreign source": (keep(Source="shop"), "its source is 'shop', not 'secure-transfer'"),
        "another bus": (keep(EventBusName="default"), "it is for the bus 'default', not"),
        "unknown type": (keep(DetailType="Other"), "the detail-type 'Other' is none of ours"),
        "no detail": (keep(Detail=None), "metadata without eventId, schemaVersion, occurredAt"),
        "no id": (without(eventId=None), "is none of ours"),
        "no time": (without(occurredAt=None), "metadata without occurredAt"),
        "time": (without(occurredAt="today"), "occurredAt 'today' is no time of RFC 3339"),
        "no transfer": (without(transferId=None), "metadata without transferId"),
        "version": (without(schemaVersion="2"), "schemaVersion '2' instead of '1'"),
        "sequence": (without(sequence=2), "sequence 2 instead of 1"),
        "id": (without(eventId="x-TransferRequested"), "eventId 'x-TransferRequested' instead"),
    }


@pytest.mark.usefixtures("events_may_break_the_contract")
@pytest.mark.parametrize("kind", _poisoned())
def test_what_is_no_event_of_ours_is_left_and_named(audit: Run, site: Site, kind: str) -> None:
    put, why = _poisoned()[kind]
    message = put(site)
    good = detail("TransferRequested", new_id())
    site.keep(good)
    result = audit("redrive")
    assert result.exit_code == 1
    assert _counts(result) == _table(1, 0, 1)
    (line,) = (one for one in result.stdout.splitlines() if one.startswith("Left: "))
    assert line.startswith(f"Left: message {message}: ")
    assert why in line
    assert "delete it" in line
    assert site.ids_logged() == [good["metadata"]["eventId"]]
    assert site.waiting() == 1
    # It is there for whoever looks at it, at once.
    assert _counts(audit("redrive")) == _table(0, 0, 1)


@pytest.mark.usefixtures("events_may_break_the_contract")
def test_a_message_with_one_wrong_entry_is_left_whole(audit: Run, site: Site) -> None:
    transfer = new_id()
    wrong = detail("PinAllocated", transfer, occurredAt=None)
    site.keep(detail("TransferRequested", transfer), wrong)
    result = audit("redrive")
    assert "entry 2 of 2: metadata without occurredAt" in result.stdout
    assert site.ids_logged() == []


@pytest.mark.parametrize("body", ["{", "7", "null"])
def test_a_detail_that_is_text_is_read_as_putevents_would_read_it(body: str) -> None:
    entry = {"EventBusName": "bus", "Source": "secure-transfer", "DetailType": "TransferFailed"}
    event = detail("TransferFailed", "a-transfer")
    good = json.dumps({"Entries": [{**entry, "Detail": json.dumps(event)}]})
    kept = read("m", good, "bus")
    assert isinstance(kept, Kept)
    assert [one.detail for one in kept.events] == [event]
    left = read("m", json.dumps({"Entries": [{**entry, "Detail": body}]}), "bus")
    assert isinstance(left, Left)
    assert left.why.startswith("entry 1 of 1: metadata without eventId")


@pytest.mark.parametrize("reason", ["PinUnknown", "CallerLockedOut"])
def test_refusals_belong_to_no_life_and_are_sent_too(audit: Run, site: Site, reason: str) -> None:
    call = new_id()
    metadata = {
        "eventId": f"{call}-{reason}-PinRejected",
        "schemaVersion": "1",
        "occurredAt": "2026-11-24T10:00:00.000Z",
        "contactId": call,
        "initialContactId": call,
    }
    site.keep({"metadata": metadata, "data": {"reason": reason}})
    assert _counts(audit("redrive")) == _table(1, 0, 0)
    assert site.ids_logged() == [metadata["eventId"]]
