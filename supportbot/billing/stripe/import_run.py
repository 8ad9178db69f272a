"""One import from Stripe: every page is kept as it comes, and all of it goes in at once when the last one is there.

A run that breaks off is taken up where it stopped; one that is too old begins anew. What depends on another list is
read before it (refunds before charges before customers), so that a row never names one that came too late to be read.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, get_args

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM, Actor
from supportbot.billing.actions import BillingImport, import_records
from supportbot.billing.files import explain_line, refuse
from supportbot.billing.stripe.client import AGAIN, StripeClient
from supportbot.billing.stripe.mapping import map_records
from supportbot.billing.stripe.objects import Listed, picked
from supportbot.billing.tables import ImportPage, ImportRun
from supportbot.clock import Clock
from supportbot.db import Database, lock_row
from supportbot.errors import Conflict, InvalidInput

LISTS: tuple[Listed, ...] = get_args(Listed)
# Not every server has these; without them an import says less, but nothing wrong.
MAY_BE_MISSING: frozenset[Listed] = frozenset({"disputes", "products"})
WISHES: Mapping[Listed, Mapping[str, str]] = {"subscriptions": {"status": "all"}}
RESUMED_WITHIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class StripeSource:
    """Which account is read. `origin` tells accounts apart without naming a key; see `origin_of`."""

    client: StripeClient
    origin: str


@dataclass(frozen=True, slots=True)
class StripeImport:
    """What an import did. `left_out` counts what could not be anybody's; `missing` are lists the server has not."""

    done: BillingImport
    read: Mapping[str, int]
    left_out: Mapping[str, int]
    missing: tuple[str, ...]
    resumed: bool


def origin_of(secret_key: str, base_url: str, key: str) -> str:
    """A short name for an account, the same for the same key; without `secret_key` nothing leads back to the key."""
    text = f"stripe\n{base_url}\n{key}".encode()
    return hmac.new(secret_key.encode(), text, hashlib.sha256).hexdigest()[:32]


def import_stripe(
    database: Database,
    source: StripeSource,
    *,
    user_id: str,
    zone: tzinfo,
    clock: Clock,
    audit: AuditLog,
    actor: Actor = SYSTEM,
    progress: Callable[[str], None],
) -> StripeImport:
    """Read the whole account and bring the records up to date; a second run changes nothing.

    Args:
        user_id: where the shop's own user id stands; see `mapping.map_records`.
        zone: the shop's zone.
        progress: is told how far it has come, after every page.

    Raises:
        SettingsError, InvalidInput, Unavailable: see `StripeClient.page`; nothing was changed.
        InvalidInput: a row does not fit; every such row is listed.
        Conflict: another import of the same account is running.
    """
    with database.transaction() as db:
        run_id, resumed = _open_run(db, source, clock())
    if resumed:
        progress("Going on with the import that broke off.")
    missing = tuple(kind for kind in LISTS if not _read_list(database, source.client, run_id, kind, progress))
    with database.transaction(read_only=True) as db:
        read = {kind: list(_kept(db, run_id, kind)) for kind in LISTS}
    mapped = map_records(read, user_id=user_id, zone=zone)
    if read["customers"] and not mapped.records.accounts:
        raise _nobody_known(len(read["customers"]), user_id)
    try:
        if mapped.problems:
            raise refuse(mapped.problems)
        with database.transaction() as db:
            run = _still_reading(db, run_id)
            done = import_records(db, mapped.records, at=run.started_at, audit=audit, actor=actor, places=mapped.places)
            run.added, run.changed, run.unchanged = done.added, done.changed, done.unchanged
            _close_run(db, run, "done", clock())
    except InvalidInput:
        with database.transaction() as db:  # what was read is wrong: the next run reads it anew
            _close_run(db, lock_row(db, ImportRun, run_id), "given_up", clock())
        raise
    counts: dict[str, int] = {
        kind: len({one["id"] for one in found}) for kind, found in read.items() if kind not in missing
    }
    return StripeImport(done, counts, mapped.left_out, missing, resumed)


def _nobody_known(customers: int, user_id: str) -> InvalidInput:
    return InvalidInput(
        f"None of the {customers} customers has a user id of the shop in {user_id!r}, so nothing can be imported. "
        "Say where it stands: --user-id id, email or metadata.NAME."
    )


def _open_run(db: Session, source: StripeSource, now: datetime) -> tuple[int, bool]:
    """The run to work on, and whether it is one that broke off; older ones are given up."""
    query = select(ImportRun).where(ImportRun.origin == source.origin, ImportRun.state == "reading")
    open_runs = db.exec(query.order_by(col(ImportRun.id).desc())).all()
    fresh = next((run for run in open_runs if now - run.started_at <= RESUMED_WITHIN), None)
    for run in open_runs:
        if run is not fresh:
            _close_run(db, run, "given_up", now)
    if fresh is not None:
        return fresh.id or 0, True
    run = ImportRun(source=source.client.base_url, origin=source.origin, state="reading", started_at=now)
    db.add(run)
    db.flush()
    return run.id or 0, False


def _close_run(db: Session, run: ImportRun, state: str, now: datetime) -> None:
    run.state, run.finished_at = state, now
    db.exec(delete(ImportPage).where(col(ImportPage.run_id) == run.id))


def _still_reading(db: Session, run_id: int) -> ImportRun:
    run = lock_row(db, ImportRun, run_id)
    if run.state != "reading":
        raise Conflict("Another import of the same account ran at the same time and is done. There is nothing to do.")
    return run


def _read_list(
    database: Database, client: StripeClient, run_id: int, kind: Listed, progress: Callable[[str], None]
) -> bool:
    """Read what is left of one list; False when the server does not have it."""
    with database.transaction(read_only=True) as db:
        query = select(ImportPage).where(ImportPage.run_id == run_id, ImportPage.kind == kind)
        pages = db.exec(query.order_by(col(ImportPage.position))).all()
        seen = {one["id"] for page in pages for one in page.objects}
        last, position = (pages[-1], len(pages)) if pages else (None, 0)
    while last is None or last.has_more:
        page = client.page(kind, after=last.last_id if last else None, **WISHES.get(kind, {}))
        if page.is_missing:
            if kind in MAY_BE_MISSING and last is None:
                progress(f"{kind}: this server has no such list.")
                return False
            raise InvalidInput(f"{client.base_url} has no list of {kind} (404). Check the address.")
        objects = [_picked(kind, one) for one in page.objects]
        if page.has_more and {one["id"] for one in objects} <= seen:
            raise InvalidInput(f"{client.base_url} gives the same {kind} again and again. Nothing was changed. {AGAIN}")
        seen |= {one["id"] for one in objects}
        last_id = objects[-1]["id"] if objects else None
        last = ImportPage(
            run_id=run_id, kind=kind, position=position, last_id=last_id, has_more=page.has_more, objects=objects
        )
        _keep(database, last)
        position += 1
        progress(f"{kind}: {len(seen)}{' so far' if page.has_more else ''}")
    return True


def _picked(kind: Listed, data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return picked(kind, data)
    except ValidationError as error:
        raise refuse(list(explain_line(f"Stripe, {data['id']}", error))) from error


def _keep(database: Database, page: ImportPage) -> None:
    try:
        with database.transaction() as db:
            _still_reading(db, page.run_id)
            db.add(page)
    except IntegrityError as error:
        raise Conflict("Another import of the same account is running. Wait until it is done.") from error


def _kept(db: Session, run_id: int, kind: Listed) -> Iterator[dict[str, Any]]:
    query = select(ImportPage.objects).where(ImportPage.run_id == run_id, ImportPage.kind == kind)
    for objects in db.exec(query.order_by(col(ImportPage.position))):
        yield from objects
