"""How often somebody may try to sign in: counted in fixed windows, in the database, for every process together."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from supportbot.accounts.tables import Throttle
from supportbot.clock import Clock
from supportbot.db import insert_once
from supportbot.errors import TooMany

WINDOW_S = 15 * 60
TRIES_FROM_A_DEVICE = 10  # for one e-mail address, from a browser in which its owner has signed in before
TRIES_FOR_AN_ADDRESS = 10  # for one e-mail address, from all other browsers together
TRIES_FROM_A_PLACE = 60
TRIES_FROM_A_SHARED_PLACE = 1_200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try to sign in comes from.

    Attributes:
        place: the network.
        is_shared: whether everybody may come from there (a proxy): one who guesses must not shut out the others.
        device: the name of a browser in which this very address has signed in before; None when it has not.
    """

    place: str
    is_shared: bool = False
    device: str | None = None


def count_login_try(db: Session, clock: Clock, email: str, origin: Origin) -> None:
    """Count one try to sign in. Call in a transaction of its own, so that the count outlives a refusal.

    A browser that the owner of the address has used has a count of its own: a stranger who guesses shuts out
    strangers, and never the owner at their usual desk.

    Raises:
        TooMany: too many tries for this e-mail address, or from this place, within `WINDOW_S`.
    """
    name, who, limit = _counted(email, origin)
    count_try(db, clock, name=name, who=who, limit=limit, window_s=WINDOW_S)
    limit = TRIES_FROM_A_SHARED_PLACE if origin.is_shared else TRIES_FROM_A_PLACE
    count_try(db, clock, name="login-from", who=origin.place, limit=limit, window_s=WINDOW_S)


def clear_login_tries(db: Session, email: str, origin: Origin) -> None:
    """Forget the tries for an e-mail address, after a success."""
    name, who, _ = _counted(email, origin)
    row = db.get(Throttle, _key(name, who))
    if row is not None:
        db.delete(row)


def _counted(email: str, origin: Origin) -> tuple[str, str, int]:
    address = email.strip().lower()
    if origin.device is None:
        return "login", address, TRIES_FOR_AN_ADDRESS
    return "login-device", f"{origin.device} {address}", TRIES_FROM_A_DEVICE


def count_try(db: Session, clock: Clock, *, name: str, who: str, limit: int, window_s: int) -> None:
    """Count one try of `name` by `who` (kept only as a hash).

    Raises:
        TooMany: `limit` tries were already made in this window.
    """
    now = clock()
    row = _locked_row(db, _key(name, who), now=now)
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
        insert_once(db, Throttle, key=key, window_started_at=now, count=0)
    return db.get_one(Throttle, key, with_for_update=True, populate_existing=True)


def _key(name: str, who: str) -> str:
    return f"{name}:{hashlib.sha256(who.encode('utf-8', 'replace')).hexdigest()[:32]}"
