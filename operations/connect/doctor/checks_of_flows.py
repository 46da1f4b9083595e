"""Section v of the guide: the whispers, and the flows that are to be as ours are."""

from collections.abc import Iterable

from operations.connect.doctor.finding import CannotTell, Status, Verdict, known, listed, ok, wrong
from operations.connect.doctor.flow_compare import differences, settings_of
from operations.connect.doctor.inbound_whispers import DEFAULT, whispers_after
from operations.connect.doctor.instance import Flow
from operations.connect.doctor.our_flows import hooks_of
from operations.connect.doctor.seen import Seen
from operations.connect.setup.found import DEFAULT_WHISPERS
from operations.connect.setup.whisper import keeps_name, other_names

_WHISPERS = "operations connect setup … --queue NAME --whispers"
_BY_HAND = (
    "Make the first block of our whisper (docs/flows.md) its first, with no other value for "
    "QueueAgentName behind it, and publish it."
)
_PUBLISH = (
    "Deploy the stack again, or publish what `operations flows render` makes: docs/flows.md tells "
    "how."
)
_MOST_DIFFERENCES = 3


# ------------------------------------------------------------------ the agent's name


def inbound_whisper(seen: Seen) -> Verdict:
    """Say whether every whisper that an inbound call can run keeps the agent's name."""
    ours = {flow.id for flow in seen.ours.answers}
    every = seen.flows.values()
    contents = {flow.arn: flow.content for flow in every if isinstance(flow.content, dict)}
    by_arn = {flow.arn: flow for flow in every}
    arns: set[str] = set()
    for flow_id in set(known(seen.instance.number_flows).values()) - ours:
        if flow_id in seen.flows:
            known(seen.flows[flow_id].content)
            arns |= whispers_after(seen.flows[flow_id].arn, contents)
    chosen_later = sorted(arn for arn in arns if arn.startswith("$"))
    if chosen_later:
        raise CannotTell(
            f"A flow chooses the whisper while the call runs: {', '.join(chosen_later)}.",
            "See that each that can be chosen keeps QueueAgentName.",
        )
    gone = sorted(arns - by_arn.keys() - {DEFAULT})
    if gone:
        return wrong(f"A flow sets a whisper that is not there: {', '.join(gone)}.", _BY_HAND)
    flows = [by_arn[arn] for arn in arns - {DEFAULT}]
    default = [_default(seen, "AGENT_WHISPER")] if DEFAULT in arns or not arns else []
    return _all_keep_name([*default, *flows], {flow.id for flow in default})


def outbound_whisper(seen: Seen) -> Verdict:
    """Say whether the outbound whispers of those who take payments keep the agent's name."""
    own = {known(profile.outbound_flow_id) for profile in seen.paying_profiles} or {DEFAULT}
    gone = sorted(own - seen.flows.keys() - {DEFAULT})
    if gone:
        return wrong(f"A queue's outbound whisper is not there: {', '.join(gone)}.", _BY_HAND)
    flows = [seen.flows[one] for one in own - {DEFAULT}]
    if DEFAULT in own:
        flows.append(_default(seen, "OUTBOUND_WHISPER"))
    return _all_keep_name(flows, {flow.id for flow in flows})


def _default(seen: Seen, flow_type: str) -> Flow:
    name = DEFAULT_WHISPERS[flow_type]
    for flow in seen.flows.values():
        if (flow.name, flow.type) == (name, flow_type):
            return flow
    raise CannotTell(
        f"There is no flow “{name}”: the instance's default whisper has another name.",
        "See in the designer that it keeps QueueAgentName, or give it that name again.",
    )


def _all_keep_name(flows: list[Flow], set_up: set[str]) -> Verdict:
    """Judge whispers. `set_up`: ids of those that set-up can put the block into."""
    forgetful = {flow.id: flow for flow in flows if not _keeps_name(flow)}
    if not forgetful:
        return ok(listed(sorted({flow.name for flow in flows})))
    by_command = forgetful.keys() <= set_up and not any(
        isinstance(flow.content, dict) and flow.content and other_names(flow.content)
        for flow in forgetful.values()
    )
    return wrong(
        f"{listed(sorted(flow.name for flow in forgetful.values()))} does not keep the agent's "
        "name.",
        _WHISPERS if by_command else _BY_HAND,
    )


def _keeps_name(flow: Flow) -> bool:
    content = known(flow.content)
    if not content or flow.is_archived:
        return False
    return keeps_name(content) and not other_names(content)


# ------------------------------------------------------------------------- as ours are


def transfer_flow(seen: Seen) -> Verdict:
    return _as_ours(seen.ours.transfers, "transfer_to_pci_pal")


def answer_flow(seen: Seen) -> Verdict:
    return _as_ours(seen.ours.answers, "answer_from_pci_pal")


def joined_flow(seen: Seen) -> Verdict:
    elsewhere = _other_hook(seen, "AgentWhisper", seen.ours.joined)
    as_ours = _as_ours(seen.ours.joined, "secure_call_joined")
    if elsewhere or as_ours.status != Status.OK:
        return elsewhere or as_ours
    return _other_fallback_queue(seen) or as_ours


def waiting_flow(seen: Seen) -> Verdict:
    elsewhere = _other_hook(seen, "CustomerQueue", seen.ours.waiting)
    return elsewhere or _as_ours(seen.ours.waiting, "secure_call_waiting")


def _other_hook(seen: Seen, hook: str, ours: Iterable[Flow]) -> Verdict | None:
    """Say so if the answer flow has another flow run where ours belongs."""
    others = hooks_of(seen.ours.answers, hook) - {flow.id for flow in ours}
    if not others:
        return None
    names = [seen.flows[one].name if one in seen.flows else one for one in sorted(others)]
    return wrong(f"The answer flow has {listed(names)} run in its place.", _PUBLISH)


def _other_fallback_queue(seen: Seen) -> Verdict | None:
    """Say so if the cardholder is passed on to a queue that the whisper does not know."""
    queues = {
        name: {settings_of(name, one.content).get("FallbackQueueArn", "") for one in flows
               if isinstance(one.content, dict)}
        for name, flows in (
            ("secure_call_waiting", seen.ours.waiting), ("secure_call_joined", seen.ours.joined)
        )
    }  # fmt: skip
    if queues["secure_call_waiting"] - {""} <= queues["secure_call_joined"]:
        return None
    return wrong(
        "Calls are passed on to a queue that it does not know: its agents would hear that the call "
        "could not be recorded.",
        _PUBLISH,
    )


def _as_ours(flows: Iterable[Flow], name: str) -> Verdict:
    told: list[str] = []
    published: list[str] = []
    for flow in flows:
        content = known(flow.content)
        if content is None:
            return wrong(f"“{flow.name}” was saved, and never published.", "Publish it.")
        if flow.is_archived:
            return wrong(f"“{flow.name}” is archived.", "Take it out of the archive.")
        told += [f"“{flow.name}”: {one}." for one in differences(name, content)]
        published.append(flow.name)
    if told:
        more = len(told) - _MOST_DIFFERENCES
        shown = " ".join(told[:_MOST_DIFFERENCES])
        return wrong(f"{shown} And {more} more." if more > 0 else shown, _PUBLISH)
    if not published:
        return wrong("There is no such flow.", _PUBLISH)
    return ok(f"published: {listed(published)}")


# ------------------------------------------------------------------ cards and PINs


def first_call_recording(seen: Seen) -> Verdict:
    """PCI Pal does not mask the first call: its recording would hold the card's digits."""
    recorded = _with_setting(seen.ours.transfers, "transfer_to_pci_pal", "RecordFirstLeg")
    if recorded:
        return wrong(
            f"{listed(recorded)} leaves the recording on.",
            "Deploy the stack with RecordFirstLeg=false, but for tests without real cards.",
        )
    return ok("stopped at the click")


def pins_in_logs(seen: Seen) -> Verdict:
    """Flow logs are on for the instance, and off where a PIN is there."""
    logged = [
        *_with_setting(seen.ours.transfers, "transfer_to_pci_pal", "LogFlows"),
        *_with_setting(seen.ours.answers, "answer_from_pci_pal", "LogFlows"),
    ]
    if logged:
        return wrong(
            f"{listed(logged)} logs live PINs and telephone numbers.",
            "Deploy the stack with LogFlows=false, but for tests without real cards.",
        )
    return ok("these two flows are not logged")


def _with_setting(flows: Iterable[Flow], name: str, setting: str) -> list[str]:
    """Return which flows have a setting that is `true`. Raises `CannotTell` without flows."""
    contents = {flow.name: known(flow.content) for flow in flows}
    if not any(contents.values()):
        raise CannotTell("There is no published flow to look at.", "Mend the flow's line first.")
    return [
        called
        for called, content in contents.items()
        if content and settings_of(name, content).get(setting) == "true"
    ]
