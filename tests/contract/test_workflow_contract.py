from tests.contract.stores import Engine, an_input
from tests.fakes import LONG_TOKEN

OUTPUT = {"loopContactId": "loop-1", "answeredAt": "2026-11-24T09:30:00.123Z"}


def test_start_begins_an_execution_of_that_name(engine: Engine, new_id: str) -> None:
    engine.port.start(new_id, an_input(new_id))

    assert engine.executions(new_id) == 1


def test_start_repeated_while_the_execution_runs_begins_no_other(
    engine: Engine, new_id: str
) -> None:
    engine.begin(new_id)

    # Another input, because a repeat draws other candidates.
    engine.port.start(new_id, an_input(new_id))

    assert engine.executions(new_id) == 1


def test_start_repeated_after_the_execution_has_ended_begins_no_other(
    engine: Engine, new_id: str
) -> None:
    engine.begin(new_id)
    engine.end(new_id)

    engine.port.start(new_id, an_input(new_id))

    assert engine.executions(new_id) == 1


def test_wake_delivers_its_output_to_what_waits_with_the_token(engine: Engine, new_id: str) -> None:
    arn, token = engine.begin(new_id)

    assert engine.port.wake(token, OUTPUT)

    assert engine.delivered(arn) == OUTPUT


def test_wake_of_an_execution_that_has_ended_wakes_nobody(engine: Engine, new_id: str) -> None:
    # On AWS a token is gone once it was used; moto takes it as long as its execution runs.
    _, token = engine.begin(new_id)
    engine.end(new_id)

    assert not engine.port.wake(token, OUTPUT)


def test_wake_with_a_token_that_nobody_waits_with_wakes_nobody(engine: Engine) -> None:
    assert not engine.port.wake("AAAA", OUTPUT)
    assert not engine.port.wake(LONG_TOKEN, OUTPUT)


def test_interrupt_ends_what_waits_with_the_token_by_an_error(engine: Engine, new_id: str) -> None:
    arn, token = engine.begin(new_id)

    assert engine.port.interrupt(token, "CardholderLeft")

    assert engine.interrupted(arn) == "CardholderLeft"


def test_interrupt_of_an_execution_that_has_ended_reaches_nobody(
    engine: Engine, new_id: str
) -> None:
    _, token = engine.begin(new_id)
    engine.end(new_id)

    assert not engine.port.interrupt(token, "CardholderLeft")


def test_interrupt_with_a_token_that_nobody_waits_with_reaches_nobody(engine: Engine) -> None:
    assert not engine.port.interrupt("AAAA", "CardholderLeft")
    assert not engine.port.interrupt(LONG_TOKEN, "CardholderLeft")
