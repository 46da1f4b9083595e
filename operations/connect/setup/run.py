"""Make changes one after the other, and tell what was done and what not if that stops."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from operations.connect.aws import AwsRefused
from operations.connect.setup.changes import Change, apply, current, is_same

_PERHAPS_DONE = "InternalServiceException"


def make(
    connect: Any,
    instance_id: str,
    changes: Sequence[Change],
    before_each: Callable[[int], None] = lambda _: None,
) -> None:
    """Make the changes in order; `before_each` gets how many are made with the one to come.

    Raises `click.ClickException` at the first that is refused: what was done, and what not.
    """
    for number, change in enumerate(changes):
        try:
            before_each(number + 1)
            apply(connect, instance_id, change)
        except click.ClickException as error:
            raise _stopped(error, changes[:number], change, changes[number + 1 :]) from error
        click.echo(f"Done: {_told(change)}")


def to_undo(
    connect: Any, instance_id: str, changes: Sequence[Change]
) -> tuple[list[Change], list[str]]:
    """Return what undoes the changes, the last first, and what is left since it differs now.

    A change that is not there, since it was never made or is undone, is neither.
    """
    undoing, left = [], []
    for change in reversed(changes):
        try:
            value = current(connect, instance_id, change)
        except AwsRefused as error:
            if error.code != "ResourceNotFoundException":
                raise
            left.append(f"{change.what}: it is there no longer.")
            continue
        if is_same(change.kind, value, change.after):
            undoing.append(change.undone())
        elif not is_same(change.kind, value, change.before):
            left.append(f"{change.what}: somebody changed it after set-up; it stays as it is.")
    return undoing, left


def _stopped(
    error: click.ClickException, done: Sequence[Change], change: Change, rest: Sequence[Change]
) -> click.ClickException:
    # Without an answer, or after a fault of AWS's, the change may have been made all the same.
    perhaps = isinstance(error, AwsRefused) and error.code in ("", _PERHAPS_DONE)
    lines = [
        error.message,
        *(f"Done: {_told(one)}" for one in done),
        f"{'Perhaps done' if perhaps else 'Not done'}: {_told(change)}",
        *(f"Not done: {_told(one)}" for one in rest),
    ]
    return click.ClickException("\n".join(lines))


def _told(change: Change) -> str:
    return f"{change.what}: {change.shown_before} → {change.shown_after}"
