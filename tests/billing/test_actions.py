"""Importing billing records and reading an account back, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry
from supportbot.billing.actions import BillingImport, import_records
from supportbot.billing.queries import read_account
from supportbot.billing.tables import BillingAccount, Charge
from supportbot.billing.types import AccountRow, AccountRows, BillingRecords
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import InvalidInput
from tests.billing.accounts import at, jonas, make_charge, make_order, make_refund
from tests.statements import counted

NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)
AUDIT = AuditLog("k" * 32, FixedClock(NOW))
OTHER = AccountRow("hl-1041", "Mira Haddad")


def records(rows: AccountRows) -> BillingRecords:
    return BillingRecords((rows.account,), rows.subscriptions, rows.invoices, rows.charges, rows.refunds, rows.orders)


def load(database: Database, batch: BillingRecords, moment: datetime = NOW) -> BillingImport:
    with database.transaction() as db:
        return import_records(db, batch, at=moment, audit=AUDIT)


def test_an_account_is_read_back_as_it_was_imported(database: Database) -> None:
    rows = replace(jonas(), orders=(make_order("ORD-1", at(3, 1)),))
    load(database, records(rows))

    with database.transaction(read_only=True) as db:
        assert read_account(db, "hl-1042") == rows
        assert read_account(db, "hl-9999") is None


def test_a_second_import_changes_nothing_and_writes_no_entry(database: Database) -> None:
    first = load(database, records(jonas()))
    second = load(database, records(jonas()), NOW + timedelta(days=1))

    assert first == BillingImport(added=8, changed=0, unchanged=0)
    assert second == BillingImport(added=0, changed=0, unchanged=8)
    with database.transaction(read_only=True) as db:
        assert db.get_one(BillingAccount, "hl-1042").imported_at == NOW
        assert db.exec(select(sa.func.count()).select_from(AuditEntry)).one() == 1


def test_a_row_that_changed_is_brought_up_to_date(database: Database) -> None:
    load(database, records(jonas()))
    rows = jonas()
    pending = replace(rows.refunds[0], status="pending")
    done = load(database, BillingRecords(refunds=(pending,)))

    assert done == BillingImport(added=0, changed=1, unchanged=0)
    with database.transaction(read_only=True) as db:
        assert read_account(db, "hl-1042") == replace(rows, refunds=(pending,))


def test_reading_takes_one_statement_for_a_long_history_too(database: Database) -> None:
    many = tuple(make_charge(f"ch_{number}", at(3, 1), invoice_id=None) for number in range(300))
    refunds = tuple(make_refund(f"re_{number}", f"ch_{number}", at(3, 2)) for number in range(300))
    load(database, records(replace(jonas(), charges=(*jonas().charges, *many), refunds=(*jonas().refunds, *refunds))))

    with counted(database) as seen, database.transaction(read_only=True) as db:
        rows = read_account(db, "hl-1042")

    assert rows is not None
    assert (len(rows.charges), len(rows.refunds)) == (303, 301)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("batch", "problem"),
    [
        (
            BillingRecords(charges=(make_charge("ch_1", at(3, 1)),)),
            "account_id is 'hl-1042': there is no such account.",
        ),
        (
            BillingRecords(refunds=(make_refund("re_1", "ch_none", at(3, 1)),)),
            "charge_id is 'ch_none': there is no such charge.",
        ),
    ],
)
def test_a_row_of_nobody_known_is_refused(database: Database, batch: BillingRecords, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(database, batch)

    assert caught.value.message.endswith(problem)


def test_a_row_cannot_move_to_another_customer_or_charge(database: Database) -> None:
    load(database, records(jonas()))
    stolen = replace(jonas().charges[0], account_id=OTHER.external_id)
    moved = replace(jonas().refunds[0], charge_id="ch_8841")
    foreign = make_charge("ch_new", at(3, 1))
    foreign = replace(foreign, account_id=OTHER.external_id)
    batch = BillingRecords(accounts=(OTHER,), charges=(stolen, foreign), refunds=(moved,))

    with pytest.raises(InvalidInput) as caught:
        load(database, batch)

    assert caught.value.message.splitlines()[1:] == [
        "charges, ch_8702: 'ch_8702' is already held for 'hl-1042', not for 'hl-1041'.",
        "charges, ch_8702: 'INV-2026-0207' belongs to 'hl-1042', not to 'hl-1041'.",
        "charges, ch_new: 'INV-2026-0311' belongs to 'hl-1042', not to 'hl-1041'.",
        "refunds, re_2210: 're_2210' is already held as a refund of 'ch_8846', not of 'ch_8841'.",
    ]
    with database.transaction(read_only=True) as db:
        assert read_account(db, "hl-1041") is None
        assert read_account(db, "hl-1042") == jonas()


def test_a_problem_names_the_line_of_its_file(database: Database) -> None:
    batch = BillingRecords(charges=(make_charge("ch_1", at(3, 1)),))
    with (
        database.transaction() as db,
        pytest.raises(InvalidInput, match=r"charges\.csv, line 7: account_id is 'hl-1042'"),
    ):
        import_records(db, batch, at=NOW, audit=AUDIT, places={("charges", "ch_1"): "charges.csv, line 7"})


def test_a_charge_may_name_an_invoice_that_an_export_left_out(database: Database) -> None:
    rows = replace(jonas(), invoices=())
    load(database, records(rows))

    with database.transaction(read_only=True) as db:
        assert len(db.exec(select(Charge)).all()) == 3
