"""The parts that calls are made of."""

from operations.call import AgentAtWork, Call, Cardholder

CALL_SECURE, NOT_SECURED = "Call secure.", "Call not secured."
SECURED_CALL = "Secured call."


def conversation(
    call: Call, cardholder: str = "carol", agent: str = "alice"
) -> tuple[Cardholder, AgentAtWork]:
    """Bring a cardholder who dials in and an agent together."""
    carol, alice = call.cardholder(cardholder), call.agent(agent)
    carol.dials()
    alice.accepts()
    alice.is_connected()
    call.talk(alice, carol)
    return carol, alice


def secure(alice: AgentAtWork) -> None:
    alice.clicks()
    alice.joins()
    alice.hears(CALL_SECURE)
    alice.leaves()


def reunite(call: Call, alice: AgentAtWork, carol: Cardholder) -> None:
    alice.accepts()
    alice.hears(SECURED_CALL)
    alice.is_connected()
    call.talk(alice, carol)


def pay(call: Call, alice: AgentAtWork, carol: Cardholder) -> None:
    payment = alice.opens_payment()
    alice.keys_session_pin(payment)
    carol.keys_card()
    alice.takes_payment(payment)
    call.talk(alice, carol)


def listen_for_pins(call: Call) -> list[str]:
    """Hear the PINs that Connect keys, as nobody but a play can."""
    pins: list[str] = []

    def note(digits: str) -> str:
        pins.append(digits.strip(","))
        return digits

    call.network.keys.on_the_way = note
    return pins
