"""Sorted last: every state of the machine has been in some execution of these tests."""

import json

import pytest

from simulator.template import ROOT
from tests.workflow import driver

VISITORS = {
    "test_allocation",
    "test_cardholder_leaves",
    "test_faults_of_aws",
    "test_handshake",
    "test_lost_responses",
}


def test_every_state_has_been_visited(request: pytest.FixtureRequest) -> None:
    ran = {item.path.stem for item in request.session.items}
    if not ran >= VISITORS or request.config.getoption("keyword"):
        pytest.skip("means something only after all the other workflow tests")
    machine = json.loads((ROOT / "statemachines/secure_transfer.asl.json").read_text())

    assert set(machine["States"]) - driver.VISITED == set()
