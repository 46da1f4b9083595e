"""How mutants differ from what they are mutants of."""

from collections.abc import Iterable, Iterator
from typing import Any

Parts = dict[str, Any]
"""What is mutated, in parts by name: one mutant differs in few of them."""

Place = tuple[Any, ...]


def difference(whole: Parts, mutant: Parts) -> Parts:
    """Return the parts of a mutant that are not as they were; None: it is gone."""
    names = {**whole, **mutant}
    return {name: mutant.get(name) for name in names if mutant.get(name) != whole.get(name)}


def untouched(whole: Parts, differences: Iterable[Parts]) -> list[Place]:
    """Return the places of the values that no mutant changes."""
    left = dict(values(whole))
    for changed in differences:
        now = dict(values(changed))
        for place, value in values({name: whole[name] for name in changed if name in whole}):
            if now.get(place) != value:
                left.pop(place, None)
    return list(left)


def values(there: Any, *place: Any) -> Iterator[tuple[Place, Any]]:
    """Yield the place and the value of each scalar, and of each list that is empty."""
    match there:
        case dict():
            for key, one in there.items():
                yield from values(one, *place, key)
        case [_, *_]:
            for number, one in enumerate(there):
                yield from values(one, *place, number)
        case _:
            yield place, there
