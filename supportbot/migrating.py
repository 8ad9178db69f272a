"""Bringing a database to this release: Alembic's steps, forward only."""

import importlib
import pkgutil

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import supportbot
from supportbot.db import Database
from supportbot.errors import SettingsError
from supportbot.settings import top_folder


def all_tables() -> sa.MetaData:
    """Every table of every package."""
    for package in pkgutil.iter_modules(supportbot.__path__, "supportbot."):
        if package.ispkg and not package.name.endswith("._top"):
            names = {module.name for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__)}
            if "tables" in names:
                importlib.import_module(f"{package.name}.tables")
    return SQLModel.metadata


def upgrade(database: Database) -> str:
    """Apply what is missing; gives the revision the database is at now. Safe to run again, and side by side."""
    config = _config()
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(4711)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return _newest()


def require_current(database: Database) -> None:
    """Refuse to work on a database that this release does not know.

    Raises:
        SettingsError: migrations are missing, or the database is newer than this release.
    """
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != _newest():
        at = current or "empty"
        raise SettingsError(f"The database is at {at}, this release needs {_newest()}. Run: supportbot migrate")


def _newest() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or "nothing"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(top_folder("migrations")))
    return config
