"""What can be set in the flows without editing them. The flow files hold the defaults.

A setting is a parameter of the stack, by the same name in `template.yaml`, in `flows/stack.yaml`
and in the values of `operations flows render`.
"""

import json
from collections.abc import Mapping
from typing import Any

from operations import flow_fallback
from simulator.template import ROOT

Json = dict[str, Any]

FLOWS = {
    "save_agent_name": "AGENT_WHISPER",
    "save_agent_name_outbound": "OUTBOUND_WHISPER",
    "secure_call_joined": "AGENT_WHISPER",
    "secure_call_waiting": "CUSTOMER_QUEUE",
    "answer_from_pci_pal": "CONTACT_FLOW",
    "transfer_to_pci_pal": "QUEUE_TRANSFER",
}
"""The flows' types, as AWS calls them, in an order in which they can be imported."""

FUNCTIONS = {
    "secure_call_joined": "AgentJoined",
    "answer_from_pci_pal": "GetAgent",
    "transfer_to_pci_pal": "AddAgent",
}
"""Which function a flow invokes."""

ROUTES = ("", "2", "3", "4")
"""What the names of a route's parameters and resources end in."""

MOST_COMMAS = 44
"""Connect keys 50 characters at most, and a PIN has up to 6 digits."""

WORDS = {
    "SayNameNotSaved": (
        "save_agent_name",
        "Say not saved",
        "To the agent, before a call whose name for secure payments could not be kept.",
    ),
    "SayReadingPin": (
        "answer_from_pci_pal",
        "Read PIN",
        "To everybody on the line, while the looped call waits for its PIN.",
    ),
    "SayCallSecure": (
        "answer_from_pci_pal",
        "Say secure",
        "To everybody on the line: the agent can leave the first call.",
    ),
    "SayNotSecured": (
        "answer_from_pci_pal",
        "Say not secured",
        "To everybody on the line: the looped call was refused, and ends.",
    ),
    "SayNoPin": (
        "transfer_to_pci_pal",
        "Say no PIN",
        "To the agent who clicked: there is no PIN.",
    ),
    "SayNoLine": (
        "transfer_to_pci_pal",
        "Say no line",
        "To the agent who clicked: PCI Pal could not be reached.",
    ),
    "SaySecuredCall": (
        "secure_call_joined",
        "Say secured",
        "To the agent who picks the looped call up.",
    ),
    "SayWrongAgent": (
        "secure_call_joined",
        "Say wrong agent",
        "To another agent who picks the looped call up.",
    ),
    "SayNotRecorded": (
        "secure_call_joined",
        "Say not recorded",
        "To the agent who picks the looped call up, where that could not be recorded.",
    ),
    "SayTakenOver": (
        "secure_call_joined",
        "Say taken over",
        "To an agent who takes a looped call from the fallback queue.",
    ),
    "SayPleaseWait": (
        "secure_call_waiting",
        "Say please wait",
        "To the cardholder, while the agent is fetched; again after each pause of 10 s.",
    ),
    "SayGoodbye": (
        "secure_call_waiting",
        "Say goodbye",
        "To the cardholder, if no agent ever comes; the call ends.",
    ),
}
"""What is said, by parameter: in which flow, by which block, and to whom."""

_INSTANCE = r"arn:aws:connect:[a-z0-9-]+:\d{12}:instance/[0-9a-f-]{36}"
_FUNCTION = r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w-]+)?"


def parameters() -> Json:
    """Return the parameters of the stack that deploys the flows."""
    return {
        "ConnectInstanceArn": _arn(_INSTANCE, "a Connect instance", "The Connect instance."),
        **{
            f"{name}FunctionArn": _arn(
                _FUNCTION, "a Lambda function", f"{name}, as the flows invoke it."
            )
            for name in FUNCTIONS.values()
        },
        "PinLength": _number(4, 4, 6, "Digits of a PIN."),
        **_routes(),
        **settings(),
    }


def settings() -> Json:
    """Return those that `template.yaml` has with the same rules."""
    return {
        "QuickConnectQueueArn": {
            **_arn(
                f"^$|{_INSTANCE}/queue/[0-9a-f-]{{36}}",
                "a queue of the instance, or empty",
                "Any queue of the instance: a quick connect has to name one, and no call waits in "
                "it. Empty: no quick connect is made.",
            ),
            "Default": "",
        },
        "FallbackQueueArn": {
            **_arn(
                f"^$|{_INSTANCE}/queue/[0-9a-f-]{{36}}",
                "a queue of the instance, or empty",
                "The queue whose agents get a looped call that its own agent does not take. Empty: "
                "the call ends then.",
            ),
            "Default": "",
        },
        "CallerIdNumber": _telephone_number(
            "The number of your instance that calls to PCI Pal present. Empty: the cardholder's, "
            "which some carriers refuse."
        ),
        "DelayCommas": _number(
            commas_written(),
            1,
            MOST_COMMAS,
            "Pauses between PCI Pal's answer and the PIN, each about 0.75 s. The looped call has "
            "to be answered by then.",
        ),
        "FirstDigitSeconds": _number(
            int(written("answer_from_pci_pal", "Read PIN")["InputTimeLimitSeconds"]),
            1,
            60,  # the default of PinQuarantineSeconds is for this much
            "How long the looped call waits for the first digit of the PIN.",
        ),
        "RecordFirstLeg": _choice(
            "false",
            "true leaves the recording of the first call as it is. PCI Pal does not mask that "
            "call: card digits can be heard in it.",
        ),
        "LogFlows": _choice(
            "false",
            "true logs the transfer and the answer flow, for tests without real payments: live "
            "PINs and telephone numbers stand in that log.",
        ),
        "BranchOnCallFailure": _choice(
            "true",
            "false if Connect refuses the errors CallFailed and ConnectionTimeLimitExceeded in the "
            "transfer flow. The PIN, used or expired, then stays on the contact.",
        ),
        **{
            parameter: _words(split_words(written(flow, identifier))[1], 400, description)
            for parameter, (flow, identifier, description) in WORDS.items()
        },
    }


def _routes() -> Json:
    found: Json = {}
    for number, route in enumerate(ROUTES, start=1):
        found[f"PciPalNumber{route}"] = _telephone_number(
            f"PCI Pal's number of route {number}. Empty: there is no such route."
        )
        found[f"RouteName{route}"] = _words(
            f"PCI Pal secure payment {route}".strip(), 60, f"What agents click for route {number}."
        )
    # Nobody should render flows that call nowhere.
    del found["PciPalNumber"]["Default"]
    return found


def _arn(pattern: str, what: str, description: str) -> Json:
    return {
        "Type": "String",
        "AllowedPattern": pattern,
        "ConstraintDescription": f"The ARN of {what}.",
        "Description": description,
    }


def _telephone_number(description: str) -> Json:
    return {
        "Type": "String",
        "Default": "",
        "AllowedPattern": r"^$|\+[1-9]\d{6,14}",
        "ConstraintDescription": "A number in E.164 form, for example +441632960001, or empty.",
        "Description": description,
    }


def _number(default: int, least: int, most: int, description: str) -> Json:
    return {
        "Type": "Number",
        "Default": default,
        "MinValue": least,
        "MaxValue": most,
        "Description": description,
    }


def _choice(default: str, description: str) -> Json:
    return {
        "Type": "String",
        "Default": default,
        "AllowedValues": ["true", "false"],
        "Description": description,
    }


def _words(default: str, longest: int, description: str) -> Json:
    # They go into JSON and into speech markup as they are, and Connect would read a path.
    return {
        "Type": "String",
        "Default": default,
        "AllowedPattern": rf'[^"\\$<>&\x00-\x1f]{{1,{longest}}}',
        "ConstraintDescription": (
            rf'1 to {longest} characters, none of them " \ $ < > & or a line break.'
        ),
        "Description": description,
    }


# ------------------------------------------------------------- what the flow files say


def read(name: str) -> Json:
    """Return a flow as its file has it, with its tokens."""
    flow: Json = json.loads((ROOT / f"flows/{name}.json").read_text(encoding="utf-8"))
    return flow


def block(flow: Mapping[str, Any], identifier: str) -> Json:
    """Return a block of a flow. Raises `LookupError` if there is none."""
    for one in flow["Actions"]:
        if one["Identifier"] == identifier:
            found: Json = one
            return found
    raise LookupError(f"The flow has no block {identifier!r}.")


def written(flow: str, identifier: str) -> Json:
    """Return a block's parameters as the flow's file has them, or a setting's own block."""
    blocks = [*read(flow)["Actions"], *flow_fallback.BLOCKS.get(flow, [])]
    found: Json = block({"Actions": blocks}, identifier)["Parameters"]
    return found


def commas_written() -> int:
    attributes = written("transfer_to_pci_pal", "Delay and PIN")["Attributes"]
    return str(attributes["delay_and_PIN"]).count(",")


def split_words(said: Mapping[str, str]) -> tuple[str, str, str]:
    """Return what stands before the words that a block says, the words, and what stands behind."""
    if "Text" in said:
        return "", said["Text"], ""
    before, _, rest = said["SSML"].partition(">")
    words, opened, behind = rest.partition("<")
    return f"{before}>", words, f"{opened}{behind}"
