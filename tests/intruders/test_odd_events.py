"""Whatever stands in an event: an answer, an `OK` only where one is deserved, and a clean log.

Connect's events are made of what callers, agents and administrators type, and whoever may invoke
the functions can send what they like.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intruders import deserving
from tests.intruders.nasty import Path, at, changed, paths, variants
from tests.intruders.outcomes import (
    A_WHOLE_EVENT,
    ANSWERED,
    DRAWN,
    EXPIRED,
    LIVE,
    PCI_PALS,
    must_be_clean,
    outcome,
)
from tests.unit.functions import is_flat_map_of_text
from tests.unit.samples import ABSENT, OTHER_INSTANCE_ARN

pytestmark = pytest.mark.usefixtures("_known_draw")

EVENTS = 10_000


IN_CONTACT = ("Details", "ContactData")
GIVEN = ("Details", "Parameters")
OF_THE_LOOP = changed(A_WHOLE_EVENT, ((*IN_CONTACT, "ContactId"), "loop-1"))


@dataclass(frozen=True)
class Handler:
    good: Any
    """An event that deserves OK."""
    deserves_ok: Callable[[Any], bool]
    says: tuple[dict[str, str], ...]
    """Every answer of its that is OK, in this world; `ANY` stands for the contact's own id."""
    tells: str
    """The type of the audit event of a refusal; empty: only calls that are not ours are told."""


ANY = "the contact's own id"

HANDLERS = {
    "add_agent": Handler(
        A_WHOLE_EVENT,
        deserving.a_pin,
        ({"PIN": DRAWN, "TransferId": ANY}, {"PIN": LIVE, "TransferId": "transfer-live"}),
        "",
    ),
    "get_agent": Handler(
        A_WHOLE_EVENT,
        deserving.the_agent,
        tuple(
            {"AgentName": "jane.doe", "TransferId": transfer}
            for transfer in ("transfer-live", "transfer-answered")
        ),
        "PinRejected",
    ),
    "agent_joined": Handler(OF_THE_LOOP, deserving.a_join, ({},), "JoinRejected"),
}

PATHS = list(paths(A_WHOLE_EVENT))

ANOTHER_GOOD_ONE: dict[Path, list[Any]] = {
    (*IN_CONTACT, "ContactId"): ["loop-1", "loop-2", "transfer-live", "transfer-answered"],
    (*IN_CONTACT, "InstanceARN"): [OTHER_INSTANCE_ARN],
    (*IN_CONTACT, "SystemEndpoint", "Address"): ["+441632960003"],
    (*IN_CONTACT, "CustomerEndpoint", "Address"): [PCI_PALS, "anonymous"],
    (*GIVEN, "AgentName"): ["john.doe", "j", "j" * 64],
    (*GIVEN, "PIN"): [ANSWERED, EXPIRED, "0030"],
    (*GIVEN, "TransferId"): ["transfer-live", "transfer-abandoned", "transfer-expired"],
}
SECTIONS: list[Path] = [
    ("Details",),
    IN_CONTACT,
    GIVEN,
    (*IN_CONTACT, "SystemEndpoint"),
    (*IN_CONTACT, "CustomerEndpoint"),
]


def odd_things(path: Path) -> list[Any]:
    return [*variants(at(A_WHOLE_EVENT, path)).values(), None, ABSENT]


# Generated events are good ones with one or two changes: what is wholly odd is refused at once, and
# what lies behind that is never reached.
good_changes = [(path, good) for path, values in ANOTHER_GOOD_ONE.items() for good in values]
odd_changes = [(path, odd) for path in PATHS for odd in odd_things(path)]
no_changes: list[tuple[Path, Any]] = [((*IN_CONTACT, "NewOneDay"), "x")]
some_changes = st.sampled_from(100 * good_changes + odd_changes + 500 * no_changes)
# JSON as Python reads it: lone surrogates, huge and odd numbers included.
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=90)
)
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(), scalars)
json_changes = st.tuples(st.sampled_from(SECTIONS + list(ANOTHER_GOOD_ONE)), json_values)


def events(good: Any) -> st.SearchStrategy[Any]:
    made = st.tuples(some_changes, some_changes) | st.tuples(json_changes)
    return st.builds(lambda changes: changed(good, *changes), made)


@pytest.mark.parametrize("name", HANDLERS)
def test_ten_thousand_generated_events_are_answered_and_no_ok_is_undeserved(
    modules: dict[str, ModuleType], name: str, figure: Callable[[str], None]
) -> None:
    handler = HANDLERS[name]
    seen: Counter[str] = Counter()

    @settings(
        max_examples=EVENTS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(events(handler.good))
    def send(event: Any) -> None:
        seen[must_be_right(modules[name], name, event)] += 1

    send()

    assert seen.total() >= EVENTS
    assert seen["OK"] > EVENTS / 20
    assert len(seen) > 5
    figure(f"{name}: {seen.total()} generated events, {seen.pop('OK')} OK, refused: {dict(seen)}")


@pytest.mark.parametrize("name", HANDLERS)
def test_every_text_of_an_event_may_be_odd(
    modules: dict[str, ModuleType], name: str, figure: Callable[[str], None]
) -> None:
    good = HANDLERS[name].good
    assert must_be_right(modules[name], name, good) == "OK"
    seen: Counter[str] = Counter()
    for change in odd_changes:
        seen[must_be_right(modules[name], name, changed(good, change))] += 1

    assert seen.total() > 1_000
    figure(
        f"{name}: {seen.total()} odd texts, {seen.pop('OK')} OK (in fields that are not looked "
        f"at), refused: {dict(seen)}"
    )


@pytest.mark.parametrize("name", HANDLERS)
def test_every_section_of_an_event_may_be_odd(modules: dict[str, ModuleType], name: str) -> None:
    for path in SECTIONS:
        for odd in (*variants("x").values(), None, ABSENT, 0, [], {}, [{}], True, 1e308):
            must_be_right(modules[name], name, changed(HANDLERS[name].good, (path, odd)))


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize(
    "event", [None, 0, "", "Details", [], [A_WHOLE_EVENT], {}, "x" * 32_768, float("nan")], ids=repr
)
def test_what_is_no_event_is_answered(
    modules: dict[str, ModuleType], name: str, event: Any
) -> None:
    assert must_be_right(modules[name], name, event) == "EventMalformed"


def must_be_right(module: ModuleType, name: str, event: Any) -> str:
    """Send the event, check all that comes of it; return `OK` or the Reason."""
    handler = HANDLERS[name]
    result = outcome(module, event)
    answer = dict(result.answer)
    assert is_flat_map_of_text(answer)
    json.dumps(answer).encode()
    must_be_clean(result)
    if handler.deserves_ok(event):
        assert answer.pop("Result") == "OK"
        own_id = event["Details"]["ContactData"]["ContactId"]
        assert answer in [
            {key: own_id if value is ANY else value for key, value in said.items()}
            for said in handler.says
        ]
        return "OK"
    reason = answer["Reason"]
    assert answer == {"Result": "ERROR", "Reason": reason}
    assert reason != "PinUnknown" or deserving.to_be_looked_up(event)
    told = [(one.detail_type, one.data) for one in result.events]
    tells = handler.tells or ("TransferFailed" if reason == "NotOurCall" else "")
    heard = tells and deserving.is_heard(event)
    assert told == ([(tells, {"reason": reason})] if heard else [])
    return str(reason)
