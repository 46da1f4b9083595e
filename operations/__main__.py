"""The command `operations`."""

import json
import sys
from pathlib import Path

import click

from operations import scan as scanning
from operations.audit.commands import audit
from operations.connect.commands import connect
from operations.event_schemas.commands import events
from simulator import flow_lint, template
from simulator.connect.lambda_block import LambdaBlockFailed
from simulator.errors import SimulatorError


@click.group()
def cli() -> None:
    """Run and check secure transfer on this machine."""


cli.add_command(audit)
cli.add_command(connect)
cli.add_command(events)


@cli.command()
@click.option("--call", "name", metavar="NAME", help="Play only this call; `list` lists them.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Watch it live: seconds of call time a second, 1 as on the telephone.",
)
@click.option("--seed", default=1, show_default=True, help="Of chance: the same, the same calls.")
def demo(name: str | None, speed: float | None, seed: int) -> None:
    """Play whole calls on a local AWS and print each as a time line.

    Exits 0 only if each ended as it should.
    """
    # Imported here: the other commands need no local AWS.
    from operations.calls import CALLS  # noqa: PLC0415
    from operations.demo import run  # noqa: PLC0415

    if name == "list":
        for one in CALLS:
            click.echo(f"{one.name:22} {one.title}")
        return
    chosen = [one for one in CALLS if name in (None, one.name)]
    if not chosen:
        known = ", ".join(one.name for one in CALLS)
        raise click.UsageError(f"There is no call {name!r}. There are: {known}.")
    sys.exit(0 if run(chosen, seed=seed, speed=speed) else 1)


@cli.command()
@click.option("--transfers", type=click.IntRange(min=1), default=5000, show_default=True)
@click.option("--at-once", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--minutes", type=click.IntRange(min=0), default=3, show_default=True,
              help="Of a steady rate, after the crowd.")  # fmt: skip
def load(transfers: int, at_once: int, minutes: int) -> None:
    """Put many transfers on the second local AWS at once and print how long each answer took.

    Exits 0 only if none was lost, crossed or stuck.
    """
    from operations.load import run  # noqa: PLC0415

    sys.exit(0 if run(transfers, at_once, minutes) else 1)


@cli.command()
def expand() -> None:
    """Print template.yaml as CloudFormation gets it."""
    click.echo(json.dumps(template.expand(), indent=2))


@cli.command()
@click.argument("checkov", type=click.Path(path_type=Path))
def scan(checkov: Path) -> None:
    """Scan template.yaml's expansion with the CHECKOV that is installed there.

    Exits 0 if all that was found is excepted with a reason, and every exception was found.
    """
    findings, whole = scanning.run(checkov)
    for finding in findings:
        click.echo(finding)
    click.echo(whole)
    sys.exit(1 if findings else 0)


@cli.command()
def deploy() -> None:
    """Build the stack and deploy it with the SAM CLI: with questions the first time only.

    Each deployment is a release: a tenth of the calls get it first (parameter RollOutMinutes), and
    it is taken back if an alarm about it rings.
    """
    from operations import deploy as deploying  # noqa: PLC0415

    deploying.deploy()


@cli.command()
def destroy() -> None:
    """Delete the deployed stack with the SAM CLI, and say which records were kept."""
    from operations import deploy as deploying  # noqa: PLC0415

    click.echo(
        "First run `operations connect undo`: a number or queue that leads to one of the stack's "
        "flows can keep it from being deleted."
    )
    kept = deploying.destroy()
    click.echo("The stack is gone. Kept, each with what deletes it:")
    for one in kept:
        click.echo(f"  {one.logical_id:22} {one.delete_command}")


@cli.group()
def flows() -> None:
    """Check the Connect flows, and fill them in."""


@flows.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def lint_flows(files: tuple[str, ...]) -> None:
    """Lint Connect flows. Give those together that set and read the same attributes.

    Exits 0 if nothing was found, 1 if something was, 2 if a file is no JSON or cannot be read.
    """
    read_ones = {}
    for name in dict.fromkeys(files):
        try:
            read_ones[name] = flow_lint.read(Path(name))
        except flow_lint.Unreadable as error:
            click.echo(f"operations: {error}", err=True)
    findings = flow_lint.lint_flows(read_ones)
    for finding in findings:
        click.echo(str(finding))
    click.echo(f"{_count(len(findings), 'finding')} in {_count(len(read_ones), 'flow')}")
    if len(read_ones) < len(set(files)):
        sys.exit(2)
    sys.exit(1 if findings else 0)


@flows.command("render")
@click.option(
    "--values",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="JSON: an object of the stack's parameters, the functions' ARNs among them.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Where to.",
)
@click.argument("names", nargs=-1, metavar="[FLOW]...")
def render_flows(values: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Fill in every value and write the flows for import by hand: all of them, or those named.

    docs/flows.md tells which values there are. If any is missing, all that are missing are named,
    and nothing is written.
    """
    from operations.flows_render import read_values, render, write  # noqa: PLC0415

    for path in write(render(read_values(values), names), folder):
        click.echo(path)


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def main() -> None:
    try:
        cli()
    except (LambdaBlockFailed, SimulatorError, TimeoutError) as error:
        sys.exit(f"operations: {error}")


if __name__ == "__main__":
    main()
