"""Fill in the flows for whoever imports them by hand: what the stack would publish, as files."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from operations.flow_settings import FLOWS, Json, read
from operations.flows_stack import STACK, flow_resource
from simulator.errors import SimulatorError
from simulator.flow_lint import Flow, lint_flow, set_by
from simulator.intrinsics import Resolver
from simulator.template import ROOT, parameter_values

_FLOW_ARN = {
    "Type": "String",
    "AllowedPattern": r"arn:aws:connect:[a-z0-9-]+:\d{12}:instance/[0-9a-f-]{36}"
    r"/contact-flow/[\w-]+",
    "ConstraintDescription": "The ARN of a flow, once it is published.",
}
# In the stack these are references between flows, and not parameters.
_REFERENCES = {
    f"{flow_resource(name)}.ContactFlowArn": f"{flow_resource(name)}Arn"
    for name in ("secure_call_joined", "secure_call_waiting")
}


def render(values: Mapping[str, str], names: Iterable[str] = ()) -> dict[str, Json]:
    """Return flows with every value filled in, by name; all of them unless some are named.

    `values`: the stack's parameters, and `SecureCallJoinedFlowArn`, `SecureCallWaitingFlowArn`;
    what has a default can be left out. Raises `SimulatorError` with the name of every value that is
    missing, for one that is unknown or malformed, and for flows that Connect would refuse.
    """
    stack = yaml_parse(STACK.read_text(encoding="utf-8"))
    known = {**stack["Parameters"], **dict.fromkeys(_REFERENCES.values(), _FLOW_ARN)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SimulatorError(
            f"Nothing in the flows is called {', '.join(unknown)}. There are: {', '.join(known)}."
        )
    wanted = {n: rules for n, rules in known.items() if n in values or "Default" in rules}
    filled_in = parameter_values({"Parameters": wanted}, values)
    missing: list[str] = []

    def look_up(path: str) -> str:
        name = _REFERENCES.get(path, path)
        if name not in filled_in:
            missing.append(name)
        return filled_in.get(name, "")

    resolver = Resolver(look_up, stack["Conditions"], stack["Mappings"])
    contents = {
        name: resolver.value(stack["Resources"][flow_resource(name)]["Properties"]["Content"])
        for name in _chosen(names)
    }
    if missing:
        raise SimulatorError(f"The flows need values for: {', '.join(dict.fromkeys(missing))}.")
    flows = {name: json.loads(content) for name, content in contents.items()}
    _lint(flows)
    return flows


def write(flows: Mapping[str, Json], folder: Path) -> list[Path]:
    """Write flows into a folder, each as `<name>.json`; all of them or none.

    Raises `SimulatorError` for the folder of the flow files themselves, and for one that cannot be
    written to.
    """
    if folder.resolve() == ROOT / "flows":
        raise SimulatorError(f"{folder} has the flows with their tokens: choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in (folder / f"{name}.json" for name in flows):
            if file.is_dir():
                raise SimulatorError(f"{file} is a folder: move it away, or choose another.")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".flows-") as passing:
            for name, flow in flows.items():
                text = json.dumps(flow, indent=2, ensure_ascii=False)
                (Path(passing) / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
            return [
                (Path(passing) / f"{name}.json").replace(folder / f"{name}.json") for name in flows
            ]
    except OSError as error:
        raise SimulatorError(f"{folder}: {error.strerror or error}.") from error


def read_values(file: Path) -> dict[str, str]:
    """Return the values of a JSON file: an object of strings and whole numbers.

    Raises `SimulatorError` for anything else.
    """
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"{file}: {error.strerror or error}.") from error
    except ValueError as error:
        raise SimulatorError(f"{file} is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise SimulatorError(f"{file} must be an object: names, and the value of each.")
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise SimulatorError(f"{file}: {name} must be a string or a whole number.")
    return {name: str(value) for name, value in found.items()}


def _chosen(names: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(names)) or list(FLOWS)
    for name in chosen:
        if name not in FLOWS:
            raise SimulatorError(f"There is no flow {name}. There are: {', '.join(FLOWS)}.")
    return chosen


def _lint(flows: Mapping[str, Json]) -> None:
    attributes = set_by(Flow(read(name)) for name in FLOWS)
    findings = [
        finding
        for name, flow in flows.items()
        for finding in lint_flow(name, Flow(flow), attributes)
    ]
    if findings:
        raise SimulatorError("\n".join(["Connect would refuse:", *map(str, findings)]))
