"""A database lent again is as good as new, whatever the test before did to it."""

from collections.abc import Iterator

import psycopg
import pytest

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import system_clock
from supportbot.db import Database, normal_url
from tests.reuse import ReusedDatabase

THROTTLE = "INSERT INTO throttle (key, window_started_at, count) VALUES ('k', now(), 1)"
SITE = (
    "INSERT INTO site (key, name, case_prefix, time_zone, currency, sign_off, secret_version, settings, created_at) "
    "VALUES ('k', 'n', 'c', 'UTC', 'EUR', 's', 1, '{}', now()) RETURNING id"
)


@pytest.fixture
def reused(postgres_url: str, postgres_template: str) -> Iterator[ReusedDatabase]:
    """A lender of these tests' own."""
    made = ReusedDatabase(server_url=postgres_url, template=postgres_template)
    yield made
    made.close()


def test_rows_are_gone_and_ids_begin_again(reused: ReusedDatabase) -> None:
    for _ in range(2):
        url = reused.lend()
        assert _ask(url, SITE) == 1
        _tell(url, THROTTLE)
        reused.take_back()

    assert _ask(reused.lend(), "SELECT count(*) FROM throttle") == 0


def test_rows_that_the_migrations_made_are_back(reused: ReusedDatabase) -> None:
    url = reused.lend()
    before = _ask(url, "SELECT row_to_json(audit_head)::text FROM audit_head")
    _tell(url, "UPDATE audit_head SET seq = 41, hash = 'x'", "DELETE FROM alembic_version")
    reused.take_back()

    assert _ask(reused.lend(), "SELECT row_to_json(audit_head)::text FROM audit_head") == before
    assert _ask(reused.lend(), "SELECT count(*) FROM alembic_version") == 1


def test_the_audit_log_is_emptied_and_guarded_again(reused: ReusedDatabase) -> None:
    for _ in range(2):
        url = reused.lend()
        database = Database(url)
        with database.transaction() as db:
            AuditLog("k" * 32, system_clock).record(
                db, actor=SYSTEM, action="test", subject="test", subject_id=None, detail={}
            )
        database.dispose()
        assert _ask(url, "SELECT max(seq) FROM audit_entry") == 1
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            _tell(url, "DELETE FROM audit_entry")
        reused.take_back()

    assert _ask(reused.lend(), "SELECT count(*) FROM audit_entry") == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE extra (id int)",
        "ALTER TABLE throttle ADD extra int",
        "DROP TABLE throttle",
        "CREATE SCHEMA extra",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP FUNCTION audit_entry_refuse CASCADE",
    ],
)
def test_a_database_in_another_shape_is_made_anew(reused: ReusedDatabase, change: str) -> None:
    first = reused.lend()
    shape = _ask(first, "SELECT count(*) FROM pg_attribute") or 0
    _tell(first, change)
    reused.take_back()

    assert reused.lend() != first
    assert _ask(reused.lend(), "SELECT count(*) FROM pg_attribute") == shape


def test_a_connection_left_open_with_a_lock_is_ended(reused: ReusedDatabase) -> None:
    url = reused.lend()
    with psycopg.connect(_address(url)) as left:
        left.execute(THROTTLE)
        left.execute("LOCK TABLE site")
        reused.take_back()

        assert reused.lend() == url
        assert _ask(url, "SELECT count(*) FROM throttle") == 0
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")


def _address(url: str) -> str:
    return normal_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _ask(url: str, query: str) -> int | str | None:
    with psycopg.connect(_address(url)) as db:
        row = db.execute(query.encode()).fetchone()
        return row[0] if row else None


def _tell(url: str, *statements: str) -> None:
    with psycopg.connect(_address(url)) as db:
        for statement in statements:
            db.execute(statement.encode())
