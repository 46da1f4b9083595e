from collections.abc import Iterator

import pytest
from hypothesis.internal.conjecture import providers

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


@pytest.fixture(autouse=True)
def _same_runs_whatever_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep Hypothesis from drawing the constants that it finds in the modules of other tests."""
    cache = type(providers.CONSTANTS_CACHE)(1024)
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", cache)
    monkeypatch.setattr(providers, "_get_local_constants", providers.Constants)
