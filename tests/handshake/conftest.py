from collections.abc import Iterator

import pytest

from tests.asl.machine import load
from tests.handshake.functions import Functions
from tests.handshake.machine import StateMachine
from tests.handshake.quick import quick_and_quiet
from tests.handshake.steps import Site
from tests.handshake.tables import MotoTables
from tests.handshake.transport import BotoClients


@pytest.fixture(scope="session")
def tables() -> Iterator[MotoTables]:
    made = MotoTables()
    yield made
    made.close()


@pytest.fixture(scope="session")
def site(tables: MotoTables) -> Iterator[Site]:
    """The deployed state machine and functions, on tables of moto's."""
    functions = Functions(BotoClients)
    yield Site(StateMachine(load()), functions, tables.ask)
    functions.close()


@pytest.fixture(autouse=True)
def _quick_and_quiet() -> Iterator[None]:
    with quick_and_quiet():
        yield
