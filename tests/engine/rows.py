"""Looks straight at the engine's own tables, and changes them as a crash would."""

import sqlalchemy as sa

from supportbot.db import Database


def every_table(database: Database) -> list[tuple[str | None, str]]:
    """Schema and name of each table."""
    schemas = [None] if database.is_sqlite else ["public", "dbos"]
    inspector = sa.inspect(database.engine)
    return [
        (None if schema == "public" else schema, name)
        for schema in schemas
        for name in inspector.get_table_names(schema=schema)
    ]


def every_value(database: Database) -> list[str]:
    """Each value in each of the engine's tables, as text."""
    values = []
    with database.transaction(read_only=True) as db:
        for schema, name in every_table(database):
            rows = db.connection().execute(sa.select(sa.text("*")).select_from(sa.table(name, schema=schema)))
            values += [str(value) for row in rows for value in row if value is not None]
    return values


def row_values(database: Database, key: str) -> list[str]:
    """Each value in a job's own row, as text."""
    jobs = sa.table("workflow_status", schema=None if database.is_sqlite else "dbos")
    query = sa.select(sa.text("*")).select_from(jobs).where(sa.literal_column("workflow_uuid") == key)
    with database.transaction(read_only=True) as db:
        return [str(value) for row in db.connection().execute(query) for value in row]


def change_row(database: Database, key: str, values: str) -> None:
    """Leave a job's row as a crash might have left it."""
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.transaction() as db:
        statement = sa.text(f"UPDATE {table} SET {values} WHERE workflow_uuid = :key")
        assert db.connection().execute(statement, {"key": key}).rowcount == 1
