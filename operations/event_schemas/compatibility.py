"""What may change in a published schema, and what needs a new version.

Consumers hold the schema of the day on which they last looked, and the archive holds events of
every day. So the old schema has to take the events to come, and the new schema those that were
sent. What keeps both promises is: words may change, and an object may get a property that may be
absent. (To an old schema that is one of the unknown properties which it lets in.) Every other
change lets in what was refused, or refuses what was let in.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from operations.event_schemas.keywords import RULES, is_word

Schema = Mapping[str, Any]


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """Return a sentence for each change between two sets of schemas that breaks a promise."""
    return [
        *(
            f"{name}: the event is gone. Consumers wait for it."
            for name in sorted(old.keys() - new.keys())
        ),
        *(
            f"{name}: {sentence}"
            for name in sorted(old.keys() & new.keys())
            for sentence in _between(old[name], new[name], "")
        ),
        *(
            f"{name}: {sentence}"
            for name, schema in sorted(new.items())
            for sentence in unknown_keywords(schema, "")
        ),
    ]


def unknown_keywords(schema: Schema, where: str) -> Iterator[str]:
    """Name each keyword whose changes nobody here could judge, and each that closes an object."""
    for keyword, value in schema.items():
        if keyword not in RULES and not is_word(keyword):
            yield (
                f"{where or 'the event'} has the keyword {keyword}, which is not among those that "
                "can be compared (operations/event_schemas/keywords.py)."
            )
        elif keyword == "properties":
            for name, one in value.items():
                yield from unknown_keywords(one, _inside(where, name))
        elif keyword == "items":
            yield from unknown_keywords(value, f"{where}[]")


def _between(old: Schema, new: Schema, where: str) -> Iterator[str]:
    place = where or "the event"
    yield from _required(set(old.get("required", ())), set(new.get("required", ())), where)
    for keyword in RULES:
        before, after = old.get(keyword), new.get(keyword)
        if keyword == "properties":
            yield from _properties(before or {}, after or {}, where)
        elif keyword == "items" and before != after:
            yield from _between(before or {}, after or {}, f"{where}[]")
        elif keyword not in ("required", "items") and not _same(before, after):
            yield (
                f"the {keyword} of {place} was {_said(before)} and is {_said(after)}. Consumers "
                "count on the old rule, and the archive holds events that keep it."
            )


def _required(old: set[str], new: set[str], where: str) -> Iterator[str]:
    for name in sorted(old - new):
        yield f"{_inside(where, name)} was always there and may now be absent. Consumers read it."
    for name in sorted(new - old):
        yield (
            f"{_inside(where, name)} is now required. Events that were sent before may lack it, "
            "and are sent again from the archive."
        )


def _properties(old: Mapping[str, Schema], new: Mapping[str, Schema], where: str) -> Iterator[str]:
    for name, schema in old.items():
        if name in new:
            yield from _between(schema, new[name], _inside(where, name))
        else:
            yield (
                f"{_inside(where, name)} is described no more. Consumers count on what was said "
                "of it."
            )


def _same(before: Any, after: Any) -> bool:
    return _comparable(before) == _comparable(after)


def _comparable(rule: Any) -> object:
    """As JSON, where 1 is not true; the order of an `enum` means nothing."""
    return sorted(map(json.dumps, rule)) if isinstance(rule, list) else json.dumps(rule)


def _said(rule: Any) -> str:
    return "not given" if rule is None else str(rule)


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
