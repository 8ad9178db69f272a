"""What every job engine can do, and the part that all of them share: the table of kinds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from sqlmodel import Session

from supportbot.engine.rules import check_job, check_kind
from supportbot.engine.types import EngineHealth, Ids, JobKind, JobStatus
from supportbot.errors import EngineError

# Longer than a week, so that a job keyed by its week is not made twice.
KEEP = timedelta(days=9)


class Engine(Protocol):
    """Durable background work."""

    def register(self, kind: JobKind) -> None:
        """Make a kind of job known; once per process, before the first enqueue and before the worker starts.

        Raises:
            EngineError: the name is taken, or a value is out of range.
        """

    def enqueue(self, db: Session, kind: str, *, key: str, ids: Ids, delay_s: float = 0) -> None:
        """Add a job as part of the caller's transaction: it exists when that commits, and not when it rolls back.

        The same key again does nothing, whatever became of the first job; a repeat on purpose needs a key of
        its own, such as `draft:17:2`.

        Args:
            key: up to 200 letters, digits or `:._+/=-`.
            ids: one to eight whole numbers or short strings of the same letters; never what a person wrote.
            delay_s: the earliest start, seconds from now; kept to about a second.

        Raises:
            EngineError: no session, a read-only one, an unknown kind, or a key, id or delay that may not be stored.
            Conflict: the key belongs to a job of another kind.
            Unavailable: the engine's tables are missing; run `supportbot migrate`.
        """

    def status(self, key: str) -> JobStatus | None:
        """How the job stands, from committed data; None when there is no such job."""

    def cancel(self, db: Session, key: str) -> bool:
        """Take back a job that has not started, as part of the caller's transaction.

        Returns:
            False when it has started, is over, or never was.
        """

    def health(self) -> EngineHealth:
        """Counts and ages for the health page and alerts."""

    def purge(self, *, keep: timedelta = KEEP, limit: int = 5000) -> int:
        """Forget jobs that have been over for longer than `keep`; at most `limit`, gives how many.

        A purged key may be enqueued again, so keep jobs longer than anything can repeat them.
        """

    def migrate(self) -> None:
        """Create or upgrade the engine's own tables; safe to repeat."""

    def start_worker(self, *, slots: int = 16) -> str:
        """Begin to run jobs in this process; gives the name of the slot taken.

        Args:
            slots: how many workers may live at once on this database.

        Raises:
            EngineError: this process has a worker already, or no kind is registered.
            Unavailable: the tables are not migrated, or all slots are held.
        """

    @property
    def is_working(self) -> bool:
        """Whether this process runs jobs and still holds its slot; a worker that lost it must end and start anew."""

    def stop(self, *, grace_s: float = 10) -> None:
        """End the worker: running jobs get `grace_s` to finish, the rest is left for other workers."""


class Kinds:
    """The kinds registered in this process."""

    def __init__(self) -> None:
        self._kinds: dict[str, JobKind] = {}

    def register(self, kind: JobKind) -> None:
        """See `Engine.register`."""
        check_kind(kind, self._kinds)
        self._kinds[kind.name] = kind

    @property
    def kinds(self) -> Mapping[str, JobKind]:
        """Every registered kind by name."""
        return self._kinds

    def _require_kinds(self) -> None:
        if not self._kinds:
            raise EngineError("No job kind is registered: a worker would have nothing to run.")

    def _checked(self, db: Session, kind: str, key: str, ids: Ids, delay_s: float) -> JobKind:
        check_session(db)
        if kind not in self._kinds:
            raise EngineError(f"Job kind {kind!r} is not registered. Known: {', '.join(sorted(self._kinds))}.")
        check_job(key, ids, delay_s)
        return self._kinds[kind]


def check_session(db: Session) -> None:
    """Refuse to change jobs outside a writing transaction.

    Raises:
        EngineError: there is no session, or it is read-only.
    """
    if not isinstance(db, Session):
        raise EngineError("Jobs are enqueued in the transaction that causes them: pass its session.")
    if db.connection().get_execution_options().get("read_only", False):
        raise EngineError("This transaction is read-only: open one with transaction() to change jobs.")
