"""Slot locks: one holder at a time, freed at the end of its session."""

import sqlalchemy as sa

from supportbot.db import Database
from supportbot.engine.slots import open_slots, slot_name, slot_number


def test_a_slot_has_one_holder_at_a_time(empty_database: Database) -> None:
    first, second = open_slots(empty_database), open_slots(empty_database)

    taken = [first.acquire(0), second.acquire(0), second.acquire(1)]
    owned = [first.is_ours(0), second.is_ours(0), second.is_ours(1)]
    first.release(0)
    after = second.acquire(0)
    first.close()
    second.close()

    assert taken == [True, False, True]
    assert owned == [True, False, True]
    assert after


def test_anyone_sees_which_slots_are_held(empty_database: Database) -> None:
    holder, onlooker = open_slots(empty_database), open_slots(empty_database)
    holder.acquire(0)
    holder.acquire(3)

    during = onlooker.held()
    by_holder = holder.held()
    holder.close()
    after = onlooker.held()
    onlooker.close()

    assert during == by_holder == {0, 3}
    assert after == frozenset()


def test_a_broken_connection_is_noticed_and_the_slot_taken_back(postgres_database_url: str) -> None:
    database = Database(postgres_database_url)
    locks, other = open_slots(database), open_slots(database)
    locks.acquire(0)

    with database.transaction() as db:
        db.connection().execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 0 "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    was_ours = locks.is_ours(0)
    is_back = locks.acquire(0)
    others_try = other.acquire(0)
    locks.close()
    other.close()
    database.dispose()

    assert (was_ours, is_back, others_try) == (False, True, False)


def test_names_and_numbers_of_slots_belong_together() -> None:
    assert slot_name(7) == "slot-7"
    assert [slot_number(name) for name in ("slot-7", "local", "slot-", "slot-x", "", None)] == [
        7,
        None,
        None,
        None,
        None,
        None,
    ]
