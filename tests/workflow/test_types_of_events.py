"""Sorted among the last: the tests of this folder have made every event that is declared.

Each that passed by was held against its schema, in the test that made it (tests/event_contract.py).
"""

from collections.abc import Callable

import pytest

from operations.event_schemas.files import TYPES, example, newest_version, schemas
from tests.event_contract import PASSING
from tests.workflow.test_states_visited import VISITORS


def test_every_event_that_is_declared_has_been_sent(
    request: pytest.FixtureRequest, figure: Callable[[str], None]
) -> None:
    _only_after_the_other_tests(request)
    figure(f"Audit events held against their schemas: {PASSING.count:,}")
    # The engines' own tests send an example.
    examples = {
        (name, example(name, newest_version())["detail"]["metadata"]["eventId"]) for name in TYPES
    }
    sent = {name for name, _ in PASSING.told - examples}
    assert set(TYPES) - sent == set()


def test_every_reason_that_was_given_is_among_the_examples(request: pytest.FixtureRequest) -> None:
    """The list is open for consumers. We know what we send."""
    _only_after_the_other_tests(request)
    declared = {
        (name, reason)
        for name, schema in schemas(newest_version()).items()
        for reason in schema["properties"]["detail"]["properties"]["data"]["properties"]
        .get("reason", {})
        .get("examples", ())
    }
    assert PASSING.reasons - declared == set()


def test_every_function_that_sends_an_event_is_named_in_its_schema(
    request: pytest.FixtureRequest,
) -> None:
    _only_after_the_other_tests(request)
    named = {
        (name, sender)
        for name, schema in schemas(newest_version()).items()
        for sender in schema["x-sent-by"]
    }
    assert PASSING.senders - named == set()
    assert {sender for _, sender in PASSING.senders} >= {
        "AddAgent", "GetAgent", "AgentJoined", "ContactChanged", "ExecutionClosed",
    }  # fmt: skip


def _only_after_the_other_tests(request: pytest.FixtureRequest) -> None:
    ran = {item.path.stem for item in request.session.items}
    if not ran >= VISITORS or request.config.getoption("keyword"):
        pytest.skip("means something only after all the other workflow tests")
