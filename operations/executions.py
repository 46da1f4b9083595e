"""Watch the executions of a call's transfers, and tell of each step in plain words."""

import json
from dataclasses import dataclass, field
from typing import Any

from operations import history
from operations.history import Visit
from simulator.connect.instance import Instance
from simulator.journal import Column
from simulator.world import World

_WORDS = {
    "FindFreePin": "looks for a free PIN",
    "AwaitLoop": "has a PIN, waits for the looped call",
    "AuditLoopAnswered": "has its looped call",
    "AwaitJoin": "waits for the agent",
    "ExpireLoop": "has waited in vain for the looped call",
    "ExpireJoin": "has waited in vain for the agent",
}


@dataclass(slots=True)
class Execution:
    """A transfer's execution, as far as it has come. `status` is Step Functions' own."""

    transfer_id: str
    agent: str
    arn: str
    status: str = "RUNNING"
    error: str = ""
    output: Any = None
    visits: list[Visit] = field(default_factory=list)

    @property
    def states(self) -> list[str]:
        return [visit.state for visit in self.visits]


class Executions:
    """Those that the AddAgent blocks of a call have started, in their order."""

    def __init__(
        self, world: World, connect: Instance, step_functions: Any, machine_arn: str, add_agent: str
    ) -> None:
        self._world = world
        self._connect = connect
        self._step_functions = step_functions
        self._execution_arn = machine_arn.replace(":stateMachine:", ":execution:")
        self._add_agent = add_agent
        self._seen = 0
        self.all: list[Execution] = []
        world.watchers.append(self._look)

    def _look(self) -> None:
        self._find_new_ones()
        for execution in self.all:
            if execution.status == "RUNNING":
                self._catch_up(execution)

    def _find_new_ones(self) -> None:
        for invocation in self._connect.invocations[self._seen :]:
            if invocation.function_arn == self._add_agent and invocation.outcome.answer:
                transfer_id = invocation.contact.contact_id
                arn = f"{self._execution_arn}:{transfer_id}"
                agent = invocation.parameters.get("AgentName", "")
                self.all.append(Execution(transfer_id, agent, arn))
        self._seen = len(self._connect.invocations)

    def _catch_up(self, execution: Execution) -> None:
        visits = history.of_execution(self._step_functions, execution.arn)
        for visit in visits[len(execution.visits) :]:
            if visit.state in _WORDS:
                self._note(execution, f"{_WORDS[visit.state]} ({visit.state})")
        execution.visits = visits
        answer = self._step_functions.describe_execution(executionArn=execution.arn)
        if answer["status"] != "RUNNING":
            execution.status = answer["status"]
            execution.error = answer.get("error", "")
            execution.output = json.loads(answer["output"]) if answer.get("output") else None
            self._note(execution, f"{execution.status} {execution.error}".strip())

    def _note(self, execution: Execution, text: str) -> None:
        whose = f"{execution.agent}'s transfer" if len(self.all) > 1 else ""
        self._world.journal.note(Column.EXECUTION, text, who=whose)
