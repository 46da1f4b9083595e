"""Lockout: a caller that was refused too often is not listened to for a while.

A caller's number can be forged or withheld. This slows one telephone down; what protects a
transfer is that its PIN is drawn, lives for seconds and is used once.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

REFUSALS = 5
"""A person who misdials gives up before; PCI Pal's own callers are not counted at all."""

WINDOW_SECONDS = 900
"""From the first refusal. At its end the caller has as many again: 20 an hour."""

_NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")


@dataclass(frozen=True, slots=True)
class Lockout:
    """`exempt`: PCI Pal's own caller IDs. While none is known, nobody is locked out."""

    exempt: frozenset[str] = field(repr=False)
    key: str = field(repr=False)

    @classmethod
    def sparing(cls, numbers: str, key: str) -> "Lockout":
        """`numbers`: with commas between them."""
        return cls(frozenset(numbers.replace(" ", "").split(",")) - {""}, key)

    def name_of(self, caller_number: str | None) -> str | None:
        """Return the name under which a caller's refusals are counted; None: they are not.

        A keyed hash: there are so few telephone numbers that a plain one is soon found out.
        """
        if not self.exempt or caller_number is None or caller_number in self.exempt:
            return None
        if not _NUMBER.fullmatch(caller_number):
            return None
        return hmac.new(self.key.encode(), caller_number.encode(), hashlib.sha256).hexdigest()


NO_LOCKOUT = Lockout(frozenset(), "")
