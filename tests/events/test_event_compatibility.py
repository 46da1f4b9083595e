"""What may change within a version and what may not; and that publishing keeps to it."""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from operations import __main__ as command_line
from operations.event_schemas import publish as publishing
from operations.event_schemas.compatibility import breaks
from operations.event_schemas.files import EVENTS, published, read, schemas, written
from operations.event_schemas.publish import begin_version, publish
from simulator.errors import SimulatorError
from tests.events.contract import VERSION

Json = dict[str, Any]
Change = Callable[[Json], object]

TYPE = "PinAllocated"


def detail(schema: Json, part: str) -> Json:
    """Return the schema of `metadata` or `data`."""
    found: Json = schema["properties"]["detail"]["properties"][part]
    return found


def data(schema: Json) -> Json:
    fields: Json = detail(schema, "data")["properties"]
    return fields


HARMLESS: dict[str, Change] = {
    "nothing": lambda _: None,
    "other words for the event": lambda s: s.update(description="Another description."),
    "other words for a field": lambda s: data(s)["agentName"].update(description="Who clicked."),
    "another consumer's note": lambda s: s.update({"x-consumer": "Do as you like."}),
    "another sender": lambda s: s["x-sent-by"].append("SomeFunction"),
    "a new field of data": lambda s: data(s).update(queueName={"type": "string", "minimum": 3}),
    "a new object of data": lambda s: data(s).update(
        queue={"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    ),
    "a new field of metadata": lambda s: detail(s, "metadata")["properties"].update(
        channel={"enum": ["VOICE"]}
    ),
    "a new field of the envelope": lambda s: s["properties"].update({"replay-name": {}}),
    "examples": lambda s: data(s)["agentName"].update(examples=["alice"]),
    "another order of what is required": lambda s: detail(s, "data")["required"].reverse(),
    "another order of properties": lambda s: s.update(
        properties=dict(reversed(s["properties"].items()))
    ),
}

BREAKING: dict[str, tuple[Change, str]] = {
    "a required field may be absent": (
        lambda s: detail(s, "data")["required"].remove("agentName"),
        "detail.data.agentName was always there and may now be absent.",
    ),
    "a required field of metadata may be absent": (
        lambda s: detail(s, "metadata")["required"].remove("attempt"),
        "detail.metadata.attempt was always there and may now be absent.",
    ),
    "a field may no longer be absent": (
        lambda s: s["required"].append("region"),
        "region is now required. Events that were sent before may lack it",
    ),
    "a new field that is required": (
        lambda s: (
            data(s).update(queueName={"type": "string"}),
            detail(s, "data")["required"].append("queueName"),
        ),
        "detail.data.queueName is now required.",
    ),
    "a field is described no more": (
        lambda s: data(s).pop("lifetimeSeconds"),
        "detail.data.lifetimeSeconds is described no more.",
    ),
    "a field has another name": (
        lambda s: data(s).update(agent=data(s).pop("agentName")),
        "detail.data.agentName is described no more.",
    ),
    "a type is wider": (
        lambda s: data(s)["collisions"].update(type="number"),
        "the type of detail.data.collisions was integer and is number.",
    ),
    "a type is several": (
        lambda s: data(s)["agentName"].update(type=["string", "null"]),
        "the type of detail.data.agentName was string and is ['string', 'null'].",
    ),
    "a type is any": (
        lambda s: data(s)["agentName"].pop("type"),
        "the type of detail.data.agentName was string and is not given.",
    ),
    "a pattern is wider": (
        lambda s: data(s)["agentName"].update(pattern="^.{1,64}$"),
        "the pattern of detail.data.agentName was ^[A-Za-z0-9_.@-]{1,64}$ and is ^.{1,64}$.",
    ),
    "a pattern is gone": (
        lambda s: data(s)["agentName"].pop("pattern"),
        "the pattern of detail.data.agentName was ^[A-Za-z0-9_.@-]{1,64}$ and is not given.",
    ),
    "a bound is lower": (
        lambda s: data(s)["collisions"].update(minimum=-1),
        "the minimum of detail.data.collisions was 0 and is -1.",
    ),
    "a bound is higher": (
        lambda s: data(s)["collisions"].update(minimum=1),
        "the minimum of detail.data.collisions was 0 and is 1.",
    ),
    "an enum is wider": (
        lambda s: data(s)["mode"]["enum"].append("slow"),
        "the enum of detail.data.mode was ['quick', 'usual'] and is ['quick', 'usual', 'slow'].",
    ),
    "an enum is narrower": (
        lambda s: data(s)["mode"].update(enum=["quick"]),
        "the enum of detail.data.mode was ['quick', 'usual'] and is ['quick'].",
    ),
    "a constant is a choice": (
        lambda s: detail(s, "metadata")["properties"].update(
            sequence={"type": "integer", "enum": [2, 3]}
        ),
        "the const of detail.metadata.sequence was 2 and is not given.",
    ),
    "a constant is another": (
        lambda s: detail(s, "metadata")["properties"]["schemaVersion"].update(const="2"),
        "the const of detail.metadata.schemaVersion was 1 and is 2.",
    ),
    "true is not 1": (
        lambda s: detail(s, "metadata")["properties"]["sequence"].update(const=True),
        "the const of detail.metadata.sequence was 2 and is True.",
    ),
    "a list holds something else": (
        lambda s: s["properties"]["resources"]["items"].update(type="object"),
        "the type of resources[] was string and is object.",
    ),
    "a new rule": (
        lambda s: data(s)["agentName"].update(enum=["alice"]),
        "the enum of detail.data.agentName was not given and is ['alice'].",
    ),
    "an object is closed": (
        lambda s: detail(s, "data").update(additionalProperties=False),
        "detail.data has the keyword additionalProperties, which is not among those",
    ),
    "a keyword that nobody here compares": (
        lambda s: s.update(oneOf=[{}]),
        "the event has the keyword oneOf, which is not among those",
    ),
}


def before() -> Json:
    """A published schema; with an enum too, which no real one has in data."""
    schema = deepcopy(published(VERSION)[TYPE])
    data(schema)["mode"] = {"type": "string", "enum": ["quick", "usual"]}
    return schema


def changed(change: Change) -> Json:
    schema = before()
    change(schema)
    Draft202012Validator.check_schema(schema)
    return schema


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_change_breaks_nobody(name: str) -> None:
    assert breaks({TYPE: before()}, {TYPE: changed(HARMLESS[name])}) == []


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_change_is_named(name: str) -> None:
    change, sentence = BREAKING[name]
    found = breaks({TYPE: before()}, {TYPE: changed(change)})
    assert any(one.startswith(f"{TYPE}: {sentence}") for one in found), found


@pytest.mark.parametrize("sent", ["before", "from now on"])
@pytest.mark.parametrize("name", HARMLESS)
def test_after_a_harmless_change_events_are_valid_on_both_sides(name: str, sent: str) -> None:
    """The rule's meaning, judged by a validator: what one side sends the other takes."""
    sides = before(), changed(HARMLESS[name])
    sender, reader = sides if sent == "before" else reversed(sides)
    event = read(EVENTS / f"v{VERSION}" / f"{TYPE}.example.json")
    event["detail"]["data"].update(mode="quick")
    if sent == "from now on" and name == "a new field of data":
        event["detail"]["data"]["queueName"] = "payments"
    assert Draft202012Validator(sender).is_valid(event)
    assert Draft202012Validator(reader).is_valid(event)


def test_an_event_may_come_and_may_not_go() -> None:
    one = {TYPE: before()}
    assert breaks(one, {**one, "SomethingNew": before()}) == []
    assert breaks({**one, "SomethingOld": before()}, one) == [
        "SomethingOld: the event is gone. Consumers wait for it."
    ]


# ------------------------------------------------------------------------- the real record


def test_no_change_since_the_last_publication_breaks_a_consumer() -> None:
    assert breaks(published(VERSION), schemas(VERSION)) == []


def test_what_is_published_is_what_is_written() -> None:
    """If not: `make events`."""
    assert published(VERSION) == schemas(VERSION)


def test_every_former_version_stays_as_it_was_published() -> None:
    for number in range(1, int(VERSION) + 1):
        assert published(str(number)) == schemas(str(number))


# ------------------------------------------------------------------------------ publishing


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A copy of the contract, to be changed."""
    return Path(shutil.copytree(EVENTS, tmp_path / "events"))


def edit(events: Path, change: Change, version: str = VERSION) -> None:
    path = events / f"v{version}" / f"{TYPE}.schema.json"
    schema = read(path)
    change(schema)
    path.write_text(written(schema))


def test_what_has_not_changed_is_not_published(events: Path) -> None:
    assert publish(events) == []


def test_a_harmless_change_is_published(events: Path) -> None:
    edit(events, lambda s: data(s).update(queueName={"type": "string", "description": "Whose."}))
    assert publish(events) == [TYPE]
    assert data(published(VERSION, events)[TYPE])["queueName"]["type"] == "string"
    assert publish(events) == []


def test_a_breaking_change_is_refused_with_its_sentence_and_what_to_do(events: Path) -> None:
    edit(events, lambda s: detail(s, "data")["required"].remove("collisions"))
    with pytest.raises(SimulatorError) as refused:
        publish(events)
    first, last = str(refused.value).splitlines()
    assert first.startswith(f"{TYPE}: detail.data.collisions was always there")
    assert "Nothing was published" in last
    assert "operations events new-version" in last
    assert published(VERSION, events) == published(VERSION)


def test_an_event_that_is_gone_is_not_published(events: Path) -> None:
    (events / f"v{VERSION}/{TYPE}.schema.json").unlink()
    with pytest.raises(SimulatorError, match=f"{TYPE}: the event is gone"):
        publish(events)


def test_a_new_version_begins_as_the_old_one_and_may_then_change(events: Path) -> None:
    version = begin_version(events)
    assert int(version) == int(VERSION) + 1
    edit(events, lambda s: detail(s, "data")["required"].remove("collisions"), version)
    assert len(publish(events)) == len(published(VERSION))
    assert published(VERSION, events) == published(VERSION)
    new = published(version, events)
    assert detail(new[TYPE], "data")["required"] == ["agentName", "lifetimeSeconds"]
    for name, schema in new.items():
        event = read(events / f"v{version}" / f"{name}.example.json")
        assert event["detail"]["metadata"]["schemaVersion"] == version
        assert Draft202012Validator(schema).is_valid(event)
        assert not Draft202012Validator(published(VERSION)[name]).is_valid(event)


def test_a_new_version_does_not_begin_with_what_was_not_published(events: Path) -> None:
    edit(events, lambda s: s.update(description="Another."))
    with pytest.raises(SimulatorError, match="has changes that were not published"):
        begin_version(events)
    assert not (events / f"v{int(VERSION) + 1}").exists()


def test_a_reference_that_leads_nowhere_is_named_with_its_file(events: Path) -> None:
    edit(events, lambda s: data(s).update(x={"$ref": "shared.schema.json#/$defs/none"}))
    with pytest.raises(SimulatorError, match=f"{TYPE}.schema.json: .* leads nowhere"):
        publish(events)


def test_there_is_a_first_version(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="has no folder v1"):
        publish(tmp_path)


def test_the_command_publishes(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing.publish, "__defaults__", (events,))
    ran = CliRunner().invoke(command_line.cli, ["events", "publish"])
    assert (ran.exit_code, ran.output) == (0, "Nothing has changed.\n")
    edit(events, lambda s: s.update(description="Another."))
    ran = CliRunner().invoke(command_line.cli, ["events", "publish"])
    assert (ran.exit_code, ran.output) == (0, f"Published: {TYPE}.\n")


def test_the_command_refuses_without_a_traceback(
    events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing.publish, "__defaults__", (events,))
    monkeypatch.setattr("sys.argv", ["operations", "events", "publish"])
    edit(events, lambda s: data(s).pop("agentName"))
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert str(ended.value).startswith(f"operations: {TYPE}: detail.data.agentName")


def test_the_command_begins_a_version(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing.begin_version, "__defaults__", (events,))
    ran = CliRunner().invoke(command_line.cli, ["events", "new-version"])
    assert ran.exit_code == 0
    assert "SCHEMA_VERSION" in ran.output
    shared = json.loads((events / f"v{int(VERSION) + 1}/shared.schema.json").read_text())
    constant = shared["$defs"]["metadata"]["properties"]["schemaVersion"]["const"]
    assert f'"{constant}"' in ran.output
