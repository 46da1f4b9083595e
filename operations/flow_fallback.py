"""What two flows have besides, with a queue to fall back on if the agent never comes.

Connect itself knows in which queue a call waits, and from which one it is taken: both flows ask
that, so nothing has to be kept on the contact, and nothing to be taken back if the queue is full.
"""

from typing import Any

Json = dict[str, Any]

_QUEUE = "${FallbackQueueArn}"


def _asks_for_the_queue(identifier: str, then: str, otherwise: str) -> Json:
    return {
        "Identifier": identifier,
        "Type": "Compare",
        "Parameters": {"ComparisonValue": "$.Queue.ARN"},
        "Transitions": {
            "NextAction": otherwise,
            "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": otherwise}],
            "Conditions": [
                {"NextAction": then, "Condition": {"Operator": "Equals", "Operands": [_QUEUE]}}
            ],
        },
    }


def _drawn(x: int, y: int, condition_id: str = "") -> Json:
    """Return what the visual designer is told of a block. `condition_id`: of one that compares."""
    drawn: Json = {"position": {"x": x, "y": y}, "isFriendlyName": True}
    if condition_id:
        equals = {"name": "Equals", "value": "Equals", "shortDisplay": "="}
        drawn["conditionMetadata"] = [{"id": condition_id, "operator": equals, "value": _QUEUE}]
    return drawn


BLOCKS: dict[str, list[Json]] = {
    "secure_call_waiting": [
        # The flow runs anew for the call in the fallback queue, and must not fall back again.
        _asks_for_the_queue("Is in fallback queue", then="Say goodbye", otherwise="Fall back"),
        {
            "Identifier": "Fall back",
            "Type": "DequeueContactAndTransferToQueue",
            "Parameters": {"QueueId": _QUEUE},
            "Transitions": {
                "NextAction": "End",
                "Errors": [
                    {"ErrorType": "QueueAtCapacity", "NextAction": "Say goodbye"},
                    {"ErrorType": "NoMatchingError", "NextAction": "Say goodbye"},
                ],
            },
        },
        {"Identifier": "End", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}},
    ],
    "secure_call_joined": [
        # AgentJoined knows one agent and one contact only: it would refuse whoever takes over.
        _asks_for_the_queue("Is taken over", then="Say taken over", otherwise="AgentJoined"),
        {
            "Identifier": "Say taken over",
            "Type": "MessageParticipant",
            "Parameters": {
                "Text": "Secured call. Its own agent did not come. For a payment, secure it again."
            },
            "Transitions": {
                "NextAction": "End",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "End"}],
            },
        },
    ],
}
"""The blocks, by flow."""

DRAWN: dict[str, Json] = {
    "secure_call_waiting": {
        "Is in fallback queue": _drawn(40, 480, "7753810f-406b-58a1-ab41-36923909ce4a"),
        "Fall back": _drawn(300, 480),
        "End": _drawn(560, 480),
    },
    "secure_call_joined": {
        "Is taken over": _drawn(300, 260, "43331e8d-4dea-5a9f-9d00-568094eb90ef"),
        "Say taken over": _drawn(560, 260),
    },
}
"""What the visual designer is told of them."""

WAYS: dict[str, tuple[str, str, str]] = {
    "secure_call_waiting": ("Wait", "Say goodbye", "Is in fallback queue"),
    "secure_call_joined": ("Save agent name", "AgentJoined", "Is taken over"),
}
"""From which block they are come to, where that one leads without them, and where with them."""
