"""A database built from migrations alone is the one the tables describe, on SQLite and on PostgreSQL."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from supportbot.db import Database
from supportbot.db.migration import all_tables, require_current, upgrade
from supportbot.engine import is_engine_table
from supportbot.errors import SettingsError
from supportbot.knowledge.full_text import is_index_table


def test_migrations_alone_build_exactly_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        assert compare_metadata(context, all_tables()) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert upgrade(database) == upgrade(database)
    require_current(database)


def test_a_database_without_migrations_is_refused_with_the_way_out(tmp_path: object) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(SettingsError, match="supportbot migrate"):
        require_current(empty)
    empty.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_audit_log(database: Database, statement: str) -> None:
    insert = (
        "INSERT INTO audit_entry (seq, at, actor_kind, action, subject_kind, detail, prev_hash, hash) "
        "VALUES (1, '2026-11-16 06:00:00', 'system', 'a', 'b', '{}', '', 'h')"
    )
    with database.engine.begin() as connection:
        connection.execute(sa.text(insert))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(sa.text(statement))


def _is_ours(thing: object, name: str | None, kind: str, is_reflected: bool, other: object) -> bool:
    return not (kind == "table" and (is_engine_table(name or "", None) or is_index_table(name or "")))
