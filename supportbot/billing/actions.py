"""Writes billing records. An import is all or nothing, and importing the same records again changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, or_, select, update

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM, Actor
from supportbot.billing.file_lines import KINDS, RecordKind, row_key
from supportbot.billing.files import Place, refuse
from supportbot.billing.tables import BillingAccount, Charge, Invoice, Refund, ShopOrder, Subscription
from supportbot.billing.types import BillingRecords, ChargeRow, InvoiceRow, RefundRow
from supportbot.errors import Conflict
from supportbot.language.money import Money

CHUNK = 500
TABLES: Mapping[RecordKind, type[SQLModel]] = {
    "accounts": BillingAccount,
    "subscriptions": Subscription,
    "invoices": Invoice,
    "charges": Charge,
    "refunds": Refund,
    "orders": ShopOrder,
}
KEYS: Mapping[RecordKind, str] = {kind: "id" for kind in KINDS} | {"accounts": "external_id", "orders": "number"}
Held = dict[RecordKind, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BillingImport:
    """What an import did, in rows of all kinds."""

    added: int
    changed: int
    unchanged: int


def import_records(
    db: Session,
    records: BillingRecords,
    *,
    at: datetime,
    audit: AuditLog,
    actor: Actor = SYSTEM,
    places: Mapping[Place, str] | None = None,
) -> BillingImport:
    """Add what is new and bring what is known up to date; nothing is ever deleted.

    Args:
        at: when the records were read. Every account with a row among them carries it as the time of the last look.
        places: where each row stands in its file (`billing.files.read_folder` knows), for words about problems.

    Raises:
        InvalidInput: a row belongs to nobody known, or to somebody else; every such row is listed.
        Conflict: another import wrote the same rows at this moment.
    """
    held = _read_held(db, records)
    owners = _owners(records, held)
    problems = list(_problems(records, held, owners, places or {}))
    if problems:
        raise refuse(problems)
    added = changed = unchanged = 0
    for kind in KINDS:
        new: list[SQLModel] = []
        for row in getattr(records, kind):
            values = _values(row)
            before = held[kind].get(row_key(row))
            if before is None:
                times = {"imported_at": at, "checked_at": at} if kind == "accounts" else {}
                new.append(TABLES[kind](**values, **times))
            elif all(getattr(before, name) == value for name, value in values.items()):
                unchanged += 1
            else:
                changed += 1
                _update(before, values, at)
        added += len(new)
        _add(db, new)
    _mark_checked(db, _account_ids(records, owners), at)
    if added or changed:
        counts = {"added": added, "changed": changed, "unchanged": unchanged}
        audit.record(db, actor=actor, action="billing.import", subject="billing", subject_id=None, detail=counts)
    return BillingImport(added, changed, unchanged)


def mark_all_checked(db: Session, *, at: datetime) -> None:
    """Say of every account that what is held was looked at; for a source that tells of changes alone."""
    db.exec(update(BillingAccount).values(checked_at=at), execution_options={"synchronize_session": False})


def _read_held(db: Session, records: BillingRecords) -> Held:
    """The rows already held that the records repeat or name."""
    wanted: dict[RecordKind, set[str]] = {kind: {row_key(row) for row in getattr(records, kind)} for kind in KINDS}
    for kind in ("subscriptions", "invoices", "charges", "orders"):
        wanted["accounts"] |= {row.account_id for row in getattr(records, kind)}
    wanted["charges"] |= {refund.charge_id for refund in records.refunds}
    wanted["invoices"] |= {charge.invoice_id for charge in records.charges if charge.invoice_id}
    wanted["subscriptions"] |= {invoice.subscription_id for invoice in records.invoices if invoice.subscription_id}
    return {kind: _find(db, kind, sorted(keys)) for kind, keys in wanted.items()}


def _find(db: Session, kind: RecordKind, keys: Sequence[str]) -> dict[str, Any]:
    table, key = TABLES[kind], KEYS[kind]
    found: dict[str, Any] = {}
    for start in range(0, len(keys), CHUNK):
        query = select(table).where(col(getattr(table, key)).in_(keys[start : start + CHUNK]))
        found |= {getattr(row, key): row for row in db.exec(query)}
    return found


def _account_ids(records: BillingRecords, owners: Mapping[RecordKind, Mapping[str, str]]) -> list[str]:
    """Every account that has a row among the records."""
    named = {row.external_id for row in records.accounts}
    for kind in ("subscriptions", "invoices", "charges", "orders"):
        named |= {row.account_id for row in getattr(records, kind)}
    return sorted(named | {owners["charges"][refund.charge_id] for refund in records.refunds})


def _mark_checked(db: Session, account_ids: Sequence[str], at: datetime) -> None:
    for start in range(0, len(account_ids), CHUNK):
        known = col(BillingAccount.external_id).in_(account_ids[start : start + CHUNK])
        older = or_(col(BillingAccount.checked_at).is_(None), col(BillingAccount.checked_at) < at)
        statement = update(BillingAccount).where(known, older).values(checked_at=at)
        db.exec(statement, execution_options={"synchronize_session": False})


def _problems(
    records: BillingRecords,
    held: Held,
    owners: Mapping[RecordKind, Mapping[str, str]],
    places: Mapping[Place, str],
) -> Iterator[str]:
    for kind in KINDS[1:]:
        for row in getattr(records, kind):
            where = places.get((kind, row_key(row)), f"{kind}, {row_key(row)}")
            yield from (f"{where}: {problem}" for problem in _row_problems(kind, row, held, owners))


def _owners(records: BillingRecords, held: Held) -> dict[RecordKind, dict[str, str]]:
    """Whose each row is, by kind and id, once these records are in."""
    owners: dict[RecordKind, dict[str, str]] = {"accounts": dict.fromkeys(held["accounts"], "")}
    owners["accounts"] |= {row.external_id: "" for row in records.accounts}
    for kind in ("subscriptions", "invoices", "charges", "orders"):
        owners[kind] = {key: row.account_id for key, row in held[kind].items()}
        owners[kind] |= {row_key(row): row.account_id for row in getattr(records, kind)}
    return owners


def _row_problems(
    kind: RecordKind, row: Any, held: Held, owners: Mapping[RecordKind, Mapping[str, str]]
) -> Iterator[str]:
    before = held[kind].get(row_key(row))
    if isinstance(row, RefundRow):
        if row.charge_id not in owners["charges"]:
            yield f"charge_id is {row.charge_id!r}: there is no such charge."
        if before is not None and before.charge_id != row.charge_id:
            yield f"{row.id!r} is already held as a refund of {before.charge_id!r}, not of {row.charge_id!r}."
        return
    if row.account_id not in owners["accounts"]:
        yield f"account_id is {row.account_id!r}: there is no such account."
    if before is not None and before.account_id != row.account_id:
        yield f"{row_key(row)!r} is already held for {before.account_id!r}, not for {row.account_id!r}."
    named = _named(row)
    if named and owners[named[0]].get(named[1], row.account_id) != row.account_id:
        yield f"{named[1]!r} belongs to {owners[named[0]][named[1]]!r}, not to {row.account_id!r}."


def _named(row: Any) -> tuple[RecordKind, str] | None:
    """The invoice or plan that a row names. It may be missing from the records: exports are often cut by date."""
    if isinstance(row, ChargeRow) and row.invoice_id:
        return "invoices", row.invoice_id
    if isinstance(row, InvoiceRow) and row.subscription_id:
        return "subscriptions", row.subscription_id
    return None


def _values(row: Any) -> dict[str, Any]:
    """A row's columns: money as minor units and currency."""
    values: dict[str, Any] = {}
    for name in row.__slots__:
        value = getattr(row, name)
        if isinstance(value, Money):
            values["price_minor" if name == "price" else "amount_minor"] = value.minor
            values["currency"] = value.currency
        else:
            values[name] = value
    return values


def _update(before: SQLModel, values: Mapping[str, Any], at: datetime) -> None:
    for name, value in values.items():
        setattr(before, name, value)
    if isinstance(before, BillingAccount):
        before.imported_at = at


def _add(db: Session, rows: Iterable[SQLModel]) -> None:
    db.add_all(rows)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict("Another import wrote some of these records just now. Import again.") from error
