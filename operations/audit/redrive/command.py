"""The command `operations audit redrive`."""

import sys

import click
from rich.console import Console

from operations.audit.options import INTERRUPTED, trail_options
from operations.audit.redrive.bus import Bus
from operations.audit.redrive.queue import FallbackQueue
from operations.audit.redrive.report import Report, in_flight, interrupted, show
from operations.audit.redrive.sending import Redrive
from operations.audit.trail import Trail
from operations.connect.aws import Aws, AwsRefused
from operations.progress import progress_bar


@click.command()
@trail_options
def redrive(*, found: Trail, aws: Aws) -> None:
    """Send the audit events that wait in the fallback queue again.

    Each once, and the events of a transfer in their order. What stands in the audit log already is
    not sent again. A message is deleted only when EventBridge has all of its events. It can be
    interrupted and run again at any time, and run by two people at once.

    A message that is no audit event of this stack is left in the queue, and named.

    Exits 0 if nothing is left, 1 if something is, 2 if AWS refuses what it needs.
    """
    queue = FallbackQueue(aws.client("sqs"), found.fallback_queue_url)
    # One attempt: botocore would repeat a PutEvents whose answer was lost.
    bus = Bus(aws.client("events", attempts=1), found.bus)
    with progress_bar(Console(stderr=True)) as progress:
        run = Redrive(bus, aws.client("logs"), queue, found, progress)
        try:
            run.run()
        except AwsRefused:
            show(run.report)
            raise
        except KeyboardInterrupt:
            show(run.report)
            click.echo(interrupted(), err=True)
            sys.exit(INTERRUPTED)
    if run.report == Report():
        held = queue.held_by_others()
        click.echo(in_flight(held) if held else "Nothing waits in the fallback queue.")
        sys.exit(1 if held else 0)
    show(run.report)
    sys.exit(1 if run.report.left else 0)
