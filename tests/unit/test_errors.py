import re

from secure_transfer.domain import errors
from secure_transfer.domain.errors import Refused, SecureTransferError, TransferNotStarted

_DRAWN = re.compile(r"^(?P<depth>[│├└─ ]*)(?P<name>[A-Z]\w+)", re.MULTILINE)


def test_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    assert _tree_drawn(errors.__doc__ or "") == _tree_of(SecureTransferError)


def test_reason_of_a_refusal_is_its_name() -> None:
    plain = [kind for kind in _all_below(Refused) if kind is not TransferNotStarted]

    assert [kind("why").reason for kind in plain] == [kind.__name__ for kind in plain]


def test_reason_of_a_transfer_that_was_not_started_is_the_recorded_one() -> None:
    refusal = TransferNotStarted("The pool is full.", "PinPoolExhausted")

    assert refusal.reason == "PinPoolExhausted"
    assert str(refusal) == "The pool is full."


def test_refusal_concerns_no_transfer_until_one_is_known() -> None:
    assert Refused("why").transfer_id is None


def _tree_drawn(text: str) -> set[tuple[str, str]]:
    """Return each class that is drawn, with the one that it stands under."""
    lines = text[text.index("SecureTransferError") :]
    above: list[str] = []
    pairs = set()
    for match in _DRAWN.finditer(lines):
        depth = len(match["depth"]) // 4
        above[depth:] = [match["name"]]
        if depth:
            pairs.add((above[depth - 1], match["name"]))
    return pairs


def _tree_of(root: type) -> set[tuple[str, str]]:
    return {
        (base.__name__, kind.__name__)
        for kind in _all_below(root)
        for base in kind.__bases__
        if issubclass(base, root)
    }


def _all_below(root: type) -> list[type]:
    """Return the classes that the package derives from one; tests may derive their own."""
    ours = [kind for kind in root.__subclasses__() if kind.__module__ == errors.__name__]
    return [*ours, *(kind for one in ours for kind in _all_below(one))]
