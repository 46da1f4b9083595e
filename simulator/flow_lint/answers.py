"""What the functions that flows invoke are asked and answer, by the token that stands for each.

A test reads the keys from the functions' code: this cannot fall behind.
"""

from collections.abc import Mapping

_ALWAYS = frozenset({"Result", "Reason"})

ANSWERS: Mapping[str, frozenset[str]] = {
    "${AddAgentFunctionArn}": _ALWAYS | {"PIN", "TransferId"},
    "${GetAgentFunctionArn}": _ALWAYS | {"AgentName", "TransferId"},
    "${AgentJoinedFunctionArn}": _ALWAYS,
}

# The flow's LambdaInvocationAttributes: all of them, for a function uses every one.
ASKED: Mapping[str, frozenset[str]] = {
    "${AddAgentFunctionArn}": frozenset({"AgentName"}),
    "${GetAgentFunctionArn}": frozenset({"PIN"}),
    "${AgentJoinedFunctionArn}": frozenset({"AgentName", "TransferId"}),
}
