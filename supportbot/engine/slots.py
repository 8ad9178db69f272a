"""Worker slots: a lock held for a worker process's life and freed by the system when it dies.

A slot's name is the executor id under which DBOS records who runs what. Two live processes must never share one
(each would recover the other's running work), so a slot is locked before DBOS starts: by flock on a file beside the
SQLite database, by a session's advisory lock on PostgreSQL.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from supportbot.db import Database
from supportbot.errors import EngineError

# The first of PostgreSQL's two lock keys; the second is the slot's number.
_LOCK_SPACE = 1_937_010_543

# A machine that vanishes without a word frees its slot within about 25 s.
_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


def slot_name(number: int) -> str:
    """The executor id of a slot, such as "slot-0"."""
    return f"slot-{number}"


def slot_number(name: str | None) -> int | None:
    """The slot's number; None when `name` is not a slot's."""
    head, _, tail = (name or "").rpartition("-")
    return int(tail) if head == "slot" and tail.isdigit() else None


class SlotLocks(Protocol):
    """Locks on slots, by number. One thread uses them at a time."""

    def acquire(self, number: int) -> bool:
        """Take the lock if it is free; never waits.

        Raises:
            DBAPIError: the server cannot be asked.
        """

    def release(self, number: int) -> None:
        """Give the lock back."""

    def is_ours(self, number: int) -> bool:
        """Whether this process still has the lock."""

    def held(self) -> frozenset[int]:
        """The slots that any process holds now."""

    def close(self) -> None:
        """Give back every lock."""


def open_slots(database: Database) -> SlotLocks:
    """The locks that fit the database.

    Raises:
        EngineError: the database lives in memory, where no second process can see it.
    """
    if not database.is_sqlite:
        return PostgresSlots(database)
    if not database.url.database or database.url.database == ":memory:":
        raise EngineError("The job engine needs a database file; an in-memory SQLite cannot be shared.")
    return FileSlots(Path(database.url.database))


class FileSlots:
    """flock on `<database file>.slot-<n>`; the kernel frees it when the process dies."""

    def __init__(self, database_file: Path) -> None:
        self._base = database_file
        self._handles: dict[int, int] = {}

    def acquire(self, number: int) -> bool:
        """See `SlotLocks.acquire`."""
        handle = os.open(self._file(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _flock(handle, fcntl.LOCK_EX):
            os.close(handle)
            return False
        self._handles[number] = handle
        return True

    def release(self, number: int) -> None:
        """See `SlotLocks.release`."""
        handle = self._handles.pop(number, None)
        if handle is not None:
            os.close(handle)

    def is_ours(self, number: int) -> bool:
        """See `SlotLocks.is_ours`."""
        return number in self._handles

    def held(self) -> frozenset[int]:
        """See `SlotLocks.held`."""
        numbers = (
            slot_number(file.name.rpartition(".")[2]) for file in self._base.parent.glob(f"{self._base.name}.slot-*")
        )
        return frozenset(n for n in numbers if n is not None and (self.is_ours(n) or self._is_taken(n)))

    def close(self) -> None:
        """See `SlotLocks.close`."""
        for number in list(self._handles):
            self.release(number)

    def _is_taken(self, number: int) -> bool:
        # A shared lock: two who look at once do not take each other for a worker.
        handle = os.open(self._file(number), os.O_RDONLY | os.O_CLOEXEC)
        try:
            return not _flock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def _file(self, number: int) -> Path:
        return self._base.with_name(f"{self._base.name}.{slot_name(number)}")


class PostgresSlots:
    """Session-level advisory locks on one connection of their own; the server frees them when it breaks.

    Needs a direct connection: behind a pooler in transaction mode a session is nobody's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = sa.create_engine(
            database.url,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": _KEEPALIVE, "connect_timeout": 5, "tcp_user_timeout": 10_000},
        )
        self._connection: sa.Connection | None = None
        self._ours: set[int] = set()

    def acquire(self, number: int) -> bool:
        """See `SlotLocks.acquire`. After an error the connection is opened anew next time."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            taken = self._ask("pg_try_advisory_lock", number)
        except sa.exc.DBAPIError:
            self.close()
            raise
        if taken:
            self._ours.add(number)
        return taken

    def release(self, number: int) -> None:
        """See `SlotLocks.release`."""
        if self.is_ours(number):
            self._ours.discard(number)
            self._ask("pg_advisory_unlock", number)

    def is_ours(self, number: int) -> bool:
        """See `SlotLocks.is_ours`. Asks the server, since a connection can break unseen."""
        if number not in self._ours or self._connection is None:
            return False
        try:
            self._connection.execute(sa.text("SELECT 1"))
        except sa.exc.DBAPIError:
            self.close()
            return False
        return True

    def held(self) -> frozenset[int]:
        """See `SlotLocks.held`."""
        statement = sa.text(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :space AND objsubid = 2 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._database.transaction(read_only=True) as db:
            return frozenset(db.connection().execute(statement, {"space": _LOCK_SPACE}).scalars())

    def close(self) -> None:
        """See `SlotLocks.close`."""
        connection, self._connection = self._connection, None
        self._ours.clear()
        if connection is not None:
            with suppress(sa.exc.DBAPIError), connection:
                if not connection.invalidated:
                    # The server notices the end of a session only after a moment.
                    connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))

    def _ask(self, function: str, number: int) -> bool:
        assert self._connection is not None
        statement = sa.select(getattr(sa.func, function)(_LOCK_SPACE, number))
        return bool(self._connection.execute(statement).scalar())


def _flock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
