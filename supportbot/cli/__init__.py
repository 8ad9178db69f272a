"""The command `supportbot`: one module per command group, each added below with one line."""

import sys
from typing import Any

import click

from supportbot import __version__
from supportbot.cli import secret
from supportbot.errors import SupportbotError


class Commands(click.Group):
    """Turns deliberate errors into one message on stderr and exit code 1; wrong use stays exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a `SupportbotError` ends it with its own words, never a traceback."""
        try:
            return super().invoke(ctx)
        except SupportbotError as error:
            click.echo(error.message, err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="supportbot")
def main() -> None:
    """A self-hosted customer-support assistant: fast drafts, held disputes, one reply contract."""


main.add_command(secret.secret)
