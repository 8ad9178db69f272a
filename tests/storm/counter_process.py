"""`python -m tests.storm.counter_process URL ID TIMES`: reads a row, adds one, writes it, again and again."""

import sys

from supportbot.customers.tables import Site
from supportbot.db import Database, lock_row


def main(url: str, row_id: int, times: int) -> None:
    """Count a site's `secret_version` up."""
    database = Database(url)
    for _ in range(times):
        with database.transaction() as db:
            row = lock_row(db, Site, row_id)
            row.secret_version = row.secret_version + 1
            db.add(row)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
