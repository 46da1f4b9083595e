"""Play whole calls, print each as a time line, and say whether it ended as it should."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.rule import Rule

from operations.call import Call, NotAsExpected
from operations.calls import DemoCall
from operations.ops import Ops
from operations.published import published_instance
from operations.stage import Stage
from operations.time_line import TimeLine
from simulator.aws import LocalAws

_PIPED_WIDTH = 170
_UNTIL_ALL_HAVE_HUNG_UP = 5.0


def run(calls: Iterable[DemoCall], *, seed: int, speed: float | None) -> bool:
    """Play and print calls. True if each ended as it should.

    `speed`: seconds of call time a second; None: as fast as they can be played.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    began = time.monotonic()
    console.print(
        "Starting a local AWS, deploying template.yaml, publishing the flows and setting up a "
        "Connect instance …",
        style="dim",
    )
    results = []
    with deployed_stage() as stage:
        for number, demo_call in enumerate(calls, 1):
            console.print(Rule(f"[bold]{number}  {demo_call.title}", align="left"))
            console.print(f"For the agent: {demo_call.advice}", style="italic")
            console.print()
            failure = play(demo_call, stage, TimeLine(console), seed=seed, speed=speed)
            console.print(failure or "✓ ended as it should", style="red" if failure else "green")
            console.print()
            results.append((demo_call.title, not failure))
    return _summary(console, results, time.monotonic() - began)


@contextmanager
def deployed_stage() -> Iterator[Stage]:
    with LocalAws() as aws:
        stage = Stage(aws)
        stage.warm_up()
        stage.published = published_instance(stage)
        yield stage


def play(
    demo_call: DemoCall, stage: Stage, time_line: TimeLine, *, seed: int, speed: float | None
) -> str:
    """Play a call. Returns what was not as it should be; nothing if all was."""
    stage.events.clear()
    with stage.aws.clock.held():
        call = Call(stage.site, seed=seed, speed=speed)
        call.world.journal.listeners.append(time_line.take)
        time_line.heading()
        try:
            demo_call.play(call, Ops(call, stage))
            call.wait(_UNTIL_ALL_HAVE_HUNG_UP)
        except NotAsExpected as surprise:
            return f"✗ {surprise}"
        finally:
            time_line.flush()
    return ""


def _summary(console: Console, results: list[tuple[str, bool]], seconds: float) -> bool:
    console.print(Rule(align="left"))
    for title, held in results:
        console.print(f"{'✓' if held else '✗'} {title}", style="green" if held else "bold red")
    passed = sum(held for _, held in results)
    console.print(f"\n{passed} of {len(results)} ended as they should, in {seconds:.0f} s.")
    return passed == len(results)
