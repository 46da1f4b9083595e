"""The stack that deploys the flows has them as their files do, but for what is set."""

import json
from functools import cache
from itertools import product
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from operations.flow_fallback import BLOCKS
from operations.flow_settings import FLOWS, FUNCTIONS, MOST_COMMAS, ROUTES, WORDS, settings
from operations.flows_render import render
from operations.flows_stack import STACK, build, flow_resource, text
from simulator.errors import SimulatorError
from simulator.flow_engine import load
from simulator.flow_language import FLOW_TYPES, MOST_CHARACTERS
from simulator.intrinsics import Resolver
from simulator.template import parameter_values
from tests.flows.flow_files import FLOWS as FILES
from tests.flows.flow_files import Flows, Json, actions_of, edges, of_type, the_template
from tests.flows.set_flows import INSTANCE, NEEDED
from tests.flows.test_flow_files import CLOCK_SKEW_SECONDS, COMMA_SECONDS

QUEUE = f"{INSTANCE}/queue/5ec0de00-0000-4000-8000-000000000002"
FALLBACK = f"{INSTANCE}/queue/5ec0de00-0000-4000-8000-000000000003"
ALL_NUMBERS = {f"PciPalNumber{route}": f"+4416329600{n:02}" for n, route in enumerate(ROUTES)}
EVERYTHING = {**ALL_NUMBERS, "QuickConnectQueueArn": QUEUE}


@cache
def committed() -> Json:
    stack: Json = yaml_parse(STACK.read_text(encoding="utf-8"))
    return stack


class Deployed:
    """The committed stack with parameters, as CloudFormation resolves it.

    What a resource answers is written as `<Resource.Attribute>`.
    """

    def __init__(self, **given: str) -> None:
        self.stack = committed()
        needed = {n: v for n, v in NEEDED.items() if n in self.stack["Parameters"]}
        values = {**needed, "ConnectInstanceArn": INSTANCE, **given}
        self.values = parameter_values(self.stack, values)
        self._resolver = Resolver(
            lambda path: self.values.get(path, f"<{path}>"),
            self.stack["Conditions"],
            self.stack["Mappings"],
        )
        self.resources: dict[str, Json] = self._made("Resources", "Properties")
        self.outputs: dict[str, Any] = self._made("Outputs", "Value")

    def of_type(self, kind: str) -> dict[str, Json]:
        return {
            name: properties
            for name, properties in self.resources.items()
            if self.stack["Resources"][name]["Type"] == kind
        }

    def flow(self, name: str, route: str = "") -> Json:
        flow: Json = json.loads(self.resources[flow_resource(name, route)]["Content"])
        return flow

    def _made(self, section: str, part: str) -> dict[str, Any]:
        return {
            name: self._resolver.value(one[part])
            for name, one in self.stack[section].items()
            if "Condition" not in one or self._resolver.condition(one["Condition"])
        }


@cache
def usual() -> Deployed:
    return Deployed(**EVERYTHING)


@cache
def falling_back() -> Deployed:
    return Deployed(**EVERYTHING, FallbackQueueArn=FALLBACK)


def block(stack: Deployed, flow: str, identifier: str) -> Json:
    return actions_of(stack.flow(flow))[identifier]


def test_the_stack_that_is_committed_is_the_one_that_the_flow_files_make() -> None:
    assert STACK.read_text(encoding="utf-8") == text(), "run `make flows-stack`"
    assert committed() == build()


@pytest.mark.parametrize("name", FLOWS)
def test_with_nothing_set_a_flow_is_its_file_to_the_letter(name: str) -> None:
    values = {
        **usual().values,
        "SecureCallJoinedFlowArn": "<SecureCallJoinedFlow.ContactFlowArn>",
        "SecureCallWaitingFlowArn": "<SecureCallWaitingFlow.ContactFlowArn>",
    }
    assert usual().flow(name) == load(name, values)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_has_a_transfer_flow_that_calls_its_number(route: str) -> None:
    values = {**usual().values, "PciPalNumber": ALL_NUMBERS[f"PciPalNumber{route}"]}
    assert usual().flow("transfer_to_pci_pal", route) == load("transfer_to_pci_pal", values)


def test_the_stack_has_every_flow_file(flows: Flows) -> None:
    assert set(FLOWS) == set(flows)
    assert {name: FLOW_TYPES[flow["Metadata"]["type"]] for name, flow in flows.items()} == FLOWS
    made = usual().of_type("AWS::Connect::ContactFlow")
    routes = {flow_resource("transfer_to_pci_pal", route) for route in ROUTES}
    assert set(made) == {flow_resource(name) for name in flows} | routes
    assert len(made) == len(flows) + len(ROUTES) - 1


# ---------------------------------------------------------------------- what can be set


@pytest.mark.parametrize("parameter", WORDS)
def test_words_that_are_set_are_said_and_nothing_else_changes(parameter: str) -> None:
    flow, identifier, _ = WORDS[parameter]
    words = "It's “tout à fait” new."
    stack = Deployed(**EVERYTHING, FallbackQueueArn=FALLBACK, **{parameter: words})
    told, before = block(stack, flow, identifier), committed()["Parameters"][parameter]["Default"]
    as_before = json.loads(json.dumps(told, ensure_ascii=False).replace(words, before))
    assert told != as_before == block(falling_back(), flow, identifier)
    for name in FLOWS:
        actions, usually = actions_of(stack.flow(name)), actions_of(falling_back().flow(name))
        differing = {one for one, action in actions.items() if action != usually[one]}
        assert differing == ({identifier} if name == flow else set())


def test_everything_that_is_said_can_be_set(flows: Flows) -> None:
    speaking = {
        (name, action["Identifier"])
        for name, flow in flows.items()
        for kind in ("MessageParticipant", "GetParticipantInput")
        for action in of_type({"Actions": flow["Actions"] + BLOCKS.get(name, [])}, kind)
    }
    assert {(flow, identifier) for flow, identifier, _ in WORDS.values()} == speaking


@pytest.mark.parametrize("words", ['"', "\\", "$.External.PIN", "<b>", "&", "two\nlines", ""])
def test_words_that_would_not_be_said_as_they_are_written_are_refused(words: str) -> None:
    for parameter in (*WORDS, "RouteName"):
        with pytest.raises(SimulatorError, match=f"{parameter}="):
            Deployed(**{parameter: words})


def test_words_may_be_long_but_not_endless_and_may_be_a_space() -> None:
    assert block(Deployed(SayGoodbye=" "), "secure_call_waiting", "Say goodbye")["Parameters"] == {
        "Text": " "
    }
    longest = dict.fromkeys(WORDS, "w" * 400)
    for name in FLOWS:
        content = json.dumps(
            Deployed(**EVERYTHING, FallbackQueueArn=FALLBACK, **longest).flow(name)
        )
        assert len(content) <= MOST_CHARACTERS / 10
    with pytest.raises(SimulatorError, match="SayGoodbye"):
        Deployed(SayGoodbye="w" * 401)


@pytest.mark.parametrize("commas", [1, 7, MOST_COMMAS])
def test_the_pause_before_the_pin_has_as_many_commas_as_are_asked_for(commas: int) -> None:
    stack = Deployed(**EVERYTHING, DelayCommas=str(commas))
    for route in ROUTES:
        kept = actions_of(stack.flow("transfer_to_pci_pal", route))["Delay and PIN"]["Parameters"]
        assert kept["Attributes"] == {"delay_and_PIN": "," * commas + "$.External.PIN"}


def test_the_longest_pause_and_the_longest_pin_are_what_connect_can_key() -> None:
    assert MOST_COMMAS + the_template()["Parameters"]["PinLength"]["MaxValue"] == 50
    for commas in ("0", str(MOST_COMMAS + 1)):
        with pytest.raises(SimulatorError, match="DelayCommas"):
            Deployed(DelayCommas=commas)


def test_the_prompt_waits_as_long_as_is_asked_for() -> None:
    stack = Deployed(FirstDigitSeconds="55", PinLength="6")
    read = block(stack, "answer_from_pci_pal", "Read PIN")["Parameters"]
    assert read["InputTimeLimitSeconds"] == "55"
    assert read["InputValidation"] == {"CustomValidation": {"MaximumLength": "6"}}


def test_the_usual_quarantine_outlives_the_latest_call_whatever_is_set(flows: Flows) -> None:
    parameters = the_template()["Parameters"]
    call = actions_of(flows["transfer_to_pci_pal"])["Call PCI Pal"]["Parameters"]
    read = actions_of(flows["answer_from_pci_pal"])["Read PIN"]["Parameters"]
    seconds = (
        int(call["ThirdPartyConnectionTimeLimitSeconds"])
        + settings()["DelayCommas"]["MaxValue"] * COMMA_SECONDS
        + settings()["FirstDigitSeconds"]["MaxValue"]
        + parameters["PinLength"]["MaxValue"]
        * int(read["DTMFConfiguration"]["InterdigitTimeLimitSeconds"])
        + 8
        + CLOCK_SKEW_SECONDS
    )
    assert parameters["PinQuarantineSeconds"]["Default"] > seconds


def test_a_caller_id_is_presented_where_it_is_given() -> None:
    assert "CallerId" not in block(usual(), "transfer_to_pci_pal", "Call PCI Pal")["Parameters"]
    stack = Deployed(**EVERYTHING, CallerIdNumber="+441632960099")
    for route in ROUTES:
        call = actions_of(stack.flow("transfer_to_pci_pal", route))["Call PCI Pal"]["Parameters"]
        assert call["CallerId"] == {"Number": "+441632960099"}


def test_flows_are_logged_where_that_is_asked_for() -> None:
    stack = Deployed(**EVERYTHING, LogFlows="true")
    for name in ("transfer_to_pci_pal", "answer_from_pci_pal"):
        logging = block(stack, name, "Logging off")["Parameters"]
        assert logging == {"FlowLoggingBehavior": "Enabled"}
        usually = block(usual(), name, "Logging off")["Parameters"]
        assert usually == {"FlowLoggingBehavior": "Disabled"}


def test_the_recording_of_the_first_call_is_left_alone_where_that_is_asked_for() -> None:
    flow = Deployed(**EVERYTHING, RecordFirstLeg="true").flow("transfer_to_pci_pal")
    assert of_type(flow, "UpdateContactRecordingBehavior") == []
    assert "Stop recording" not in json.dumps(flow)
    assert actions_of(flow)["Logging off"]["Transitions"] == {"NextAction": "AddAgent"}


def test_where_connect_refuses_the_branches_for_a_failed_call_the_safe_form_is_deployed() -> None:
    stack = Deployed(**EVERYTHING, BranchOnCallFailure="false")
    for route in ROUTES:
        call = actions_of(stack.flow("transfer_to_pci_pal", route))["Call PCI Pal"]
        assert call["Parameters"]["ContinueFlowExecution"] == "False"
        assert call["Transitions"] == {
            "NextAction": "Forget PIN",
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "Forget unused PIN"}],
        }


def _ways_into(flow: Json, identifier: str) -> set[tuple[str, str]]:
    return {
        (name, by)
        for name, action in actions_of(flow).items()
        for by, target in edges(action)
        if target == identifier
    }


def test_a_queue_to_fall_back_on_puts_its_blocks_before_goodbye_and_before_agent_joined() -> None:
    """Otherwise the flows are as they were, and no other flow has anything of it."""
    waiting, joined = (falling_back().flow(f"secure_call_{one}") for one in ("waiting", "joined"))
    assert actions_of(waiting)["Fall back"]["Parameters"] == {"QueueId": FALLBACK}
    assert _ways_into(waiting, "Is in fallback queue") == {
        ("Wait", "next"),
        ("Wait", "DoneLooping"),
    }
    assert _ways_into(waiting, "Say goodbye") == {
        ("Is in fallback queue", FALLBACK),
        ("Fall back", "QueueAtCapacity"),
        ("Fall back", "NoMatchingError"),
    }
    assert _ways_into(joined, "Is taken over") == {
        ("Save agent name", "next"),
        ("Save agent name", "NoMatchingError"),
    }
    assert _ways_into(joined, "AgentJoined") == {
        ("Is taken over", "next"),
        ("Is taken over", "NoMatchingCondition"),
    }
    changed = {"secure_call_waiting": {"Wait"}, "secure_call_joined": {"Save agent name"}}
    for name in FLOWS:
        actions, usually = actions_of(falling_back().flow(name)), actions_of(usual().flow(name))
        added = {block["Identifier"] for block in BLOCKS.get(name, [])}
        assert set(actions) == set(usually) | added
        assert len(actions) == len(usually) + len(added)
        differing = {one for one in usually if actions[one] != usually[one]}
        assert differing == changed.get(name, set())


def test_connect_takes_the_flows_with_a_queue_to_fall_back_on() -> None:
    """Rendering lints them, and the designer is told of every block."""
    flows = render({**NEEDED, "FallbackQueueArn": FALLBACK})
    for name, added in BLOCKS.items():
        drawn = flows[name]["Metadata"]["ActionMetadata"]
        assert {block["Identifier"] for block in added} <= set(drawn)
        places = [tuple(one["position"].values()) for one in drawn.values()]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("record", "log", "branch", "caller_id"),
    list(product(*[("true", "false")] * 3, ("", "+441632960099"))),
)
def test_connect_takes_the_flows_whatever_is_set(
    record: str, log: str, branch: str, caller_id: str
) -> None:
    """Rendering lints them. What one setting changes stays so with the others."""
    flow = render(
        {
            **NEEDED,
            "RecordFirstLeg": record,
            "LogFlows": log,
            "BranchOnCallFailure": branch,
            "CallerIdNumber": caller_id,
        }
    )["transfer_to_pci_pal"]
    actions = actions_of(flow)
    call = actions["Call PCI Pal"]
    assert ("Stop recording" in actions) == (record == "false")
    assert actions["Logging off"]["Parameters"]["FlowLoggingBehavior"] == (
        "Enabled" if log == "true" else "Disabled"
    )
    assert len(call["Transitions"]["Errors"]) == (3 if branch == "true" else 1)
    assert ("CallerId" in call["Parameters"]) == bool(caller_id)


# ---------------------------------------------------------------- what the stack makes


def test_everything_is_in_the_instance() -> None:
    for name, one in usual().resources.items():
        instances = {one[key] for key in ("InstanceArn", "InstanceId") if key in one}
        assert instances == {INSTANCE}, name


def test_functions_are_associated_before_a_flow_names_them() -> None:
    associations = usual().of_type("AWS::Connect::IntegrationAssociation")
    assert associations == {
        f"{name}Association": {
            "InstanceId": INSTANCE,
            "IntegrationType": "LAMBDA_FUNCTION",
            "IntegrationArn": NEEDED[f"{name}FunctionArn"],
        }
        for name in ("AddAgent", "GetAgent", "AgentJoined")
    }
    for name in FLOWS:
        for route in ROUTES if name == "transfer_to_pci_pal" else [""]:
            named = of_type(usual().flow(name, route), "InvokeLambdaFunction")
            functions = [one["Parameters"]["LambdaFunctionARN"] for one in named]
            waits_for = committed()["Resources"][flow_resource(name, route)].get("DependsOn")
            if functions:
                assert functions == [associations[waits_for]["IntegrationArn"]]
            else:
                assert (waits_for, name in FUNCTIONS) == (None, False)


def test_flows_have_names_that_tell_them_apart() -> None:
    made = usual().of_type("AWS::Connect::ContactFlow")
    names = [flow["Name"] for flow in made.values()]
    assert len(set(names)) == len(names)
    assert all(1 <= len(name) <= 127 for name in names)
    assert "Secure transfer - transfer to PCI Pal (PCI Pal secure payment 2)" in names
    for name in FLOWS:
        flow = made[flow_resource(name)]
        assert flow["Name"].startswith(FILES[name]["Metadata"]["name"])
        assert flow["Description"] == FILES[name]["Metadata"]["description"]
        assert flow["Type"] == FLOWS[name]


def test_a_route_has_a_quick_connect_on_its_own_flow() -> None:
    named = {f"RouteName{route}": f"Route {route or 1}" for route in ROUTES}
    made = Deployed(**EVERYTHING, **named).of_type("AWS::Connect::QuickConnect")
    assert [one["Name"] for one in made.values()] == ["Route 1", "Route 2", "Route 3", "Route 4"]
    for route in ROUTES:
        assert made[f"QuickConnect{route}"]["QuickConnectConfig"] == {
            "QuickConnectType": "QUEUE",
            "QueueConfig": {
                "ContactFlowArn": f"<TransferToPciPalFlow{route}.ContactFlowArn>",
                "QueueArn": QUEUE,
            },
        }


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_without_a_number_is_not_made(route: str) -> None:
    resources = Deployed(**{**EVERYTHING, f"PciPalNumber{route}": ""}).resources
    gone = {f"TransferToPciPalFlow{route}", f"QuickConnect{route}"}
    assert set(usual().resources) - set(resources) == gone


def test_without_a_queue_there_are_the_flows_and_no_quick_connects() -> None:
    stack = Deployed(**ALL_NUMBERS)
    assert stack.of_type("AWS::Connect::QuickConnect") == {}
    assert len(stack.of_type("AWS::Connect::ContactFlow")) == len(FLOWS) + len(ROUTES) - 1
    assert "QuickConnectArns" not in stack.outputs


def test_what_is_left_to_do_by_hand_is_put_out() -> None:
    assert usual().outputs == {
        "SaveAgentNameFlowArn": "<SaveAgentNameFlow.ContactFlowArn>",
        "SaveAgentNameOutboundFlowArn": "<SaveAgentNameOutboundFlow.ContactFlowArn>",
        "AnswerFromPciPalFlowArn": "<AnswerFromPciPalFlow.ContactFlowArn>",
        "QuickConnectArns": ",".join(f"<QuickConnect{n}.QuickConnectArn>" for n in ROUTES),
    }
    one_route = Deployed(PciPalNumber="+441632960001", QuickConnectQueueArn=QUEUE)
    assert one_route.outputs["QuickConnectArns"] == "<QuickConnect.QuickConnectArn>"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ConnectInstanceArn", ""),
        ("ConnectInstanceArn", QUEUE),
        ("AddAgentFunctionArn", "AddAgent"),
        ("PciPalNumber2", "01632 960001"),
        ("CallerIdNumber", "withheld"),
        ("QuickConnectQueueArn", INSTANCE),
        ("FallbackQueueArn", f"{INSTANCE}/queue/agent/5ec0de00-0000-4000-8000-000000000003"),
        ("FirstDigitSeconds", "61"),
        ("RecordFirstLeg", "yes"),
    ],
)
def test_a_malformed_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(SimulatorError, match=name):
        Deployed(**{name: value})


def test_what_a_flow_is_rendered_to_is_what_the_stack_publishes() -> None:
    given = {"DelayCommas": "9", "SayGoodbye": "Bye.", "FallbackQueueArn": FALLBACK}
    rendered = render({**NEEDED, **given})
    stack = Deployed(**given)
    for name in FLOWS:
        text_of_it = json.dumps(stack.flow(name))
        for reference in ("SecureCallJoinedFlow", "SecureCallWaitingFlow"):
            text_of_it = text_of_it.replace(
                f"<{reference}.ContactFlowArn>", NEEDED[f"{reference}Arn"]
            )
        assert json.loads(text_of_it) == rendered[name]
