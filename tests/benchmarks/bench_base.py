"""Figures of the base: starting the command, and one written transaction on each engine."""

import subprocess
import sys
from collections.abc import Iterator

from supportbot.accounts.tables import Throttle
from supportbot.clock import system_clock
from supportbot.db import Database, lock_row
from tests.benchmarks.figures import Figure, Ground, measure


def bench_command_start(ground: Ground) -> Iterator[Figure]:
    """A whole process: Python, imports, one line of output."""
    script = "from supportbot.cli import main; main(['--version'])"
    yield from measure(
        "supportbot --version",
        lambda: subprocess.run([sys.executable, "-c", script], check=True, capture_output=True),
        times=10,
    )


def bench_read_modify_write(ground: Ground) -> Iterator[Figure]:
    """Read one row under a lock, change it, commit."""
    for engine, url in ground.database_urls.items():
        database = Database(url)
        with database.transaction() as db:
            db.add(Throttle(key="bench", window_started_at=system_clock()))
        yield from measure(f"{engine}: read, change, commit", lambda database=database: _count(database), times=200)
        database.dispose()


def _count(database: Database) -> None:
    with database.transaction() as db:
        row = lock_row(db, Throttle, "bench")
        row.count += 1
