"""The log: every tampering shows, with the entry it begins at, and appending leaves no gap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry, AuditHead
from supportbot.audit.types import SYSTEM
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import InvalidInput
from tests.factories import NOW, SECRET_KEY

LOG = AuditLog(SECRET_KEY, FixedClock(NOW))


def append(database: Database, number: int) -> None:
    with database.transaction() as db:
        detail = {"number": number, "seconds": 1.5, "name": "Zoë", "none": None}
        LOG.record(db, actor=SYSTEM, action="test.done", subject="test", subject_id=number, detail=detail)


def tampered(database: Database, *statements: str) -> tuple[int, str | None]:
    """What a check finds after somebody with the database's password did this, guards switched off."""
    guards = (
        ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete")
        if database.is_sqlite
        else ("ALTER TABLE audit_entry DISABLE TRIGGER ALL",)
    )
    with database.transaction() as db:
        for statement in (*guards, *statements):
            db.connection().execute(sa.text(statement))
    with database.transaction(read_only=True) as db:
        report = LOG.verify(db, in_use_at=None)
    return report.entries, report.problem


SWAP = (
    "UPDATE audit_entry SET seq = 0 WHERE seq = 2",
    "UPDATE audit_entry SET seq = 2 WHERE seq = 3",
    "UPDATE audit_entry SET seq = 3 WHERE seq = 0",
)
TO_THREE = "(SELECT hash FROM audit_entry WHERE seq = 3)"
NEW_HEAD = f"UPDATE audit_head SET seq = 3, hash = {TO_THREE}"
CUT = "DELETE FROM audit_entry WHERE seq > 3"


@pytest.mark.parametrize(
    ("statements", "entries", "problem"),
    [
        ((), 5, None),
        (("UPDATE audit_entry SET action = 'test.other' WHERE seq = 3",), 2, "Entry 3 was changed"),
        (("UPDATE audit_entry SET actor_id = 9 WHERE seq = 1",), 0, "Entry 1 was changed"),
        (("UPDATE audit_entry SET conversation_id = 9 WHERE seq = 5",), 4, "Entry 5 was changed"),
        (("DELETE FROM audit_entry WHERE seq = 3",), 2, "Entry 3 is missing"),
        (("DELETE FROM audit_entry WHERE seq = 1",), 0, "Entry 1 is missing"),
        (SWAP, 1, "Entry 2 was changed"),
        ((CUT,), 3, "entry 4 is missing, 5 were written"),
        ((CUT, NEW_HEAD), 3, "nothing says that entry 3 was the last"),
        (("DELETE FROM audit_entry",), 0, "entry 1 is missing, 5 were written"),
        (("DELETE FROM audit_head",), 5, "nothing says that entry 0 was the last"),
    ],
)
def test_a_check_names_the_first_entry_that_was_tampered_with(
    database: Database, statements: tuple[str, ...], entries: int, problem: str | None
) -> None:
    for number in range(5):
        append(database, number)

    fitting, found = tampered(database, *statements)

    assert fitting == entries
    assert (found is None) if problem is None else problem in (found or "")


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_an_entry(database: Database, statement: str) -> None:
    append(database, 1)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.transaction() as db:
        db.connection().execute(sa.text(statement))


def test_appending_from_many_threads_leaves_no_gap_and_a_refused_act_leaves_no_entry(database: Database) -> None:
    def one(number: int) -> None:
        try:
            with database.transaction() as db:
                LOG.record(db, actor=SYSTEM, action="test", subject="test", subject_id=number, detail={})
                if number % 3 == 0:
                    raise LookupError
        except LookupError:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(30)))

    with database.transaction(read_only=True) as db:
        report = LOG.verify(db, in_use_at=None)
        seqs = db.exec(select(AuditEntry.seq).order_by(AuditEntry.seq)).all()  # type: ignore[arg-type]
    assert (report.entries, report.problem) == (20, None)
    assert seqs == list(range(1, 21))


def test_entries_that_come_during_a_check_raise_no_alarm(postgres_database_url: str) -> None:
    # On PostgreSQL each statement of one transaction sees what was committed before it.
    database = Database(postgres_database_url)
    append(database, 1)

    class Slow(Session):
        """Lets another process append once the head was read."""

        def exec(self, *args: object, **kwargs: object) -> object:
            append(database, 2)
            return super().exec(*args, **kwargs)  # type: ignore[call-overload]

    with Slow(database.engine) as db:
        report = LOG.verify(db, in_use_at=None)
    database.dispose()

    assert (report.entries, report.problem) == (2, None)


def test_another_key_fits_nothing(database: Database) -> None:
    append(database, 1)

    with database.transaction(read_only=True) as db:
        report = AuditLog("another key that is long enough to be one", FixedClock(NOW)).verify(db, in_use_at=None)
        head = db.get_one(AuditHead, 1)

    assert (report.entries, report.problem) == (0, "Entry 1 was changed after it was written.")
    assert head.seq == 1


def test_an_emptied_log_shows_beside_what_else_is_stored(database: Database) -> None:
    for number in range(3):
        append(database, number)
    emptied = ("DELETE FROM audit_entry", "DELETE FROM audit_head")

    assert tampered(database, *emptied) == (0, None)
    with database.transaction(read_only=True) as db:
        report = LOG.verify(db, in_use_at=NOW)
    assert (report.entries, report.problem) == (
        0,
        f"The log was cut: it is empty, and something happened at {NOW:%Y-%m-%d %H:%M:%S} UTC.",
    )


@pytest.mark.parametrize(("minutes", "fits"), [(-60, True), (0, True), (4, True), (6, False), (600, False)])
def test_a_log_that_ends_long_before_the_newest_message_was_cut(database: Database, minutes: int, fits: bool) -> None:
    append(database, 1)
    with database.transaction(read_only=True) as db:
        report = LOG.verify(db, in_use_at=NOW + timedelta(minutes=minutes))

    assert (report.problem is None) == fits
    assert fits or "it ends at" in (report.problem or "")


def test_an_older_log_put_back_with_its_own_head_does_not_hold_the_head_that_was_noted(database: Database) -> None:
    for number in range(2):
        append(database, number)
    with database.transaction(read_only=True) as db:
        early = LOG.verify(db, in_use_at=None).head
        seq, seal = db.get_one(AuditHead, 1).seq, db.get_one(AuditHead, 1).hash
    for number in range(3):
        append(database, number)
    with database.transaction(read_only=True) as db:
        late = LOG.verify(db, in_use_at=None, since=early).head
        assert LOG.verify(db, in_use_at=None, since=late).problem is None
    assert (early or "")[:2] == "2." and (late or "")[:2] == "5."

    back = ("DELETE FROM audit_entry WHERE seq > 2", f"UPDATE audit_head SET seq = {seq}, hash = '{seal}'")
    assert tampered(database, *back) == (2, None)  # nothing in the log itself tells it
    with database.transaction(read_only=True) as db:
        assert LOG.verify(db, in_use_at=None, since=early).problem is None
        cut = LOG.verify(db, in_use_at=None, since=late).problem
        other = LOG.verify(db, in_use_at=None, since="2.0123456789abcdef").problem
    assert cut == f"The log was cut: it holds 2 entries, and {late} was noted as entry 5."
    assert other == "Entry 2 is not the one that was noted as 2.0123456789abcdef."


@pytest.mark.parametrize("since", ["", "5", "5.", "x.0123456789abcdef", "0.0123456789abcdef", "5.0123456789ABCDEF"])
def test_what_is_no_head_is_named(database: Database, since: str) -> None:
    with database.transaction(read_only=True) as db, pytest.raises(InvalidInput, match="is no head"):
        LOG.verify(db, in_use_at=None, since=since)
