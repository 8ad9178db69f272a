"""A DBOS that lacks what is used of it is refused at start-up, by name."""

from importlib.metadata import version

import pytest
import sqlalchemy as sa

from supportbot.db import Database
from supportbot.engine import DbosEngine, JobKind
from supportbot.engine.dbos_internals import MADE_FOR, require_internals, require_tables
from supportbot.engine.records import engine_columns
from supportbot.engine.worker import POSTGRES_SCHEMA
from supportbot.errors import EngineError


class Moved:
    """A DBOS whose inner names are others."""

    _sys_db = None


class MovedDatabase:
    """Its database object, likewise."""

    get_queue = run_migrations = verify_migrations = None


def test_the_pinned_version_is_the_one_that_this_was_made_for() -> None:
    assert version("dbos") == MADE_FOR


def test_every_missing_name_is_said_with_the_version_and_what_to_do() -> None:
    with pytest.raises(EngineError) as refused:
        require_internals(Moved(), MovedDatabase)

    told = str(refused.value)
    assert f"DBOS {version('dbos')} lacks DBOS._recover_pending_workflows" in told
    assert "DBOS()._active_workflows_set" in told
    assert "SystemDatabase.dequeue_scopes" in told
    assert "get_queue" not in told
    assert told.endswith("make install")


def test_tables_without_a_column_that_is_used_are_refused_and_whole_ones_are_not(database: Database) -> None:
    DbosEngine(database).migrate()
    older = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with older.begin() as connection:
        for table, columns in engine_columns().items():
            kept = ", ".join(sorted(columns - {"owner_xid"}))
            connection.execute(sa.text(f"create table {table} ({kept})"))

    require_tables(database.engine, schema=None if database.is_sqlite else POSTGRES_SCHEMA)
    with pytest.raises(EngineError, match=r"lacks workflow_status\.owner_xid, which"):
        require_tables(older, schema=None)
    older.dispose()


def test_a_worker_starts_on_the_pinned_version(database: Database) -> None:
    engine = DbosEngine(database)
    engine.migrate()
    engine.register(JobKind("nothing", lambda ids: None, queue="drafts", concurrency=1))

    try:
        assert engine.start_worker() == "slot-0"
    finally:
        engine.stop(grace_s=1)
