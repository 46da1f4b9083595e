import pytest

from tests.flows.flow_files import FLOWS, Flows


@pytest.fixture
def flows() -> Flows:
    return FLOWS
