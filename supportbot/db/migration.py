"""Bringing a database to this release: Alembic's steps, forward only."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import SQLModel

import supportbot
from supportbot.db import Database
from supportbot.errors import SettingsError, Unavailable
from supportbot.settings import top_folder

if TYPE_CHECKING:  # loaded where it is used: a process that serves asks only once, at its start
    from alembic.config import Config


def all_tables() -> sa.MetaData:
    """Every table of every package."""
    for package in pkgutil.iter_modules(supportbot.__path__, "supportbot."):
        if package.ispkg and not package.name.endswith("._top"):
            names = {module.name for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__)}
            if "tables" in names:
                importlib.import_module(f"{package.name}.tables")
    return SQLModel.metadata


def upgrade(database: Database) -> str:
    """Apply what is missing; gives the revision the database is at now. Safe to run again, and side by side.

    Raises:
        Unavailable: the database does not answer.
    """
    from alembic import command

    config = _config()
    with _reached(database), database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(4711)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return _newest()


def require_current(database: Database) -> None:
    """Refuse to work on a database that this release does not know.

    Raises:
        SettingsError: migrations are missing, or the database is newer than this release.
        Unavailable: the database does not answer.
    """
    from alembic.migration import MigrationContext

    with _reached(database), database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != _newest():
        at = current or "empty"
        raise SettingsError(f"The database is at {at}, this release needs {_newest()}. Run: supportbot migrate")


@contextmanager
def _reached(database: Database) -> Iterator[None]:
    """Say in one line which database cannot be used and why; its password stays unsaid."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        reason = str(error.orig).partition("\n")[0]
        raise Unavailable(
            f"The database {database.url.render_as_string()} cannot be used: {reason}. "
            "Start it, or check SUPPORTBOT_DATABASE_URL and SUPPORTBOT_DATA_DIR."
        ) from error


def _newest() -> str:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head() or "nothing"


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(top_folder("migrations")))
    return config
