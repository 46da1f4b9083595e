"""The command `operations`."""

import json
import sys
from pathlib import Path

import click

from operations import flow_lint
from simulator import template
from simulator.connect import LambdaBlockFailed
from simulator.errors import SimulatorError


@click.group()
def cli() -> None:
    """Run and check secure transfer on this machine."""


@cli.command()
def demo() -> None:
    """Play seven secure transfers on a local AWS and print what happened."""
    # Imported here: the other commands need no local AWS.
    from operations.demo import run  # noqa: PLC0415

    sys.exit(0 if run() else 1)


@cli.command()
def expand() -> None:
    """Print template.yaml as CloudFormation gets it."""
    click.echo(json.dumps(template.expand(), indent=2))


@cli.group()
def flows() -> None:
    """Check the Connect flows."""


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


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def main() -> None:
    try:
        cli()
    except (LambdaBlockFailed, SimulatorError, TimeoutError) as error:
        sys.exit(f"operations: {error}")


if __name__ == "__main__":
    main()
