"""Several processes change one row: no change may be lost."""

from datetime import UTC, datetime
from pathlib import Path

from supportbot.customers.tables import Site
from supportbot.db import Database, lock_row
from tests.storm.processes import python, start_process

PROCESSES = 4
TIMES = 100


def test_four_processes_lose_no_update(database: Database, database_url: str, tmp_path: Path) -> None:
    site = Site(
        key="shop",
        name="Shop",
        case_prefix="SH",
        time_zone="UTC",
        currency="EUR",
        sign_off="The shop",
        secret_version=0,
        created_at=datetime(2026, 11, 16, tzinfo=UTC),
    )
    with database.transaction() as db:
        db.add(site)
    argv = python("-m", "tests.storm.counter_process", database_url, str(site.id), str(TIMES))

    processes = [start_process(argv, {}, tmp_path / f"counter-{n}.log") for n in range(PROCESSES)]
    codes = [process.wait(timeout=120) for process in processes]
    with database.transaction() as db:
        count = lock_row(db, Site, site.id or 0).secret_version

    assert codes == [0] * PROCESSES
    assert count == PROCESSES * TIMES
