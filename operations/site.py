"""What a call is played on: who runs the functions, which flows are published, and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.connect.lambda_block import Functions
from simulator.connect_api import StoredInstance
from simulator.flow_engine import Flow, load
from simulator.template import ROOT
from simulator.world import EngineClock

# Numbers that regulators keep for drama: they ring nowhere.
CARDHOLDER = "+447700900123"
SHOP = "+441632960000"
PCI_PAL = "+441632960001"
RETURN = "+441632960002"

FLOWS = sorted(path.stem for path in (ROOT / "flows").glob("*.json"))


@dataclass(frozen=True)
class Site:
    """`values`: what flows' tokens stand for, but for the ARNs of flows and queues.

    `clock`: of the engine that runs the executions, if there is one. `announce`: takes Connect's
    contact events. `published`: the instance as it was set up over Connect's API; without it, calls
    set up one of their own, whose agents have the ARNs that `user_arn` gives by their names.
    """

    instance_arn: str
    functions: Functions
    values: Mapping[str, str]
    clock: EngineClock | None = None
    announce: Callable[[dict[str, Any]], None] = lambda _: None
    user_arn: Callable[[str], str] = lambda _: ""
    load_flow: Callable[[str, Mapping[str, str]], Flow] = field(default=load)
    published: StoredInstance | None = None
