"""Where a fault can strike: every AWS call of a function, of a state, and of Connect."""

import re
from dataclasses import dataclass, field, replace

from secure_transfer.adapters.budget import READ_SECONDS
from simulator.calls import AwsCall
from tests.asl.machine import load
from tests.workflow.faults import Which, by_function, by_state

CONNECT = "Connect"

_STATES = load()["States"]
# Of the template's parameters that the waits take from the input.
_WAITS = {"$.loopTimeoutSeconds": 90.0, "$.joinTimeoutSeconds": 300.0}


@dataclass(frozen=True, slots=True)
class Place:
    """`patience`: how many seconds the caller waits for an answer."""

    caller: str
    action: str
    about: str
    patience: float
    which: Which = field(repr=False)
    is_state: bool = False

    @property
    def service(self) -> str:
        return self.action.partition(":")[0]

    def __str__(self) -> str:
        if self.is_state:
            return f"`{self.caller}`" + (f" ({self.about})" if self.about else "")
        return f"`{self.action}`, {self.about}"


def of_state(state: str) -> Place:
    given = _STATES[state]
    *_, service, operation = given["Resource"].split(":")
    operation = operation.removesuffix(".waitForTaskToken")
    patience = given.get("TimeoutSeconds") or _WAITS[given["TimeoutSecondsPath"]]
    action = f"{service}:{operation[0].upper()}{operation[1:]}"
    return Place(state, action, "", float(patience), by_state(state), is_state=True)


def of_any_audit_state() -> Place:
    return replace(of_state("AuditPinAllocated"), caller="Audit", which=by_state("Audit"))


def of_function(name: str, action: str, about: str, sent: str = "") -> Place:
    """`sent`: tells calls of one action apart by what they send (a regular expression)."""
    its_call, looks_like = by_function(name, action), re.compile(sent)

    def which(call: AwsCall) -> bool:
        return its_call(call) and bool(looks_like.search(call.body))

    return Place(name, action, about, READ_SECONDS, which)


def of_connect(function: str) -> Place:
    """The call with which a flow's block invokes a function."""

    def which(call: AwsCall) -> bool:
        its_path = f"-{function}Function-" in call.path
        return call.action == "lambda:Invoke" and call.caller == "operator" and its_path

    return Place(CONNECT, "lambda:Invoke", f"invokes {function}", READ_SECONDS, which)


class AddAgent:
    STARTS = of_function("AddAgent", "states:StartExecution", "starts the execution")
    LOOKS = of_function("AddAgent", "dynamodb:GetItem", "looks for the PIN")
    GIVES_UP = of_function("AddAgent", "dynamodb:PutItem", "closes a transfer that has no PIN")
    TELLS = of_function("AddAgent", "events:PutEvents", "tells of a call that is not ours")
    KEEPS = of_function("AddAgent", "sqs:SendMessage", "keeps what the bus did not take")


class GetAgent:
    FINDS_PIN = of_function("GetAgent", "dynamodb:GetItem", "finds the PIN's holder", "PinTable")
    RESERVES = of_function("GetAgent", "dynamodb:PutItem", "ties the call to the transfer")
    ANSWERS = of_function("GetAgent", "dynamodb:UpdateItem", "answers the transfer", "AnsweredAt")
    JUDGES = of_function("GetAgent", "dynamodb:GetItem", "reads why it was not answered",
                         "(?s)^(?!.*(answer/|caller/)).*TransferTable")  # fmt: skip
    WAKES = of_function("GetAgent", "states:SendTaskSuccess", "wakes the execution")
    TELLS = of_function("GetAgent", "events:PutEvents", "tells of a refusal, or for the execution")
    KEEPS = of_function("GetAgent", "sqs:SendMessage", "keeps what the bus did not take")


class AgentJoined:
    JOINS = of_function("AgentJoined", "dynamodb:UpdateItem", "joins the transfer", ":joined")
    JUDGES = of_function("AgentJoined", "dynamodb:GetItem", "reads why it was not joined")
    JOINS_LATE = of_function("AgentJoined", "dynamodb:UpdateItem", "notes a late join",
                             "if_not_exists")  # fmt: skip
    WAKES = of_function("AgentJoined", "states:SendTaskSuccess", "wakes the execution")
    TELLS = of_function("AgentJoined", "events:PutEvents",
                        "tells of a refusal, or for the execution")  # fmt: skip
    KEEPS = of_function("AgentJoined", "sqs:SendMessage", "keeps what the bus did not take")


class ContactChanged:
    READS = of_function("ContactChanged", "dynamodb:GetItem", "looks whose call it is")
    ENDS = of_function("ContactChanged", "dynamodb:UpdateItem", "notes the call's end", "EndedAt")
    NAMES = of_function("ContactChanged", "connect:DescribeUser", "asks for the agent's name")
    WAKES = of_function("ContactChanged", "states:SendTaskSuccess", "wakes the execution")
    INTERRUPTS = of_function("ContactChanged", "states:SendTaskFailure", "ends the wait")
    TELLS = of_function("ContactChanged", "events:PutEvents", "tells of the call's end")
    KEEPS = of_function("ContactChanged", "sqs:SendMessage", "keeps what the bus did not take")


class ExecutionClosed:
    READS = of_function("ExecutionClosed", "dynamodb:GetItem", "reads the transfer's record")
    TELLS = of_function("ExecutionClosed", "events:PutEvents", "tells what the record says")
    KEEPS = of_function("ExecutionClosed", "sqs:SendMessage", "keeps what the bus did not take")


class FindFreePin:
    LOOKS = of_function("FindFreePin", "dynamodb:BatchGetItem", "looks which PINs are free")
    CLAIMS = of_function("FindFreePin", "dynamodb:PutItem", "claims a free PIN")
