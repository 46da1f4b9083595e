import logging
from types import ModuleType

import pytest
from pytest_socket import socket_allow_hosts

from secure_transfer.domain import pins
from tests.intruders.outcomes import DRAWN, StandardOutput
from tests.unit.functions import import_function

MODULES = ["add_agent", "get_agent", "agent_joined", "find_free_pin"]


@pytest.fixture(autouse=True)
def _network_is_out_of_reach() -> None:
    """As for unit tests: loopback stays, for a local AWS of other tests in the same process."""
    socket_allow_hosts(["127.0.0.1", "localhost"])


@pytest.fixture(scope="session")
def modules() -> dict[str, ModuleType]:
    """The handlers' modules, imported as a cold start does. What they print can be caught."""
    made = {name: import_function(name) for name in MODULES}
    for module in made.values():
        module.logger.registered_handler.stream = StandardOutput()
        logging.getLogger(module.logger.name).propagate = False  # pytest would keep every line
    return made


@pytest.fixture
def _known_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a PIN that can be looked for in what is written."""
    monkeypatch.setattr(pins, "draw", lambda _: [DRAWN])
