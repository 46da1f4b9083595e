"""All that the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from operations.connect.doctor.finding import CannotTell, known
from operations.connect.doctor.flow_compare import parameter
from operations.connect.doctor.instance import Flow, Functions, Instance, Queue, RoutingProfile
from operations.connect.doctor.our_flows import OurFlows, our_flows
from operations.flow_settings import FUNCTIONS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator knows, if so: PCI Pal's return number, and names of payment queues."""

    number: str = ""
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    instance: Instance
    functions: Functions
    wanted: Wanted

    @property
    def flows(self) -> Mapping[str, Flow]:
        return known(self.instance.flows)

    @property
    def ours(self) -> OurFlows:
        return our_flows(self.instance)

    @property
    def quick_connect_ids(self) -> set[str]:
        """Those that secure a call. Raises `CannotTell` if that cannot be said."""
        transfers = {flow.id for flow in self.ours.transfers}
        every = known(self.instance.quick_connects)
        return {one.id for one in every.values() if one.flow_id in transfers}

    @property
    def payment_queues(self) -> list[Queue]:
        """The queues that were named, or else those with a quick connect that secures a call.

        Raises `CannotTell` if there are none.
        """
        queues = known(self.instance.queues).values()
        if self.wanted.queues:
            chosen = [one for one in queues if one.name in self.wanted.queues]
        else:
            ours = self.quick_connect_ids
            chosen = [one for one in queues if known(one.quick_connect_ids) & ours]
        if not chosen:
            raise CannotTell(
                "Which queues take payments is not known.",
                "Mend the line queues first, or name the queues with --queue.",
            )
        return chosen

    @property
    def paying_profiles(self) -> list[RoutingProfile]:
        """The routing profiles, of those that users have, that serve a payment queue by voice."""
        queues = {one.id for one in self.payment_queues}
        profiles = known(self.instance.profiles).values()
        return [one for one in profiles if known(one.queue_ids) & queues]


def functions_named(instance: Instance) -> dict[str, str]:
    """Return the ARNs of the functions that our published flows invoke, by role."""
    ours = our_flows(instance)
    in_role = {
        "transfer_to_pci_pal": ours.transfers,
        "answer_from_pci_pal": ours.answers,
        "secure_call_joined": ours.joined,
    }
    named: dict[str, str] = {}
    for name, flows in in_role.items():
        for flow in flows:
            content = flow.content if isinstance(flow.content, dict) else {}
            arn = parameter(content, FUNCTIONS[name], "LambdaFunctionARN")
            if isinstance(arn, str) and arn.startswith("arn:"):
                named.setdefault(FUNCTIONS[name], arn)
    return named
