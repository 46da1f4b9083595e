import pytest

from secure_transfer.domain.audit import AuditEvent, loop_answered
from tests.contract.stores import Trail
from tests.fakes import an_answered_transfer


@pytest.fixture
def event(new_id: str) -> AuditEvent:
    return loop_answered(an_answered_transfer(new_id))


def test_event_reaches_the_consumers(trail: Trail, event: AuditEvent) -> None:
    trail.port.publish(event)

    assert trail.delivered(event.event_id)
    assert not trail.kept(event.event_id)


def test_event_whose_entry_is_refused_is_kept(trail: Trail, event: AuditEvent) -> None:
    trail.refuse_entries()

    trail.port.publish(event)

    assert trail.kept(event.event_id)
    assert not trail.delivered(event.event_id)


def test_event_is_kept_while_the_bus_is_down(trail: Trail, event: AuditEvent) -> None:
    trail.break_bus()

    trail.port.publish(event)

    assert trail.kept(event.event_id)
    assert not trail.delivered(event.event_id)


def test_event_that_neither_bus_nor_queue_takes_fails_no_call(
    trail: Trail, event: AuditEvent
) -> None:
    trail.break_bus()
    trail.break_queue()

    trail.port.publish(event)

    assert not trail.kept(event.event_id)
    assert not trail.delivered(event.event_id)


def test_queue_that_is_down_does_not_matter_while_the_bus_is_up(
    trail: Trail, event: AuditEvent
) -> None:
    trail.break_queue()

    trail.port.publish(event)

    assert trail.delivered(event.event_id)
