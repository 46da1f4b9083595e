"""What `operations demo` prints, how it is asked, and how it exits."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from rich.console import Console

from operations import demo
from operations.__main__ import cli
from operations.call import Call, NotAsExpected
from operations.calls import CALLS, DemoCall
from operations.time_line import TimeLine
from simulator.journal import Column, Note
from tests.calls.memory_site import memory_site


class MemoryStage:
    """As much of a stage as playing a call needs, without an AWS."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.site = memory_site()
        self.aws = SimpleNamespace(clock=SimpleNamespace(held=self._held))

    @contextmanager
    def _held(self) -> Iterator[None]:
        yield


def _print(*notes: Note) -> str:
    out = io.StringIO()
    time_line = TimeLine(Console(file=out, width=170))
    time_line.heading()
    for note in notes:
        time_line.take(note)
    time_line.flush()
    return out.getvalue()


def test_notes_of_one_moment_stand_in_one_row_each_in_its_column() -> None:
    head, row = _print(
        Note(65.04, Column.AGENT, "clicks “Join”", "alice"),
        Note(65.04, Column.PCI_PAL, "answers"),
    ).splitlines()
    assert row.strip().startswith("1:05.0")
    for column, words in ((Column.AGENT, "Alice clicks “Join”"), (Column.PCI_PAL, "answers")):
        assert row.index(words) == head.index(column)


def test_piped_output_holds_no_escape_codes() -> None:
    assert "\x1b" not in _print(Note(0.0, Column.AGENT, "hears the card", "alice", alarming=True))


def _fails(call: Call, _: object) -> None:
    call.check("the call is secured", holds=False)


def _works(call: Call, _: object) -> None:
    call.cardholder().dials()


@pytest.mark.parametrize(("play", "status"), [(_works, 0), (_fails, 1)])
def test_demo_exits_0_only_if_every_call_ended_as_it_should(
    monkeypatch: pytest.MonkeyPatch, play: Callable[[Call, object], None], status: int
) -> None:
    @contextmanager
    def memory_stage() -> Iterator[MemoryStage]:
        yield MemoryStage()

    monkeypatch.setattr(demo, "deployed_stage", memory_stage)
    monkeypatch.setattr(demo, "Ops", lambda call, _: call)
    monkeypatch.setattr("operations.calls.CALLS", (DemoCall("one", "One", "Do this.", play),))

    result = CliRunner().invoke(cli, ["demo"])

    assert result.exit_code == status
    assert "For the agent: Do this." in result.output
    assert "Carol dials the shop" in result.output or status
    assert f"{1 - status} of 1 ended as they should" in result.output
    assert ("not as it should be: the call is secured" in result.output) == bool(status)


def test_call_that_there_is_not_is_named_with_those_that_there_are() -> None:
    result = CliRunner().invoke(cli, ["demo", "--call", "nobody"])
    assert result.exit_code == 2
    assert "There is no call 'nobody'." in result.output
    assert "outbound" in result.output


def test_calls_are_listed() -> None:
    result = CliRunner().invoke(cli, ["demo", "--call", "list"])
    assert result.exit_code == 0
    for one in CALLS:
        assert one.name in result.output
        assert one.title in result.output


@pytest.mark.parametrize("speed", ["0", "-1", "fast"])
def test_speed_is_a_number_above_0(speed: str) -> None:
    assert CliRunner().invoke(cli, ["demo", "--speed", speed]).exit_code == 2


def test_what_does_not_come_is_said_with_the_time() -> None:
    call = Call(memory_site())
    with pytest.raises(NotAsExpected, match=r"At 60\.0 s: waited 60 s for carol to hear “Hello”"):
        call.cardholder().hears("Hello")
