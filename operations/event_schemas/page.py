"""Print the published schemas as a page: `make events` writes docs/events.md."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from operations.event_schemas.files import LIFE, REFUSALS, TYPES, example, newest_version, published
from simulator import template
from simulator.template import ROOT

FILE = ROOT / "docs/events.md"
_MACHINE = ROOT / "statemachines/secure_transfer.asl.json"

_INTRODUCTION = """\
# Audit events

What an audit consumer gets, and how to be one. This page is written by `make events` from the
schemas in `events/published/v{version}`, which are the contract. Do not edit it here.

The stack has a bus of its own (output `AuditBusName`). Put a rule on it with
`{{"source": ["secure-transfer"]}}` and, if you want some types only, their `detail-type`; give the
target a dead-letter queue. The schemas are in the registry `<stack>-audit` of EventBridge too, as
`secure-transfer@<detail-type>`.

An event is `{{"source", "detail-type", "detail": {{"metadata", "data"}}, …}}`. No event holds a PIN, a
task token, a telephone number or card data.

| sequence | detail-type | what happened |
|---|---|---|
{rows}

## How to read them

- **Order** a transfer's events by `metadata.sequence`, not by their arrival: EventBridge keeps no
  order. A transfer is known by `metadata.transferId`, the transfers of one conversation by
  `metadata.initialContactId`. PinRejected and JoinRejected have no sequence: order them by
  `metadata.occurredAt`.
- **Drop repeats** by `metadata.eventId`. EventBridge delivers at least once, a state and a function
  may both tell the same fact, and lost events are sent again. The first that comes is as good as any.
- **Expect more.** Unknown properties may come at any time, and unknown detail-types; `reason` is an
  open list. Treat a reason that you do not know as one more way to fail.
- **Read `metadata.schemaVersion`.** Within version {version} nothing is taken away and no rule
  changes: only words, and new fields that may be absent. Whatever else changes, changes the version.
- **What is not known is left out**; it is never null or empty.
- **The outcome** of a transfer is told by the highest of these that has come: TransferSecured (whatever
  else came: the agent is on the secured call), else TransferTimedOut, TransferAbandoned or
  TransferFailed. TransferFailed after PinAllocated says that the state machine follows the transfer no
  more; the call itself goes on.

## When nothing comes

| after | there must have come | within |
|---|---|---|
| TransferRequested | PinAllocated or TransferFailed | sent together with it |
| PinAllocated | LoopAnswered, TransferTimedOut or TransferFailed | its `lifetimeSeconds` ({loop} s, unless `LoopTimeoutSeconds` is set) |
| LoopAnswered | TransferSecured, TransferAbandoned or TransferFailed | {join} s, unless `JoinTimeoutSeconds` is set |
| TransferRequested | an outcome, whatever happens | {machine} s, the state machine's own time-out |
| TransferSecured | SecureCallEnded, where the stack knows its Connect instance | no limit: a call lasts as long as it lasts |

Count from `occurredAt`. Add a minute for retries, AWS's and the states' own, to each but the last. A
TransferSecured with `late: true` has no limit either.

If nothing has come by then, the event was not lost silently. What EventBridge does not take waits in
the fallback queue (AuditFallbackAlarm), what it cannot deliver to the audit log in a dead-letter queue
(AuditDeadLetterAlarm), and what neither bus nor queue took stands in a function's log
(AuditLostAlarm) or in the execution's history. [runbook.md](runbook.md) tells what to do. Your own
target's dead-letter queue is yours to watch. For one transfer, the record in TransferTable is the
truth.

A click that AddAgent refuses starts no transfer and sends no event; only for a call that is not ours
it sends TransferFailed.

## How to get events again

Every event is in the bus's archive for `RecordRetentionDays` ({retention} days, unless set). Replay a
stretch of time to your rule with `operations audit replay`, or with EventBridge's own StartReplay.
Replayed events have the same `metadata.eventId`, carry `replay-name` beside `detail`, and come in no
order: EventBridge replays them in steps of a minute, and an event may need some minutes to reach the
archive. `operations audit redrive` sends on what waits in the fallback queue; there too the
`eventId` stays, and `time` is that of the second sending. The audit log group has all events as text.

## Metadata

The same for every type. “Always” means in every event; below, each type names what else it always has.

{metadata}
"""

Json = Mapping[str, Any]


def text() -> str:
    version = newest_version()
    schemas = published(version)
    stack = template.expand()["Parameters"]
    machine = json.loads(_MACHINE.read_text(encoding="utf-8"))
    introduction = _INTRODUCTION.format(
        version=version,
        rows="\n".join(_row(name, schemas[name]) for name in TYPES),
        metadata="\n".join(_fields(_all_metadata(schemas), _always(schemas))),
        loop=stack["LoopTimeoutSeconds"]["Default"],
        join=stack["JoinTimeoutSeconds"]["Default"],
        retention=stack["RecordRetentionDays"]["Default"],
        machine=machine["TimeoutSeconds"],
    )
    sections = [_section(name, schemas[name], version, _always(schemas)) for name in TYPES]
    return "\n".join([introduction, *sections])


def _row(name: str, schema: Json) -> str:
    happened = schema["description"].partition(". ")[0]
    return f"| {_sequence(schema)} | [{name}](#{name.lower()}) | {happened}. |"


def _sequence(schema: Json) -> str:
    rule = _metadata(schema)["properties"].get("sequence")
    if rule is None:
        return "none"
    return str(rule["const"]) if "const" in rule else " or ".join(map(str, rule["enum"]))


def _metadata(schema: Json) -> Json:
    metadata: Json = schema["properties"]["detail"]["properties"]["metadata"]
    return metadata


def _always(schemas: Mapping[str, Json]) -> set[str]:
    """Return the metadata that every event has."""
    return set.intersection(*(set(_metadata(one)["required"]) for one in schemas.values()))


def _all_metadata(schemas: Mapping[str, Json]) -> dict[str, Json]:
    """Return the schemas of all metadata, without what differs from type to type."""
    ordered = {**_metadata(schemas[LIFE[0]])["properties"], **_metadata(schemas[REFUSALS[0]])["properties"]}
    own = {
        "eventId": "text: `<transferId>-<detail-type>`, of a refusal `<contactId>-<reason>-<detail-type>`",
        "sequence": "a whole number",
    }
    return {
        name: {**schema, "x-form": own[name]} if name in own else schema
        for name, schema in ordered.items()
    }


def _section(name: str, schema: Json, version: str, always: set[str]) -> str:
    data = schema["properties"]["detail"]["properties"]["data"]
    also = [one for one in _metadata(schema)["required"] if one not in always]
    event = json.dumps(example(name, version), indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"## {name}",
            "",
            schema["description"],
            "",
            f"- Sequence: {_sequence(schema)}",
            f"- Sent by: {', '.join(schema['x-sent-by'])}",
            f"- What to do: {schema['x-consumer']}",
            *([f"- Metadata that it always has, too: {_code(also)}"] if also else []),
            "",
            *_fields(data["properties"], set(data["required"])),
            "",
            "```json",
            event,
            "```",
            "",
        ]
    )


def _fields(properties: Mapping[str, Json], always: set[str]) -> Iterator[str]:
    yield "| field | form | always | meaning |"
    yield "|---|---|---|---|"
    for name, schema in properties.items():
        meaning = schema["description"]
        if "examples" in schema:
            meaning += f" So far: {_code(schema['examples'])}."
        yield f"| `{name}` | {_form(schema)} | {'yes' if name in always else 'no'} | {meaning} |"


def _form(schema: Json) -> str:
    if "x-form" in schema:
        return str(schema["x-form"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kinds = {"string": "text", "integer": "a whole number", "number": "a number"}
    form = kinds.get(schema["type"], "`true` or `false`")
    if "minimum" in schema:
        form += f", {schema['minimum']} or more"
    if "pattern" in schema and schema.get("format") == "date-time":
        return "time"
    return form


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
