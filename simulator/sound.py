"""What goes over a telephone line: words, and the tones of keys."""

import re
from dataclasses import dataclass, field

WORD_SECONDS = 0.4
"""150 words a minute, an easy speaking rate."""

_MARKUP = re.compile(r"<[^>]+>")
_BREAK = re.compile(r'<break time="(\d+)(ms|s)"/>')


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Digit:
    """The tone of a key. Who hears it knows the key.

    `of_card`: the play knows, and no machine, that the key is one of a card's.
    """

    key: str = field(repr=False)  # of a PIN, or of a card
    of_card: bool = False


@dataclass(frozen=True, slots=True)
class Music:
    """What is played to somebody on hold."""


Sound = Words | Digit | Music


def plain(text: str) -> str:
    """Return what is heard of a text: speech markup (SSML) is not."""
    return _MARKUP.sub("", text)


def speaking_seconds(text: str) -> float:
    return len(plain(text).split()) * WORD_SECONDS


def pause_seconds(text: str) -> float:
    """Return how long the pauses of a text last, which follow its words."""
    return sum(int(length) / (1000 if unit == "ms" else 1) for length, unit in _BREAK.findall(text))
