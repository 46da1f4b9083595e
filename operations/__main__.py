"""The command `operations`."""

import json
import sys

import click

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


def main() -> None:
    try:
        cli()
    except (LambdaBlockFailed, SimulatorError, TimeoutError) as error:
        sys.exit(f"operations: {error}")


if __name__ == "__main__":
    main()
