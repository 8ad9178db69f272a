"""The tables' engine: how SQLite is opened and filled, rows written without objects, connections that broke."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from supportbot.db import Database, change_rows, insert_once, insert_row, upsert
from supportbot.events.tables import Event
from supportbot.gateway.tables import Breaker, Reservation
from supportbot.knowledge.tables import PassageUse
from tests.factories import NOW


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


def add_event(db: Session, kind: str) -> int:
    return insert_row(db, Event, at=NOW, kind=kind, conversation_id=3, customer_id=4, for_widget=True)


def test_an_inserted_row_is_read_back_as_any_other(database: Database) -> None:
    with database.transaction() as db:
        ids = [add_event(db, "message"), add_event(db, "draft")]
    with database.transaction(read_only=True) as db:
        rows = [db.get_one(Event, event_id).model_dump() for event_id in ids]
    told = {"at": NOW.astimezone(UTC), "conversation_id": 3, "customer_id": 4, "for_widget": True}
    assert rows == [{"id": ids[0], "kind": "message", **told}, {"id": ids[1], "kind": "draft", **told}]


def test_what_is_not_named_is_the_default_of_the_class_or_an_error(database: Database) -> None:
    with database.transaction() as db:
        event_id = insert_row(db, Event, at=NOW, kind="message", conversation_id=3, customer_id=4)
    with database.transaction(read_only=True) as db:
        assert db.get_one(Event, event_id).for_widget is False
    with pytest.raises(IntegrityError), database.transaction() as db:
        insert_row(db, Event, at=NOW, kind="message", conversation_id=3)


def test_a_row_is_inserted_once(database: Database) -> None:
    values = {"model_key": "fast", "because": "timeout", "opened_at": NOW, "probe_at": NOW, "failed_probes": 0}
    with database.transaction() as db:
        first = insert_once(db, Breaker, endpoint="here", **values)
        again = insert_once(db, Breaker, endpoint="here", **(values | {"because": "auth"}))
    with database.transaction(read_only=True) as db:
        assert (first, again, db.get_one(Breaker, "here").because) == (True, False, "timeout")


def test_only_rows_that_fit_are_changed_and_they_are_counted(database: Database) -> None:
    reserved = {"task": "t", "model_key": "fast", "endpoint": "here", "day": NOW.date(), "started_at": NOW}
    with database.transaction() as db:
        ids = [insert_row(db, Reservation, **reserved, worst_output_tokens=number) for number in (1, 2)]
        met = [change_rows(db, Reservation, {"id": ids[0], "worst_output_tokens": n}, outcome="ok") for n in (7, 1)]
        met.append(change_rows(db, Reservation, {"endpoint": "here"}, settled_at=datetime(2026, 1, 2, tzinfo=UTC)))
    with database.transaction(read_only=True) as db:
        rows = [db.get_one(Reservation, number) for number in ids]
    assert met == [0, 1, 2]
    assert [(row.outcome, row.settled_at) for row in rows] == [
        ("ok", datetime(2026, 1, 2, tzinfo=UTC)),
        (None, datetime(2026, 1, 2, tzinfo=UTC)),
    ]


def test_a_connection_that_broke_while_it_rested_is_replaced(postgres_database_url: str) -> None:
    database, other = Database(postgres_database_url), Database(postgres_database_url)
    sa.event.listen(database.engine, "checkin", lambda _, record: record.info.update(used_at=0.0))
    with database.transaction() as db:
        broken = db.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with other.transaction() as db:
        db.connection().execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": broken})
    with database.transaction() as db:
        new = db.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    for each in (database, other):
        each.dispose()
    assert new != broken


def test_a_new_database_is_its_owners_alone_and_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "new" / "shop.db"
    database = Database(f"sqlite:///{file}")
    with database.transaction() as db:
        db.connection().execute(sa.text("CREATE TABLE one (id INTEGER)"))
        rights = {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}

    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert set(rights) >= {"shop.db", "shop.db-wal"}
    assert set(rights.values()) == {0o600}

    file.chmod(0o640)
    Database(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o640


def test_an_upsert_inserts_changes_and_adds(database: Database) -> None:
    def use(ref: str, times: int, conversation_id: int) -> dict[str, object]:
        return {"ref": ref, "times": times, "last_used_at": NOW, "last_conversation_id": conversation_id}

    for rows in ([use("a", 1, 7), use("b", 1, 7)], [use("b", 2, 8), use("c", 1, 8)]):
        with database.transaction() as db:
            upsert(db, PassageUse, *rows, key=["ref"], adding=["times"])

    with database.transaction(read_only=True) as db:
        found = {row.ref: (row.times, row.last_conversation_id) for row in db.exec(select(PassageUse))}
    assert found == {"a": (1, 7), "b": (3, 8), "c": (1, 8)}
