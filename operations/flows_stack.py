"""Make flows/stack.yaml of the flow files: a CloudFormation stack of what is in Connect.

What can be set is a parameter of the stack. With the defaults each flow is what its file says, to
the letter. `make flows-stack` writes it; a test holds it against the flow files.
"""

import copy
import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from operations import flow_fallback
from operations.flow_settings import (
    FLOWS,
    FUNCTIONS,
    MOST_COMMAS,
    ROUTES,
    WORDS,
    Json,
    block,
    commas_written,
    parameters,
    read,
    split_words,
)
from simulator.template import ROOT

STACK = ROOT / "flows/stack.yaml"
_HEADER = (
    "# Made of flows/*.json by `make flows-stack`: change those, or operations/flow_settings.py.\n"
)
_OUTPUTS = {
    "save_agent_name": "The whisper for agents, on your instance or in your flows",
    "save_agent_name_outbound": "The whisper for outbound calls, on your queues",
    "answer_from_pci_pal": "The flow of the number that PCI Pal calls back",
}


def build() -> Json:
    """Return the stack's template."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Secure transfer: what is in Amazon Connect. Part of template.yaml's stack.",
        "Parameters": parameters(),
        "Mappings": {"Commas": {str(n): {"Text": "," * n} for n in range(1, MOST_COMMAS + 1)}},
        "Conditions": _conditions(),
        "Resources": _resources(),
        "Outputs": _outputs(),
    }


def text() -> str:
    dumped = yaml.safe_dump(build(), sort_keys=False, allow_unicode=True, width=100_000)
    return f"{_HEADER}{dumped}"


def flow_resource(name: str, route: str = "") -> str:
    """Return the logical name of a flow: of the transfer flow there is one a route."""
    return "".join(word.capitalize() for word in name.split("_")) + f"Flow{route}"


def _conditions() -> Json:
    conditions: Json = {
        "HasCallerId": _given("CallerIdNumber"),
        "HasQuickConnectQueue": _given("QuickConnectQueueArn"),
        "HasFallbackQueue": _given("FallbackQueueArn"),
        "StopsRecording": {"Fn::Equals": [{"Ref": "RecordFirstLeg"}, "false"]},
        "LogsFlows": {"Fn::Equals": [{"Ref": "LogFlows"}, "true"]},
        "BranchesOnCallFailure": {"Fn::Equals": [{"Ref": "BranchOnCallFailure"}, "true"]},
    }
    for route in ROUTES:
        has_route = {"Condition": f"HasRoute{route}"}
        conditions[f"HasRoute{route}"] = _given(f"PciPalNumber{route}")
        conditions[f"HasQuickConnect{route}"] = {
            "Fn::And": [has_route, {"Condition": "HasQuickConnectQueue"}]
        }
    return conditions


def _given(parameter: str) -> Json:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


# ------------------------------------------------------------------------ the flows


def content(name: str, route: str = "") -> Json | str:
    """Return a flow's content as an expression of the stack's parameters."""
    flow, own = read(name), dict[str, Any]()
    if name in flow_fallback.BLOCKS:
        flow["Actions"] += copy.deepcopy(flow_fallback.BLOCKS[name])
        flow["Metadata"]["ActionMetadata"] |= flow_fallback.DRAWN[name]
    for parameter, (speaking_flow, identifier, _) in WORDS.items():
        if speaking_flow == name:
            said = block(flow, identifier)["Parameters"]
            before, _, behind = split_words(said)
            said["SSML" if before else "Text"] = f"{before}${{{parameter}}}{behind}"
    if name == "answer_from_pci_pal":
        block(flow, "Read PIN")["Parameters"]["InputTimeLimitSeconds"] = "${FirstDigitSeconds}"
        own["SecureCallJoinedFlowArn"] = _arn_of("secure_call_joined")
        own["SecureCallWaitingFlowArn"] = _arn_of("secure_call_waiting")
    if name in ("answer_from_pci_pal", "transfer_to_pci_pal"):
        block(flow, "Logging off")["Parameters"]["FlowLoggingBehavior"] = "${FlowLogging}"
        own["FlowLogging"] = {"Fn::If": ["LogsFlows", "Enabled", "Disabled"]}
    minified = _json(flow)
    if name == "transfer_to_pci_pal":
        own["PciPalNumber"] = {"Ref": f"PciPalNumber{route}"}
        minified = _with_settings_of_the_transfer(flow, own)
    if name in flow_fallback.BLOCKS:
        minified = _with_fallback_queue(name, flow, own)
    if own:
        return {"Fn::Sub": [minified, own]}
    return {"Fn::Sub": minified} if "${" in minified else minified


def _with_settings_of_the_transfer(flow: Json, own: Json) -> str:
    """Return the transfer flow with names in place of what varies; `own` gets what they stand for.

    Where a setting takes blocks or branches out of the flow, the name stands for a piece of JSON or
    for nothing.
    """
    delay = block(flow, "Delay and PIN")["Parameters"]["Attributes"]
    delay["delay_and_PIN"] = delay["delay_and_PIN"].replace("," * commas_written(), "${Commas}")
    own["Commas"] = {"Fn::FindInMap": ["Commas", {"Ref": "DelayCommas"}, "Text"]}

    call = block(flow, "Call PCI Pal")
    call["Parameters"]["ContinueFlowExecution"] = "${ContinueFlowExecution}"
    own["ContinueFlowExecution"] = {"Fn::If": ["BranchesOnCallFailure", "True", "False"]}
    refusable = [
        error for error in call["Transitions"]["Errors"] if error["ErrorType"] != "NoMatchingError"
    ]

    stop = block(flow, "Stop recording")
    block(flow, "Logging off")["Transitions"]["NextAction"] = "${AfterLoggingOff}"
    after = ["StopsRecording", "Stop recording", stop["Transitions"]["NextAction"]]
    own["AfterLoggingOff"] = {"Fn::If": after}
    position = flow["Metadata"]["ActionMetadata"]["Stop recording"]

    minified = _json(flow)
    for name, condition, piece in (
        ("CallFailureErrors", "BranchesOnCallFailure", _json(refusable)[1:-1]),
        ("StopRecordingBlock", "StopsRecording", _json(stop)),
        ("StopRecordingPosition", "StopsRecording", _json({"Stop recording": position})[1:-1]),
    ):
        minified = _replaced_once(minified, f"{piece},", f"${{{name}}}")
        own[name] = {"Fn::If": [condition, f"{piece},", ""]}

    number = '"ThirdPartyPhoneNumber":"${PciPalNumber}",'
    minified = _replaced_once(minified, number, f"{number}${{CallerId}}")
    own["CallerId"] = {
        "Fn::If": ["HasCallerId", {"Fn::Sub": '"CallerId":{"Number":"${CallerIdNumber}"},'}, ""]
    }
    return minified


def _with_fallback_queue(name: str, flow: Json, own: Json) -> str:
    """Return a flow in which names stand for the blocks of the fallback queue and the way there."""
    before, usual, instead = flow_fallback.WAYS[name]
    origin = block(flow, before)
    ways = _json(origin["Transitions"])
    origin["Transitions"] = json.loads(
        ways.replace(f'"NextAction":"{usual}"', '"NextAction":"${NextBlock}"')
    )
    own["NextBlock"] = {"Fn::If": ["HasFallbackQueue", instead, usual]}

    minified, count = _json(flow), len(flow_fallback.BLOCKS[name])
    for key, piece in (
        ("FallbackBlocks", _json(flow["Actions"][-count:])[1:-1]),
        ("FallbackPositions", _json(flow_fallback.DRAWN[name])[1:-1]),
    ):
        minified = _replaced_once(minified, f",{piece}", f"${{{key}}}")
        own[key] = {"Fn::If": ["HasFallbackQueue", {"Fn::Sub": f",{piece}"}, ""]}
    return minified


def _replaced_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in the flow, and not once.")
    return text.replace(old, new)


def _arn_of(name: str, route: str = "") -> Json:
    return {"Fn::GetAtt": [flow_resource(name, route), "ContactFlowArn"]}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# -------------------------------------------------------------- resources and outputs


def _resources() -> Json:
    associations = {
        f"{name}Association": {
            "Type": "AWS::Connect::IntegrationAssociation",
            "Properties": {
                "InstanceId": {"Ref": "ConnectInstanceArn"},  # the ARN, in spite of its name
                "IntegrationType": "LAMBDA_FUNCTION",
                "IntegrationArn": {"Ref": f"{name}FunctionArn"},
            },
        }
        for name in FUNCTIONS.values()
    }
    resources: Json = dict(associations)
    for name in FLOWS:
        if name != "transfer_to_pci_pal":
            resources[flow_resource(name)] = _flow(name)
    for route in ROUTES:
        resources[flow_resource("transfer_to_pci_pal", route)] = {
            "Condition": f"HasRoute{route}",
            **_flow("transfer_to_pci_pal", route),
        }
        resources[f"QuickConnect{route}"] = _quick_connect(route)
    return resources


def _flow(name: str, route: str = "") -> Json:
    metadata = read(name)["Metadata"]
    called: Json | str = metadata["name"]
    if name == "transfer_to_pci_pal":
        called = {"Fn::Sub": f"{metadata['name']} (${{RouteName{route}}})"}
    flow: Json = {"Type": "AWS::Connect::ContactFlow"}
    if name in FUNCTIONS:
        flow["DependsOn"] = f"{FUNCTIONS[name]}Association"
    flow["Properties"] = {
        "InstanceArn": {"Ref": "ConnectInstanceArn"},
        "Name": called,
        "Description": metadata["description"],
        "Type": FLOWS[name],
        "Content": content(name, route),
    }
    return flow


def _quick_connect(route: str) -> Json:
    return {
        "Type": "AWS::Connect::QuickConnect",
        "Condition": f"HasQuickConnect{route}",
        "Properties": {
            "InstanceArn": {"Ref": "ConnectInstanceArn"},
            "Name": {"Ref": f"RouteName{route}"},
            "Description": "Secures the call through PCI Pal.",
            "QuickConnectConfig": {
                "QuickConnectType": "QUEUE",
                "QueueConfig": {
                    "ContactFlowArn": _arn_of("transfer_to_pci_pal", route),
                    "QueueArn": {"Ref": "QuickConnectQueueArn"},
                },
            },
        },
    }


def _outputs() -> Json:
    first, *others = ROUTES
    made: list[Json] = [{"Fn::GetAtt": [f"QuickConnect{first}", "QuickConnectArn"]}]
    for route in others:
        arn = {"Fn::GetAtt": [f"QuickConnect{route}", "QuickConnectArn"]}
        made.append({"Fn::If": [f"HasQuickConnect{route}", arn, {"Ref": "AWS::NoValue"}]})
    return {
        **{
            f"{flow_resource(name)}Arn": {"Description": description, "Value": _arn_of(name)}
            for name, description in _OUTPUTS.items()
        },
        "QuickConnectArns": {
            "Condition": "HasQuickConnect",
            "Description": "For the queues that take payments",
            "Value": {"Fn::Join": [",", made]},
        },
    }


if __name__ == "__main__":
    STACK.write_text(text(), encoding="utf-8")
