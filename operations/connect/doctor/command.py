"""The command `operations connect doctor`."""

import sys

import click
from rich.console import Console

from operations.connect.aws import Aws, AwsRefused
from operations.connect.doctor.examine import examine, exit_status
from operations.connect.doctor.seen import Wanted
from operations.connect.doctor.table import as_json, print_table
from operations.connect.options import instance_options
from operations.progress import progress_bar


@click.command()
@instance_options
@click.option(
    "--number",
    default="",
    metavar="+44…",
    help="The number that PCI Pal calls back. Else any number that has the answer flow will do.",
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    metavar="NAME",
    help="A queue that takes payments; repeat it for more. Else those that have a quick connect "
    "to PCI Pal.",
)
@click.option("--json", "wants_json", is_flag=True, help="Print JSON: a list, an object a check.")
def doctor(
    *, instance_id: str, aws: Aws, number: str, queues: tuple[str, ...], wants_json: bool
) -> None:
    """Hold a Connect instance against PCI Pal's configuration guide, section 4.2.

    A line a condition: what is expected, what was found, how to mend it, and where the guide asks
    for it. Nothing is changed.

    Exits 0 if all is well, 1 if something is wrong, 2 if nothing is but something could not be
    looked at: the instance itself, or what you may not read.
    """
    try:
        with progress_bar(Console(stderr=True)) as progress:
            findings = examine(
                aws.client("connect"),
                aws.client("lambda"),
                instance_id,
                Wanted(number, queues),
                progress,
            )
    except AwsRefused as refused:
        refused.show()
        sys.exit(2)
    if wants_json:
        click.echo(as_json(findings))
    else:
        print_table(findings, Console())
    sys.exit(exit_status(findings))
