"""The commands `operations connect …`."""

import click

from operations.connect.doctor.command import doctor
from operations.connect.setup.commands import setup, undo


@click.group()
def connect() -> None:
    """Set up a live Amazon Connect instance for secure transfers, and check it."""


connect.add_command(setup)
connect.add_command(undo)
connect.add_command(doctor)
