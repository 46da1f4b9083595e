"""What set-up is for: on a fresh instance with our flows, a call is secured after it."""

import pytest

from operations.call_parts import conversation, pay, reunite, secure
from operations.site import RETURN
from simulator.connect_api import StoredInstance
from simulator.errors import SimulatorError
from tests.connect_api.published_call import PublishedCall
from tests.connect_setup.conftest import Run


def test_after_set_up_a_call_is_secured(setup: Run, instance: StoredInstance) -> None:
    with pytest.raises(SimulatorError, match="sees no quick connect 'Secure call'"):
        conversation(PublishedCall(instance))[1].clicks()
    told = setup("--number", RETURN, "--queue", "Payments", "--whispers", "--after-call-work")
    assert told.exit_code == 0, told.output
    call = PublishedCall(instance)
    carol, alice = conversation(call)
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    assert call.card_is_safe


def test_after_set_up_an_outbound_call_is_secured(setup: Run, instance: StoredInstance) -> None:
    told = setup("--number", RETURN, "--queue", "Payments", "--whispers", "--after-call-work")
    assert told.exit_code == 0, told.output
    call = PublishedCall(instance)
    carol, alice = call.cardholder(), call.agent()
    alice.dials(carol)
    carol.answers()
    alice.is_connected()
    secure(alice)
    reunite(call, alice, carol)
    pay(call, alice, carol)
    assert call.card_is_safe
