"""One way to work with every job engine: the contract suite and the storm tests stand on it."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

from sqlmodel import Session

from supportbot.db import Database
from supportbot.engine import DbosEngine, Engine, Ids, JobKind, JobState, JobStatus, MemoryEngine

OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_numbers = count(1)
_pause = threading.Event()


def until(is_so: Callable[[], bool], *, within_s: float = 30) -> None:
    """Wait for something to become true; fails when it does not in time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, f"It did not come true within {within_s} s."
        _pause.wait(0.02)


class _TakenBack(Exception):
    pass


@contextmanager
def rolled_back(database: Database) -> Iterator[Session]:
    """A session whose transaction rolls back at the end of the block."""
    with suppress(_TakenBack), database.transaction() as db:
        yield db
        raise _TakenBack


class Harness:
    """An engine at work, with kinds of jobs that tests can watch and hold back. Keys are unique per test."""

    def __init__(self, name: str, engine: Engine, database: Database) -> None:
        self.name = name
        self.engine = engine
        self.database = database
        self.runs: dict[str, list[float]] = defaultdict(list)
        self.seen: dict[str, Ids] = {}
        self._gates: dict[str, threading.Event] = defaultdict(threading.Event)
        self._lock = threading.Lock()
        for kind in (
            JobKind("note", self._note, queue="quick", concurrency=20),
            JobKind("note_later", self._note, queue="quick", concurrency=20),
            JobKind("held", self._hold, queue="slow", concurrency=2),
            JobKind("single", self._hold, queue="single", concurrency=1),
            JobKind("fails_twice", self._fail_twice, queue="quick", concurrency=20, backoff_s=0.2),
            JobKind("fails", self._fail, queue="quick", concurrency=20, retries=2, backoff_s=0.01),
            JobKind("fails_slowly", self._fail, queue="quick", concurrency=20, retries=1, backoff_s=20),
            JobKind("exits", self._exit, queue="quick", concurrency=20, retries=0),
            JobKind("hangs", self._hold, queue="hangs", concurrency=1, timeout_s=0.3),
        ):
            engine.register(kind)

    def key(self) -> str:
        """A key that no other test uses."""
        return f"test:{next(_numbers)}"

    def enqueue(self, kind: str, *, delay_s: float = 0) -> str:
        """Enqueue one job in a transaction of its own; gives its key."""
        key = self.key()
        with self.database.transaction() as db:
            self.add(db, kind, key, delay_s=delay_s)
        return key

    def add(self, db: Session, kind: str, key: str, *, delay_s: float = 0) -> None:
        """Enqueue one job in the given transaction, its key as its id."""
        self.engine.enqueue(db, kind, key=key, ids={"key": key}, delay_s=delay_s)

    def running(self, kind: str) -> str:
        """Enqueue one job that waits at its gate, and wait until it stands there."""
        key = self.enqueue(kind)
        until(lambda: bool(self.runs[key]))
        return key

    def open(self, key: str) -> None:
        """Let a held job go on."""
        self._gates[key].set()

    def settled(self, key: str, *, within_s: float = 30) -> JobStatus:
        """Wait until a job is over."""
        until(lambda: self.status(key).state in OVER, within_s=within_s)
        return self.status(key)

    def status(self, key: str) -> JobStatus:
        """How a job stands that must exist."""
        status = self.engine.status(key)
        assert status is not None
        return status

    def close(self) -> None:
        """Let every held job go on."""
        for gate in list(self._gates.values()):
            gate.set()

    def _note(self, ids: Ids) -> None:
        key = str(ids["key"])
        with self._lock:
            self.seen[key] = dict(ids)
            self.runs[key].append(time.monotonic())

    def _hold(self, ids: Ids) -> None:
        self._note(ids)
        assert self._gates[str(ids["key"])].wait(60)

    def _fail(self, ids: Ids) -> None:
        self._note(ids)
        raise ValueError("my card is 4242 4242 4242 4242")

    def _fail_twice(self, ids: Ids) -> None:
        self._note(ids)
        if len(self.runs[str(ids["key"])]) < 3:
            raise ConnectionError("my card is 4242 4242 4242 4242")

    def _exit(self, ids: Ids) -> None:
        self._note(ids)
        raise SystemExit(0)


@contextmanager
def memory_harness(database: Database) -> Iterator[Harness]:
    """The in-memory engine at work."""
    yield from _at_work("memory", MemoryEngine(), database)


@contextmanager
def durable_harness(name: str, database: Database) -> Iterator[Harness]:
    """The durable engine with a worker in this process."""
    yield from _at_work(name, DbosEngine(database), database)


def _at_work(name: str, engine: Engine, database: Database) -> Iterator[Harness]:
    harness = Harness(name, engine, database)
    engine.migrate()
    engine.start_worker()
    try:
        yield harness
    finally:
        engine.stop(grace_s=0)
        harness.close()
