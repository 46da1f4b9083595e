from collections.abc import Iterator

import pytest

from tests.asl.machine import load
from tests.handshake.functions import Functions
from tests.handshake.machine import StateMachine
from tests.handshake.quick import quick_and_quiet
from tests.handshake.steps import Site
from tests.long_runs import memory_tables
from tests.long_runs.thin_clients import ThinClients


@pytest.fixture(scope="session")
def site() -> Site:
    """The deployed state machine and functions, with nothing slow around them."""
    return Site(StateMachine(load()), Functions(ThinClients), memory_tables.ask)


@pytest.fixture(autouse=True)
def _quick_and_quiet() -> Iterator[None]:
    with quick_and_quiet():
        yield
