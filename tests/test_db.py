"""The tables' engine: how SQLite is opened, and how it is filled."""

from supportbot.db import Database


def test_commits_wait_for_the_disk_but_while_an_empty_database_is_filled(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    before = synchronous(database)
    with database.filling():
        meanwhile = synchronous(database)
    after = synchronous(database)
    database.dispose()

    assert (before, meanwhile, after) == (2, 1, 2)


def synchronous(database: Database) -> int:
    """What a connection says: 1 waits for the disk at checkpoints, 2 at every commit."""
    with database.transaction() as db:
        return db.connection().exec_driver_sql("PRAGMA synchronous").scalar_one()
