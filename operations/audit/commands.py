"""The commands `operations audit …`."""

import click

from operations.audit.check.command import check
from operations.audit.redrive.command import redrive
from operations.audit.replay import replay
from operations.audit.tail import tail


@click.group()
def audit() -> None:
    """Keep the audit trail of a deployed stack whole: find holes, close them, follow it."""


audit.add_command(redrive)
audit.add_command(check)
audit.add_command(replay)
audit.add_command(tail)
