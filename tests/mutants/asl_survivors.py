"""Mutants of the state machine that nobody can notice, by name, and why."""

_LONG_ENOUGH = (
    "The machine's own time-out comes after everything else has: any time well beyond both waits is"
    " as good, and a rule sees to it that it is."
)
_EITHER_ORDER = "A status is one of them at most, so the order in which they are asked is the same."

SURVIVORS = {
    "the machine ends after 7199 seconds": _LONG_ENOUGH,
    "the machine ends after 7201 seconds": _LONG_ENOUGH,
    "the machine ends after 72000 seconds": _LONG_ENOUGH,
    "IsRecorded: has its rules the other way round": _EITHER_ORDER,
    "IsRecorded: rule 1, part 1 has its parts the other way round": _EITHER_ORDER,
    "IsJoined: has its rules the other way round": _EITHER_ORDER,
    "IsAnswered: rule 0, part 1 has its parts the other way round": _EITHER_ORDER,
}
