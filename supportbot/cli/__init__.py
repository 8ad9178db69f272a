"""The command `supportbot`: one line per command below; its module is loaded when the command is used."""

import sys
from importlib import import_module
from typing import Any

import click

from supportbot import __version__
from supportbot.errors import SupportbotError

# Command name to where it stands. Lazy, because `supportbot triage classify` must start in a moment.
COMMANDS = {
    "audit": "supportbot.cli.operations:audit",
    "billing": "supportbot.cli.billing:billing",
    "demo": "supportbot.cli.demo:demo",
    "doctor": "supportbot.cli.doctor:doctor",
    "jobs": "supportbot.cli.operations:jobs",
    "kb": "supportbot.cli.kb:kb",
    "migrate": "supportbot.cli.processes:migrate",
    "policy": "supportbot.cli.policy_changes:policy",
    "prompts": "supportbot.cli.prompts:prompts",
    "replay": "supportbot.cli.replay:replay",
    "seed": "supportbot.cli.seed:seed",
    "review": "supportbot.cli.review:review",
    "secret": "supportbot.cli.secret:secret",
    "serve": "supportbot.cli.processes:serve",
    "site": "supportbot.cli.sites:site",
    "token": "supportbot.cli.people:token",
    "triage": "supportbot.cli.triage:triage",
    "user": "supportbot.cli.people:user",
    "worker": "supportbot.cli.processes:worker",
}


class Commands(click.Group):
    """Loads commands when they are used, and turns deliberate errors into one message on stderr and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None when there is none."""
        del ctx
        module, _, name = COMMANDS.get(cmd_name, "").partition(":")
        if not module:
            return None
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a `SupportbotError` ends it with its own words, never a traceback."""
        try:
            return super().invoke(ctx)
        except SupportbotError as error:
            click.echo(error.message, err=True)
        except _database_errors() as error:
            first_line = str(error).partition("\n")[0]
            click.echo(f"The database does not answer as it should: {first_line}", err=True)
        sys.exit(1)


def _database_errors() -> tuple[type[Exception], ...]:
    """What a database that goes away raises; nothing where the command never loaded one."""
    if "sqlalchemy.exc" not in sys.modules:
        return ()
    from sqlalchemy.exc import OperationalError

    return (OperationalError,)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="supportbot")
def main() -> None:
    """A self-hosted customer-support assistant: fast drafts, held disputes, one reply contract."""


DOOR: tuple[str, ...] = ()
