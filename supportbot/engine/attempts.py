"""Runs one try of a job: in a thread that can be left behind, with a time limit, telling no secrets."""

import logging
import threading

from supportbot.engine.types import Ids, JobKind
from supportbot.logs import where

TIMED_OUT = "TimedOut"

_log = logging.getLogger(__name__)


class Abandoned(BaseException):
    """The process stops: the try is left without an outcome, so that another worker runs the job again.

    Not an `Exception`, since DBOS would record that as the job's failure.
    """


class Attempts:
    """The tries under way in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waits: set[_Wait] = set()
        self._is_stopping = False

    def run(self, kind: JobKind, key: str, ids: Ids) -> str | None:
        """Run one try.

        Returns:
            None when it succeeded, else the failure's class name.

        Raises:
            Abandoned: `abandon()` was called meanwhile.
        """
        wait = _Wait()
        with self._lock:
            if self._is_stopping:
                raise Abandoned
            self._waits.add(wait)
        # A daemon thread: a try that hangs keeps neither its place in the queue nor the process alive.
        threading.Thread(target=_run, args=(wait, kind, key, ids), name=f"job-{kind.name}", daemon=True).start()
        finished = wait.over.wait(kind.timeout_s)
        with self._lock:
            self._waits.discard(wait)
        if wait.is_abandoned:
            raise Abandoned
        if not finished:
            _log.error("A job took too long.", extra={"job": key, "kind": kind.name, "timeout_s": kind.timeout_s})
            return TIMED_OUT
        return wait.error

    def abandon(self) -> None:
        """Let every waiting caller go with `Abandoned`, and every later one."""
        with self._lock:
            self._is_stopping = True
            for wait in self._waits:
                wait.is_abandoned = True
                wait.over.set()


class _Wait:
    def __init__(self) -> None:
        self.over = threading.Event()
        self.error: str | None = None
        self.is_abandoned = False


def _run(wait: _Wait, kind: JobKind, key: str, ids: Ids) -> None:
    try:
        kind.run(ids)
    except BaseException as error:  # SystemExit in a job must not pass for success either
        wait.error = type(error).__name__
        _log_failure(error, key, kind)
    finally:
        wait.over.set()


def _log_failure(error: BaseException, key: str, kind: JobKind) -> None:
    extra = {"job": key, "kind": kind.name, "error": type(error).__name__, "where": where(error)}
    _log.warning("A try of a job failed.", extra=extra)
