"""All the cells, part by part."""

from tests.faults import cells_functions as functions
from tests.faults import cells_outside as outside
from tests.faults import cells_states as states
from tests.faults.cell import Cell

PARTS: dict[str, tuple[Cell, ...]] = {
    "AddAgent": functions.ADD_AGENT,
    "GetAgent": functions.GET_AGENT,
    "AgentJoined": functions.AGENT_JOINED,
    "ContactChanged": functions.CONTACT_CHANGED,
    "FindFreePin": functions.FIND_FREE_PIN,
    "ExecutionClosed": functions.EXECUTION_CLOSED,
    "Connect": functions.CONNECT,
    "States: the allocation": states.ALLOCATION,
    "States: the two waits": states.WAITS,
    "States: the audit": states.AUDIT,
    "Executions that are stopped": outside.STOPS,
    "Outside events": (
        *outside.WAKE_UPS,
        *outside.LOOPED_CALL,
        *outside.JOIN,
        *outside.DIGITS,
        *outside.EVENTS,
    ),
}
CELLS = {f"{part}, {one.name}": one for part, cells in PARTS.items() for one in cells}
