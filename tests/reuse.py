"""One PostgreSQL database that test after test gets as good as new.

Making a database costs PostgreSQL about 350 new files; emptying one costs a few statements. A database that a
test left in another shape (a table more, a function less) is dropped and made again.
"""

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from supportbot.db import normal_url
from tests.postgres import administer

MOST_BYTES_LEFT = 50_000_000
_numbers = itertools.count(1)

_OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
# Everything that has a name in our schemas, and how many columns, triggers and constraints it has.
_SHAPE = f"""
SELECT md5(string_agg(what, ',' ORDER BY what)) FROM (
  SELECT concat_ws(' ', n.nspname, c.relname, c.relkind, c.relnatts, c.relchecks, c.reltriggers) AS what
    FROM (SELECT *, (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = pg_class.oid AND t.tgenabled = 'O')
                    AS reltriggers FROM pg_class) c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
  UNION ALL SELECT concat_ws(' ', n.nspname, p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {_OURS}
  UNION ALL SELECT n.nspname FROM pg_namespace n WHERE {_OURS}
) everything"""
_TABLES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND {_OURS} ORDER BY 1, 2"""
_SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
_OTHERS_END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a new database holds: its shape, the rows it starts with, and where its sequences stand."""

    shape: str
    rows: dict[tuple[str, str], list[str]]
    sequences: dict[tuple[str, str], int | None]


@dataclass(slots=True)
class ReusedDatabase:
    """Lends one database at a time: a copy of `template`, cleaned between its users."""

    server_url: str
    template: str
    _name: str | None = None
    _new: Snapshot | None = field(default=None, repr=False)

    def lend(self) -> str:
        """The address of a database like the template."""
        if self._name is None:
            self._name = f"supportbot_test_{os.getpid()}_{next(_numbers)}"
            administer(self.server_url, f'CREATE DATABASE "{self._name}" TEMPLATE "{self.template}" STRATEGY FILE_COPY')
        address = self._address()
        if self._new is None:
            with psycopg.connect(address) as db:
                self._new = _take_snapshot(db)
        return normal_url(address).render_as_string(hide_password=False)

    def take_back(self) -> None:
        """Make the database as good as new, or drop it."""
        try:
            with psycopg.connect(self._address(), autocommit=True) as db:
                is_clean = self._new is not None and _clean(db, self._new)
        except psycopg.Error:
            is_clean = False
        if not is_clean:
            self.close()

    def close(self) -> None:
        """Drop the database."""
        if self._name is not None:
            administer(self.server_url, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        self._name = None

    def _address(self) -> str:
        url = normal_url(self.server_url).set(drivername="postgresql", database=self._name)
        return url.render_as_string(hide_password=False)


def _take_snapshot(db: psycopg.Connection) -> Snapshot:
    tables = [(schema, name) for schema, name in db.execute(_TABLES).fetchall()]
    return Snapshot(
        shape=_value(db, _SHAPE),
        rows={table: _rows(db, table) for table in tables},
        sequences={(schema, name): last for schema, name, last in db.execute(_SEQUENCES).fetchall()},
    )


def _clean(db: psycopg.Connection, new: Snapshot) -> bool:
    db.execute(_OTHERS_END)
    is_small = _value(db, "SELECT pg_database_size(current_database())") < MOST_BYTES_LEFT
    if not is_small or _value(db, _SHAPE) != new.shape:
        return False
    with db.transaction():
        # Neither foreign keys nor the audit log's guards stand in the way.
        db.execute("SET LOCAL session_replication_role = replica")
        for table in _changed(db, new):
            db.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(*table)))
            for row in new.rows[table]:
                put = sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_record(NULL::{0}, %s::json)")
                db.execute(put.format(sql.Identifier(*table)), [row])
        for schema, name, last in db.execute(_SEQUENCES).fetchall():
            first = new.sequences[schema, name]
            if last != first:
                place = sql.Identifier(schema, name).as_string(db)
                db.execute("SELECT setval(%s::regclass, %s, %s)", [place, first or 1, first is not None])
    return True


def _changed(db: psycopg.Connection, new: Snapshot) -> list[tuple[str, str]]:
    """The tables whose rows are not those of the snapshot; one statement asks all that should be empty."""
    empty = [table for table, rows in new.rows.items() if not rows]
    asked = [sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(*table)) for table in empty]
    answers = db.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(asked))).fetchone() or ()
    filled = [table for table, has_rows in zip(empty, answers, strict=True) if has_rows]
    return filled + [table for table, rows in new.rows.items() if rows and _rows(db, table) != rows]


def _rows(db: psycopg.Connection, table: tuple[str, str]) -> list[str]:
    rows = sql.SQL("SELECT row_to_json(t)::text FROM {} t ORDER BY 1").format(sql.Identifier(*table))
    return [text for (text,) in db.execute(rows).fetchall()]


def _value(db: psycopg.Connection, query: str) -> Any:
    row = db.execute(query).fetchone()
    return row[0] if row else None
