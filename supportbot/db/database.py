"""The tables' engine and `transaction()`: one code path for SQLite and PostgreSQL.

SQLite is opened so that a read-modify-write can never be lost: the driver's own transactions are off, and a
begin event issues `BEGIN IMMEDIATE` (plain `BEGIN` for read-only work).
"""

import contextlib
import os
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from supportbot.errors import NotFound, SettingsError, Unavailable

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Row ids: 64 bits on PostgreSQL, the rowid on SQLite.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# JSON values; JSONB on PostgreSQL.
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

WRITER_WAIT_S = 30
RESTED_S = 1.0

Row = TypeVar("Row", bound=SQLModel)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC on both sides of the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a moment without a zone, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use the clock.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the moment back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One database, opened the one right way. Sessions come from `transaction()` alone."""

    def __init__(self, url: str) -> None:
        self.url: URL = normal_url(url)
        self.engine: Engine = _open(self.url)
        self._read_only = self.engine.execution_options(read_only=True)
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (else PostgreSQL)."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back when it does not."""
        engine = self._read_only if read_only else self.engine
        with self._turn(read_only), Session(engine, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def _turn(self, read_only: bool) -> Iterator[None]:
        """Queue this process's writers on SQLite: one at a time asks for the file's write lock.

        SQLite's own wait is unfair: with dozens of threads at it, some starve until "database is locked".
        """
        if read_only or not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=WRITER_WAIT_S):
            raise Unavailable(f"The database was busy for {WRITER_WAIT_S} s. Nothing was stored; try again.")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """While an empty database is filled, commits do not wait for SQLite's disk; at the end everything is on it.

        Only for what is started over when it breaks off: after a power cut the last commits may be missing.
        """
        if not self.is_sqlite:
            yield
            return
        event.listen(self.engine, "checkout", _wait_less)
        try:
            yield
        finally:
            event.remove(self.engine, "checkout", _wait_less)
            with self.engine.connect() as connection:
                connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.engine.dispose()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def lock_row(db: Session, table: type[Row], row_id: int) -> Row:
    """Read one row fresh, holding it against other writers until this transaction ends.

    Raises:
        NotFound: there is no such row.
    """
    row = db.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no {table.__name__.lower()} {row_id}.")
    return row


def insert_row(db: Session, table: type[SQLModel], **values: Any) -> int:
    """Insert one row, by a statement put together once; gives its key.

    A third of the CPU of adding an object and flushing it; the class's defaults apply.
    """
    found = db.connection().execute(_inserting(table), values).inserted_primary_key
    return int(found[0]) if found else 0


def insert_once(db: Session, table: type[SQLModel], **values: Any) -> bool:
    """Insert a row unless its key is there already; says whether it was inserted."""
    statement = _inserting_once(table, db.get_bind().dialect.name)
    return db.connection().execute(statement, values).first() is not None


def upsert(
    db: Session, table: type[SQLModel], *rows: Mapping[str, Any], key: Collection[str], adding: Collection[str] = ()
) -> None:
    """Insert rows, or change those whose `key` is there already; a column in `adding` grows by what is given.

    Give the rows in the order of their keys where several writers may meet: so none waits for another in a circle.
    """
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    new, present = dialect.insert(rows_of(table)).values([dict(row) for row in rows]), rows_of(table).c
    changed_to = {
        name: present[name] + new.excluded[name] if name in adding else new.excluded[name]
        for name in rows[0]
        if name not in key
    }
    db.connection().execute(new.on_conflict_do_update(index_elements=list(key), set_=changed_to))


def change_rows(db: Session, table: type[SQLModel], where: Mapping[str, Any], /, **values: Any) -> int:
    """Change the rows whose columns equal `where`, by a statement put together once; gives how many.

    Objects of these rows that the session has read stay as they were.
    """
    statement = _changing(table, tuple(where), tuple(values))
    given = {f"is_{name}": value for name, value in where.items()} | {f"to_{name}": values[name] for name in values}
    return db.connection().execute(statement, given).rowcount


def rows_of(table: type[SQLModel]) -> sa.Table:
    """The table behind a class, for statements that need no objects."""
    return SQLModel.metadata.tables[str(table.__tablename__)]


@lru_cache(maxsize=256)
def _inserting(table: type[SQLModel]) -> sa.Insert:
    return sa.insert(rows_of(table))


@lru_cache(maxsize=256)
def _inserting_once(table: type[SQLModel], dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    rows = rows_of(table)
    return insert(rows).on_conflict_do_nothing().returning(*rows.primary_key)


@lru_cache(maxsize=256)
def _changing(table: type[SQLModel], where: tuple[str, ...], values: tuple[str, ...]) -> sa.Update:
    columns = rows_of(table).c
    statement = sa.update(rows_of(table)).where(*(columns[name] == sa.bindparam(f"is_{name}") for name in where))
    return statement.values({name: sa.bindparam(f"to_{name}") for name in values})


def normal_url(url: str) -> URL:
    """Parse a database URL; PostgreSQL in any spelling goes through psycopg 3.

    Raises:
        SettingsError: it is no such URL, or of a database that supportbot does not know.
    """
    known = "Use postgresql://user:password@host/name, or sqlite:////absolute/path.db."
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # what was given may hold a password, so it is not repeated
        raise SettingsError(f"SUPPORTBOT_DATABASE_URL is not a database URL. {known}") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        kind = parsed.get_backend_name()
        raise SettingsError(f"SUPPORTBOT_DATABASE_URL names {kind!r}, which supportbot does not work on. {known}")
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def impatient(url: str) -> str:
    """The same address; connecting to PostgreSQL gives up after three seconds unless it says otherwise itself."""
    parsed = normal_url(url)
    if parsed.get_backend_name() == "postgresql" and "connect_timeout" not in parsed.query:
        parsed = parsed.update_query_dict({"connect_timeout": "3"})
    return parsed.render_as_string(hide_password=False)


def _open(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(url, pool_size=10, max_overflow=30, pool_use_lifo=True)
        ask_rested_connections(engine)
        return engine
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database))
    engine = sa.create_engine(url, pool_size=10, max_overflow=30, connect_args={"isolation_level": None, "timeout": 10})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(file: Path) -> None:
    """Make the database's file, and its folder, for its owner alone; what is there keeps its rights.

    SQLite gives the files beside it, the log and its index, the rights of the database's own.
    """
    folder = file.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise SettingsError(
            f"The database's folder {folder} cannot be made: {error.strerror}. "
            "Set SUPPORTBOT_DATA_DIR or SUPPORTBOT_DATABASE_URL to a place you may write to."
        ) from None


def ask_rested_connections(engine: Engine) -> None:
    """Have a pooled PostgreSQL connection that has rested asked whether it still works; a broken one is replaced.

    One that was used within a second is taken as it is: a question before each transaction costs as much as a
    statement.
    """
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ask_if_rested)


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_if_rested(connection: Any, record: Any, _proxy: object) -> None:
    if time.monotonic() - record.info.get("used_at", 0.0) < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _wait_less(connection: Any, _record: object, _proxy: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def changed(db: Session, update: sa.Update | sa.Delete) -> int:
    """How many rows a change met."""
    return int(db.exec(update.execution_options(synchronize_session=False)).rowcount)
