"""What holds when a call is over, however it came to its end."""

from operations.call import Call, NotAsExpected
from simulator.connect.agents import Handling
from simulator.errors import SimulatorError

LONGEST = 900.0
"""Longer than any wait of a flow: the queue's, until goodbye, is the longest."""


def broken_off(play: object) -> None:
    """Play as far as it goes: somebody has hung up or logged off, and the rest may not be there."""
    try:
        play()  # type: ignore[operator]
    except NotAsExpected:
        pass
    except SimulatorError as error:
        # A button that is not there any more; anything else is a fault of the simulator.
        if " cannot " not in str(error):
            raise


def nothing_is_left(call: Call) -> None:
    """No contact lives, no line is up, nobody waits, and no agent is kept by a call."""
    call.wait(LONGEST)
    alive = [contact.label for contact in call.connect.contacts if not contact.over.triggered]
    assert alive == []
    assert [contact.room.members for contact in call.connect.contacts if contact.room.members] == []
    for agent in call.connect.agents.values():
        assert agent.contact is None
        assert agent.handling in (Handling.NOTHING, Handling.MISSED), agent.handling
