"""What the demo prints, and how it exits."""

import io

import pytest
from click.testing import CliRunner
from rich.console import Console

from operations import demo
from operations.__main__ import cli
from operations.scenarios import Scenario
from operations.stage import Exchange, Execution, Scene

from operations.history import Visit  # isort: skip


def _scene(*, held: bool) -> Scene:
    answer = {"Result": "OK", "PIN": "0027", "TransferId": "5ec0de00-0000-4000-8000-000000000001"}
    metadata = {"eventId": "e", "sequence": 1, "attempt": 1, "transferId": "5ec0de00-more"}
    return Scene(
        exchanges=[Exchange(0.1, "alice clicks", "AddAgent", {"AgentName": "alice"}, answer, 0.2)],
        executions=[
            Execution("5ec0de00", "FAILED", "LoopTimedOut", None, [Visit("AwaitLoop", 0.1, 4.1)])
        ],
        events=[
            {
                "detail-type": "TransferRequested",
                "detail": {"metadata": metadata, "data": {"agentName": "alice"}},
            }
        ],
        checks=[("the late call is refused", held)],
    )


def _printed(scene: Scene) -> str:
    out = io.StringIO()
    demo.print_scene(Console(file=out, width=140), scene)
    return out.getvalue()


def test_a_scene_shows_calls_time_line_events_and_checks() -> None:
    printed = _printed(_scene(held=True))

    for part in (
        "AddAgent(AgentName=alice)",
        "Result=OK, PIN=0027, TransferId=5ec0de00…",
        "FAILED (LoopTimedOut)",
        "AwaitLoop",
        "4000 ms",
        "TransferRequested",
        "✓ the late call is refused",
    ):
        assert part in printed


def test_piped_output_holds_no_escape_codes() -> None:
    assert "\x1b" not in _printed(_scene(held=True))


@pytest.mark.parametrize(("held", "status"), [(True, 0), (False, 1)])
def test_demo_exits_0_only_if_every_transfer_ended_as_it_should(
    monkeypatch: pytest.MonkeyPatch, *, held: bool, status: int
) -> None:
    scenario = Scenario("one", "One", lambda _: None)
    monkeypatch.setattr(demo, "played", lambda: [(scenario, _scene(held=held))])

    result = CliRunner().invoke(cli, ["demo"])

    assert result.exit_code == status
    assert f"{int(held)} of 1 ended as they should" in result.output
