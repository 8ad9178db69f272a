"""`supportbot secret`: make the key that signs sessions, tokens and the audit log."""

import click

from supportbot.settings import new_secret


@click.command()
def secret() -> None:
    """Print a fresh value for SUPPORTBOT_SECRET_KEY; nothing is stored."""
    click.echo(new_secret())
