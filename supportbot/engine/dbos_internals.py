"""What supportbot uses of DBOS beyond its documented surface, in one place, and whether this DBOS still has it.

DBOS is pinned exactly. Whoever raises the pin is told here at start-up what moved, before a job is touched.
"""

from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient
from dbos._dbos import _get_dbos_instance
from dbos._sys_db import SystemDatabase

from supportbot.engine.records import engine_columns
from supportbot.errors import EngineError

MADE_FOR = "3.4.0"
_OF_CLASS = ("_recover_pending_workflows", "_sys_db")
_OF_INSTANCE = ("_active_workflows_set",)
_OF_DATABASE = ("get_queue", "dequeue_scopes", "run_migrations", "verify_migrations")


def system_database(client: DBOSClient | None = None) -> Any:
    """DBOS' own database object: of a client, or of this process's DBOS."""
    return (client or _get_dbos_instance())._sys_db


def active_workflows() -> set[str]:
    """The keys of the jobs that run in this process."""
    return set(_get_dbos_instance()._active_workflows_set.activeList())


def recover(executor: str) -> None:
    """Run here what a dead worker had claimed."""
    DBOS._recover_pending_workflows([executor])


def require_internals(instance: object, database: type = SystemDatabase) -> None:
    """Refuse to work on a DBOS that lacks one of these names; to be called once it is there and before it is launched.

    Raises:
        EngineError: says which DBOS this is, what it lacks, and what to do.
    """
    missing = [f"DBOS.{name}" for name in _OF_CLASS if not hasattr(type(instance), name)]
    missing += [f"DBOS().{name}" for name in _OF_INSTANCE if not hasattr(instance, name)]
    missing += [f"SystemDatabase.{name}" for name in _OF_DATABASE if not hasattr(database, name)]
    if missing:
        raise EngineError(_refusal(missing))


def require_tables(engine: sa.Engine, *, schema: str | None) -> None:
    """Refuse to work on tables of DBOS that lack a column which is read or written here.

    Raises:
        EngineError: says which DBOS this is, what its tables lack, and what to do.
    """
    inspector = sa.inspect(engine)
    missing = []
    for table, columns in engine_columns().items():
        there = {column["name"] for column in inspector.get_columns(table, schema=schema)}
        missing += [f"{table}.{name}" for name in sorted(columns - there)]
    if missing:
        raise EngineError(_refusal(missing))


def _refusal(missing: list[str]) -> str:
    return (
        f"DBOS {version('dbos')} lacks {', '.join(missing)}, which supportbot uses of DBOS {MADE_FOR}. "
        f"Install the version that requirements.lock names: make install"
    )
