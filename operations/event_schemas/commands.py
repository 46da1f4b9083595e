"""The commands `operations events …`."""

import click

from operations.event_schemas import publish as publishing


@click.group()
def events() -> None:
    """Change the schemas of the audit events without hurting those who read them."""


@events.command()
def publish() -> None:
    """Publish the schemas of events/v…, the newest version.

    Refuses a change that would break a consumer, and says which. `make events` then writes what is
    made of the schemas.
    """
    changed = publishing.publish()
    click.echo(f"Published: {', '.join(changed)}." if changed else "Nothing has changed.")


@events.command("new-version")
def new_version() -> None:
    """Begin the next version as a copy of the newest one.

    Change it, set SCHEMA_VERSION in functions/secure_transfer/domain/audit.py, and publish.
    """
    version = publishing.begin_version()
    click.echo(
        f"events/v{version} is a copy of the version before. Change it there, set SCHEMA_VERSION "
        f'in functions/secure_transfer/domain/audit.py to "{version}", and publish.'
    )
