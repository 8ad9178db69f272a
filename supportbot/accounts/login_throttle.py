"""Counting tries in fixed windows, in the database, so that every process counts together."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from supportbot.accounts.tables import Throttle
from supportbot.clock import Clock
from supportbot.errors import TooMany


def count_try(db: Session, clock: Clock, *, name: str, who: str, limit: int, window_s: int) -> None:
    """Count one try of `name` by `who` (kept only as a hash).

    Raises:
        TooMany: `limit` tries were already made in this window.
    """
    now = clock()
    key = f"{name}:{hashlib.sha256(who.encode('utf-8', 'replace')).hexdigest()[:32]}"
    row = _locked_row(db, key, now=now)
    if now - row.window_started_at >= timedelta(seconds=window_s):
        row.window_started_at, row.count = now, 0
    if row.count >= limit:
        left = window_s - int((now - row.window_started_at).total_seconds())
        raise TooMany(f"Too many tries. Wait {max(left, 1)} s and try again.", retry_after_s=max(left, 1))
    row.count += 1
    db.add(row)


def _locked_row(db: Session, key: str, *, now: datetime) -> Throttle:
    """The counter, made first when it is missing: two first tries at once meet in one row."""
    if db.get(Throttle, key) is None:
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        new = insert(Throttle).values(key=key, window_started_at=now, count=0)
        db.execute(new.on_conflict_do_nothing(index_elements=["key"]))
    return db.get_one(Throttle, key, with_for_update=True, populate_existing=True)


def clear_tries(db: Session, *, name: str, who: str) -> None:
    """Forget the tries of `who`, after a success."""
    key = f"{name}:{hashlib.sha256(who.encode('utf-8', 'replace')).hexdigest()[:32]}"
    row = db.get(Throttle, key)
    if row is not None:
        db.delete(row)
