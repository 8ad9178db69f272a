"""People: added with care, signed in with their own password alone, and shut out at once."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from supportbot.accounts import actions, queries
from supportbot.accounts.actions import NewPerson
from supportbot.accounts.login_throttle import Origin, count_login_try
from supportbot.accounts.sign_in import sign_in
from supportbot.accounts.tables import Agent, ApiToken, Throttle
from supportbot.accounts.types import Person
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import Conflict, InvalidInput, NotFound, NotSignedIn, TooMany
from tests.factories import NOW, PASSWORD, SECRET_KEY

MAIL = "noor@shop.example"
HERE = Origin("203.0.113.9")


class Office:
    """A database and its log."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(NOW)
        self.log = AuditLog(SECRET_KEY, self.clock)

    def add(self, email: str = MAIL, **fields: str) -> Person:
        new = NewPerson(**{"email": email, "name": "Noor", "role": "agent", "password": PASSWORD, **fields})  # type: ignore[arg-type]
        with self.database.transaction() as db:
            return actions.add_person(db, self.log, new, by=SYSTEM)

    def sign_in(self, email: str = MAIL, password: str = PASSWORD) -> tuple[Person, str]:
        signed = sign_in(self.database, self.log, email, password, HERE)
        return signed.person, signed.session_key

    def knows(self, person: Person, key: str) -> bool:
        with self.database.transaction(read_only=True) as db:
            return queries.person_by_session(db, person.id, key) is not None

    def accepts(self, token: str) -> bool:
        with self.database.transaction(read_only=True) as db:
            return queries.person_by_token(db, token) is not None

    def try_login(self, email: str, address: str = "203.0.113.7", device: str | None = None) -> None:
        with self.database.transaction() as db:
            count_login_try(db, self.log.clock, email, Origin(address, device=device))


def test_a_person_signs_in_with_their_own_password_in_any_spelling_of_the_address(database: Database) -> None:
    office = Office(database)
    added = office.add("  Noor@Shop.example ")

    person, key = office.sign_in("NOOR@shop.example")

    assert (person, added.email) == (added, MAIL)
    assert office.knows(person, key) and not office.knows(person, key[:-1] + "x")
    for email, password in ((MAIL, PASSWORD + "x"), (MAIL, ""), ("nobody@shop.example", PASSWORD)):
        with pytest.raises(NotSignedIn) as refused:
            office.sign_in(email, password)
        assert "do not fit together" in refused.value.message


def test_the_stored_password_is_an_argon2id_hash(database: Database) -> None:
    Office(database).add()
    with database.transaction(read_only=True) as db:
        stored = db.exec(select(Agent.password_hash)).one()

    assert PASSWORD not in stored and stored.startswith("$argon2id$")


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "noor"},
        {"email": "noor@shop"},
        {"email": "@shop.example"},
        {"email": "no or@shop.example"},
        {"email": "x" * 250 + "@shop.example"},
        {"role": "king"},
        {"password": "123456789"},
    ],
)
def test_a_person_with_something_wrong_is_not_added(database: Database, fields: dict[str, str]) -> None:
    office = Office(database)

    with pytest.raises(InvalidInput):
        office.add(**fields)

    with database.transaction(read_only=True) as db:
        assert db.exec(select(Agent)).all() == []


def test_an_address_is_taken_once(database: Database) -> None:
    office = Office(database)
    office.add()

    with pytest.raises(Conflict, match="already there"):
        office.add("NOOR@shop.example")


@pytest.mark.parametrize("what", ["password", "disable", "sign out"])
def test_sessions_end_with_a_new_password_a_shut_door_and_a_sign_out(database: Database, what: str) -> None:
    office = Office(database)
    office.add()
    person, key = office.sign_in()
    with database.transaction() as db:
        token = actions.create_token(db, office.log, MAIL, "tests", by=SYSTEM)
    assert office.knows(person, key) and office.accepts(token)

    with database.transaction() as db:
        if what == "password":
            actions.set_password(db, office.log, MAIL, "another long one", by=SYSTEM)
        elif what == "disable":
            actions.disable_person(db, office.log, MAIL, by=SYSTEM)
        else:
            actions.end_sessions(db, office.log, person)

    assert not office.knows(person, key)
    assert office.accepts(token) is (what != "disable")
    if what == "disable":
        with pytest.raises(NotSignedIn):
            office.sign_in()
        with database.transaction(read_only=True) as db:
            assert queries.people(db) == []
            assert queries.names_by_id(db, [person.id]) == {person.id: "Noor"}


def test_a_token_is_stored_as_a_hash_and_ends_when_revoked(database: Database) -> None:
    office = Office(database)
    office.add()
    with database.transaction() as db:
        token = actions.create_token(db, office.log, MAIL, "tests", by=SYSTEM)
        row = db.exec(select(ApiToken)).one()
        assert token not in (row.token_hash, row.name)
    assert office.accepts(token)
    assert not office.accepts(token[:-1])
    assert not office.accepts("")

    with database.transaction() as db:
        row = db.exec(select(ApiToken)).one()
        row.revoked_at = NOW
        db.add(row)

    assert not office.accepts(token)


def test_the_eleventh_try_waits_a_quarter_of_an_hour_and_a_success_starts_the_count_anew(database: Database) -> None:
    office = Office(database)
    office.add()
    for _ in range(10):
        office.try_login(MAIL)
    with pytest.raises(TooMany) as refused:
        office.try_login(MAIL.upper())
    assert refused.value.retry_after_s == 900
    office.try_login("other@shop.example")

    office.clock.move(timedelta(seconds=899))
    with pytest.raises(TooMany):
        office.try_login(MAIL)
    office.clock.move(timedelta(seconds=1))
    office.try_login(MAIL)

    office.sign_in()
    for _ in range(10):
        office.try_login(MAIL)


def test_a_stranger_who_guesses_does_not_shut_the_owner_out_of_a_browser_they_use(database: Database) -> None:
    office = Office(database)
    office.add()
    for _ in range(10):
        office.try_login(MAIL)
    with pytest.raises(TooMany):
        office.try_login(MAIL)

    for _ in range(10):
        office.try_login(MAIL, "203.0.113.8", "their own browser")
    with pytest.raises(TooMany):
        office.try_login(MAIL, "203.0.113.8", "their own browser")
    office.try_login(MAIL, "203.0.113.8", "their other browser")


def test_tries_from_one_place_are_counted_over_all_addresses_and_kept_as_hashes(database: Database) -> None:
    office = Office(database)
    for number in range(60):
        office.try_login(f"{number}@shop.example")

    with pytest.raises(TooMany):
        office.try_login("one.more@shop.example")
    office.try_login("one.more@shop.example", "203.0.113.8")


def test_one_who_guesses_from_behind_the_proxy_does_not_shut_out_everybody_else(database: Database) -> None:
    office = Office(database)

    def try_login(number: int) -> None:
        with database.transaction() as db:
            mail = f"{number}@shop.example"
            count_login_try(db, office.log.clock, mail, Origin("127.0.0.1/32", is_shared=True))

    for number in range(100):
        try_login(number)
    with database.transaction() as db:
        db.exec(update(Throttle).where(col(Throttle.key).startswith("login-from:")).values(count=1_200))
    with pytest.raises(TooMany):
        try_login(100)

    with database.transaction(read_only=True) as db:
        keys = db.exec(select(Throttle.key)).all()
    assert not [key for key in keys if "shop.example" in key or "203.0.113" in key]


def test_nobody_is_changed_whose_address_is_unknown(database: Database) -> None:
    office = Office(database)

    with database.transaction() as db:
        with pytest.raises(NotFound):
            actions.set_password(db, office.log, MAIL, PASSWORD, by=SYSTEM)
        with pytest.raises(NotFound):
            actions.disable_person(db, office.log, MAIL, by=SYSTEM)
        with pytest.raises(NotFound):
            actions.create_token(db, office.log, MAIL, "x", by=SYSTEM)
