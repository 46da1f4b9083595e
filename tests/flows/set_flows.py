"""Flows as the stack deploys them: what it takes, and the calls that can be played on them."""

from collections.abc import Callable, Mapping

from operations.flows_render import render
from operations.flows_stack import build
from simulator.flow_engine import Flow

INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/5ec0de00-0000-4000-8000-000000000001"
NEEDED = {
    "AddAgentFunctionArn": "arn:aws:lambda:eu-west-2:123456789012:function:add",
    "GetAgentFunctionArn": "arn:aws:lambda:eu-west-2:123456789012:function:get",
    "AgentJoinedFunctionArn": "arn:aws:lambda:eu-west-2:123456789012:function:joined:live",
    "PciPalNumber": "+441632960001",
    "SecureCallJoinedFlowArn": f"{INSTANCE}/contact-flow/5ec0de00-0000-4000-8000-00000000000a",
    "SecureCallWaitingFlowArn": f"{INSTANCE}/contact-flow/5ec0de00-0000-4000-8000-00000000000b",
}
"""What has no default."""


def with_settings(**settings: str) -> Callable[[str, Mapping[str, str]], Flow]:
    """Return how a site gets its flows where these things are set."""
    known = {*build()["Parameters"], "SecureCallJoinedFlowArn", "SecureCallWaitingFlowArn"}

    def load_flow(name: str, values: Mapping[str, str]) -> Flow:
        of_the_site = {key: value for key, value in values.items() if key in known}
        return render({**of_the_site, **settings}, [name])[name]

    return load_flow
