"""What commands share: the wired parts, and answers for people or programs."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from supportbot.app import Parts, wire
from supportbot.audit.types import Actor
from supportbot.db.migration import require_current
from supportbot.settings import load_settings

Command = TypeVar("Command", bound=Callable[..., Any])
OPERATOR = Actor(kind="system", id=None, name="operator")

as_json: Callable[[Command], Command] = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def open_parts() -> Parts:
    """The parts over the environment's database; its connections are closed when the command ends.

    Raises:
        SettingsError: something is missing, or the database was not migrated.
        Unavailable: the database does not answer.
    """
    parts = wire(load_settings())
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(parts.database.dispose)
    require_current(parts.database)
    return parts


def answer(value: object, as_json: bool, words: str) -> None:
    """Print `value` as JSON, or `words`."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else words)


def database_cause(error: Exception) -> str:
    """Why the database did not answer: the driver's own first line, without the address that it repeats."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return said[0].rpartition("failed: ")[2].rstrip(".")
