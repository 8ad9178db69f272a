"""What the storms on the job engine stand on: an engine's database, and workers in processes of their own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supportbot.db import Database
from supportbot.engine import DbosEngine
from tests.postgres import empty_database
from tests.storm.processes import kill_now, python, start_process, wait_for
from tests.storm.worker_process import RAN, register_kinds

StartWorker = Callable[..., "WorkerProcess"]


class WorkerProcess:
    """A worker in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Its process id, which its jobs note."""
        return self.process.pid

    def said(self) -> str:
        """Everything it wrote."""
        return self._log.read_text(errors="replace")

    def slot(self) -> str:
        """Wait until it works; gives its slot."""
        wait_for(lambda: "slot-" in self.said(), "the worker", lambda _: self.said(), within_s=30)
        return next(line for line in self.said().splitlines() if line.startswith("slot-"))

    def kill(self) -> None:
        """kill -9."""
        kill_now(self.process)


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, on each store in turn: the application migrates it itself."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'storm.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    with empty_database(server, f"supportbot_storm_{os.getpid()}") as url:
        yield url


@pytest.fixture
def engine(database: Database) -> DbosEngine:
    """The engine as a web process has it: it enqueues and asks, and runs nothing."""
    made = DbosEngine(database)
    made.migrate()
    RAN.create(database.engine)
    register_kinds(made, database, hold=False)
    return made


@pytest.fixture
def start_worker(database_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts workers on the test's database, and ends them with the test."""
    started: list[WorkerProcess] = []

    def start(*options: str) -> WorkerProcess:
        log = tmp_path / f"worker-{len(started)}.log"
        argv = python("-m", "tests.storm.worker_process", database_url, *options)
        started.append(WorkerProcess(start_process(argv, {}, log), log))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
