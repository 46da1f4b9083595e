"""Sections vi to x of the guide: the number, the clicks, the queues and the agents."""

from operations.connect.doctor.finding import CannotTell, Verdict, known, listed, ok, wrong
from operations.connect.doctor.instance import Number, RoutingProfile, User
from operations.connect.doctor.seen import Seen

_NUMBER = "operations connect setup … --number NUMBER"
_QUEUE = "operations connect setup … --queue NAME"


def return_number(seen: Seen) -> Verdict:
    """Say whether the answer flow answers the number that PCI Pal calls back."""
    flow_of = known(seen.instance.number_flows)
    numbers = _return_numbers(seen)
    if not numbers:
        named = "has no such number" if seen.wanted.number else "has no number"
        return wrong(f"The instance {named}.", "Claim it: Channels, Phone numbers.")
    answered = [one for one in numbers if one.id in flow_of]
    if not answered:
        return wrong("Nothing answers it.", _NUMBER)
    ours = {flow.id for flow in seen.ours.answers}
    if not ours:
        raise CannotTell("There is no answer flow.", "Mend the line answer_flow first.")
    bound = [one.shown for one in answered if flow_of[one.id] in ours]
    if bound:
        return ok(", ".join(bound))
    if not seen.wanted.number:
        return wrong("No number is answered by the answer flow.", _NUMBER)
    other = seen.flows.get(flow_of[answered[0].id])
    return wrong(f"It is answered by {listed([other.name if other else '?'])}.", _NUMBER)


def _return_numbers(seen: Seen) -> list[Number]:
    """Return the number that was named, or else every one: PCI Pal calls back one of them."""
    numbers = list(known(seen.instance.numbers).values())
    if not seen.wanted.number:
        return numbers
    return [one for one in numbers if one.number == seen.wanted.number]


def quick_connect(seen: Seen) -> Verdict:
    """Say whether there is something to click that leads to the transfer flow."""
    every = known(seen.instance.quick_connects)
    if not seen.ours.transfers:
        raise CannotTell("There is no transfer flow.", "Mend the line transfer_flow first.")
    ours = seen.quick_connect_ids
    if not ours:
        return wrong(
            "None leads to the transfer flow.",
            "Deploy the stack with QuickConnectQueueArn, or make one of type queue on that flow.",
        )
    return ok(listed(sorted(every[one].name for one in ours)))


def queues(seen: Seen) -> Verdict:
    """Say whether every payment queue has a quick connect that secures a call."""
    every = known(seen.instance.queues)
    unknown = [name for name in seen.wanted.queues if name not in {q.name for q in every.values()}]
    if unknown:
        return wrong(f"There is no queue {listed(unknown)}.", "Look at the names given by --queue.")
    ours = seen.quick_connect_ids
    if not ours:
        raise CannotTell(
            "There is no quick connect that secures a call.", "Mend the line quick_connect first."
        )
    if not seen.wanted.queues and not any(
        known(q.quick_connect_ids) & ours for q in every.values()
    ):
        return wrong("No queue has it.", _QUEUE)
    lacking = [q.name for q in seen.payment_queues if not known(q.quick_connect_ids) & ours]
    if lacking:
        return wrong(f"{listed(lacking)} lacks it.", _QUEUE)
    return ok(listed([queue.name for queue in seen.payment_queues]))


def routing_profiles(seen: Seen) -> Verdict:
    """Say whether each payment queue is served by voice in a routing profile that somebody has."""
    served: set[str] = set()
    for profile in known(seen.instance.profiles).values():
        served |= known(profile.queue_ids)
    unserved = [queue.name for queue in seen.payment_queues if queue.id not in served]
    if unserved:
        return wrong(
            f"{listed(unserved)} is in no agent's routing profile, or not for voice.",
            "Add it there: Users, Routing profiles.",
        )
    return ok(listed([profile.name for profile in seen.paying_profiles]))


def agents(seen: Seen) -> Verdict:
    """Say whether each agent serves a payment queue: else there is nothing to click."""
    users = known(seen.instance.users)
    paying = {profile.id for profile in seen.paying_profiles}
    outside = sorted(one.name for one in users.values() if one.profile_id not in paying)
    if not users:
        return wrong("The instance has no users.", "Add the agents: Users, User management.")
    if outside:
        return wrong(
            f"{len(outside)} of {len(users)} serve no payment queue: {listed(outside)}.",
            f"Those of them who take payments need a routing profile such as "
            f"{listed(_names(seen.paying_profiles) or ['(none yet)'])}.",
        )
    return ok(f"all {len(users)}")


def after_call_work(seen: Seen) -> Verdict:
    """Say whether after-call work ends by itself: with 0 the looped call waits for a click."""
    users = [*known(seen.instance.users).values()]
    paying = {profile.id for profile in seen.paying_profiles}
    concerned = [one for one in users if one.profile_id in paying]
    if not concerned:
        raise CannotTell("Nobody serves a payment queue.", "Mend the line agents first.")
    endless = sorted(one.name for one in concerned if one.after_call_seconds < 1)
    if endless:
        return wrong(
            f"0 for {len(endless)} of {len(concerned)}: {listed(endless)}.",
            f"{_QUEUE} --after-call-work",
        )
    return ok(_seconds(concerned))


def _seconds(users: list[User]) -> str:
    seconds = sorted({one.after_call_seconds for one in users})
    return f"{seconds[0]} s" if len(seconds) == 1 else f"{seconds[0]} to {seconds[-1]} s"


def _names(profiles: list[RoutingProfile]) -> list[str]:
    return [one.name for one in profiles]
